//! The same log in other clothes gives the same findings: every sample, in ways that a
//! property test draws.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::io::Write;
use std::path::{Path, PathBuf};

use logscan_analysis::{Correlator, SourceFold, judge};
use logscan_ingest::{Catalogue, Chunk, Options, Reader, Source};
use logscan_model::settings::Settings;
use logscan_model::{Finding, InputId};
use proptest::prelude::*;
use support::root;

/// What is done to every file of a sample.
#[derive(Clone, Copy, Debug)]
struct Clothes {
    crlf: bool,
    mark: bool,
    wide: bool,
    coloured: bool,
    packed: Option<u8>,
    no_end: bool,
    chunk: usize,
    threads: usize,
}

fn clothes() -> impl Strategy<Value = Clothes> {
    let flags = (any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>(), any::<bool>());
    (flags, proptest::option::of(0u8..4), 1usize..200_000, 1usize..5).prop_map(
        |((crlf, mark, wide, coloured, no_end), packed, chunk, threads)| Clothes {
            crlf,
            mark,
            wide,
            coloured,
            packed,
            no_end,
            chunk,
            threads,
        },
    )
}

impl Clothes {
    fn on(self, text: &str) -> Vec<u8> {
        let mut text = text.to_owned();
        if self.no_end {
            text.truncate(text.trim_end_matches('\n').len());
        }
        if self.coloured {
            text = text.replace(' ', "\u{1b}[0m \u{1b}[1;32m");
        }
        if self.crlf {
            text = text.replace('\n', "\r\n");
        }
        // Without a mark, UTF-16 is known only where all is ASCII.
        if self.mark || self.wide {
            text.insert(0, '\u{feff}');
        }
        let bytes = match self.wide {
            true => text.encode_utf16().flat_map(u16::to_le_bytes).collect(),
            false => text.into_bytes(),
        };
        match self.packed {
            None => bytes,
            Some(0) => {
                let mut out =
                    flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
                out.write_all(&bytes).unwrap();
                out.finish().unwrap()
            }
            Some(1) => {
                let mut out = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
                out.write_all(&bytes).unwrap();
                out.finish().unwrap()
            }
            Some(2) => {
                let mut out = liblzma::write::XzEncoder::new(Vec::new(), 0);
                out.write_all(&bytes).unwrap();
                out.finish().unwrap()
            }
            Some(_) => zstd::encode_all(&bytes[..], 1).unwrap(),
        }
    }
}

fn samples() -> Vec<PathBuf> {
    let folders = std::fs::read_dir(root().join("samples")).unwrap();
    let mut folders: Vec<PathBuf> =
        folders.map(|entry| entry.unwrap().path()).filter(|path| path.is_dir()).collect();
    folders.sort();
    folders
}

fn logs(sample: &Path) -> Vec<PathBuf> {
    let files = std::fs::read_dir(sample).unwrap().map(|entry| entry.unwrap().path());
    let mut logs: Vec<PathBuf> =
        files.filter(|path| path.extension().is_some_and(|ending| ending == "log")).collect();
    logs.sort();
    logs
}

fn text(log: &Path) -> String {
    let bytes = std::fs::read(log).unwrap();
    match bytes.strip_prefix(b"\xff\xfe") {
        None => String::from_utf8(bytes).unwrap(),
        Some(wide) => {
            let units: Vec<u16> =
                wide.chunks_exact(2).map(|pair| u16::from_le_bytes([pair[0], pair[1]])).collect();
            String::from_utf16(&units).unwrap()
        }
    }
}

fn findings(sources: &[Source], chunk: usize, threads: usize) -> Vec<Finding> {
    let options = Options { chunk, ..Options::default() };
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    pool.install(|| {
        let mut correlator = Correlator::default();
        for (index, source) in sources.iter().enumerate() {
            let reader = Reader::new(source, Catalogue::builtin(), &options).unwrap();
            let mut fold = SourceFold::default();
            let take = |chunk: &Chunk| {
                chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
            };
            reader.read(InputId::new(index as u32), take).unwrap();
            correlator.add(Box::new(fold));
        }
        let run = correlator.finish(false, &Settings::default());
        judge(&run.timeline)
    })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 96,
        failure_persistence: None,
        ..ProptestConfig::default()
    })]

    #[test]
    fn clothes_change_no_finding(sample in 0usize..1000, clothes in clothes()) {
        let samples = samples();
        let logs = logs(&samples[sample % samples.len()]);
        let plain: Vec<Source> = logs.iter().map(Source::file).collect();
        let folder = tempfile::tempdir().unwrap();
        let dressed = logs.iter().enumerate().map(|(index, log)| {
            let path = folder.path().join(index.to_string());
            std::fs::write(&path, clothes.on(&text(log))).unwrap();
            Source::file(path)
        });
        let dressed: Vec<Source> = dressed.collect();
        prop_assert_eq!(
            findings(&dressed, clothes.chunk, clothes.threads),
            findings(&plain, 256 << 10, 1),
            "{}", samples[sample % samples.len()].display()
        );
    }
}
