//! Ruby's Logger, as Rails configures it.

use super::{Format, Head, Headless, time};

/// `D, [time #pid] DEBUG -- name: message`
pub(super) const FORMAT: Format = Format {
    name: "rails-logger",
    summary: "Ruby's Logger: a letter, time and pid in brackets, level, program",
    example: "E, [2026-03-01T10:00:00.123456 #4711] ERROR -- : could not obtain a connection",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let rest = line.strip_prefix(['D', 'I', 'W', 'E', 'F', 'A'])?.strip_prefix(", [")?;
    let (rest, stamp) = time::stamp(rest)?;
    let (pid, rest) = rest.strip_prefix(" #")?.split_once("] ")?;
    let (_, message) = rest.split_once(": ")?;
    Some(Head { pid: pid.parse().ok(), ..Head::at(stamp, message) })
}
