//! env_logger's default layout.

use super::{Format, Head, Headless, after_level, time};

/// `[time LEVEL target] message`
pub(super) const FORMAT: Format = Format {
    name: "env-logger",
    summary: "env_logger: time, level and target together in brackets",
    example: "[2026-03-01T10:00:00Z INFO  sqlx::query] summary of a query",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line.strip_prefix('[')?)?;
    let (target, message) = after_level(rest.strip_prefix(' ')?)?.split_once("] ")?;
    (!target.contains('[')).then(|| Head::at(stamp, message))
}
