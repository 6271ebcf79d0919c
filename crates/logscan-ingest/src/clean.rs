//! From bytes to text that can be read: valid UTF-8, without colours.
//!
//! Lines stay lines: nothing here adds or removes a line end.

use memchr::memchr;

const ESCAPE: u8 = 0x1b;
/// Bytes that are searched at once.
const BLOCK: usize = 64;
/// Bytes of a short text between two sequences.
const SHORT: usize = 64;

/// The bytes as text, and whether some of them were no UTF-8.
pub(crate) fn text(bytes: Vec<u8>) -> (String, bool) {
    match String::from_utf8(without_colours(bytes)) {
        Ok(text) => (text, false),
        Err(error) => (String::from_utf8_lossy(error.as_bytes()).into_owned(), true),
    }
}

/// The text without ANSI escape sequences.
///
/// A coloured line has one every few bytes, and a search for each would take longer than all
/// that is done with the line. They are marked for many bytes at once, without a branch.
fn without_colours(text: Vec<u8>) -> Vec<u8> {
    let Some(first) = memchr(ESCAPE, &text) else { return text };
    let mut clean = Clean { text, kept: first, at: first };
    let mut next = Some(first);
    while let Some(block) = next {
        let mut marks = marks(&clean.text[block..]);
        while marks != 0 {
            clean.escape(block + marks.trailing_zeros() as usize);
            marks &= marks - 1;
        }
        let behind = (block + BLOCK).min(clean.text.len());
        next = memchr(ESCAPE, &clean.text[behind..]).map(|more| behind + more);
    }
    clean.end()
}

/// A text of which the beginning is clean.
struct Clean {
    text: Vec<u8>,
    /// Bytes that are kept, at the beginning.
    kept: usize,
    /// What stands before it is kept or left out.
    at: usize,
}

impl Clean {
    /// Leaves out the sequence of an escape, unless it stands within another.
    fn escape(&mut self, escape: usize) {
        if escape >= self.at {
            self.keep(escape);
            self.at = escape + sequence_length(&self.text[escape..]);
        }
    }

    /// Keeps the text up to a byte. Most are short: a copy of known length needs no call, and what
    /// it copies too much falls on bytes that were read.
    fn keep(&mut self, end: usize) {
        let short = end - self.at <= SHORT
            && self.kept + SHORT <= self.at
            && self.at + SHORT <= self.text.len();
        if short {
            self.text.copy_within(self.at..self.at + SHORT, self.kept);
        } else {
            self.text.copy_within(self.at..end, self.kept);
        }
        self.kept += end - self.at;
    }

    fn end(mut self) -> Vec<u8> {
        self.keep(self.text.len());
        self.text.truncate(self.kept);
        self.text
    }
}

/// A bit for each of the first bytes: whether it is an escape.
fn marks(bytes: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    match bytes.first_chunk() {
        Some(whole) => block = *whole,
        None => block[..bytes.len()].copy_from_slice(bytes),
    }
    let escapes = block.map(|byte| u8::from(byte == ESCAPE));
    let (words, _) = escapes.as_chunks();
    words.iter().rev().fold(0, |marks, word| marks << 8 | together(*word))
}

/// The lowest bit of each byte of a word.
fn together(word: [u8; 8]) -> u64 {
    u64::from_le_bytes(word).wrapping_mul(0x0102_0408_1020_4080) >> 56
}

/// Length of the escape sequence at the beginning of `bytes`; never beyond its line.
fn sequence_length(bytes: &[u8]) -> usize {
    colour_length(bytes).unwrap_or_else(|| any_length(bytes))
}

/// The length of a short `ESC [ parameters letter`, without a branch for each byte.
fn colour_length(bytes: &[u8]) -> Option<usize> {
    let [_, b'[', word @ ..] = bytes.first_chunk::<10>()? else { return None };
    // Parameters are 0x20 to 0x3f: in all other bytes one of the upper three bits differs.
    let other = (u64::from_le_bytes(*word) ^ 0x2020_2020_2020_2020) & 0xe0e0_e0e0_e0e0_e0e0;
    let letter = other.trailing_zeros() as usize / 8;
    matches!(word.get(letter), Some(0x40..=0x7e)).then_some(2 + letter + 1)
}

/// The length of any sequence.
fn any_length(bytes: &[u8]) -> usize {
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
    fn colours_are_measured_at_once() {
        let length = |sequence: &str| colour_length(format!("{sequence}123456789").as_bytes());
        assert_eq!((length("\x1b[m"), length("\x1b[0m")), (Some(3), Some(4)));
        assert_eq!((length("\x1b[1;36m"), length("\x1b[1;32;40m")), (Some(7), Some(10)));
        for other in ["\x1b[38;5;196m", "\x1b[3\n", "\x1b[3é", "\x1b]0;"] {
            assert_eq!(length(other), None, "{other:?}");
        }
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
            proptest::prop_assert_eq!(lines(&super::text(text.clone().into_bytes()).0), lines(&text));
        }

        #[test]
        fn many_bytes_at_once_are_cleaned_like_one_by_one(
            text in "(\u{1b}\\[[0-9;]{0,6}[mKé\u{7}]|\u{1b}[\\[\\]_c\u{7}]?|[a-z ]{0,50}|é|\n|\u{1a}){0,60}",
        ) {
            let mut kept = Vec::new();
            let mut rest = text.as_bytes();
            while let [first, behind @ ..] = rest {
                if *first == ESCAPE {
                    rest = &rest[any_length(rest)..];
                } else {
                    kept.push(*first);
                    rest = behind;
                }
            }
            proptest::prop_assert_eq!(without_colours(text.clone().into_bytes()), kept);
        }
    }
}
