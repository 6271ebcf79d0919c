//! Cutting a stream into chunks at line ends, whatever the lines are.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// Bytes of a chunk: what a thread works on stays in its processor's cache.
pub(crate) const CHUNK: usize = 256 << 10;

/// Whole lines of a stream.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RawChunk {
    /// Bytes of the stream before it.
    pub(crate) offset: u64,
    /// The lines. Only the last line of the stream may lack its line end.
    pub(crate) bytes: Vec<u8>,
    /// Bytes of the last line that were skipped because it was too long.
    pub(crate) skipped: u64,
}

/// Chunks of a stream, in order.
pub(crate) struct Chunks<R> {
    reader: R,
    size: usize,
    /// Bytes of the longest line that is kept whole.
    longest: usize,
    /// The beginning of the line on which the last chunk was cut.
    carry: Vec<u8>,
    /// Bytes that were read so far.
    read: u64,
    ended: bool,
    stop: Option<Stop>,
}

/// Why a stream ended before its end.
#[derive(Debug)]
pub(crate) struct Stop {
    /// Bytes that are part of a line that was not read to its end.
    pub(crate) skipped: u64,
    pub(crate) cause: io::Error,
}

impl<R: Read> Chunks<R> {
    pub(crate) fn new(reader: R, size: usize, longest: usize) -> Self {
        let longest = longest.max(1);
        let size = size.clamp(1, longest);
        Self { reader, size, longest, carry: Vec::new(), read: 0, ended: false, stop: None }
    }

    /// The next chunk, in a buffer that may have been used before; `None` at the end of the
    /// stream.
    pub(crate) fn next_chunk(&mut self, mut bytes: Vec<u8>) -> Option<RawChunk> {
        let carried = self.carry.len();
        let offset = self.read - carried as u64;
        // A buffer that was used before has about its size: little of it is written twice.
        bytes.resize(self.size.max(carried), 0);
        bytes[..carried].copy_from_slice(&self.carry);
        self.carry.clear();
        self.fill(&mut bytes, carried);
        while !self.ended {
            if let Some(end) = memrchr(b'\n', &bytes) {
                self.carry.extend_from_slice(&bytes[end + 1..]);
                bytes.truncate(end + 1);
                break;
            }
            if bytes.len() >= self.longest {
                let skipped = self.skip_line(&mut bytes);
                return Some(RawChunk { offset, bytes, skipped });
            }
            let filled = bytes.len();
            bytes.resize((filled * 2).min(self.longest), 0);
            self.fill(&mut bytes, filled);
        }
        if let Some(stop) = &mut self.stop {
            // Half a line may say something else than the whole one.
            let whole = memrchr(b'\n', &bytes).map_or(0, |end| end + 1);
            stop.skipped += (bytes.len() - whole) as u64;
            bytes.truncate(whole);
        }
        (!bytes.is_empty()).then_some(RawChunk { offset, bytes, skipped: 0 })
    }

    /// Bytes that were read, and why there are no more, if it is not that all were.
    pub(crate) fn finish(self) -> (u64, Option<Stop>) {
        (self.read, self.stop)
    }

    /// Reads into a buffer from byte `filled` to its end, or to the end of the stream.
    fn fill(&mut self, bytes: &mut Vec<u8>, mut filled: usize) {
        while filled < bytes.len() && !self.ended {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    filled += read;
                    self.read += read as u64;
                }
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => {
                    self.ended = true;
                    self.stop = Some(Stop { skipped: 0, cause });
                }
            }
        }
        bytes.truncate(filled);
    }

    /// Skips the rest of a line that is too long, so that one line stays one line; returns how
    /// much there was.
    fn skip_line(&mut self, line: &mut Vec<u8>) -> u64 {
        let mut skipped = 0;
        let mut rest = Vec::new();
        while !self.ended {
            rest.resize(self.size, 0);
            self.fill(&mut rest, 0);
            if let Some(end) = memchr(b'\n', &rest) {
                line.push(b'\n');
                self.carry = rest.split_off(end + 1);
                return skipped + end as u64;
            }
            skipped += rest.len() as u64;
        }
        skipped
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LONGEST: usize = 8;

    fn cut(text: &str, size: usize) -> Vec<RawChunk> {
        let mut chunks = Chunks::new(text.as_bytes(), size, LONGEST);
        std::iter::from_fn(|| chunks.next_chunk(Vec::new())).collect()
    }

    fn joined(chunks: &[RawChunk]) -> String {
        let bytes: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_that_does_not_fit_loses_its_rest_and_stays_one_line() {
        for size in 1..20 {
            let chunks = cut("ab\n0123456789\n01234567\ncd\n012345678", size);
            assert_eq!(joined(&chunks), "ab\n01234567\n01234567\ncd\n01234567", "{size}");
            assert_eq!(chunks.iter().map(|chunk| chunk.skipped).sum::<u64>(), 3, "{size}");
        }
    }

    /// Gives some bytes, then fails.
    struct Broken(&'static [u8]);

    impl Read for Broken {
        fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
            match self.0.read(buffer)? {
                0 => Err(io::Error::other("the disk is gone")),
                read => Ok(read),
            }
        }
    }

    #[test]
    fn what_was_read_before_an_error_counts_but_for_half_a_line() {
        for (size, longest) in (1..20).map(|size| (size, LONGEST)).chain([(64, 64)]) {
            let mut chunks = Chunks::new(Broken(b"ab\ncd\nefg"), size, longest);
            let read: Vec<_> = std::iter::from_fn(|| chunks.next_chunk(Vec::new())).collect();
            assert_eq!(joined(&read), "ab\ncd\n", "{size}");
            let (bytes, stop) = chunks.finish();
            let stop = stop.unwrap();
            assert_eq!((bytes, stop.skipped), (9, 3), "{size}");
        }
    }

    #[test]
    fn an_empty_stream_has_no_chunk() {
        assert_eq!(cut("", 4), vec![]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_where_lines_fit(text in "([a-z]{0,6}\n){0,20}[a-z]{0,6}", size in 1usize..40) {
            let chunks = cut(&text, size);
            proptest::prop_assert_eq!(joined(&chunks), text.as_str());
            for chunk in &chunks {
                proptest::prop_assert!(text.as_bytes()[chunk.offset as usize..].starts_with(&chunk.bytes));
            }
            for chunk in chunks.iter().rev().skip(1) {
                proptest::prop_assert_eq!(chunk.bytes.last(), Some(&b'\n'));
            }
        }
    }
}
