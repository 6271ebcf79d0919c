//! Cutting a stream into chunks at line ends, whatever the lines are.

use std::io::{self, Read};

use memchr::{memchr, memrchr};

/// Bytes that a chunk has at most, and so the longest line that is kept whole.
pub(crate) const CHUNK: usize = 1 << 20;

/// Whole lines of a stream.
#[derive(Debug, Default, PartialEq)]
pub(crate) struct RawChunk {
    /// Bytes of the stream before it.
    pub(crate) offset: u64,
    /// The lines. Only the last line of the stream may lack its line end.
    pub(crate) bytes: Vec<u8>,
    /// Whether the last line was longer than a chunk and lost its rest.
    pub(crate) cut: bool,
}

/// Chunks of a stream, in order.
pub(crate) struct Chunks<R> {
    reader: R,
    size: usize,
    /// The beginning of the line on which the last chunk was cut.
    carry: Vec<u8>,
    /// Buffers to be filled again.
    spare: Vec<Vec<u8>>,
    /// Bytes that were read so far.
    read: u64,
    ended: bool,
}

impl<R: Read> Chunks<R> {
    pub(crate) fn new(reader: R, size: usize) -> Self {
        Self {
            reader,
            size: size.max(1),
            carry: Vec::new(),
            spare: Vec::new(),
            read: 0,
            ended: false,
        }
    }

    /// The next chunk; `None` at the end of the stream.
    pub(crate) fn next_chunk(&mut self) -> io::Result<Option<RawChunk>> {
        let mut bytes = self.spare.pop().unwrap_or_default();
        let offset = self.read - self.carry.len() as u64;
        self.fill(&mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        if self.ended {
            return Ok(Some(RawChunk { offset, bytes, cut: false }));
        }
        match memrchr(b'\n', &bytes) {
            Some(end) => {
                self.carry.extend_from_slice(&bytes[end + 1..]);
                bytes.truncate(end + 1);
                Ok(Some(RawChunk { offset, bytes, cut: false }))
            }
            None => self.cut_line(offset, bytes).map(Some),
        }
    }

    /// What was carried over, and then the stream; a buffer that was used before has its size.
    fn fill(&mut self, bytes: &mut Vec<u8>) -> io::Result<()> {
        let carried = self.carry.len();
        bytes.resize(self.size.max(carried), 0);
        bytes[..carried].copy_from_slice(&self.carry);
        self.carry.clear();
        let mut filled = carried;
        while filled < bytes.len() && !self.ended {
            match self.reader.read(&mut bytes[filled..]) {
                Ok(0) => self.ended = true,
                Ok(read) => {
                    filled += read;
                    self.read += read as u64;
                }
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                Err(error) => return Err(error),
            }
        }
        bytes.truncate(filled);
        Ok(())
    }

    /// Takes back a buffer, to be filled again.
    pub(crate) fn reuse(&mut self, buffer: Vec<u8>) {
        self.spare.push(buffer);
    }

    /// Skips the rest of a line that does not fit, so that one line stays one line.
    fn cut_line(&mut self, offset: u64, mut bytes: Vec<u8>) -> io::Result<RawChunk> {
        let mut buffer = vec![0; self.size];
        loop {
            let read = self.reader.read(&mut buffer)?;
            self.read += read as u64;
            if read == 0 {
                self.ended = true;
                return Ok(RawChunk { offset, bytes, cut: true });
            }
            if let Some(end) = memchr(b'\n', &buffer[..read]) {
                bytes.push(b'\n');
                self.carry = buffer[end + 1..read].to_vec();
                return Ok(RawChunk { offset, bytes, cut: true });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str, size: usize) -> Vec<RawChunk> {
        let mut chunks = Chunks::new(text.as_bytes(), size);
        std::iter::from_fn(|| chunks.next_chunk().unwrap()).collect()
    }

    fn joined(chunks: &[RawChunk]) -> String {
        let bytes: Vec<u8> = chunks.iter().flat_map(|chunk| chunk.bytes.clone()).collect();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_line_that_does_not_fit_loses_its_rest_and_stays_one_line() {
        let chunks = cut("ab\n0123456789\ncd\n", 4);
        assert_eq!(joined(&chunks), "ab\n0123\ncd\n");
        assert_eq!(chunks.iter().filter(|chunk| chunk.cut).count(), 1);
    }

    #[test]
    fn an_empty_stream_has_no_chunk() {
        assert_eq!(cut("", 4), vec![]);
    }

    proptest::proptest! {
        #[test]
        fn nothing_is_lost_where_lines_fit(text in "([a-z]{0,6}\n){0,20}[a-z]{0,6}", size in 8usize..40) {
            let chunks = cut(&text, size);
            proptest::prop_assert_eq!(joined(&chunks), text);
            for chunk in chunks.iter().rev().skip(1) {
                proptest::prop_assert_eq!(chunk.bytes.last(), Some(&b'\n'));
            }
        }
    }
}
