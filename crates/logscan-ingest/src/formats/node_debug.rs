//! What node's debug package writes when it is no terminal: a time and a namespace.

use super::{Format, Head, Headless, time};

/// `2026-03-01T10:00:00.123Z namespace message`
pub(super) const FORMAT: Format = Format {
    name: "node-debug",
    summary: "node's debug package and others that print a UTC time and the message",
    example: "2026-03-01T10:00:00.123Z knex:client acquired connection from pool: __knexUid1",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let printed = &line[..line.len() - rest.len()];
    let zulu = printed.ends_with('Z') && printed.as_bytes().get(10) == Some(&b'T');
    // A level in brackets is another logger's.
    let message = rest.strip_prefix(' ').filter(|rest| zulu && !rest.starts_with('['))?;
    Some(Head::at(stamp, message))
}
