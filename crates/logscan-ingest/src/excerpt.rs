//! Lines read again, to be quoted in a report.

use std::collections::BTreeSet;
use std::io::Read;

use memchr::memchr;

use crate::chunk::{CHUNK, Chunks};
use crate::clean;
use crate::source::{Source, SourceError, Storage};
use crate::wrapper::Wrapping;

/// Where a line begins.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Mark {
    pub(crate) line: u64,
    /// Bytes of the content before it.
    pub(crate) offset: u64,
}

/// Bytes of a line that are kept: more than is ever shown, so that secrets which begin in what
/// is shown are seen whole.
const KEPT: usize = 16 << 10;

/// Hands every wanted line of a source to `take`, in their order; `marks` tell where to begin, if
/// it can be read from there.
pub(crate) fn lines(
    source: &Source,
    storage: &Storage,
    wrapper: &Wrapping,
    wanted: &BTreeSet<u64>,
    marks: &[Mark],
    found: &mut dyn FnMut(u64, String),
) -> Result<(), SourceError> {
    let mut rest = wanted.iter().copied().peekable();
    while let Some(first) = rest.peek().copied() {
        let at = marks.partition_point(|mark| mark.line <= first);
        let end = marks.get(at).map_or(u64::MAX, |mark| mark.line);
        let wanted: BTreeSet<u64> =
            std::iter::from_fn(|| rest.next_if(|line| *line < end)).collect();
        match marks[..at].last() {
            Some(mark) => {
                let content = source.read_at(storage.mark + mark.offset)?;
                take(source, content, mark.line, &wanted, wrapper, found)?;
            }
            None => take(source, source.read(storage)?, 1, &wanted, wrapper, found)?,
        }
    }
    Ok(())
}

/// Takes wanted lines of a stream that begins with the line `number`; stops behind the last one.
fn take(
    source: &Source,
    content: impl Read,
    mut number: u64,
    wanted: &BTreeSet<u64>,
    wrapper: &Wrapping,
    found: &mut dyn FnMut(u64, String),
) -> Result<(), SourceError> {
    let Some(last) = wanted.last() else { return Ok(()) };
    let mut chunks = Chunks::new(content, CHUNK, source.limits().line);
    let mut buffer = Vec::new();
    while let Some(chunk) = chunks.next_chunk(buffer) {
        let mut rest = chunk.bytes.as_slice();
        while !rest.is_empty() && number <= *last {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            if wanted.contains(&number) {
                found(number, readable(&rest[..end.min(KEPT)], wrapper));
            }
            number += 1;
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        if number > *last {
            break;
        }
        buffer = chunk.bytes;
    }
    Ok(())
}

fn readable(bytes: &[u8], wrapper: &Wrapping) -> String {
    let text = clean::text(bytes.to_vec());
    let line = wrapper.unwrap(&text);
    line.trim_end().replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn found(source: &Source, wanted: &[u64], marks: &[Mark]) -> Vec<(u64, String)> {
        let storage = source.storage().unwrap();
        let (wanted, wrapper) = (wanted.iter().copied().collect(), Wrapping::NONE);
        let mut all = Vec::new();
        let mut found = |line, text| all.push((line, text));
        lines(source, &storage, &wrapper, &wanted, marks, &mut found).unwrap();
        all
    }

    #[test]
    fn of_a_long_line_the_beginning_is_kept() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(&[b'x'; 3 * KEPT]).unwrap();
        assert_eq!(found(&Source::file(file.path()), &[1], &[])[0].1.len(), KEPT);
    }

    #[test]
    fn lines_are_found_by_their_numbers() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\n\x1b[1mtwo\x1b[0m\r\n\nfour").unwrap();
        let source = Source::file(file.path());
        let found = found(&source, &[2, 4, 9], &[]);
        assert_eq!(found, [(2, "two".to_owned()), (4, "four".to_owned())]);
    }

    #[test]
    fn marks_spare_what_stands_before() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all("\u{feff}one\ntwo\nthree\nfour\n".as_bytes()).unwrap();
        let source = Source::file(file.path());
        let marks = [Mark { line: 1, offset: 0 }, Mark { line: 3, offset: 8 }];
        let found = found(&source, &[2, 3, 4], &marks).into_iter();
        assert_eq!(found.map(|(_, line)| line).collect::<Vec<_>>(), ["two", "three", "four"]);
    }
}
