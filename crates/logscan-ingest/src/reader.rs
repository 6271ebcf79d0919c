//! Reading one input to its end, with an account of its lines and its damages.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use logscan_model::note::{Note, NoteKind};
use logscan_model::report::{Input, UnknownShape};
use logscan_model::{EventKind, InputId, Place};

use crate::chunk::{CHUNK, Chunks, Stop};
use crate::damage::Damage;
use crate::excerpt::{self, Mark};
use crate::formats::{self, Head};
use crate::in_order;
use crate::parse::{Chunk, Parser};
use crate::source::{Source, SourceError, Storage};
use crate::{Catalogue, Detection, Format};

/// Shapes of unknown lines that are told apart in one input.
const SHAPES: usize = 4096;
/// Shapes that the report shows.
const SHOWN_SHAPES: usize = 5;

/// How to read.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// The line format, instead of the detected one.
    pub format: Option<&'static Format>,
    /// Bytes of a chunk; results do not depend on it.
    pub chunk: usize,
    /// Whether a text that begins so is no log but a report that was made of one.
    pub is_report: fn(&str) -> bool,
}

impl Default for Options {
    fn default() -> Self {
        Self { format: None, chunk: CHUNK, is_report: |_| false }
    }
}

/// One input, looked at and ready to be read.
#[derive(Debug)]
pub struct Reader<'c> {
    source: &'c Source,
    catalogue: &'c Catalogue,
    storage: Storage,
    detection: Detection,
    chunk: usize,
    /// Whether no more than the counts of a test runner are wanted.
    counts_only: bool,
    /// Where lines begin, once everything was read.
    marks: OnceLock<Vec<Mark>>,
}

impl<'c> Reader<'c> {
    /// Looks at a source: storage, encoding, wrapper, format.
    ///
    /// # Errors
    /// If the source cannot be read, is empty, or is no text.
    pub fn new(
        source: &'c Source,
        catalogue: &'c Catalogue,
        options: &Options,
    ) -> Result<Self, SourceError> {
        let storage = source.storage()?;
        let detection = Detection::of(source, &storage, catalogue, options)?;
        let chunk = options.chunk;
        let marks = OnceLock::new();
        Ok(Self { source, catalogue, storage, detection, chunk, counts_only: false, marks })
    }

    /// Reads no more than how many tests ran and failed.
    pub fn read_counts_only(&mut self) {
        self.counts_only = true;
    }

    /// What is read.
    #[must_use]
    pub fn source(&self) -> &Source {
        self.source
    }

    /// Which format was chosen, and why.
    #[must_use]
    pub fn detection(&self) -> &Detection {
        &self.detection
    }

    /// A line of each of the commonest shapes, at the end of the lines before it, with how many
    /// of a sample have that shape. All is as it stands in the log, so that secrets can be found.
    ///
    /// # Errors
    /// If the source cannot be read any more.
    pub fn shapes(&self) -> Result<Vec<(Vec<String>, usize)>, SourceError> {
        self.detection.shapes(self.source, &self.storage)
    }

    /// How the bytes are stored.
    #[must_use]
    pub fn storage(&self) -> &Storage {
        &self.storage
    }

    /// Hands the wanted lines to `found` in their order, without colours, wrapper and zero bytes;
    /// of very long ones the beginning. Lines are numbered from 1.
    ///
    /// # Errors
    /// If the source cannot be read any more.
    pub fn lines(
        &self,
        wanted: &BTreeSet<u64>,
        found: &mut dyn FnMut(u64, String),
    ) -> Result<(), SourceError> {
        let marks = self.marks.get().filter(|_| self.storage.is_plain());
        let marks = marks.map_or(&[][..], Vec::as_slice);
        excerpt::lines(self.source, &self.storage, &self.detection.wrapper, wanted, marks, found)
    }

    /// A line as it can be shown, and where its message begins in it.
    ///
    /// Lines whose message has to be unescaped are shown as time and message.
    #[must_use]
    pub fn shown(&self, line: &str) -> (String, usize) {
        match formats::head_of(self.detection.format, line) {
            Some(Head { message: Cow::Borrowed(message), .. }) => {
                (line.to_owned(), message.as_ptr().addr() - line.as_ptr().addr())
            }
            Some(Head { message: Cow::Owned(message), time, .. }) => {
                let time = time.map_or(String::new(), |time| format!("{time} "));
                (format!("{time}{message}"), time.len())
            }
            None => (line.to_owned(), 0),
        }
    }

