//! Recorded logs again and again, beside the generated one.

use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use super::{Timed, made, rounds};
use crate::root;

/// Bytes of the least recording: what begins and ends a shorter one is most of it.
const LEAST: u64 = 20_000;
/// Bytes to which each is repeated.
const REPEATED: usize = 1_000_000_000;

/// How long each recording of the samples takes, repeated to the size of the generated log.
pub(super) fn repeated(program: &str, folder: &Path, times: usize) -> Result<String, String> {
    let generated = made(folder, 1000)?;
    let log = folder.join("recorded.log");
    let shown = log.to_string_lossy();
    let mut page = "\n## Recordings\n\nThe logs of the samples, each repeated to 1 GB, beside the \
                    generated one.\n\n| recording | s | time ÷ that of the generated log |\n\
                    | --- | ---: | ---: |\n"
        .to_owned();
    for recording in recordings().map_err(|cause| format!("samples: {cause}"))? {
        repeat(&recording, &log).map_err(|cause| format!("{shown}: {cause}"))?;
        let mut commands = [
            Timed::new("recorded", &[program, "analyze", "--isolated", &shown]),
            Timed::new("generated", &[program, "analyze", "--isolated", &generated]),
        ];
        rounds(&mut commands, times)?;
        let name = recording.strip_prefix(root()).unwrap_or(&recording).display();
        let [recorded, generated] = &commands;
        _ = writeln!(
            page,
            "| `{name}` | {:.2} | {:.2} |",
            recorded.median(),
            recorded.ratio(generated)
        );
    }
    Ok(page)
}

/// The logs of the samples that are long enough, by name.
fn recordings() -> io::Result<Vec<PathBuf>> {
    let mut recordings = Vec::new();
    for sample in fs::read_dir(root().join("samples"))? {
        let sample = sample?.path();
        if !sample.is_dir() {
            continue;
        }
        for file in fs::read_dir(sample)? {
            let file = file?.path();
            let is_log = file.extension().is_some_and(|extension| extension == "log");
            if is_log && fs::metadata(&file)?.len() >= LEAST {
                recordings.push(file);
            }
        }
    }
    recordings.sort();
    Ok(recordings)
}

/// Writes a recording again and again; each begins on a line of its own.
fn repeat(recording: &Path, log: &Path) -> io::Result<()> {
    let mut recorded = fs::read(recording)?;
    if recorded.last().is_some_and(|last| !matches!(last, b'\n' | 0)) {
        recorded.push(b'\n');
    }
    let mut file = BufWriter::new(File::create(log)?);
    for _ in 0..=REPEATED / recorded.len() {
        file.write_all(&recorded)?;
    }
    file.flush()
}
