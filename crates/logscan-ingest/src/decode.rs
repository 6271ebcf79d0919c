//! What stored bytes are: compressed, encoded, or no text at all; and from other encodings to
//! UTF-8.

use std::io::{self, Read};

use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};

/// Beginnings of compressed streams, and what they are called.
const COMPRESSIONS: [(&[u8], &str); 4] =
    [(b"\x1f\x8b", "gzip"), (b"\x28\xb5\x2f\xfd", "zstd"), (b"BZh", "bzip2"), (b"\xfd7zXZ", "xz")];

/// Beginnings of files that are no logs.
const MAGIC: [(&[u8], &str); 6] = [
    (b"PK\x03\x04", "a zip archive within others; unpack it first"),
    (b"\x7fELF", "a program"),
    (b"\x89PNG", "a picture"),
    (b"PAR1", "a Parquet table"),
    (b"SQLite format 3\0", "an SQLite database"),
    (b"%PDF", "a PDF document"),
];

pub(crate) const UTF_8: &str = "utf-8";
/// The byte order mark of UTF-8.
pub(crate) const MARK: &[u8] = b"\xef\xbb\xbf";
/// The byte order marks of UTF-32, of which the first begins like that of UTF-16.
const UTF_32: [&[u8]; 2] = [b"\xff\xfe\0\0", b"\0\0\xfe\xff"];

pub(crate) fn compression(stored: &[u8]) -> Option<&'static str> {
    let known = COMPRESSIONS.iter().find(|(magic, _)| stored.starts_with(magic));
    known.map(|(_, name)| *name)
}

pub(crate) fn decoded<R: Read>(
    reader: R,
    encoding: &'static Encoding,
) -> DecodeReaderBytes<R, Vec<u8>> {
    DecodeReaderBytesBuilder::new().encoding(Some(encoding)).strip_bom(true).build(reader)
}

pub(crate) fn encoding_of(name: &str) -> Option<&'static Encoding> {
    let known = [("utf-16le", UTF_16LE), ("utf-16be", UTF_16BE)];
    known.into_iter().find_map(|(known, encoding)| (known == name).then_some(encoding))
}

/// By the byte order mark; without one, UTF-16 shows by its zero bytes.
pub(crate) fn encoding(content: &[u8]) -> &'static str {
    match content {
        [0xff, 0xfe, ..] => "utf-16le",
        [0xfe, 0xff, ..] => "utf-16be",
        _ if is_wide(content, 1) => "utf-16le",
        _ if is_wide(content, 0) => "utf-16be",
        _ => UTF_8,
    }
}

/// Whether of each two bytes the one at this place is zero in most, and the other one never.
fn is_wide(content: &[u8], place: usize) -> bool {
    let pairs = content.chunks_exact(2);
    let zeros = pairs.clone().filter(|pair| pair[place] == 0).count();
    zeros * 2 > pairs.len() && pairs.into_iter().all(|pair| pair[1 - place] != 0)
}

/// What the content is, if it is no text. Zero bytes are allowed: they are holes.
pub(crate) fn not_text(content: &[u8], encoding: &str) -> Option<&'static str> {
    if UTF_32.iter().any(|mark| content.starts_with(mark)) {
        return Some("it is UTF-32; convert it to UTF-8 first");
    }
    if let Some((_, what)) = MAGIC.iter().find(|(magic, _)| content.starts_with(magic)) {
        return Some(what);
    }
    if compression(content).is_some() {
        return Some("it is compressed more than once; unpack it first");
    }
    let control = |byte: &&u8| **byte < 0x20 && !b"\0\x07\x08\t\n\x0b\x0c\r\x1b".contains(byte);
    let strange = content.iter().filter(control).count();
    (encoding == UTF_8 && strange * 50 > content.len()).then_some("too many control bytes")
}

/// So many bytes without a zero, all of them printable ASCII, are no UTF-16 text.
const NARROW: usize = 96;

/// UTF-16 text, up to where another program appended text of another encoding.
pub(crate) struct Wide<R> {
    content: R,
    /// Printable bytes behind each other.
    narrow: usize,
    read: u64,
    ended: bool,
}

impl<R> Wide<R> {
    pub(crate) fn new(content: R) -> Self {
        Self { content, narrow: 0, read: 0, ended: false }
    }

    /// How many of the next bytes stand before narrow text. Of each stretch its end is looked
    /// at first: in wide text a byte that is not printable is never far.
    fn wide(&mut self, bytes: &[u8]) -> usize {
        let printable = |byte: &u8| byte.is_ascii_graphic() || *byte == b' ';
        let mut begin = 0;
        while begin + NARROW - self.narrow <= bytes.len() {
            let end = begin + NARROW - self.narrow;
            let Some(other) = bytes[begin..end].iter().rposition(|byte| !printable(byte)) else {
                self.ended = true;
                return end.saturating_sub(NARROW);
            };
            begin += other + 1;
            self.narrow = 0;
        }
        let last = bytes[begin..].iter().rev().take_while(|byte| printable(byte)).count();
        self.narrow = if begin + last == bytes.len() { self.narrow + last } else { last };
        bytes.len()
    }
}