    /// Reads everything, handing chunk after chunk to `fold`, in order.
    ///
    /// Returns the account of the lines, and what there is to say about the input.
    ///
    /// Where reading stops in the middle, a note says so, and what was folded stays folded.
    ///
    /// # Errors
    /// If the source cannot be opened any more.
    pub fn read(
        &self,
        id: InputId,
        mut fold: impl FnMut(&Chunk) + Send,
    ) -> Result<(Input, Vec<Note>), SourceError> {
        let parser = Parser {
            catalogue: self.catalogue,
            format: self.detection.format,
            wrapper: &self.detection.wrapper,
            input: id,
            decoded: self.storage.encoding != "utf-8",
            json_depth: self.source.limits().json_depth,
        };
        let content = self.source.read(&self.storage)?;
        let chunks = Chunks::new(content, self.chunk, self.source.limits().line);
        let mut account = Account::new(self.input());
        let mut marks = Vec::new();
        let (bytes, stop) = in_order::read(chunks, parser, |chunk| {
            marks.push(Mark { line: account.input.lines + 1, offset: chunk.offset });
            chunk.shift(account.input.lines);
            if self.counts_only {
                chunk.events.retain(|event| event.kind == EventKind::RunTotal);
            }
            account.add(chunk);
            fold(chunk);
        });
        _ = self.marks.set(marks);
        account.input.content_bytes = bytes;
        account.input.skipped_bytes += stop.as_ref().map_or(0, |stop| stop.skipped);
        let mut notes = account.notes(id, self.source.limits().line);
        notes.extend(self.ending(bytes, stop.as_ref()));
        Ok((account.close(), notes))
    }

    /// What there is to say about where reading ended.
    fn ending(&self, read: u64, stop: Option<&Stop>) -> Option<Note> {
        let name = self.source.name();
        let whole = self.storage.bytes - self.storage.mark;
        let stopped = |what: &str| {
            let sentence = format!(
                "Reading {name} ended after {read} bytes: {what}. What stands behind is missing."
            );
            Note::new(NoteKind::Stopped, 1, sentence, None)
        };
        if let Some(stop) = stop {
            return Some(stopped(&stop.cause.to_string()));
        }
        if let Some(flaw) = self.source.flaw() {
            return Some(stopped(flaw));
        }
        if self.storage.compression.is_some() || self.storage.encoding != "utf-8" {
            return None;
        }
        if read < whole {
            return Some(stopped(&format!("the file had {whole} bytes and shrank")));
        }
        let grown = self.source.length().ok()?.saturating_sub(self.storage.bytes);
        let sentence = format!(
            "{name} grew while it was read; {grown} bytes at its end are not in this report."
        );
        (grown > 0).then(|| Note::new(NoteKind::Grown, 1, sentence, None))
    }

    fn input(&self) -> Input {
        Input {
            name: self.source.name().to_owned(),
            bytes: self.storage.bytes,
            encoding: self.storage.encoding.to_owned(),
            compression: self.storage.compression.map(str::to_owned),
            wrapper: self.detection.wrapper.name(),
            format: self.detection.format.name.to_owned(),
            ..Input::default()
        }
    }
}

/// The account of one input.
struct Account {
    input: Input,
    damages: BTreeMap<Damage, (u64, u64)>,
    shapes: BTreeMap<String, (u64, u64)>,
}

impl Account {
    fn new(input: Input) -> Self {
        Self { input, damages: BTreeMap::new(), shapes: BTreeMap::new() }
    }

    fn add(&mut self, chunk: &Chunk) {
        let counts = chunk.counts;
        self.input.lines += counts.lines;
        self.input.lines_understood += counts.understood;
        self.input.lines_ignored += counts.ignored;
        self.input.lines_unknown += counts.unknown;
        self.input.lines_damaged += counts.damaged;
        self.input.skipped_bytes += chunk.skipped;
        if let Some((first, last)) = chunk.times {
            self.input.first.get_or_insert(first);
            self.input.last = Some(last);
        }
        for (damage, counted) in &chunk.damages {
            add(&mut self.damages, *damage, *counted);
        }
        for (shape, counted) in chunk.shapes.iter() {
            if self.shapes.len() < SHAPES || self.shapes.contains_key(shape) {
                add(&mut self.shapes, shape.clone(), counted);
            }
        }
    }

    fn close(mut self) -> Input {
        let mut shapes: Vec<_> = std::mem::take(&mut self.shapes).into_iter().collect();
        shapes.sort_by_key(|(_, (count, first))| (std::cmp::Reverse(*count), *first));
        let shown = shapes.into_iter().take(SHOWN_SHAPES);
        self.input.unknown_shapes =
            shown.map(|(shape, (count, line))| UnknownShape { shape, count, line }).collect();
        self.input
    }

