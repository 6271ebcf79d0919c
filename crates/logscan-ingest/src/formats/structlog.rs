//! structlog's console renderer.

use super::{Format, Head, Headless, time};

/// `time [level    ] event                          key=value`
pub(super) const FORMAT: Format = Format {
    name: "structlog-console",
    summary: "structlog's console renderer: a lower-case level in brackets, then event and key=value",
    example: "2026-03-01 10:00:00 [info     ] pool state                     size=5 checked_out=2",
    head,
    headless: Headless::Continues,
};

const LEVELS: [&str; 7] = ["debug", "info", "warning", "error", "critical", "exception", "notset"];

fn head(line: &str) -> Option<Head<'_>> {
    if line.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let (rest, stamp) = time::stamp(line)?;
    let (level, message) = rest.strip_prefix(" [")?.split_once("] ")?;
    let known = LEVELS.contains(&level.trim_end());
    known.then(|| Head::at(stamp, message))
}
