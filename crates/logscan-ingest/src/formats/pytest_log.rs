//! Python's `logging`, as pytest's `log_file`, `log_cli` and captured sections print it.
//!
//! The layout is configurable: level before or after the logger's name, padded left
//! or right, in brackets or between dashes. What all layouts share is a time, and a
//! level as a word of its own soon after it.

use memchr::{memchr, memrchr_iter};

use super::{Format, Head, Headless, after_level, time, timed};

/// With a time.
pub(super) const FORMAT: Format = Format {
    name: "pytest-log-file",
    summary: "Python logging with a time: pytest's log_file and log_cli, SQLAlchemy's echo",
    example: "2026-03-01 10:00:00 [    INFO] src.core.database: [DB_POOL_STATE] Pool size: 5",
    head,
    headless: Headless::Continues,
};

/// Without a time: pytest's default for captured sections.
pub(super) const UNTIMED: Format = Format {
    name: "pytest-log-untimed",
    summary: "Python logging without a time: pytest's default log_format, basicConfig",
    example: "INFO     src.core.database:database.py:48 [DB_POOL_STATE] Pool size: 5",
    head: untimed_head,
    headless: Headless::Continues,
};

/// How far behind the time the level may stand: a logger's name fits in between.
const LEVEL_WITHIN: usize = 96;

fn head(line: &str) -> Option<Head<'_>> {
    if !line.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (rest, stamp) = time::stamp(line)?;
    let message = behind_level(rest)?;
    Some(Head::at(stamp, message))
}

/// The text behind the level, with the separators and the name that may follow it.
fn behind_level(rest: &str) -> Option<&str> {
    let separates = |byte: &u8| matches!(byte, b' ' | b'[' | b']' | b'|');
    let mut begin = 0;
    while begin <= rest.len().min(LEVEL_WITHIN) {
        let bytes = &rest.as_bytes()[begin..];
        let length = bytes.iter().position(separates).unwrap_or(bytes.len());
        if let Some("" | ":") = after_level(&rest[begin..begin + length]) {
            let behind = rest[begin + length..].trim_start_matches([']', ' ', '-', '|', ':']);
            return Some(without_origin(behind));
        }
        begin += length + 1;
    }
    None
}

/// The text without the logger's name before it and the file and line behind it.
fn without_origin(text: &str) -> &str {
    let text = behind_name(text).unwrap_or_else(|| timed::without_place(text));
    match text.strip_suffix(')').and_then(in_brackets) {
        Some((message, place)) if is_place(place) => message,
        _ => text,
    }
}

/// The text behind `name.of.logger:` or `name.of.logger:file.py:42`, and a blank.
fn behind_name(text: &str) -> Option<&str> {
    let named =
        |byte: &u8| matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'.' | b'_' | 0x80..);
    let length = text.bytes().take_while(named).count();
    let (name, rest) = text.split_at(length);
    let of_letters = || name.chars().all(|c| c.is_alphanumeric() || "._".contains(c));
    if !rest.starts_with(':') || !name.contains('.') || !(name.is_ascii() || of_letters()) {
        return None;
    }
    let blank = memchr(b' ', rest.as_bytes())?;
    let (line, message) = (&rest[..blank], &rest[blank + 1..]);
    let place = line.ends_with(':') || line.rsplit(':').next().is_some_and(is_number);
    place.then_some(message)
}

/// What stands before the last ` (` and behind it.
fn in_brackets(text: &str) -> Option<(&str, &str)> {
    let blank = |at: &usize| *at > 0 && text.as_bytes()[at - 1] == b' ';
    let at = memrchr_iter(b'(', text.as_bytes()).find(blank)?;
    Some((&text[..at - 1], &text[at + 1..]))
}

/// `conftest.py:42`
fn is_place(text: &str) -> bool {
    text.rsplit_once(':').is_some_and(|(file, line)| file.ends_with(".py") && is_number(line))
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit())
}

fn untimed_head(line: &str) -> Option<Head<'_>> {
    let rest = after_level(line)?;
    let message = pytest_default(rest).or_else(|| basic_config(rest))?;
    Some(Head::of(message))
}

/// `INFO     name:file.py:48 message`
fn pytest_default(rest: &str) -> Option<&str> {
    let (origin, message) = rest.strip_prefix(' ')?.trim_start().split_once(' ')?;
    let mut parts = origin.rsplit(':');
    (is_number(parts.next()?) && parts.next()?.ends_with(".py")).then_some(message)
}

/// `INFO:name:message`
fn basic_config(rest: &str) -> Option<&str> {
    let (name, message) = rest.strip_prefix(':')?.split_once(':')?;
    let named = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-');
    (!name.is_empty() && name.chars().all(named)).then_some(message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_usual_layouts_are_heads() {
        for line in [
            "20:25:10 - tests.conftest - INFO - Container started",
            "20:25:10 DEBUG    src.db.session:session.py:21 Container started",
            "2026-11-20 20:23:15,236 [    INFO] tests.conftest: Container started",
            "2026-11-20T20:23:15+0000 INFO     tests.conftest:conftest.py:42 Container started",
            "2026-11-20 20:23:15.236 [INFO    ] tests.conftest: Container started",
            "2026-11-20 20:23:15,236 INFO sqlalchemy.pool.impl.QueuePool Container started",
            "2026-11-20 20:23:15,236 tests.conftest INFO Container started",
            "2026-11-20 20:23:15,236 - INFO - tests.conftest - Container started",
        ] {
            let head = head(line).unwrap_or_else(|| panic!("{line}"));
            assert!(head.message.ends_with("Container started"), "{line}");
            assert!(head.time.is_some(), "{line}");
        }
    }

    #[test]
    fn names_files_and_lines_are_no_part_of_the_message() {
        for line in [
            "20:25:10 [   DEBUG] src.core.database: 3 rows (database.py:113)",
            "20:25:10 DEBUG    src.db.session:session.py:21 3 rows",
            "20:25:10 - src.core.database - DEBUG - 3 rows",
        ] {
            assert_eq!(head(line).unwrap().message, "3 rows", "{line}");
        }
        let kept = "20:25:10 [   DEBUG] truncate_tables: 3 rows (of 4)";
        assert_eq!(head(kept).unwrap().message, "truncate_tables: 3 rows (of 4)");
    }

    #[test]
    fn other_lines_have_no_head() {
        for line in ["", "Traceback (most recent call last):", "10:00:00 to 11:00:00 was quiet"] {
            assert_eq!(head(line), None, "{line}");
            assert_eq!(untimed_head(line), None, "{line}");
        }
        assert_eq!(untimed_head("ERROR at setup of test_x"), None);
        assert_eq!(untimed_head("ERROR tests/test_a.py::test_x - boom"), None);
    }

    #[test]
    fn lines_without_time_need_an_origin() {
        assert_eq!(untimed_head("WARNING:root:pool exhausted").unwrap().message, "pool exhausted");
        assert_eq!(untimed_head(UNTIMED.example).unwrap().message, "[DB_POOL_STATE] Pool size: 5");
    }
}
