//! Lines read again, to be quoted in a report.

use std::collections::{BTreeMap, BTreeSet};

use memchr::memchr;

use crate::chunk::{CHUNK, Chunks};
use crate::clean;
use crate::source::{Source, SourceError, Storage};
use crate::wrapper::Wrapping;

/// The wanted lines of a source, without colours, wrapper and zero bytes.
///
/// Lines are numbered from 1. Reading stops behind the last wanted one.
///
/// # Errors
/// If the source cannot be read any more.
pub fn lines(
    source: &Source,
    storage: &Storage,
    wrapper: &Wrapping,
    wanted: &BTreeSet<u64>,
) -> Result<BTreeMap<u64, String>, SourceError> {
    let mut found = BTreeMap::new();
    let Some(last) = wanted.last() else { return Ok(found) };
    let mut chunks = Chunks::new(source.read(storage)?, CHUNK);
    let mut number = 0;
    while let Some(chunk) = chunks.next_chunk().map_err(|cause| source.io(cause))? {
        let mut rest = chunk.bytes.as_slice();
        while !rest.is_empty() && number < *last {
            let end = memchr(b'\n', rest).unwrap_or(rest.len());
            number += 1;
            if wanted.contains(&number) {
                found.insert(number, readable(&rest[..end], wrapper));
            }
            rest = rest.get(end + 1..).unwrap_or_default();
        }
        if number >= *last {
            break;
        }
    }
    Ok(found)
}

fn readable(bytes: &[u8], wrapper: &Wrapping) -> String {
    let (text, _) = clean::text(bytes.to_vec());
    let line = wrapper.unwrap(&text);
    line.trim_end().replace('\0', "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    #[test]
    fn lines_are_found_by_their_numbers() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(b"one\n\x1b[1mtwo\x1b[0m\r\n\nfour").unwrap();
        let source = Source::file(file.path());
        let storage = source.storage().unwrap();
        let found = lines(&source, &storage, &Wrapping::NONE, &[2, 4, 9].into()).unwrap();
        assert_eq!(found, [(2, "two".to_owned()), (4, "four".to_owned())].into());
    }
}
