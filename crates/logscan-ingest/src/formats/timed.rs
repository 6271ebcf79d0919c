//! Any logger that prints a time first, in whatever shape, or behind a level.

use super::time::any;
use super::{Format, Head, Headless};

/// `time message`, `[time] LEVEL file:line message`, `LEVEL [time] message`
pub(super) const FORMAT: Format = Format {
    name: super::TIMED,
    summary: "a time in any usual shape, in brackets or not, perhaps with a level, then the message",
    example: "[2026-03-01T10:00:00.123Z] DEBUG pool used=1 free=0 pendingAcquires=0",
    head,
    headless: Headless::Between,
};

const LEVELS: [&str; 27] = [
    "TRACE",
    "DEBUG",
    "DBG",
    "DEBU",
    "VERBOSE",
    "VERB",
    "INFO",
    "INF",
    "INFORMATION",
    "LOG",
    "NOTICE",
    "NOTE",
    "SUCCESS",
    "WARN",
    "WARNING",
    "WRN",
    "ERROR",
    "ERR",
    "ERRO",
    "SEVERE",
    "FATAL",
    "FTL",
    "CRITICAL",
    "CRIT",
    "FINE",
    "FINER",
    "CONFIG",
];

/// What loggers print around a level, a place and a time.
const MARKS: [char; 12] = [' ', '\t', '[', ']', '(', ')', '<', '>', '|', ':', '-', ','];

fn head(line: &str) -> Option<Head<'_>> {
    // Nearly all other lines of a log begin with a blank or a small letter.
    if !matches!(line.as_bytes().first()?, b'0'..=b'9' | b'A'..=b'Z' | b'[' | b'(' | b'<') {
        return None;
    }
    if let Some(head) = of_klog(line).or_else(|| of_logrus(line)) {
        return Some(head);
    }
    let line = behind_nest(line).unwrap_or(line);
    let first = behind_level(line.trim_start_matches(['[', '(', '<'])).unwrap_or(line);
    let first = behind_prefix(first).unwrap_or(first);
    let (stamp, rest) = any::read(first.trim_start_matches(['[', '(', '<']))?;
    if !rest.starts_with(MARKS) {
        return None;
    }
    Some(Head::at(stamp, message(rest)))
}

/// `I0301 10:00:00.123456    1234 store.go:12] message`, as glog and klog print it.
fn of_klog(line: &str) -> Option<Head<'_>> {
    let (date, rest) = line.split_at_checked(5)?;
    let is_date = date.starts_with(['I', 'W', 'E', 'F', 'D']) && is_number(&date[1..]);
    let (stamp, rest) = any::read(rest.strip_prefix(' ').filter(|_| is_date)?)?;
    let (place, message) = rest.split_once("] ")?;
    is_place(place.trim_start().rsplit(' ').next()?).then(|| Head::at(stamp, message))
}

/// `DEBU[0003] message`, as logrus prints it on a terminal: seconds since the program began.
fn of_logrus(line: &str) -> Option<Head<'_>> {
    let (level, rest) = line.split_once('[')?;
    let (seconds, message) = rest.split_once("] ")?;
    let fits = level.len() == 4 && LEVELS.contains(&level) && is_number(seconds);
    fits.then(|| Head::of(message))
}

/// The text behind the prefix that Go's loggers may have: `[mysql] `.
fn behind_prefix(line: &str) -> Option<&str> {
    let (name, rest) = line.strip_prefix('[')?.split_once("] ")?;
    name.bytes().all(|byte| byte.is_ascii_lowercase()).then_some(rest)
}

/// The text behind `[Nest] 77  - `.
fn behind_nest(line: &str) -> Option<&str> {
    let (pid, rest) = line.strip_prefix("[Nest] ")?.split_once(" - ")?;
    is_number(pid.trim_end()).then_some(rest)
}

/// What stands behind a time, a level, and where in the program's source the record was written.
fn message(rest: &str) -> &str {
    let text = opened(rest);
    let Some(behind) = behind_level(text) else { return without_place(text) };
    // `DEBUG (77): message`
    let number = behind.strip_prefix('(').and_then(|rest| rest.split_once("): "));
    number.filter(|(number, _)| is_number(number)).map_or_else(|| without_place(behind), |n| n.1)
}

