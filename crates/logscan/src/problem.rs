//! Why the job could not be done, and what the user can do: printed in one place.

use std::io::{self, Write};
use std::process::ExitCode;

use logscan_report::redact::Redactor;
use logscan_report::{redact, visible};

/// Bytes of the longest sentence.
const LONGEST: usize = 4000;
/// The exit status for findings that fail the run.
const FAILS: u8 = 1;
/// The exit status for a job that was not done.
const NOT_DONE: u8 = 2;

/// The exit status for a job whose answer went to standard output: whether somebody read all of
/// it, whether findings fail the run, and whether the job was done. What was found counts, also
/// where some input is missing.
pub(crate) fn status(read_to_end: bool, complete: bool, fails: bool) -> ExitCode {
    match (read_to_end, fails, complete) {
        (false, _, _) => ExitCode::SUCCESS,
        (true, true, _) => ExitCode::from(FAILS),
        (true, false, false) => ExitCode::from(NOT_DONE),
        (true, false, true) => ExitCode::SUCCESS,
    }
}

/// Says what is wrong with the arguments, in which anything may stand.
pub(crate) fn usage(wrong: &clap::Error) -> ExitCode {
    tell(wrong.render().to_string().trim_end());
    ExitCode::from(NOT_DONE)
}

/// Something that `logscan` could not do.
#[derive(Debug)]
pub(crate) struct Problem {
    sentence: String,
    hints: Vec<String>,
}

impl Problem {
    pub(crate) fn new(sentence: impl Into<String>) -> Self {
        let mut sentence = sentence.into();
        if sentence.len() > LONGEST {
            // A parser quotes the whole line, however long it is.
            sentence.truncate(sentence.floor_char_boundary(LONGEST));
            sentence.push('…');
        }
        Self { sentence, hints: Vec::new() }
    }

    pub(crate) fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The same without the secrets of the logs whose names it quotes.
    pub(crate) fn masked(mut self, redactor: Option<&mut Redactor>) -> Self {
        if let Some(redactor) = redactor {
            self.hints.iter_mut().for_each(|hint| redactor.text(hint));
        }
        self
    }

    /// What could not be done.
    pub(crate) fn sentence(&self) -> &str {
        &self.sentence
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

/// Writes lines to standard error, without the secrets that names of files may hold, and with
/// everything written out that would act on a terminal or in a workflow's log; if nobody reads
/// it, that is no problem.
pub(crate) fn tell(text: &str) {
    let mut text = text.to_owned();
    redact::text(&mut text);
    let mut stderr = io::stderr().lock();
    text.lines().for_each(|line| _ = writeln!(stderr, "{}", visible(line)));
}
