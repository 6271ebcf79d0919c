//! Go's `log` package, and slog's default handler on top of it.

use super::{Format, Head, Headless, time};

/// `2009/11/10 23:00:00 message`
pub(super) const FORMAT: Format = Format {
    name: "go-log",
    summary: "Go's log package: a date with slashes, a time, the message",
    example: "2026/03/01 10:00:00 failed to connect",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let mut date = line.get(..10)?.split('/');
    let year = date.next()?.parse().ok()?;
    let month = date.next()?.parse().ok()?;
    let day = date.next()?.parse().ok()?;
    let (rest, of_day) = time::stamp(line.get(11..)?)?;
    Some(Head::at(of_day.with_date(year, month, day)?, rest.strip_prefix(' ')?))
}
