//! Text without any head: prints, pasted excerpts.

use super::{Format, Head, Headless};

/// Nothing is expected of a line.
pub(super) const FORMAT: Format = Format {
    name: "plain",
    summary: "text without any head: prints, pasted excerpts",
    example: "[DB_POOL_STATE] Pool size: 5",
    head: |line| Some(Head::of(line)),
    headless: Headless::Unknown,
};
