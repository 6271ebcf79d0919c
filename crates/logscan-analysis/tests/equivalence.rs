//! The same log gives the same timeline, however it is cut into chunks.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::path::{Path, PathBuf};

use logscan_analysis::{Correlator, SourceFold, judge};
use logscan_ingest::{Catalogue, Chunk, Options, Reader, Source};
use logscan_model::InputId;
use logscan_model::settings::Settings;

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// Timeline and findings of a sample, as text.
fn analyzed(folder: &Path, chunk: usize) -> String {
    let mut correlator = Correlator::default();
    for (index, path) in files(folder).into_iter().enumerate() {
        let source = Source::file(path);
        let options = Options { chunk, ..Options::default() };
        let reader = Reader::new(&source, Catalogue::builtin(), &options).unwrap();
        let mut fold = SourceFold::default();
        let take = |chunk: &Chunk| {
            chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
        };
        reader.read(InputId::new(index as u32), take).unwrap();
        correlator.add(Box::new(fold));
    }
    let run = correlator.finish(false, &Settings::default());
    let findings = judge(&run.timeline);
    format!("{:#?}\n{:#?}\n{findings:#?}", run.timeline, run.stats)
}

#[test]
fn chunks_change_nothing() {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../samples");
    for folder in files(&samples).into_iter().filter(|path| path.is_dir()) {
        let whole = analyzed(&folder, 1 << 20);
        for chunk in [2_000, 10_007, 65_536] {
            assert!(analyzed(&folder, chunk) == whole, "{} at {chunk}", folder.display());
        }
    }
}
