//! A text as its reader decodes it: `%3D` is `=`, `&quot;` and `\u0022` are `"`.
//!
//! A connection string in an address, in a form, in a page is encoded as often as it was
//! wrapped. Names and values are searched for in each reading; what is found leads back to
//! where it stands in the log.

use std::ops::Range;

use super::steps;

/// A decoded text, and where its parts come from.
pub(super) struct Layer {
    pub(super) text: String,
    /// Where decoded characters end, here and in the text of the log.
    jumps: Vec<(usize, usize)>,
}

impl Layer {
    /// The text decoded once; `None` if nothing in it is encoded.
    pub(super) fn of(text: &str) -> Option<Self> {
        steps::count(text.len());
        let (mut decoded, mut jumps, mut kept) = (String::new(), Vec::new(), 0);
        let mut at = 0;
        let begins = |c: char| ['%', '&', '\\'].contains(&c) || INVISIBLE.contains(&c);
        while let Some(found) = text[at..].find(begins).map(|found| at + found) {
            let Some((c, length)) = character(&text[found..]) else {
                at = found + 1;
                continue;
            };
            decoded.push_str(&text[kept..found]);
            jumps.push((decoded.len(), found));
            decoded.extend(c);
            at = found + length;
            kept = at;
            jumps.push((decoded.len(), at));
        }
        decoded.push_str(&text[kept..]);
        (!jumps.is_empty()).then_some(Self { text: decoded, jumps })
    }

    /// A part of a text, in which these codes stand for characters.
    pub(super) fn part(text: &str, part: Range<usize>, codes: &[(&str, char)]) -> Self {
        let (mut decoded, mut jumps) = (String::new(), vec![(0, part.start)]);
        let inner = &text[part.clone()];
        let mut at = 0;
        while let Some(c) = inner[at..].chars().next() {
            let code = codes.iter().find(|(code, _)| inner[at..].starts_with(code));
            decoded.push(code.map_or(c, |(_, c)| *c));
            at += code.map_or(c.len_utf8(), |(code, _)| code.len());
            if code.is_some() {
                jumps.push((decoded.len(), part.start + at));
            }
        }
        Self { text: decoded, jumps }
    }

    /// This text decoded once more, with places of the log's text.
    pub(super) fn next(&self) -> Option<Self> {
        let inner = Self::of(&self.text)?;
        let jumps = inner.jumps.iter().map(|(here, there)| (*here, self.place(*there))).collect();
        // Between two jumps of the inner text there may be some of this one.
        let mut all: Vec<(usize, usize)> = jumps;
        let mut own =
            self.jumps.iter().map(|(here, there)| (inner.inner_place(*here), *there)).collect();
        all.append(&mut own);
        all.sort_unstable();
        all.dedup();
        Some(Self { text: inner.text, jumps: all })
    }

    /// Where these bytes stand in the log's text.
    pub(super) fn outer(&self, range: &Range<usize>) -> Range<usize> {
        self.place(range.start)..self.place(range.end)
    }

    fn place(&self, at: usize) -> usize {
        let jump = self.jumps.partition_point(|(here, _)| *here <= at);
        let (here, there) = jump.checked_sub(1).map_or((0, 0), |jump| self.jumps[jump]);
        there + (at - here)
    }

    /// Where a byte of the encoded text stands in this one.
    fn inner_place(&self, at: usize) -> usize {
        let jump = self.jumps.partition_point(|(_, there)| *there <= at);
        let (here, there) = jump.checked_sub(1).map_or((0, 0), |jump| self.jumps[jump]);
        let end = self.jumps.get(jump).map_or(usize::MAX, |(here, _)| *here);
        (here + (at - there)).min(end)
    }
}

/// Letters that no reader sees: they only say where a word may be broken.
const INVISIBLE: [char; 6] = ['\u{200b}', '\u{200c}', '\u{200d}', '\u{2060}', '\u{feff}', '\u{ad}'];