    /// Torn ends alone may be ordinary text; beside other damage they are believed.
    fn notes(&self, id: InputId, longest: usize) -> Vec<Note> {
        let proven =
            [Damage::Spliced, Damage::NulBytes].iter().any(|d| self.damages.contains_key(d));
        let told = self.damages.iter().filter(|(damage, _)| **damage != Damage::TornEnd || proven);
        let mut notes: BTreeMap<NoteKind, (u64, u64)> = BTreeMap::new();
        for (damage, (count, first)) in told {
            add(&mut notes, note_kind(*damage), (*count, *first));
        }
        let name = &self.input.name;
        let note = |(kind, (count, line)): (NoteKind, (u64, u64))| {
            Note::new(
                kind,
                count,
                sentence(kind, count, name, longest),
                Some(Place { input: id, line }),
            )
        };
        notes.into_iter().map(note).collect()
    }
}

fn add<K: Ord>(counts: &mut BTreeMap<K, (u64, u64)>, key: K, (count, first): (u64, u64)) {
    let entry = counts.entry(key).or_insert((0, first));
    entry.0 += count;
    entry.1 = entry.1.min(first);
}

fn note_kind(damage: Damage) -> NoteKind {
    match damage {
        Damage::Spliced | Damage::TornEnd => NoteKind::TornLine,
        Damage::NulBytes => NoteKind::NulBytes,
        Damage::BadEncoding => NoteKind::BadEncoding,
        Damage::LongLine => NoteKind::LongLine,
        Damage::TooDeep => NoteKind::DeepLine,
    }
}

fn sentence(kind: NoteKind, count: u64, name: &str, longest: usize) -> String {
    let one = count == 1;
    let lines = if one { "1 line".to_owned() } else { format!("{count} lines") };
    let (was, holds, is) = if one { ("was", "holds", "is") } else { ("were", "hold", "are") };
    match kind {
        NoteKind::TornLine => format!(
            "{lines} of {name} {was} cut or overwritten: several processes wrote the file at once. \
             Text is missing; open the log with log_file_mode = a, or give each worker its own file."
        ),
        NoteKind::NulBytes => format!(
            "{lines} of {name} {holds} zero bytes where text should be: another process truncated \
             the file. Text is missing."
        ),
        NoteKind::BadEncoding => {
            format!("{lines} of {name} {holds} bytes that are no text in its encoding.")
        }
        NoteKind::DeepLine => format!(
            "{lines} of {name} {is} JSON that goes deeper than --max-json-depth; it was not read."
        ),
        _ => format!(
            "{lines} of {name} {was} longer than {longest} bytes (--max-line); the rest was skipped."
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::Write;

    fn read(content: &str, chunk: usize) -> (Input, Vec<Note>, Vec<String>) {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(content.as_bytes()).unwrap();
        let source = Source::file(file.path());
        let options = Options { chunk, ..Options::default() };
        let reader = Reader::new(&source, Catalogue::builtin(), &options).unwrap();
        let mut events = Vec::new();
        let seen = |chunk: &Chunk| {
            events.extend(chunk.events.iter().map(|e| format!("{:?} {}", e.kind, e.place.line)));
        };
        let (mut input, notes) = reader.read(InputId::new(0), seen).unwrap();
        input.name.clear();
        (input, notes, events)
    }

    const LOG: &str = "10:00:00 [   DEBUG] a.b: [DB_SESSION] Creating session #1 - Worker: gw0\n\
                       10:00:00 [   DEBUG] a.b: something else\n\
                       10:00:01 [   DEBUG] a.b: [DB_SESSION] Session #1 closed in 0.000s";

    #[test]
    fn chunk_size_changes_nothing() {
        let whole = read(LOG, CHUNK);
        for chunk in [80, 100, 150, 200] {
            let (input, _, events) = read(LOG, chunk);
            assert_eq!((input, events), (whole.0.clone(), whole.2.clone()), "{chunk}");
        }
        assert_eq!(whole.2, ["SessionOpen 1", "SessionClosed 3"]);
        assert_eq!(whole.0.first.unwrap().to_string(), "T10:00:00");
        assert_eq!(whole.0.last.unwrap().to_string(), "T10:00:01");
    }

    #[test]
    fn torn_ends_count_only_beside_other_damage() {
        let (_, notes, _) = read("10:00:00 [   DEBUG] a.b: x\nO] a: b\n", CHUNK);
        assert_eq!(notes, vec![]);
        let spliced = "10:00:00 [   DEBUG] a.b: x\nO] a: b\n10:00:0010:00:00 [   DEBUG] a.b: x\n";
        assert_eq!(read(spliced, CHUNK).1[0].count, 2);
    }
}
