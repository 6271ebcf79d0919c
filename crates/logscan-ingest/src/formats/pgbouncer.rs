//! PgBouncer's log.

use super::{Format, Head, Headless, time};

/// `time zone [pid] LEVEL text`, without a colon behind the level.
pub(super) const FORMAT: Format = Format {
    name: "pgbouncer",
    summary: "PgBouncer's log: a time, [pid] and a level without a colon",
    example: "2026-03-01 10:00:00.123 UTC [4711] LOG process up: PgBouncer 1.18.0",
    head,
    headless: Headless::Continues,
};

const LEVELS: [&str; 6] = ["LOG", "WARNING", "ERROR", "DEBUG", "NOISE", "FATAL"];

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let (pid, rest) = rest.strip_prefix(" [")?.split_once("] ")?;
    let (level, message) = rest.split_once(' ')?;
    let head = Head::at(stamp, message);
    let pid = Some(pid.parse().ok()?);
    LEVELS.contains(&level).then_some(Head { pid, by_server: true, ..head })
}
