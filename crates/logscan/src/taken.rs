//! Files that no output may replace: whatever the run reads, however it was found, and what it
//! writes already.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use logscan_report::is_own_output;

use crate::args::Own;
use crate::inputs::Found;
use crate::problem::Problem;
use crate::settings::Settings;

const WRITTEN: &str = "is written already";

/// Files, and what each of them is for.
#[derive(Debug, Default)]
pub(crate) struct Taken(BTreeMap<PathBuf, &'static str>);

impl Taken {
    /// What is read beside the inputs: settings, signatures, baseline.
    pub(crate) fn by(settings: &Settings, own: &Own, baseline: Option<&Path>) -> Self {
        let mut taken = Self::default();
        taken.read(baseline.into_iter().chain(own.config.as_deref()));
        taken.read(settings.files.iter().map(PathBuf::as_path));
        taken
    }

    /// The inputs; reports that this program wrote may be written anew.
    pub(crate) fn inputs(&mut self, inputs: &Found) {
        self.read(inputs.files.iter().map(PathBuf::as_path));
    }

    /// A single file that is read.
    pub(crate) fn reads(&mut self, path: &Path) {
        self.read(std::iter::once(path));
    }

    fn read<'p>(&mut self, paths: impl Iterator<Item = &'p Path>) {
        self.0.extend(paths.map(|path| (identity(path), "is read")));
    }

    /// Takes a file for an output.
    ///
    /// # Errors
    /// If it is read, or written already.
    pub(crate) fn claim(&mut self, path: &Path) -> Result<(), Problem> {
        if is_device(path) {
            return Ok(());
        }
        match self.0.insert(identity(path), WRITTEN) {
            None => Ok(()),
            Some(why) if why != WRITTEN && is_no_log(path) => Ok(()),
            Some(why) => {
                let shown = path.display();
                Err(Problem::new(format!("{shown} {why}; it cannot be an output"))
                    .hint("give -o another file"))
            }
        }
    }
}

/// Whether a file that lies among the logs is an output of an earlier run, which is not read.
fn is_no_log(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let mut beginning = Vec::new();
    let read = File::open(path).and_then(|file| file.take(8192).read_to_end(&mut beginning));
    let text = String::from_utf8_lossy(&beginning);
    ["pftrace", "perfetto-trace", "parquet"].contains(&&*ending)
        || read.is_ok() && (is_own_output(&text) || is_table(text.lines().next().unwrap_or("")))
}

#[cfg(feature = "tables")]
use logscan_tables::is_table;

#[cfg(not(feature = "tables"))]
fn is_table(_: &str) -> bool {
    false
}

/// What a path leads to, also if it is not there yet.
fn identity(path: &Path) -> PathBuf {
    let missing = || {
        let parent = path.parent().filter(|parent| !parent.as_os_str().is_empty());
        let parent = parent.unwrap_or(Path::new(".")).canonicalize().ok()?;
        Some(parent.join(path.file_name()?))
    };
    path.canonicalize().ok().or_else(missing).unwrap_or_else(|| path.to_owned())
}

/// Pipes and devices are not replaced, and several outputs may go to one.
fn is_device(path: &Path) -> bool {
    path.metadata().is_ok_and(|known| !known.is_file() && !known.is_dir())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_read_or_written_is_no_output() {
        let folder = tempfile::tempdir().unwrap();
        let log = folder.path().join("a.log");
        std::fs::write(&log, "x").unwrap();
        let mut inputs = Found::default();
        inputs.files.push(log.clone());
        let mut taken = Taken::default();
        taken.inputs(&inputs);
        assert!(taken.claim(&log).is_err());
        assert!(taken.claim(&folder.path().join(".").join("a.log")).is_err());
        let new = folder.path().join("report.json");
        assert!(taken.claim(&new).is_ok());
        assert!(taken.claim(&new).is_err());
    }
}
