//! Lines that another writer cut or overwrote.
//!
//! Several processes that open one log file with mode `w` overwrite each other's
//! text. What remains has two marks: a fragment with a whole record behind it, and
//! the end of a record without its beginning.

use memchr::memchr_iter;

use crate::formats::{Format, Headless};

/// A way in which a line is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// A fragment, then a whole record.
    Spliced,
    /// The end of a record. Only believed in a file that has other damage.
    TornEnd,
    /// Zero bytes.
    NulBytes,
    /// Bytes that are no UTF-8.
    BadEncoding,
    /// A line that was longer than the reader keeps.
    LongLine,
    /// A JSON line that goes deeper than the reader.
    TooDeep,
}

/// Length of a date and the blank, or `T`, behind it.
pub(crate) const DATE: usize = 11;

/// Searches lines for a second head. It remembers nothing, so that a line is judged
/// alike wherever its chunk begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeadSearch {
    format: &'static Format,
}

impl HeadSearch {
    pub(crate) fn new(format: &'static Format) -> Self {
        Self { format }
    }

    /// Where the last whole record of a line begins, if a fragment stands before it.
    pub(crate) fn record_behind(self, line: &str) -> Option<usize> {
        let continues = self.format.headless == Headless::Continues;
        if !continues || !has_second_time(line, head_time(line)) {
            return None;
        }
        let begin = times(line).rev().find_map(|time| self.head_at(line, time));
        begin.filter(|begin| !is_tag(&line[..*begin]))
    }

    /// Whether a line is the end of a record that lost its beginning.
    pub(crate) fn is_torn_end(self, line: &str) -> bool {
        self.format.headless == Headless::Continues
            && head_time(line).is_none()
            && self.follows_lost_head(line)
    }

    /// Whether a line is whole whatever its numbers are; `ones` is the line [with ones](ones).
    pub(crate) fn is_plainly_whole(self, ones: &str) -> bool {
        self.record_behind(ones).is_none() && !self.is_torn_end(ones)
    }

    /// Where the head begins whose time of day stands at `time`, if it is not the line's own.
    fn head_at(self, line: &str, time: usize) -> Option<usize> {
        let year = |at: &usize| line.as_bytes()[*at..].iter().take(4).all(u8::is_ascii_digit);
        let begin = time.checked_sub(DATE).filter(year).unwrap_or(time);
        if begin == 0 {
            return None;
        }
        [begin, time].into_iter().find(|at| self.reads(line, *at))
    }

    fn reads(self, line: &str, at: usize) -> bool {
        line.get(at..).is_some_and(|rest| self.is_head(rest))
    }

    fn is_head(self, text: &str) -> bool {
        (self.format.head)(text).is_some()
    }

    /// `O] tests.conftest: …`, `42 - tests.conftest - INFO - …`: what follows a lost head.
    fn follows_lost_head(self, line: &str) -> bool {
        let begin = line.as_bytes().iter().take(9);
        let upper = begin.take_while(|b| b.is_ascii_uppercase() || **b == b' ').count();
        let bracket = line.as_bytes().get(upper) == Some(&b']');
        let fragment_of_time = line.starts_with(|c: char| c.is_ascii_digit() || c == ':');
        (bracket && line[upper + 1..].contains(": "))
            || (fragment_of_time && self.level_follows(line))
    }

    /// Whether the line would have a head if its time were whole.
    fn level_follows(self, line: &str) -> bool {
        let Some(blank) = line.find(' ').filter(|at| *at < 16) else { return false };
        let whole = format!("00:00:00{}", &line[blank..]);
        !self.is_head(line) && self.is_head(&whole)
    }
}

/// `[mysql] `: the name of a logger, which writes it before the time.
fn is_tag(front: &str) -> bool {
    let name = front.trim_end().strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    name.is_some_and(|name| {
        !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c))
    })
}

/// A line with every digit as `1`: with these, everything that looks like a time is one.
pub(crate) fn ones(line: &str) -> String {
    line.replace(|c: char| c.is_ascii_digit(), "1")
}

/// Where the time of day stands with which a line begins, if it does.
fn head_time(line: &str) -> Option<usize> {
    let bytes = line.as_bytes();
    let dated = bytes.get(4) == Some(&b'-');
    [0, DATE].into_iter().find(|at| is_time(bytes, *at) && (*at == 0 || dated))
}

