//! loguru's default layout and the variants that keep its pipes.

use super::{Format, Head, Headless, after_level, time};

/// `time | LEVEL    | module:function:line - message`
pub(super) const FORMAT: Format = Format {
    name: "loguru",
    summary: "loguru's text layouts: time, level and origin between pipes",
    example: "2026-03-01 10:00:00.123 | INFO     | src.core.database:log_pool_state:48 - Pool size: 5",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    if !line.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (rest, stamp) = time::stamp(line)?;
    let level = rest.strip_prefix(" | ")?;
    let behind = after_level(level)?.trim_start_matches(' ').strip_prefix("| ")?;
    Some(Head::at(stamp, message(behind)))
}

/// What stands behind the origin; without an origin, all of it.
fn message(behind: &str) -> &str {
    let origin = |text: &str| !text.is_empty() && !text.contains([' ', '[']);
    let dashed = behind.split_once(" - ").filter(|(before, _)| origin(before));
    let piped = || behind.split_once(" | ").filter(|(before, _)| before.len() < 80);
    dashed.or_else(piped).map_or(behind, |(_, message)| message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_variants_are_heads() {
        for line in [
            "2025-07-02 02:37:02.123 | WARNING  | tests.conftest:<module>:131 - [X] boom",
            "2025-07-02 02:37:02.123 +02:00 | INFO     | a.b:c:1 - [X] boom",
            "2025-07-02 02:37:02 | INFO     | database | [X] boom",
            "2025-07-02T02:37:02.123456+0200 | SUCCESS | __main__:main:42 | [X] boom",
            "2025-08-08 14:32:39,412 | INFO | kwik [kwik.py:37] | [X] boom",
            "2025-07-02 02:37:02.123 | INFO | [X] boom",
        ] {
            assert_eq!(head(line).unwrap_or_else(|| panic!("{line}")).message, "[X] boom");
        }
    }
}
