//! From bytes to text that can be read: valid UTF-8, without colours.
//!
//! Lines stay lines: nothing here adds or removes a line end.

use memchr::memchr;

const ESCAPE: u8 = 0x1b;

/// The bytes as text, and whether some of them were no UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(bytes) {
        Ok(text) => (without_colours(text), false),
        Err(error) => {
            let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
            (without_colours(text), true)
        }
    }
}

/// The text without ANSI escape sequences.
fn without_colours(text: String) -> String {
    let Some(first) = memchr(ESCAPE, text.as_bytes()) else { return text };
    let mut bytes = text.into_bytes();
    let (mut kept, mut at) = (first, first);
    while at < bytes.len() {
        at += sequence_length(&bytes[at..]);
        let next = memchr(ESCAPE, &bytes[at..]).map_or(bytes.len(), |more| at + more);
        bytes.copy_within(at..next, kept);
        kept += next - at;
        at = next;
    }
    bytes.truncate(kept);
    // Sequences begin and end between characters, so that this changes nothing.
    String::from_utf8(bytes)
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
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
        text(bytes.to_vec()).0
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
    fn an_unfinished_sequence_ends_with_its_line() {
        assert_eq!(cleaned(b"a\x1b[31\nb"), "a\nb");
        assert_eq!(cleaned("a\x1b\nb\x1b".as_bytes()), "a\nb");
        assert_eq!(cleaned("\x1b[3é".as_bytes()), "é");
    }

    #[test]
    fn bytes_that_are_no_text_are_told() {
        assert_eq!(text(vec![b'a', 0xff, b'\n']), ("a\u{fffd}\n".to_owned(), true));
    }

    proptest::proptest! {
        #[test]
        fn lines_stay_lines(text in "([a-z\u{1b}\\[\\]0-9;é]|\n){0,80}") {
            let lines = |text: &str| text.matches('\n').count();
            proptest::prop_assert_eq!(lines(&without_colours(text.clone())), lines(&text));
        }
    }
}
