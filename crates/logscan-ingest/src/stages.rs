//! The stages of reading one by one, for benches: what a change costs or gains shows where it
//! was made.

use logscan_model::Limits;
use memchr::memchr;

use crate::chunk::{CHUNK, Chunks};
use crate::{Catalogue, Format, clean, formats};

/// Cuts bytes into chunks; returns how many.
#[must_use]
pub fn split(bytes: &[u8]) -> usize {
    let mut chunks = Chunks::new(bytes, CHUNK, Limits::default().line);
    std::iter::from_fn(|| chunks.next_chunk(Vec::new())).count()
}

/// Makes text of bytes: UTF-8 without colours.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> String {
    clean::text(bytes).0
}

/// Searches for the literals of all signatures; returns how many stand in the text.
#[must_use]
pub fn prefilter(catalogue: &Catalogue, text: &str) -> usize {
    catalogue.hits(text).len()
}

/// Reads the head of every line; returns how many lines have one.
#[must_use]
pub fn heads(format: &Format, text: &str) -> usize {
    let mut rest = text;
    let mut found = 0;
    while !rest.is_empty() {
        let end = memchr(b'\n', rest.as_bytes()).unwrap_or(rest.len());
        found += usize::from(formats::head_of(format, &rest[..end]).is_some());
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    found
}
