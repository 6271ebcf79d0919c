//! Why the job could not be done, and what the user can do: printed in one place.

use std::io::{self, Write};
use std::process::ExitCode;

use logscan_report::redact;

/// The exit status for a job that was not done.
const NOT_DONE: u8 = 2;

/// The exit status for a job whose answer went to standard output: whether somebody read all of
/// it, whether all inputs could be read, and whether findings fail the run.
pub(crate) fn status(read_to_end: bool, complete: bool, fails: bool) -> ExitCode {
    match (read_to_end, complete) {
        (false, _) => ExitCode::SUCCESS,
        (true, false) => ExitCode::from(NOT_DONE),
        (true, true) => ExitCode::from(u8::from(fails)),
    }
}

/// Something that `logscan` could not do.
#[derive(Debug)]
pub(crate) struct Problem {
    sentence: String,
    hints: Vec<String>,
}

impl Problem {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        Self { sentence: sentence.into(), hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// Prints the problem and gives the exit status.
    pub(crate) fn report(&self) -> ExitCode {
        self.print();
        ExitCode::from(NOT_DONE)
    }

    /// Prints the problem.
    pub(crate) fn print(&self) {
        tell(&format!("logscan: {}", self.sentence));
        for hint in &self.hints {
            tell(&format!("  hint: {hint}"));
        }
    }
}

/// Writes a line to standard error, without the secrets that names of files may hold; if
/// nobody reads it, that is no problem.
pub(crate) fn tell(line: &str) {
    let mut line = line.to_owned();
    redact::text(&mut line);
    _ = writeln!(io::stderr().lock(), "{line}");
}
