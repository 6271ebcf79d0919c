//! The console logger of .NET: level and category, the message on the next line.

use super::{Format, Head, Headless};

/// `info: Category[id]`
pub(super) const FORMAT: Format = Format {
    name: "dotnet-console",
    summary: ".NET's console logger: a four-letter level and a category, then indented lines",
    example: "fail: Npgsql.Connection[1001]",
    head,
    headless: Headless::Continues,
};

const LEVELS: [&str; 6] = ["trce", "dbug", "info", "warn", "fail", "crit"];

fn head(line: &str) -> Option<Head<'_>> {
    let rest = LEVELS.iter().find_map(|level| line.strip_prefix(level)?.strip_prefix(": "))?;
    let (category, rest) = rest.split_once('[')?;
    let (event, message) = rest.split_once(']')?;
    let numbered = !event.is_empty() && event.bytes().all(|b| b.is_ascii_digit());
    let plain = numbered && !category.contains(' ');
    plain.then(|| Head::of(message.trim_start()))
}