impl<R: Read> Read for Wide<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.ended {
            let at = self.read;
            return Err(io::Error::other(format!("the encoding changes at byte {at}")));
        }
        let read = self.content.read(buffer)?;
        let kept = self.wide(&buffer[..read]);
        self.read += kept as u64;
        if self.ended && kept == 0 { self.read(buffer) } else { Ok(kept) }
    }
}

/// Content whose lines end with carriage returns.
pub(crate) struct Returns<R>(pub(crate) R);

impl<R: Read> Read for Returns<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        buffer[..read].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(read)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wide(text: &str) -> Vec<u8> {
        text.encode_utf16().flat_map(u16::to_le_bytes).collect()
    }

    #[test]
    fn encodings_are_known_by_mark_or_by_zero_bytes() {
        assert_eq!(encoding(b"\xff\xfea\0"), "utf-16le");
        assert_eq!(encoding(b"\xfe\xff\0a"), "utf-16be");
        assert_eq!(encoding(&wide("a line\n")), "utf-16le");
        assert_eq!(
            encoding(&"a line\n".encode_utf16().flat_map(u16::to_be_bytes).collect::<Vec<_>>()),
            "utf-16be"
        );
        assert_eq!(encoding(b"a line\n"), "utf-8");
        assert_eq!(encoding(&[0; 64]), "utf-8");
        assert_eq!(encoding(b""), "utf-8");
        assert_eq!((encoding_of("utf-8"), encoding_of("utf-16be")), (None, Some(UTF_16BE)));
    }

    #[test]
    fn what_is_no_text_is_named() {
        assert_eq!(not_text(b"\x7fELF...", UTF_8), Some("a program"));
        assert_eq!(
            not_text(b"\x1f\x8b...", UTF_8),
            Some("it is compressed more than once; unpack it first")
        );
        assert!(
            not_text(b"\xff\xfe\0\0a\0\0\0", "utf-16le")
                .is_some_and(|what| what.contains("UTF-32"))
        );
        assert!(
            not_text(b"\0\0\xfe\xff\0\0\0a", UTF_8).is_some_and(|what| what.contains("UTF-32"))
        );
        assert_eq!(not_text(&[1; 60], UTF_8), Some("too many control bytes"));
        // One strange byte of fifty is still a log; colours and zero bytes are not strange.
        assert_eq!(not_text(&[&[b'a'; 49][..], b"\x01"].concat(), UTF_8), None);
        assert_eq!(
            not_text(&[&[b'a'; 48][..], b"\x01"].concat(), UTF_8),
            Some("too many control bytes")
        );
        assert_eq!(not_text(b"\x1b[31m\0\x07\x08\t\n\x0b\x0c\r", UTF_8), None);
        assert_eq!(not_text(&wide("\u{1}\u{1}"), "utf-16le"), None);
    }

    #[test]
    fn compressions_are_known_by_their_beginning() {
        let names = [&b"\x1f\x8b"[..], b"\x28\xb5\x2f\xfd", b"BZh9", b"\xfd7zXZ\0", b"text"]
            .map(compression);
        assert_eq!(names, [Some("gzip"), Some("zstd"), Some("bzip2"), Some("xz"), None]);
    }

    #[test]
    fn wide_text_ends_where_narrow_text_begins() {
        for step in [1, 7, 64, 4096] {
            let first = wide("one\ntwo\n");
            let all = [&first[..], &[b'x'; 200]].concat();
            let (mut wide, mut kept, mut buffer) = (Wide::new(&all[..]), Vec::new(), vec![0; step]);
            let error = loop {
                match wide.read(&mut buffer) {
                    Ok(read) => kept.extend_from_slice(&buffer[..read]),
                    Err(error) => break error.to_string(),
                }
            };
            assert_eq!(error, format!("the encoding changes at byte {}", kept.len()));
            assert!(kept.starts_with(&first) && kept.len() < first.len() + NARROW, "{step}");
        }
        let mut whole = Vec::new();
        Wide::new(&wide(&"a long line ".repeat(50))[..]).read_to_end(&mut whole).unwrap();
        assert_eq!(whole.len(), 1200);
    }

    #[test]
    fn returns_become_line_ends() {
        let mut text = String::new();
        Returns(&b"a\rb\r"[..]).read_to_string(&mut text).unwrap();
        assert_eq!(text, "a\nb\n");
    }
}
