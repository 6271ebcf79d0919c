//! Signatures for lines that nobody understands yet, as a start for users' own.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt::Write as _;

use logscan_model::EventKind;

use crate::catalogue::Catalogue;
use crate::chunk::{CHUNK, Chunks};
use crate::clean;
use crate::formats;
use crate::reader::Reader;
use crate::shape;
use crate::source::SourceError;

/// Kinds of lines that are told apart.
const SHAPES: usize = 4096;
/// Signatures that are tried at most: each makes a catalogue.
const TRIED: usize = 100;

/// A signature that could be written for unknown lines.
#[derive(Clone, Debug, PartialEq)]
pub struct Suggestion {
    /// Text with placeholders for its numbers.
    pub pattern: String,
    /// A message that it matches.
    pub sample: String,
    /// Lines of this kind.
    pub count: u64,
}

impl Suggestion {
    /// The signature in the catalogue's syntax.
    #[must_use]
    pub fn toml(&self, id: &str, source: &str) -> String {
        let mut text = format!("[[signature]] # {} lines\n", self.count);
        // JSON escapes are those of TOML.
        let quoted = |text: &str| serde_json::Value::from(text).to_string();
        let rejected: String = self.sample.chars().take_while(|c| *c != ' ').collect();
        _ = writeln!(text, "id = {}", quoted(id));
        _ = writeln!(text, "kind = \"detail\"");
        _ = writeln!(text, "pattern = {}", quoted(&self.pattern));
        _ = writeln!(text, "source = {}", quoted(source));
        _ = writeln!(text, "samples = [{}]", quoted(&self.sample));
        _ = writeln!(text, "rejects = [{}]", quoted(&rejected));
        text
    }
}

/// What a line is asked for its secrets for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secrets {
    /// It may announce one, and is not shown.
    Learn,
    /// It is shown, and they are taken out.
    Mask,
}

/// Proposes signatures for the commonest lines with a prefix that nobody understands. `mask`
/// takes the secrets out of a line, before its numbers become placeholders; before that it gets
/// all lines that may announce one.
///
/// # Errors
/// If the source cannot be read.
pub fn unknown_prefixed(
    reader: &Reader<'_>,
    catalogue: &Catalogue,
    most: usize,
    mut mask: impl FnMut(&mut String, Secrets),
) -> Result<Vec<Suggestion>, SourceError> {
    // What a line announces is a secret in the lines before it too.
    messages(reader, |message| {
        if catalogue.kinds(&message).any(|kind| kind == EventKind::SecretAnnounced) {
            mask(&mut message.into_owned(), Secrets::Learn);
        }
    })?;
    let mut shapes: BTreeMap<String, Suggestion> = BTreeMap::new();
    messages(reader, |message| {
        if has_prefix(&message)
            && catalogue.kinds(&message).all(|kind| kind == EventKind::ErrorSeen)
        {
            let mut hide = |line: &mut String| mask(line, Secrets::Mask);
            remember(&mut shapes, message.into_owned(), &mut hide);
        }
    })?;
    let mut all: Vec<Suggestion> = shapes.into_values().collect();
    all.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| a.pattern.cmp(&b.pattern)));
    Ok(all.into_iter().take(TRIED).filter(is_sound).take(most).collect())
}

/// Reads what each line of the log says behind its head, as far as one looks at long lines.
fn messages(reader: &Reader<'_>, mut each: impl FnMut(Cow<'_, str>)) -> Result<(), SourceError> {
    let content = reader.source().read(reader.storage())?;
    let mut chunks = Chunks::new(content, CHUNK, reader.source().limits().line);
    while let Some(chunk) = chunks.next_chunk(Vec::new()) {
        let text = clean::text(chunk.bytes);
        for line in text.lines() {
            let line = shape::beginning(reader.detection().wrapper.unwrap(line));
            let head = formats::head_of(reader.detection().format, line);
            each(head.map_or(Cow::Borrowed(line), |head| head.message));
        }
    }
    Ok(())
}

