//! From bytes to text that can be read: valid UTF-8, without colours.
//!
//! Lines stay lines: nothing here adds or removes a line end.

use memchr::memchr;

const ESCAPE: u8 = 0x1b;
/// Bytes that are searched at once.
const BLOCK: usize = 64;
/// Bytes of a short text between two sequences.
const SHORT: usize = 32;

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
///
/// A coloured line has one every few bytes, and a search for each would take longer than all
/// that is done with the line. They are marked for many bytes at once, without a branch.
fn without_colours(text: String) -> String {
    let bytes = text.as_bytes();
    let mut next = memchr(ESCAPE, bytes);
    if next.is_none() {
        return text;
    }
    let mut clean = Clean { text: bytes, bytes: Vec::with_capacity(bytes.len() + SHORT), at: 0 };
    while let Some(block) = next {
        let mut marks = marks(&bytes[block..]);
        while marks != 0 {
            clean.escape(block + marks.trailing_zeros() as usize);
            marks &= marks - 1;
        }
        let behind = (block + BLOCK).min(bytes.len());
        next = memchr(ESCAPE, &bytes[behind..]).map(|more| behind + more);
    }
    // Sequences begin and end between characters, so that this changes nothing.
    String::from_utf8(clean.end())
        .unwrap_or_else(|error| String::from_utf8_lossy(error.as_bytes()).into_owned())
}

/// What is kept of a text.
struct Clean<'t> {
    text: &'t [u8],
    /// With room for a short text behind what is kept.
    bytes: Vec<u8>,
    /// What stands before it is taken or left out.
    at: usize,
}

impl Clean<'_> {
    /// Leaves out the sequence of an escape, unless it stands within another.
    fn escape(&mut self, escape: usize) {
        if escape >= self.at {
            self.keep(escape);
            self.at = escape + sequence_length(&self.text[escape..]);
        }
    }

    /// Takes the text up to a byte. Most are short: a copy of known length needs no call.
    fn keep(&mut self, end: usize) {
        let length = self.bytes.len() + end - self.at;
        match self.text[self.at..].first_chunk::<SHORT>() {
            Some(text) if end - self.at <= SHORT => self.bytes.extend_from_slice(text),
            _ => self.bytes.extend_from_slice(&self.text[self.at..end]),
        }
        self.bytes.truncate(length);
    }

    fn end(mut self) -> Vec<u8> {
        self.keep(self.text.len());
        self.bytes
    }
}

/// A bit for each of the first bytes: whether it is an escape.
fn marks(bytes: &[u8]) -> u64 {
    let mut block = [0; BLOCK];
    match bytes.first_chunk() {
        Some(whole) => block = *whole,
        None => block[..bytes.len()].copy_from_slice(bytes),
    }
    let (words, _) = block.as_chunks();
    let marks = words.iter().map(|word| u64::from(escapes(*word)));
    marks.rev().fold(0, |marks, of_word| marks << 8 | of_word)
}

/// A bit for each byte of a word: whether it is an escape.
fn escapes(word: [u8; 8]) -> u8 {
    const LOW: u64 = 0x7f7f_7f7f_7f7f_7f7f;
    let zero_if_escape = u64::from_le_bytes(word) ^ u64::from_le_bytes([ESCAPE; 8]);
    // The top bit of a byte is set unless all of its bits are zero.
    let tops = ((zero_if_escape & LOW) + LOW) | zero_if_escape | LOW;
    // The product brings the top bits of all bytes together in the last one.
    ((!tops).wrapping_mul(0x0002_0408_1020_4081) >> 56) as u8
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
            proptest::prop_assert_eq!(without_colours(text.clone()).into_bytes(), kept);
        }
    }
}
