//! Where bytes come from: files, members of archives and standard input, plain or
//! compressed, in any encoding that says what it is.
//!
//! A source can be read more than once: the first time for its events, later for the
//! lines that are quoted. Standard input is therefore spooled to a temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use bzip2::read::MultiBzDecoder;
use encoding_rs_io::{DecodeReaderBytes, DecodeReaderBytesBuilder};
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;

/// Why an input cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceError {
    /// The operating system says no.
    #[error("cannot read {name}: {cause}")]
    Io {
        /// The input.
        name: String,
        /// What the operating system says.
        cause: io::Error,
    },
    /// There is not one byte.
    #[error("{name} is empty")]
    Empty {
        /// The input.
        name: String,
    },
    /// An archive cannot be unpacked.
    #[error("cannot unpack {name}: {what}")]
    Archive {
        /// The input.
        name: String,
        /// What is wrong with it.
        what: String,
    },
    /// The content is no text.
    #[error("{name} is not a text log: {what}")]
    Binary {
        /// The input.
        name: String,
        /// What it looks like.
        what: &'static str,
    },
}

/// Something that can be read, again and again.
#[derive(Debug)]
pub struct Source {
    name: String,
    origin: Origin,
}

#[derive(Debug)]
enum Origin {
    Path(PathBuf),
    Spooled(File),
}

/// How the bytes of a source are stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Storage {
    /// Bytes as stored.
    pub bytes: u64,
    /// `gzip`, `zstd`, `bzip2`, `xz`, or none.
    pub compression: Option<&'static str>,
    /// `utf-8`, `utf-16le`, `utf-16be`.
    pub encoding: &'static str,
    /// Bytes of the byte order mark of UTF-8, if there is one.
    pub(crate) mark: u64,
}

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

/// How much of the beginning is looked at to tell text from other content.
const SNIFFED: usize = 64 * 1024;

impl Storage {
    /// Whether the content stands in the file as it is read.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression.is_none() && self.encoding == UTF_8
    }
}

impl Source {
    /// A file. It is opened when it is read.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        Self { name: path.display().to_string(), origin: Origin::Path(path) }
    }

    /// Standard input, read to its end into a temporary file.
    ///
    /// # Errors
    /// If standard input cannot be read or the temporary file cannot be written.
    pub fn stdin() -> Result<Self, SourceError> {
        let spool = || {
            let mut file = tempfile::tempfile()?;
            io::copy(&mut io::stdin().lock(), &mut file)?;
            Ok(file)
        };
        let name = "-".to_owned();
        match spool() {
            Ok(file) => Ok(Self { name, origin: Origin::Spooled(file) }),
            Err(cause) => Err(SourceError::Io { name, cause }),
        }
    }

    /// A member of an archive, unpacked into a temporary file.
    pub(crate) fn member(name: String, content: File) -> Self {
        Self { name, origin: Origin::Spooled(content) }
    }

    /// The path as it was given, or `-`.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The path, unless the source is standard input.
    #[must_use]
    pub fn path(&self) -> Option<&Path> {
        match &self.origin {
            Origin::Path(path) => Some(path),
            Origin::Spooled(_) => None,
        }
    }

    /// Looks at the beginning: compression, encoding, and whether it is text at all.
    ///
    /// # Errors
    /// If the source cannot be opened, is empty, or is no text.
    pub fn storage(&self) -> Result<Storage, SourceError> {
        let bytes = self.length()?;
        if bytes == 0 {
            return Err(SourceError::Empty { name: self.name.clone() });
        }
        let stored = self.beginning(self.raw()?)?;
        let compression = compression(&stored);
        let content = self.beginning(self.inflated(compression)?)?;
        if content.is_empty() {
            return Err(SourceError::Empty { name: self.name.clone() });
        }
        let encoding = encoding(&content);
        match not_text(&content, encoding) {
            Some(what) => Err(SourceError::Binary { name: self.name.clone(), what }),
            None => {
                let mark = if content.starts_with(MARK) { MARK.len() as u64 } else { 0 };
                Ok(Storage { bytes, compression, encoding, mark })
            }
        }
    }

    /// The content from the beginning, as UTF-8 if it is well-formed; a byte order mark is left
    /// out.
    ///
    /// # Errors
    /// If the source cannot be opened.
    pub fn read(&self, storage: &Storage) -> Result<Box<dyn Read + Send>, SourceError> {
        let inflated = self.inflated(storage.compression)?;
        if storage.encoding != UTF_8 {
            return Ok(Box::new(decoded(inflated)));
        }
        let mut content = inflated;
        let mark = io::copy(&mut content.by_ref().take(storage.mark), &mut io::sink());
        mark.map_err(|cause| self.io(cause))?;
        Ok(content)
    }

    /// Bytes from `offset` on, as stored.
    pub(crate) fn read_at(&self, offset: u64) -> Result<impl Read + use<>, SourceError> {
        let mut file = self.raw()?;
        file.seek(SeekFrom::Start(offset)).map_err(|cause| self.io(cause))?;
        Ok(file)
    }

    /// The error of an operation on this source.
    pub(crate) fn io(&self, cause: io::Error) -> SourceError {
        SourceError::Io { name: self.name.clone(), cause }
    }

    fn length(&self) -> Result<u64, SourceError> {
        let file = self.raw()?;
        let metadata = file.metadata().map_err(|cause| self.io(cause))?;
        if metadata.is_dir() {
            return Err(self.io(io::ErrorKind::IsADirectory.into()));
        }
        Ok(metadata.len())
    }

    /// The bytes as stored.
    pub(crate) fn raw(&self) -> Result<File, SourceError> {
        let file = match &self.origin {
            Origin::Path(path) => File::open(path),
            Origin::Spooled(file) => file.try_clone().and_then(|mut file| {
                file.rewind()?;
                Ok(file)
            }),
        };
        file.map_err(|cause| self.io(cause))
    }

    /// The bytes, decompressed if they are compressed.
    pub(crate) fn unpacked(&self) -> Result<Box<dyn Read + Send>, SourceError> {
        self.inflated(compression(&self.beginning(self.raw()?)?))
    }

    fn inflated(&self, compression: Option<&str>) -> Result<Box<dyn Read + Send>, SourceError> {
        let raw = self.raw()?;
        Ok(match compression {
            Some("gzip") => Box::new(MultiGzDecoder::new(raw)),
            Some("zstd") => {
                let decoder = zstd::Decoder::new(raw).map_err(|cause| self.io(cause))?;
                Box::new(decoder)
            }
            Some("bzip2") => Box::new(MultiBzDecoder::new(raw)),
            Some("xz") => Box::new(XzDecoder::new_multi_decoder(raw)),
            _ => Box::new(raw),
        })
    }

    fn beginning(&self, reader: impl Read) -> Result<Vec<u8>, SourceError> {
        let mut content = Vec::new();
        reader.take(SNIFFED as u64).read_to_end(&mut content).map_err(|cause| self.io(cause))?;
        Ok(content)
    }
}

