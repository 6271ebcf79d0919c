//! Where bytes come from: files, members of archives and standard input, plain or
//! compressed, in any encoding that says what it is.
//!
//! A source can be read more than once: the first time for its events, later for the
//! lines that are quoted. Standard input is therefore spooled to a temporary file.

use std::fs::File;
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use bzip2::read::MultiBzDecoder;
use flate2::read::MultiGzDecoder;
use liblzma::read::XzDecoder;
use logscan_model::Limits;

use crate::bounded::{Bounded, beyond};
use crate::decode::{
    MARK, Returns, UTF_8, Wide, compression, decoded, encoding, encoding_of, not_text,
};

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
    /// What can be read only once cannot be kept.
    #[error("cannot keep {name} in a temporary file in {}: {cause}", folder.display())]
    Temporary {
        /// The input.
        name: String,
        /// Where temporary files are made.
        folder: PathBuf,
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

impl SourceError {
    /// Whether there is nothing of that name.
    #[must_use]
    pub fn is_missing(&self) -> bool {
        matches!(self, Self::Io { cause, .. } if cause.kind() == io::ErrorKind::NotFound)
    }
}

/// Something that can be read, again and again.
#[derive(Debug)]
pub struct Source {
    name: String,
    origin: Origin,
    limits: Limits,
    /// Why the content ends before its end, if it does.
    flaw: Option<String>,
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
    /// Whether lines end with carriage returns alone.
    pub(crate) returns: bool,
}

/// How much of the beginning is looked at to tell text from other content.
const SNIFFED: usize = 64 * 1024;

impl Storage {
    /// Whether the content stands in the file as it is read.
    pub(crate) fn is_plain(&self) -> bool {
        self.compression.is_none() && self.encoding == UTF_8 && !self.returns
    }
}

/// A temporary file that remembers whether it could not be written: then what was read is whole,
/// and only the disk is full.
pub(crate) struct Temporary {
    pub(crate) file: File,
    pub(crate) refused: bool,
}

impl Temporary {
    pub(crate) fn new() -> io::Result<Self> {
        Ok(Self { file: tempfile::tempfile()?, refused: false })
    }
}

impl Write for Temporary {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes).inspect_err(|_| self.refused = true)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn no_temporary(name: String, cause: io::Error) -> SourceError {
    SourceError::Temporary { name, folder: std::env::temp_dir(), cause }
}

impl Source {
    /// A file. It is opened when it is read.
    pub fn file(path: impl Into<PathBuf>) -> Self {
        let path = path.into();
        let name = path.display().to_string();
        Self { name, origin: Origin::Path(path), limits: Limits::default(), flaw: None }
    }

    /// The same source within other limits.
    #[must_use]
    pub fn within(self, limits: Limits) -> Self {
        Self { limits, ..self }
    }

    /// Standard input, read to its end into a temporary file.
    ///
    /// # Errors
    /// If nothing can be read, or the temporary file cannot be written.
    pub fn stdin(limits: Limits) -> Result<Self, SourceError> {
        Self::spooled("-".to_owned(), io::stdin().lock(), limits)
    }

    /// A pipe or a device, read to its end into a temporary file.
    ///
    /// # Errors
    /// If nothing can be read, or the temporary file cannot be written.
    pub fn pipe(path: &Path, limits: Limits) -> Result<Self, SourceError> {
        let name = path.display().to_string();
        match File::open(path) {
            Ok(pipe) => Self::spooled(name, pipe, limits),
            Err(cause) => Err(SourceError::Io { name, cause }),
        }
    }

    /// What can be read only once, kept in a temporary file: up to the limit, or an error.
    pub(crate) fn spooled(
        name: String,
        mut content: impl Read,
        limits: Limits,
    ) -> Result<Self, SourceError> {
        let mut kept = match Temporary::new() {
            Ok(kept) => kept,
            Err(cause) => return Err(no_temporary(name, cause)),
        };
        let mut spool = || {
            let read = io::copy(&mut content.by_ref().take(limits.unpacked), &mut kept);
            let flaw = match read {
                Ok(read) if read < limits.unpacked => None,
                Ok(_) if content.read(&mut [0])? == 0 => None,
                Ok(_) => Some(beyond(limits.unpacked).to_string()),
                Err(cause) if kept.refused || kept.file.metadata()?.len() == 0 => {
                    return Err(cause);
                }
                Err(cause) => Some(cause.to_string()),
            };
            Ok(flaw)
        };
        match spool() {
            Ok(flaw) => Ok(Self { name, origin: Origin::Spooled(kept.file), limits, flaw }),
            Err(cause) if kept.refused => Err(no_temporary(name, cause)),
            Err(cause) => Err(SourceError::Io { name, cause }),
        }
    }

    /// That no temporary file can be made for it.
    pub(crate) fn no_temporary(&self, cause: io::Error) -> SourceError {
        no_temporary(self.name.clone(), cause)
    }

    /// The source as the one of so many that have its name.
    pub(crate) fn numbered(self, number: usize) -> Self {
        Self { name: format!("{} ({number})", self.name), ..self }
    }

    /// Why the content ends before its end, if that is known already.
    #[must_use]
    pub fn flaw(&self) -> Option<&str> {
        self.flaw.as_deref()
    }

    /// How much of it is taken.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
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
                let returns = content.contains(&b'\r') && !content.contains(&b'\n');
                Ok(Storage { bytes, compression, encoding, mark, returns })
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
        let mut content = match encoding_of(storage.encoding) {
            Some(encoding) => Box::new(decoded(Wide::new(inflated), encoding)),
            None => inflated,
        };
        let mark = io::copy(&mut content.by_ref().take(storage.mark), &mut io::sink());
        mark.map_err(|cause| self.io(cause))?;
        Ok(if storage.returns { Box::new(Returns(content)) } else { content })
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

    pub(crate) fn length(&self) -> Result<u64, SourceError> {
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
        let stored = self.length()?;
        let raw = self.raw()?;
        let unpacked: Box<dyn Read + Send> = match compression {
            Some("gzip") => Box::new(MultiGzDecoder::new(raw)),
            Some("zstd") => {
                let decoder = zstd::Decoder::new(raw).map_err(|cause| self.io(cause))?;
                Box::new(decoder)
            }
            Some("bzip2") => Box::new(MultiBzDecoder::new(raw)),
            Some("xz") => Box::new(XzDecoder::new_multi_decoder(raw)),
            // What is appended from now on is not waited for.
            _ => return Ok(Box::new(raw.take(stored))),
        };
        Ok(Box::new(Bounded::new(unpacked, stored, &self.limits)))
    }

    /// The first bytes; an error behind them is met when they are read.
    fn beginning(&self, reader: impl Read) -> Result<Vec<u8>, SourceError> {
        self.first(reader, SNIFFED as u64)
    }

    pub(crate) fn first(&self, reader: impl Read, most: u64) -> Result<Vec<u8>, SourceError> {
        let mut content = Vec::new();
        match reader.take(most).read_to_end(&mut content) {
            Err(cause) if content.is_empty() => Err(self.io(cause)),
            _ => Ok(content),
        }
    }
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