/// The text behind the marks, but for a bracket that opens a word of the message.
fn opened(text: &str) -> &str {
    let rest = text.trim_start_matches(MARKS);
    let opened = text[..text.len() - rest.len()].ends_with(['[', '(', '<']);
    let of_level = || behind_level(rest).is_some();
    if opened && !of_level() { &text[text.len() - rest.len() - 1..] } else { rest }
}

/// The text behind the level with which this begins, in capitals or in brackets.
fn behind_level(text: &str) -> Option<&str> {
    let end = text.find(|c: char| !c.is_ascii_alphabetic())?;
    let (word, rest) = text.split_at(end);
    let is_level = LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word));
    let is_capital = word.bytes().all(|byte| byte.is_ascii_uppercase());
    let ends = rest.trim_start().starts_with([']', '>', ':', '|', ')']) || is_capital;
    (is_level && ends && rest.starts_with(MARKS)).then(|| opened(rest))
}

/// The text without the place in the program's source before it: `pool/pool.go:12  message`.
pub(super) fn without_place(text: &str) -> &str {
    let split = text.split_once([' ', '\t']).filter(|(word, _)| is_place(word));
    split.map_or(text, |(_, message)| opened(message))
}

/// `pool/pool.go:12`, `[pool.ts:12:7]`
fn is_place(word: &str) -> bool {
    let word = word.trim_matches(['[', ']', '(', ')', ':', '<', '>']);
    let mut parts = word.split(':');
    let file = parts.next().is_some_and(|file| {
        let name = file.rsplit('/').next().unwrap_or(file).split_once('.');
        name.is_some_and(|(_, end)| (1..=5).contains(&end.len()) && !is_number(end))
    });
    let mut lines = parts.peekable();
    file && lines.peek().is_some() && lines.all(is_number)
}

fn is_number(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_message_begins_behind_the_head() {
        for line in [
            "2026-03-01 10:00:00.123 took link 7",
            "10:00:00.123 took link 7",
            "(10:00:00) took link 7",
            "[10:00:00 DBG] took link 7",
            "[10:00:00.123] DEBUG (77): took link 7",
            "1796026610.730 took link 7",
            "[1796026610730] took link 7",
            "I0301 10:00:00.123456    1234 store.go:12] took link 7",
            "2026-03-01T10:00:00.123Z\tDEBUG\tpool/pool.go:12\ttook link 7",
            "2026-03-01 10:00:00.123 DEBUG src/pool.ts:12:7 took link 7",
            "2026-03-01T10:00:00.123Z [debug]: took link 7",
            "[DEBUG] 2026-03-01 10:00:00 - took link 7",
            "DEBUG [2026-03-01 10:00:00.123] took link 7",
            "[Sun Mar  1 10:00:00 2026] took link 7",
            "3/1/2026 10:00:00 AM took link 7",
            "DEBU[0003] took link 7",
            "[mysql] 2026/03/01 10:00:00 packets.go:58 took link 7",
            "10:00AM DBG took link 7",
            "[Nest] 77  - 03/01/2026, 10:00:00 AM   DEBUG took link 7",
        ] {
            let head = head(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(head.message, "took link 7", "{line}");
        }
    }

    #[test]
    fn words_of_the_message_stay() {
        for (line, message) in [
            ("[10:00:00] [DB_POOL] size 5", "[DB_POOL] size 5"),
            ("10:00:00 error while opening", "error while opening"),
            ("10:00:00 INFO [Pool] took link 7", "[Pool] took link 7"),
        ] {
            assert_eq!(head(line).unwrap().message, message, "{line}");
        }
    }

    #[test]
    fn other_lines_have_no_head() {
        for line in
            ["", "INFO", "[INFO] Running tests", "10:00:00-04", "1796026610 17 x", "12 passed"]
        {
            assert_eq!(head(line).map(|head| head.message.into_owned()), None, "{line}");
        }
    }

    #[test]
    fn a_stamp_is_as_printed() {
        let time = |line: &str| head(line).and_then(|head| head.time).map(|time| time.to_string());
        assert_eq!(time("1796026610.730 x").as_deref(), Some("2026-11-30T08:16:50.730000Z"));
        assert_eq!(time("(10:00:00) x").as_deref(), Some("T10:00:00"));
    }
}
