//! Lines that begin with a time in brackets, whatever follows.

use super::{Format, Head, Headless, time};

/// `[time] message`
pub(super) const FORMAT: Format = Format {
    name: "bracketed-time",
    summary: "a time in brackets, then the message",
    example: "[2026-03-01T10:00:00.123Z] DEBUG pool used=1 free=0 pendingAcquires=0",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line.strip_prefix('[')?)?;
    Some(Head::at(stamp, rest.strip_prefix("] ")?))
}
