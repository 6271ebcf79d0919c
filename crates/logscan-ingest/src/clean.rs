//! From bytes to text that can be read: valid UTF-8, without colours.
//!
//! Lines stay lines: nothing here adds or removes a line end.

use std::borrow::Cow;
use std::ops::Range;

use logscan_model::Span;
use memchr::memchr;

const ESCAPE: u8 = 0x1b;

/// The bytes as text without colours.
pub(crate) fn text(bytes: Vec<u8>) -> String {
    let (text, _) = decode(bytes);
    if has_colours(&text) { without_colours(&text) } else { text }
}

/// The bytes as text with its colours, and whether some of them were no UTF-8.
pub(crate) fn decode(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => (text, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    }
}

/// A line without its colours, and then without the carriage returns at its end.
pub(crate) fn line(line: &str) -> Cow<'_, str> {
    if !has_colours(line) {
        return Cow::Borrowed(line.trim_end_matches('\r'));
    }
    let mut plain = without_colours(line);
    plain.truncate(plain.trim_end_matches('\r').len());
    Cow::Owned(plain)
}

fn has_colours(text: &str) -> bool {
    memchr(ESCAPE, text.as_bytes()).is_some()
}

/// The text without ANSI escape sequences.
fn without_colours(text: &str) -> String {
    plain_parts(text).map(|part| &text[part]).collect()
}

/// Where a part of the text without its colours stands in the text with them; `None` if there
/// are colours within.
pub(crate) fn with_colours(text: &str, span: Span) -> Option<Span> {
    let mut plain = 0;
    for part in plain_parts(text) {
        let begin = plain;
        plain += part.len();
        if (span.start as usize) < plain {
            let moved = |at: u32| u32::try_from(part.start + at as usize - begin).ok();
            let within = span.end as usize <= plain;
            return within.then_some(Span { start: moved(span.start)?, end: moved(span.end)? });
        }
    }
    None
}

/// What stands between the escape sequences of a text.
fn plain_parts(text: &str) -> impl Iterator<Item = Range<usize>> {
    let bytes = text.as_bytes();
    let mut end = 0;
    std::iter::from_fn(move || {
        let mut begin = end;
        while bytes.get(begin) == Some(&ESCAPE) {
            begin += sequence_length(&bytes[begin..]);
        }
        end = memchr(ESCAPE, &bytes[begin..]).map_or(bytes.len(), |length| begin + length);
        (begin < end).then_some(begin..end)
    })
}

/// Length of the escape sequence at the beginning of `bytes`; never beyond its line.
fn sequence_length(bytes: &[u8]) -> usize {
    let ends = |from: usize, last: fn(u8) -> bool| {
        let at = bytes[from..].iter().position(|b| last(*b) || *b == b'\n' || !b.is_ascii());
        at.map_or(bytes.len(), |at| from + at + usize::from(last(bytes[from + at])))
    };
    match bytes.get(1) {
        Some(b'[') => ends(2, |b| (0x40..=0x7e).contains(&b)),
        Some(b']' | b'_') => ends(2, |b| b == 0x07),
        Some(b) if b.is_ascii() && *b != b'\n' => 2,
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cleaned(bytes: &[u8]) -> String {
        text(bytes.to_vec())
    }

    #[test]
    fn colours_go_and_text_stays() {
        assert_eq!(cleaned(b"\x1b[32m2026\x1b[0m | \x1b[1mINFO\x1b[0m\n"), "2026 | INFO\n");
        assert_eq!(cleaned(b"[gw0]\x1b[36m [  6%] \x1b[0mPASSED"), "[gw0] [  6%] PASSED");
        assert_eq!(cleaned(b"\x1b]0;title\x07x"), "x");
        assert_eq!(cleaned(b"\x1b_bk;t=1751416622123\x07x"), "x");
        assert_eq!(cleaned(b"a\x1bcb\x1b7c"), "abc");
    }

    #[test]
    fn returns_go_from_behind_the_text_that_stays() {
        assert_eq!(line("a\rb\r\r"), "a\rb");
        assert_eq!(line("a\r\u{1b}[0m\r"), "a");
        assert_eq!(line("\u{1b}[0m"), "");
    }

    #[test]
    fn what_has_no_colours_within_is_found_among_them() {
        let coloured = "\u{1b}[1mab\u{1b}[0m\u{1b}[31mcd\u{1b}[0m";
        let found = |start, end| {
            let span = with_colours(coloured, Span { start, end })?;
            Some(span.of(coloured))
        };
        assert_eq!([found(0, 2), found(1, 2), found(2, 3)], [Some("ab"), Some("b"), Some("c")]);
        assert_eq!([found(2, 4), found(1, 3), found(4, 5)], [Some("cd"), None, None]);
    }

    #[test]
    fn an_unfinished_sequence_ends_with_its_line() {
        assert_eq!(cleaned(b"a\x1b[31\nb"), "a\nb");
        assert_eq!(cleaned("a\x1b\nb\x1b".as_bytes()), "a\nb");
        assert_eq!(cleaned("\x1b[3é".as_bytes()), "é");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(decode(vec![b'a', 0xff, b'\n']), ("a\u{fffd}\n".to_owned(), true));
    }

    proptest::proptest! {
        #[test]
        fn lines_stay_lines(text in "([a-z\u{1b}\\[\\]0-9;é]|\n){0,80}") {
            let lines = |text: &str| text.matches('\n').count();
            proptest::prop_assert_eq!(lines(&super::text(text.clone().into_bytes())), lines(&text));
        }

        #[test]
        fn every_part_without_colours_is_found_with_them(
            text in "(\u{1b}\\[[0-9;]{0,6}[mKé\u{7}]|\u{1b}[\\[\\]_c\u{7}]?|[a-z ]{0,20}|é|\n|\u{1a}){0,30}",
        ) {
            let plain = super::text(text.clone().into_bytes());
            let spans = plain.char_indices().map(|(start, c)| Span {
                start: start as u32,
                end: (start + c.len_utf8()) as u32,
            });
            for span in spans {
                let found = with_colours(&text, span).map(|found| found.of(&text));
                proptest::prop_assert_eq!(found, Some(span.of(&plain)));
            }
        }
    }
}
