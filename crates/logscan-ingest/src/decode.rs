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

/// Content whose lines end with carriage returns.
pub(crate) struct Returns<R>(pub(crate) R);

impl<R: Read> Read for Returns<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.0.read(buffer)?;
        buffer[..read].iter_mut().filter(|byte| **byte == b'\r').for_each(|byte| *byte = b'\n');
        Ok(read)
    }
}
