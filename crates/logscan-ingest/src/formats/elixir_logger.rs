//! Elixir's console logger, also where its lines stick to ExUnit's dots.

use memchr::memrchr_iter;

use super::{Format, Head, Headless, time};

/// `time metadata [level] message`
pub(super) const FORMAT: Format = Format {
    name: "elixir-logger",
    summary: "Elixir's console logger: a time of day and a lower-case level, perhaps behind dots",
    example: "22:18:32.405 [warning] Event store is not running, cannot reset",
    head,
    headless: Headless::Between,
};

const LEVELS: [&str; 9] =
    ["debug", "info", "notice", "warn", "warning", "error", "critical", "alert", "emergency"];
/// Bytes of `00:00:00.000`.
const TIME: usize = 12;
/// Bytes of a date and the blank behind it.
const DATE: usize = 11;

fn head(line: &str) -> Option<Head<'_>> {
    let begin = record(line)?;
    let (rest, stamp) = time::stamp(&line[begin..])?;
    let (metadata, rest) = rest.split_once('[')?;
    let plain = metadata.split_whitespace().all(|pair| pair.contains('='));
    let (level, message) = rest.split_once("] ")?;
    (plain && LEVELS.contains(&level)).then(|| Head::at(stamp, message))
}

/// Where the record begins: with the line, behind dots, or behind the name of a running test.
fn record(line: &str) -> Option<usize> {
    let dots = line.len() - line.trim_start_matches(['.', '*', '?', '\r']).len();
    let time = |at: usize| line.get(at..at + TIME).is_some_and(is_time);
    let dated = |at: usize| line.as_bytes().get(at + 4) == Some(&b'-') && time(at + DATE);
    if time(dots) || dated(dots) {
        return Some(dots);
    }
    let mut marks = memrchr_iter(b'#', line.as_bytes());
    let mark = marks.find(|at| line[..*at].ends_with(" [L"))?;
    let behind = mark + line[mark..].find(']')? + 1;
    time(behind).then_some(behind)
}

fn is_time(text: &str) -> bool {
    let shape = b"00:00:00.000";
    text.bytes().zip(shape).all(|(byte, expected)| match expected {
        b'0' => byte.is_ascii_digit(),
        _ => byte == *expected,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_found_behind_what_exunit_prints() {
        for line in [
            "00:48:42.262 [warning] x",
            "..*.00:48:42.262 [warning] x",
            "...2024-07-21 22:53:49.096 [error] x",
            "00:48:42.262 request_id=a1 [error] x",
            "  * test GET / [L#4]02:24:35.463 [warning] x",
        ] {
            assert_eq!(head(line).unwrap_or_else(|| panic!("{line}")).message, "x");
        }
        assert_eq!(head("00:48:42.262 [main] INFO a.b - x"), None);
    }
}
