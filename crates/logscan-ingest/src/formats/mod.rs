//! Line formats: what stands at the head of every line.
//!
//! A format answers two questions about one line, without memory of any other: is
//! there a head, and what does it say? What the text behind the head means is not
//! its business; that is for signatures.

mod dotnet_console;
mod elixir_logger;
mod env_logger;
mod exunit_terminal;
mod go_log;
mod json;
mod logback;
mod logfmt;
mod loguru;
mod mysql;
mod node_debug;
mod pgbouncer;
mod plain;
mod postgres;
mod postgres_csv;
mod pytest_log;
mod pytest_terminal;
mod rails_logger;
mod rust_tracing;
mod spring_boot;
mod sql_server;
mod structlog;
pub(crate) mod time;
mod timed;

use std::borrow::Cow;

use logscan_model::Stamp;
use memchr::memchr_iter;

/// The name of what pytest prints, which shows the code around each error.
pub(crate) const PYTEST: &str = "pytest-terminal";

/// The name of whatever prints a time before its messages.
pub(crate) const TIMED: &str = "timed";

/// What the head of a line says.
#[derive(Clone, Debug, PartialEq)]
pub struct Head<'t> {
    /// Time, if the format prints one.
    pub time: Option<Stamp>,
    /// Process id, if the format prints one.
    pub pid: Option<u32>,
    /// Whether a server wrote the line about itself, not one of its clients.
    pub by_server: bool,
    /// The test that wrote the line, if the format names one.
    pub test: Option<String>,
    /// What stands behind the head.
    pub message: Cow<'t, str>,
}

impl<'t> Head<'t> {
    /// A head that says nothing but where the message begins.
    fn of(message: impl Into<Cow<'t, str>>) -> Self {
        Self { time: None, pid: None, by_server: false, test: None, message: message.into() }
    }

    /// A head with a time.
    fn at(time: Stamp, message: impl Into<Cow<'t, str>>) -> Self {
        Self { time: Some(time), ..Self::of(message) }
    }
}

/// How lines without a head are to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Headless {
    /// They continue the record above: tracebacks, SQL, parameters.
    Continues,
    /// They are what a terminal shows between the records, and records may stick to it.
    Between,
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
pub static FORMATS: [Format; 24] = [
    pytest_terminal::FORMAT,
    exunit_terminal::FORMAT,
    json::FORMAT,
    loguru::FORMAT,
    structlog::FORMAT,
    postgres::FORMAT,
    postgres_csv::FORMAT,
    pgbouncer::FORMAT,
    mysql::FORMAT,
    sql_server::FORMAT,
    spring_boot::FORMAT,
    logback::FORMAT,
    elixir_logger::FORMAT,
    rust_tracing::FORMAT,
    env_logger::FORMAT,
    logfmt::FORMAT,
    go_log::FORMAT,
    rails_logger::FORMAT,
    dotnet_console::FORMAT,
    pytest_log::FORMAT,
    node_debug::FORMAT,
    timed::FORMAT,
    pytest_log::UNTIMED,
    plain::FORMAT,
];

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

/// The head of a line in a source of this format, where records of other loggers may stand too.
pub(crate) fn head_of<'t>(format: &Format, line: &'t str) -> Option<Head<'t>> {
    let head = outer_head(format, line)?;
    let Cow::Borrowed(message) = head.message else { return Some(head) };
    Some(container_output(message).unwrap_or(head))
}

/// Bytes that the name of an image may take before its output.
const IMAGE: usize = 96;

/// The head of what a container printed, where its runner passes it on to a logger.
fn container_output(message: &str) -> Option<Head<'_>> {
    let beginning = &message.as_bytes()[..message.len().min(IMAGE)];
    let mark = |at: usize| ["STDOUT: ", "STDERR: "].iter().any(|m| message[at..].starts_with(m));
    let at = memchr_iter(b'S', beginning).find(|at| mark(*at))?;
    any_head(&message[at + "STDOUT: ".len()..])
}

