//! Line formats: what stands at the head of every line.
//!
//! A format answers two questions about one line, without memory of any other: is
//! there a head, and what does it say? What the text behind the head means is not
//! its business; that is for signatures.

mod json;
mod loguru;
mod plain;
mod postgres;
mod pytest_log;
mod pytest_terminal;
mod structlog;
pub(crate) mod time;

use logscan_model::Stamp;
use std::borrow::Cow;

/// What the head of a line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'t> {
    /// Time, if the format prints one.
    pub time: Option<Stamp>,
    /// Process id, if the format prints one.
    pub pid: Option<u32>,
    /// What stands behind the head.
    pub message: Cow<'t, str>,
}

/// How lines without a head are to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headless {
    /// They continue the record above: tracebacks, SQL, parameters.
    Continues,
    /// They are the rule: a terminal's output has structure, but no heads.
    Expected,
    /// They are of unknown form.
    Unknown,
}

/// A line format.
#[derive(Clone, Copy, Debug)]
pub struct Format {
    /// Name for `--input-format` and the report.
    pub name: &'static str,
    /// One sentence for `logscan formats`.
    pub summary: &'static str,
    /// A line as it looks; every format recognises its own example.
    pub example: &'static str,
    /// Reads the head of a line.
    pub head: for<'t> fn(&'t str) -> Option<Head<'t>>,
    /// How lines without a head are to be taken.
    pub headless: Headless,
}

/// All formats, the most telling first: the first of equals wins.
pub static FORMATS: [Format; 8] = [
    pytest_terminal::FORMAT,
    json::FORMAT,
    loguru::FORMAT,
    structlog::FORMAT,
    postgres::FORMAT,
    pytest_log::FORMAT,
    pytest_log::UNTIMED,
    plain::FORMAT,
];

/// Name of the format in which a server tells of itself, not of its clients.
pub const SERVER_LOG: &str = postgres::FORMAT.name;

/// The format of this name.
#[must_use]
pub fn by_name(name: &str) -> Option<&'static Format> {
    FORMATS.iter().find(|format| format.name == name)
}

/// The format for text that no other format claims.
#[must_use]
pub fn plain() -> &'static Format {
    &FORMATS[FORMATS.len() - 1]
}

/// The head of a line of a terminal's output, where records of any logger may stand.
pub(crate) fn any_head(line: &str) -> Option<Head<'_>> {
    let records = FORMATS.iter().filter(|format| format.headless == Headless::Continues);
    records.into_iter().find_map(|format| (format.head)(line))
}

/// The words that loggers print for a level.
const LEVELS: [&str; 13] = [
    "DEBUG",
    "INFO",
    "WARNING",
    "ERROR",
    "CRITICAL",
    "TRACE",
    "SUCCESS",
    "NOTICE",
    "WARN",
    "FATAL",
    "NOTSET",
    "LOG",
    "EXCEPTION",
];

/// The text behind a level, if `text` begins with one.
fn after_level(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_uppercase()).unwrap_or(text.len());
    LEVELS.contains(&&text[..end]).then(|| &text[end..])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_format_recognises_its_own_example() {
        for format in &FORMATS {
            assert!((format.head)(format.example).is_some(), "{}", format.name);
        }
    }

    #[test]
    fn no_format_claims_the_example_of_a_later_one() {
        for (index, format) in FORMATS.iter().enumerate() {
            for later in &FORMATS[index + 1..] {
                let claimed = (format.head)(later.example).is_some();
                assert!(!claimed, "{} claims the example of {}", format.name, later.name);
            }
        }
    }

    #[test]
    fn names_are_unique() {
        for format in &FORMATS {
            assert!(std::ptr::eq(by_name(format.name).unwrap(), format), "{}", format.name);
        }
    }
}