const UTF_8: &str = "utf-8";
/// The byte order mark of UTF-8.
const MARK: &[u8] = b"\xef\xbb\xbf";

fn compression(stored: &[u8]) -> Option<&'static str> {
    let known = COMPRESSIONS.iter().find(|(magic, _)| stored.starts_with(magic));
    known.map(|(_, name)| *name)
}

fn decoded<R: Read>(reader: R) -> DecodeReaderBytes<R, Vec<u8>> {
    DecodeReaderBytesBuilder::new().strip_bom(true).build(reader)
}

fn encoding(content: &[u8]) -> &'static str {
    match content {
        [0xff, 0xfe, ..] => "utf-16le",
        [0xfe, 0xff, ..] => "utf-16be",
        _ => UTF_8,
    }
}

/// What the content is, if it is no text. Zero bytes are allowed: they are holes.
fn not_text(content: &[u8], encoding: &str) -> Option<&'static str> {
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn file(content: &[u8]) -> (tempfile::NamedTempFile, Source) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content).unwrap();
        let source = Source::file(file.path());
        (file, source)
    }

    fn text(source: &Source) -> String {
        let storage = source.storage().unwrap();
        let mut text = String::new();
        source.read(&storage).unwrap().read_to_string(&mut text).unwrap();
        text
    }

    #[test]
    fn compression_is_known_by_its_content() {
        let mut gzip = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        gzip.write_all(b"a line\n").unwrap();
        let mut bzip2 = bzip2::write::BzEncoder::new(Vec::new(), bzip2::Compression::fast());
        bzip2.write_all(b"a line\n").unwrap();
        let mut xz = liblzma::write::XzEncoder::new(Vec::new(), 1);
        xz.write_all(b"a line\n").unwrap();
        for (packed, name) in [
            (gzip.finish().unwrap(), "gzip"),
            (bzip2.finish().unwrap(), "bzip2"),
            (xz.finish().unwrap(), "xz"),
            (zstd::encode_all(&b"a line\n"[..], 1).unwrap(), "zstd"),
        ] {
            let (_kept, source) = file(&packed);
            assert_eq!(source.storage().unwrap().compression, Some(name));
            assert_eq!(text(&source), "a line\n");
        }
    }

    #[test]
    fn utf16_is_decoded_and_marks_are_left_out() {
        let wide: Vec<u8> = "\u{feff}é\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (_kept, source) = file(&wide);
        assert_eq!(source.storage().unwrap().encoding, "utf-16le");
        assert_eq!(text(&source), "é\n");
        assert_eq!(text(&file("\u{feff}x\n".as_bytes()).1), "x\n");
    }

    #[test]
    fn what_is_no_log_is_named() {
        let refused = |content: &[u8]| file(content).1.storage().unwrap_err().to_string();
        assert!(refused(b"").ends_with("is empty"));
        assert!(refused(b"%PDF-1.4").contains("PDF"));
        assert!(refused(b"PK\x03\x04....").contains("zip archive"));
        let twice = zstd::encode_all(&zstd::encode_all(&b"x"[..], 1).unwrap()[..], 1).unwrap();
        assert!(refused(&twice).contains("more than once"));
        assert!(refused(&[1u8, 2, 3, 4, 5, 6]).contains("control bytes"));
        assert!(refused(b"\x1f\x8bnot really gzip").contains("cannot read"));
    }

    #[test]
    fn holes_of_zero_bytes_are_no_reason_to_refuse() {
        let (_kept, source) = file(&[&[0u8; 4096][..], b"10:00:00 text\n"].concat());
        assert!(source.storage().is_ok());
    }
}