fn outer_head<'t>(format: &Format, line: &'t str) -> Option<Head<'t>> {
    match format.headless {
        Headless::Continues | Headless::Between => (format.head)(line).or_else(|| any_head(line)),
        Headless::Expected => any_head(line),
        Headless::Unknown => any_head(line).or_else(|| (format.head)(line)),
    }
}

/// The head of a record of any logger, perhaps behind the container that docker compose names.
fn any_head(line: &str) -> Option<Head<'_>> {
    loggers_head(line).or_else(|| {
        let rest = behind_container(line);
        loggers_head(rest).filter(|_| rest.len() < line.len())
    })
}

fn loggers_head(line: &str) -> Option<Head<'_>> {
    let record = |format: &&Format| {
        matches!(format.headless, Headless::Continues | Headless::Between)
            || format.name == json::FORMAT.name
    };
    FORMATS.iter().filter(record).find_map(|format| (format.head)(line))
}

/// Whether the objects and lists of a JSON line stand deeper within each other than this.
pub(crate) fn is_deeper(line: &str, than: usize) -> bool {
    json::is_deeper(line, than)
}

/// The text behind a level, if `text` begins with one of the words that loggers print for it.
fn after_level(text: &str) -> Option<&str> {
    let end = text.bytes().take_while(u8::is_ascii_uppercase).count();
    let (word, rest) = text.split_at(end);
    let level = matches!(
        word,
        "DEBUG"
            | "INFO"
            | "WARNING"
            | "ERROR"
            | "CRITICAL"
            | "TRACE"
            | "SUCCESS"
            | "NOTICE"
            | "WARN"
            | "FATAL"
            | "NOTSET"
            | "LOG"
            | "EXCEPTION"
    );
    level.then_some(rest)
}

/// What stands behind `db-1  | `, the container that docker compose names.
fn behind_container(line: &str) -> &str {
    let split = line.split_once("| ").filter(|(name, _)| name.len() < 64);
    let is_name = |name: &str| {
        let name = name.trim_end();
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
    };
    split.filter(|(name, _)| is_name(name)).map_or(line, |(_, rest)| rest)
}

/// The head of a line that a server wrote among those of others.
pub(crate) fn servers_head(line: &str) -> Option<Head<'_>> {
    (postgres::FORMAT.head)(behind_container(line.trim_start()).trim_start())
}

/// Whether a server wrote a line among those of others: a date, and PostgreSQL's severity with two
/// blanks behind it, without a level or a name before, by which another logger quotes it.
pub(crate) fn is_servers(line: &str) -> bool {
    let line = behind_container(line.trim_start()).trim_start();
    const SEVERITIES: [&str; 8] = [
        " LOG:  ",
        " FATAL:  ",
        " ERROR:  ",
        " PANIC:  ",
        " WARNING:  ",
        " STATEMENT:  ",
        " DETAIL:  ",
        " HINT:  ",
    ];
    let dated = line.len() > 10
        && line
            .bytes()
            .zip(*b"0000-00-00")
            .all(|(byte, shape)| if shape == b'0' { byte.is_ascii_digit() } else { byte == shape });
    if !dated {
        return false;
    }
    let severity = SEVERITIES.iter().filter_map(|word| line.find(word)).min();
    severity.is_some_and(|at| {
        let prefix = &line[..at];
        let last = prefix.rsplit(' ').next().unwrap_or_default();
        let named = last.ends_with(':') && !last.ends_with("]:") && !last.contains('@');
        !prefix.contains(": ") && !named && !postgres::has_level(prefix)
    })
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
    fn what_a_container_printed_is_its_own() {
        let line = "13:22:09.492 INFO  [postgres:latest] - STDOUT: 2017-10-10 11:21:10.485 UTC [39] LOG:  ready";
        let head = head_of(plain(), line).unwrap();
        assert_eq!((head.by_server, &*head.message, head.pid), (true, "ready", Some(39)));
    }

    #[test]
    fn names_are_unique() {
        for format in &FORMATS {
            assert!(std::ptr::eq(by_name(format.name).unwrap(), format), "{}", format.name);
        }
    }
}