/// `[DB_JOBS] …`, `DB_JOBS: …`: a word in capitals that somebody put there to be found again.
fn has_prefix(message: &str) -> bool {
    let word = match message.strip_prefix('[') {
        Some(rest) => rest.split_once("] ").map(|(word, _)| word),
        None => message.split_once(": ").map(|(word, _)| word),
    };
    let plain = |word: &str| {
        word.len() >= 3
            && word.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit() || b == b'_')
            && word.starts_with(|c: char| c.is_ascii_uppercase())
    };
    word.is_some_and(plain)
}

fn remember(
    shapes: &mut BTreeMap<String, Suggestion>,
    mut message: String,
    mask: &mut impl FnMut(&mut String),
) {
    let shape = shape::of(&message);
    if let Some(known) = shapes.get_mut(&shape) {
        known.count += 1;
    } else if shapes.len() < SHAPES {
        mask(&mut message);
        let pattern = pattern(&message);
        shapes.insert(shape, Suggestion { pattern, sample: message, count: 1 });
    }
}

/// The message with placeholders instead of its numbers, and of what was masked in it.
fn pattern(message: &str) -> String {
    let mut pattern = String::new();
    let mut rest = message.trim_end();
    while let Some((before, (_, behind))) = masked(rest) {
        pattern.push_str(&without_numbers(before));
        pattern.push_str("{_:name}");
        // A name goes on to the next blank.
        rest = &behind[behind.find(char::is_whitespace).unwrap_or(behind.len())..];
    }
    pattern + &without_numbers(rest)
}

/// What stands before the first `‹password-1›`, in it, and behind it.
fn masked(text: &str) -> Option<(&str, (&str, &str))> {
    let (before, rest) = text.split_once('‹')?;
    Some((before, rest.split_once('›')?))
}

fn without_numbers(text: &str) -> String {
    let mut pattern = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_digit()) {
        pattern.push_str(&rest[..at]);
        let end = rest[at..].find(|c: char| !c.is_ascii_digit()).map_or(rest.len(), |e| at + e);
        let fraction = rest[end..]
            .strip_prefix('.')
            .map_or(0, |behind| behind.find(|c: char| !c.is_ascii_digit()).unwrap_or(behind.len()));
        let kind = if fraction > 0 { "{_:float}" } else { "{_:int}" };
        pattern.push_str(kind);
        rest = &rest[end + if fraction > 0 { fraction + 1 } else { 0 }..];
    }
    pattern + rest
}

/// Whether the suggestion would be accepted.
fn is_sound(suggestion: &Suggestion) -> bool {
    let text = suggestion.toml("suggested", "this log");
    Catalogue::load(&[("suggested", text)]).is_ok_and(|catalogue| catalogue.check().is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_become_placeholders() {
        assert_eq!(pattern("[JOBS] took 1.5s, 3 left"), "[JOBS] took {_:float}s, {_:int} left");
        assert_eq!(pattern("[JOBS] done."), "[JOBS] done.");
        let masked = "[JOBS] 3 of ‹password-1›, 4 left";
        assert_eq!(pattern(masked), "[JOBS] {_:int} of {_:name} {_:int} left");
        assert!(is_sound(&Suggestion {
            pattern: pattern(masked),
            sample: masked.into(),
            count: 1
        }));
    }

    #[test]
    fn prefixes_are_words_in_capitals() {
        assert!(has_prefix("[DB_JOBS] x") && has_prefix("DB_JOBS: x"));
        assert!(!has_prefix("[info] x") && !has_prefix("GET /: x") && !has_prefix("E: x"));
    }

    #[test]
    fn what_cannot_be_a_signature_is_left_out() {
        let of = |message: &str| Suggestion {
            pattern: pattern(message),
            sample: message.to_owned(),
            count: 1,
        };
        assert!(is_sound(&of("[JOBS] 3 \"quoted\" left")));
        assert!(!is_sound(&of("[JOBS] {not a placeholder")));
    }
}
