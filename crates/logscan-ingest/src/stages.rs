//! The stages of reading one by one, for benches and fuzzers: what a change costs, gains or
//! breaks shows where it was made.

use std::fmt::Write as _;

use logscan_model::{Event, InputId, Limits, Value};
use memchr::memchr;

use crate::chunk::{Chunks, RawChunk};
use crate::parse::Parser;
use crate::repeats::Repeats;
use crate::{Catalogue, Chunk, Format, Wrapping, clean, formats};

/// Cuts bytes into chunks of about a size; returns them and how many bytes of long lines were
/// skipped.
#[must_use]
pub fn split(bytes: &[u8], size: usize, longest: usize) -> (Vec<Vec<u8>>, u64) {
    let mut chunks = Chunks::new(bytes, size, longest);
    let mut skipped = 0;
    let raw = std::iter::from_fn(|| chunks.next_chunk(Vec::new()));
    let split = raw.map(|raw| {
        skipped += raw.skipped;
        raw.bytes
    });
    (split.collect(), skipped)
}

/// Makes text of bytes: UTF-8 without colours.
#[must_use]
pub fn decode(bytes: Vec<u8>) -> String {
    clean::text(bytes)
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

/// Parses texts one after the other; what one of them teaches is known in the next, if it
/// `remembers`. Lines are counted in each text.
#[must_use]
pub fn parse(format: &'static Format, texts: &[&[u8]], remembers: bool) -> Vec<Chunk> {
    let parser = Parser {
        catalogue: Catalogue::builtin(),
        format,
        wrapper: &Wrapping::NONE,
        input: InputId::new(0),
        decoded: false,
        json_depth: Limits::default().json_depth,
    };
    let mut repeats = Repeats::default();
    let parsed = texts.iter().map(|text| {
        if !remembers {
            repeats = Repeats::default();
        }
        let raw = RawChunk { offset: 0, bytes: text.to_vec(), skipped: 0 };
        parser.parse(raw, &mut repeats, Vec::new())
    });
    parsed.collect()
}

/// What was read in a chunk, wherever in its text that stands: for comparing two.
#[must_use]
pub fn said(chunk: &Chunk) -> String {
    let Chunk { text, events, counts, times, damages, shapes, .. } = chunk;
    let shapes: Vec<_> = shapes.iter().collect();
    let mut said = format!("{counts:?} {times:?} {damages:?} {shapes:?}");
    for event in events {
        let Event { kind, place, time, pid, by_server, basis, needs, fields } = event;
        let value = |value| match value {
            Value::Text(span) => format!("{:?}", span.of(text)),
            Value::Int(_) | Value::Float(_) => format!("{value:?}"),
        };
        let values: Vec<_> = fields.iter().map(|(field, read)| (field, value(read))).collect();
        _ = write!(
            said,
            "\n{kind:?} {place:?} {time:?} {pid:?} {by_server} {basis:?} {needs:?} {values:?}"
        );
    }
    said
}