/// The character that begins the text encoded, none if it is invisible, and how many bytes
/// encode it.
fn character(text: &str) -> Option<(Option<char>, usize)> {
    let (c, length) = match text.as_bytes()[0] {
        b'%' => percent(text),
        b'&' => entity(text),
        b'\\' => escape(text),
        _ => return text.chars().next().map(|c| (None, c.len_utf8())),
    }?;
    Some((Some(c), length))
}

/// `%40`; also letters of several bytes.
fn percent(text: &str) -> Option<(char, usize)> {
    let byte = |at: usize| {
        let digits = text.get(at..at + 3)?.strip_prefix('%')?;
        u8::from_str_radix(digits, 16).ok()
    };
    let first = byte(0)?;
    let length = match first {
        b'\t' | 0x20..=0x7e => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return None,
    };
    let bytes: Option<Vec<u8>> = (0..length).map(|index| byte(index * 3)).collect();
    let c = std::str::from_utf8(&bytes?).ok()?.chars().next()?;
    Some((c, length * 3))
}

fn entity(text: &str) -> Option<(char, usize)> {
    const NAMES: [(&str, char); 7] = [
        ("&quot;", '"'),
        ("&apos;", '\''),
        ("&amp;", '&'),
        ("&lt;", '<'),
        ("&gt;", '>'),
        ("&equals;", '='),
        ("&colon;", ':'),
    ];
    if let Some((name, c)) = NAMES.iter().find(|(name, _)| text.starts_with(name)) {
        return Some((*c, name.len()));
    }
    let end = text[..text.floor_char_boundary(10)].find(';')?;
    let code = text[..end].strip_prefix("&#")?;
    let hex = code.strip_prefix(['x', 'X']).map(|hex| u32::from_str_radix(hex, 16));
    let c = char::from_u32(hex.unwrap_or_else(|| code.parse()).ok()?)?;
    (!c.is_control()).then_some((c, end + 1))
}

/// `\u0022`, `\x22` and `\/`. Quotes behind backslashes are understood as they stand.
fn escape(text: &str) -> Option<(char, usize)> {
    let behind = text.strip_prefix('\\')?;
    let slashes = text.len() - text.trim_start_matches('\\').len();
    if slashes < 16 && text[slashes..].starts_with('/') {
        return Some(('/', slashes + 1));
    }
    let (digits, length) = match behind.strip_prefix('u') {
        Some(rest) => (rest.get(..4)?, 6),
        None => (behind.strip_prefix('x')?.get(..2)?, 4),
    };
    let plain = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    let c = char::from_u32(u32::from_str_radix(digits, 16).ok().filter(|_| plain)?)?;
    (!c.is_control()).then_some((c, length))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn back(text: &str, layers: usize, part: &str) -> String {
        let mut layer = Layer::of(text).unwrap();
        for _ in 1..layers {
            layer = layer.next().unwrap();
        }
        let at = layer.text.find(part).unwrap_or_else(|| panic!("{part} in {}", layer.text));
        text[layer.outer(&(at..at + part.len()))].to_owned()
    }

    #[test]
    fn what_is_found_decoded_leads_back() {
        assert_eq!(back("a%3Db%40c d", 1, "b@c"), "b%40c");
        assert_eq!(back("PWD%253Db%252540c%253Bd", 2, "b%40c"), "b%252540c");
        assert_eq!(back("&quot;pw&#34;: \\u0022a b\\u0022 x", 1, "a b"), "a b");
        assert_eq!(back("x:\\/\\/u%C3%A9p@h", 1, "uép"), "u%C3%A9p");
        assert_eq!(back("%26quot;a%40b%26quot;c", 2, "a@b"), "a%40b");
    }

    #[test]
    fn what_is_not_encoded_has_no_layer() {
        for text in ["", "100 % of a & b \\n", "%zz &bogus; \\u12", "%00 %ff"] {
            assert!(Layer::of(text).is_none(), "{text}");
        }
    }
}
