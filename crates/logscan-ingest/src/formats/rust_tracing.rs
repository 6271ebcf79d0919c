//! tracing-subscriber's default layout.

use super::{Format, Head, Headless, after_level, time};

/// `time  LEVEL target: message fields`
pub(super) const FORMAT: Format = Format {
    name: "rust-tracing",
    summary: "tracing-subscriber: UTC time, level padded to five, spans, target, message",
    example: "2026-03-01T10:00:00.289898Z  WARN sqlx::pool::acquire: acquired connection",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let zulu = line[..line.len() - rest.len()].ends_with('Z');
    let rest = after_level(rest.trim_start()).filter(|_| zulu)?.strip_prefix(' ')?;
    let (target, message) = rest.split_once(": ")?;
    let named = target.contains("::") || !target.contains([' ', '[']);
    named.then(|| Head::at(stamp, message))
}