/// Whether there may be a time behind the one of the head. It may begin within that one, but
/// not with it.
fn has_second_time(line: &str, head: Option<usize>) -> bool {
    may_hold_time(&line.as_bytes()[head.map_or(0, |at| at + 3)..])
}

/// Whether two colons stand as in a time; without a branch, so that many bytes are compared at
/// once.
fn may_hold_time(bytes: &[u8]) -> bool {
    let ahead = bytes.get(3..).unwrap_or_default();
    let both = bytes.iter().zip(ahead).map(|(one, other)| *one == b':' && *other == b':');
    both.fold(false, |any, both| any | both)
}

/// Places of `00:00:00` in a line; its end may be missing.
pub(crate) fn times(line: &str) -> impl DoubleEndedIterator<Item = usize> {
    let bytes = line.as_bytes();
    memchr_iter(b':', bytes)
        .filter_map(|colon| colon.checked_sub(2))
        .filter(|time| is_time(bytes, *time))
}

fn is_time(bytes: &[u8], at: usize) -> bool {
    let shape = b"00:00:0";
    let fits = |(byte, expected): (&u8, &u8)| match expected {
        b'0' => byte.is_ascii_digit(),
        _ => byte == expected,
    };
    bytes.get(at..at + shape.len()).is_some_and(|time| time.iter().zip(shape).all(fits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::by_name;

    fn damages(lines: &[&str]) -> Vec<Option<Damage>> {
        damages_of("pytest-log-file", lines)
    }

    fn damages_of(format: &str, lines: &[&str]) -> Vec<Option<Damage>> {
        let search = HeadSearch::new(by_name(format).unwrap());
        let damage = |line: &str| {
            let spliced = search.record_behind(line).map(|_| Damage::Spliced);
            spliced.or_else(|| search.is_torn_end(line).then_some(Damage::TornEnd))
        };
        lines.iter().map(|line| damage(line)).collect()
    }

    #[test]
    fn whole_records_and_their_continuations_are_sound() {
        let sound = [
            "2026-11-20 20:19:42 [   DEBUG] a.b: since 2026-11-20 20:19:40 all is well",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 3",
            "ValueError: [x] y: z",
            "2026-11-21 00:00:01 [   DEBUG] a.b: the next day",
        ];
        assert_eq!(damages(&sound), [None; 5]);
    }

    #[test]
    fn fragments_are_damage() {
        let torn = [
            "2026-11-20 20:19:42 [   DEBUG] a.b: x",
            "2026-11-20 20:19:42 [   DEBUG]2026-11-20 20:19:43 [   DEBUG] a.b: y",
            "O] tests.conftest: [DB_POOL_STATE] Pool size: 5",
            "19:42 [   DEBUG] a.b: y",
        ];
        let found = damages(&torn);
        assert_eq!(
            found[1..],
            [Some(Damage::Spliced), Some(Damage::TornEnd), Some(Damage::TornEnd)]
        );
    }

    #[test]
    fn what_only_looks_like_the_end_of_a_record_is_none() {
        let sound = [
            "42 items are left",
            "DEBUG] nothing",
            "x] a: b",
            "1234567890123456 [   DEBUG] a.b: y",
            "2026/03/01 10:00:00 a.b: y",
            "2026-13-01 10:00:00 [   DEBUG] a.b: a month that is none",
        ];
        assert_eq!(damages(&sound), [None; 6]);
        let torn = ["42 - a.b - INFO - y", ":42 [   DEBUG] a.b: y", " UG] a.b: y"];
        assert_eq!(damages(&torn), [Some(Damage::TornEnd); 3]);
    }

    #[test]
    fn where_lines_continue_nothing_there_are_no_fragments() {
        let lines = ["PASSED2026-11-20 20:19:43 [   DEBUG] a.b: y", "42 - a.b - INFO - y"];
        assert_eq!(damages_of("pytest-terminal", &lines), [None; 2]);
    }

    #[test]
    fn times_without_date_are_searched_too() {
        let torn = ["20:19:42 - a.b - INFO - x", "20:120:19:43 - a.b - INFO - y"];
        assert_eq!(damages(&torn), [None, Some(Damage::Spliced)]);
    }
}
