//! Files that no output may replace: whatever the run reads, however it was found, and what it
//! writes already.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use logscan_report::is_own_output;
use zip::ZipArchive;

use crate::args::Own;
use crate::bundle::MANIFEST;
use crate::inputs::Found;
use crate::problem::Problem;
use crate::settings::Settings;

/// What a file is taken for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Use {
    /// It may be a log; an output of an earlier run that lies there is none.
    Log,
    /// Settings, signatures, a report to compare with.
    Read,
    Written,
}

/// Files, and what each of them is for.
#[derive(Debug, Default)]
pub(crate) struct Taken(BTreeMap<PathBuf, Use>);

impl Taken {
    /// What is read beside the inputs: settings, signatures, baseline.
    pub(crate) fn by(settings: &Settings, own: &Own, baseline: Option<&Path>) -> Self {
        let mut taken = Self::default();
        taken.all(baseline.into_iter().chain(own.config.as_deref()), Use::Read);
        taken.all(settings.files.iter().map(PathBuf::as_path), Use::Read);
        taken
    }

    /// The inputs; reports that this program wrote may be written anew.
    pub(crate) fn inputs(&mut self, inputs: &Found) {
        self.all(inputs.files.iter().map(PathBuf::as_path), Use::Log);
    }

    /// A single file that is read.
    pub(crate) fn reads(&mut self, path: &Path) {
        self.all(std::iter::once(path), Use::Read);
    }

    fn all<'p>(&mut self, paths: impl Iterator<Item = &'p Path>, how: Use) {
        for path in paths {
            let known = self.0.entry(identity(path)).or_insert(how);
            *known = if how == Use::Read { how } else { *known };
        }
    }

    /// Takes a file for an output.
    ///
    /// # Errors
    /// If it is read, or written already, or if nobody may be there to read it.
    pub(crate) fn claim(&mut self, path: &Path) -> Result<(), Problem> {
        let refuse = |why: &str| {
            let shown = path.display();
            Problem::new(format!("{shown} {why}; it cannot be an output"))
                .hint("give -o another file")
        };
        if INPUTS.iter().any(|input| path == Path::new(input)) {
            return Err(refuse("is standard input"));
        }
        if OUTPUTS.iter().any(|output| path == Path::new(output)) {
            return Err(Problem::new(format!("{} is standard output", path.display()))
                .hint("choose what is printed by --format"));
        }
        if is_named_pipe(path) {
            return Err(refuse("is a named pipe, and writing waits until somebody reads it"));
        }
        if is_device(path) {
            return Ok(());
        }
        let why = match self.0.insert(identity(path), Use::Written) {
            None => return Ok(()),
            Some(Use::Log) if is_no_log(path) => return Ok(()),
            Some(Use::Written) => "is written already",
            Some(Use::Log) => "is one of the logs",
            Some(Use::Read) => "is read",
        };
        Err(refuse(why))
    }
}

/// Bytes by which an output of this program is known.
const BEGINNING: u64 = 8192;

/// Standard input, as systems name it.
const INPUTS: [&str; 3] = ["/dev/stdin", "/dev/fd/0", "/proc/self/fd/0"];
const OUTPUTS: [&str; 3] = ["/dev/stdout", "/dev/fd/1", "/proc/self/fd/1"];

/// Whether a path leads to a pipe that somebody made; those of a shell have a reader.
#[cfg(unix)]
fn is_named_pipe(path: &Path) -> bool {
    use std::os::unix::fs::FileTypeExt;
    let of_shell = ["/dev", "/proc"].iter().any(|folder| path.starts_with(folder));
    !of_shell && path.metadata().is_ok_and(|known| known.file_type().is_fifo())
}

#[cfg(not(unix))]
fn is_named_pipe(_: &Path) -> bool {
    false
}

/// Whether a file that lies among the logs is an output of an earlier run, which is not read.
fn is_no_log(path: &Path) -> bool {
    let ending = path.extension().unwrap_or_default().to_string_lossy();
    let tables = ["pftrace", "perfetto-trace", "parquet"];
    tables.contains(&&*ending)
        || File::open(path).is_ok_and(|file| begins_as_ours(file) || is_ticket(path))
}

fn begins_as_ours(file: impl Read) -> bool {
    let mut beginning = Vec::new();
    let read = file.take(BEGINNING).read_to_end(&mut beginning);
    read.is_ok() && is_ours(&String::from_utf8_lossy(&beginning))
}

/// Whether a file is an archive that `bundle` wrote.
fn is_ticket(path: &Path) -> bool {
    let archive = File::open(path).ok().and_then(|file| ZipArchive::new(file).ok());
    archive.is_some_and(|mut archive| archive.by_name(MANIFEST).is_ok_and(begins_as_ours))
}

/// Whether a file that begins so is an output of this program, of whichever command.
pub(crate) fn is_ours(beginning: &str) -> bool {
    is_own_output(beginning) || is_table(beginning.lines().next().unwrap_or(""))
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

    #[cfg(feature = "tables")]
    #[test]
    fn exported_tables_are_ours() {
        let head = "worker,name,size,max_overflow,capacity,peak_checked_out,samples,at_capacity";
        assert!(is_ours(&format!("{head}\ngw0,engine #1,1,0,1,1,3,1\n")));
        assert!(!is_ours("worker,name\ngw0,engine #1\n"));
    }

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
        assert!(taken.claim(Path::new("/dev/stdin")).is_err());
    }
}
