//! Patterns of signatures: literal text with typed placeholders.
//!
//! `[DB_SESSION] Session #{number:int} closed in {seconds:float}s` reads as it looks.
//! A blank stands for one or more blanks. A placeholder is `{field:kind}`; the field
//! `_` is read and forgotten.

mod lengths;

use lengths::{
    counts_length, grouped_length, is_outcome, nodeid_length, number_length, percent_length,
    rule_length, run, text_length,
};
use logscan_model::event::{Fields, MAX_FIELDS};
use logscan_model::{Field, Span, Value};
use nom::bytes::complete::{is_not, tag, take_while1};
use nom::character::complete::char;
use nom::combinator::{all_consuming, map};
use nom::multi::many1;
use nom::sequence::{delimited, separated_pair};
use nom::{IResult, Parser};
use serde::Deserialize;
use serde::de::value::{Error as DeError, StrDeserializer};

/// Where the values of one match stand.
pub(crate) type Slots = [Option<Slot>; MAX_FIELDS];

/// Where a value stands, and how it is read.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Slot {
    field: Field,
    kind: Kind,
    span: Span,
}

impl Slot {
    /// A text that stands there.
    pub(crate) fn text(field: Field, span: Span) -> Self {
        Self { field, kind: Kind::Text, span }
    }

    /// A whole number that stands there.
    pub(crate) fn number(field: Field, span: Span) -> Self {
        Self { field, kind: Kind::Int, span }
    }

    /// A number that stands there.
    pub(crate) fn float(field: Field, span: Span) -> Self {
        Self { field, kind: Kind::Float, span }
    }

    /// Whether it is the text of an error.
    pub(crate) fn is_error(&self) -> bool {
        self.field == Field::Error
    }

    /// The byte behind it.
    pub(crate) fn end(&self) -> usize {
        self.span.end as usize
    }
}

/// Reads the values of a match in `line`; spans are counted from `base`, the line's place in
/// the chunk. A number that is too large is none, and then there is no match.
pub(crate) fn fill(slots: &Slots, line: &str, base: usize, fields: &mut Fields) -> Option<()> {
    for (index, slot) in slots.iter().flatten().enumerate() {
        let value = slot.kind.value(slot.span, line, base)?;
        fields.set(index, slot.field, value);
    }
    Some(())
}

/// The same values in another text, in which they stand where `place` says.
pub(crate) fn moved(mut slots: Slots, place: impl Fn(Span) -> Option<Span>) -> Option<Slots> {
    for slot in slots.iter_mut().flatten() {
        slot.span = place(slot.span)?;
    }
    Some(slots)
}

/// A pattern, ready to match.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Pattern {
    pieces: Vec<Piece>,
    prefix: Prefix,
}

/// The literal text with which a pattern begins.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Prefix {
    pieces: usize,
    /// In bytes, if each blank is one.
    length: usize,
}

impl Prefix {
    fn of(pieces: &[Piece]) -> Self {
        let lengths = pieces.iter().map_while(|piece| match piece {
            Piece::Literal(text) => Some(text.len()),
            Piece::Blank => Some(1),
            Piece::Placeholder(..) => None,
        });
        lengths.fold(Self { pieces: 0, length: 0 }, |prefix, length| Self {
            pieces: prefix.pieces + 1,
            length: prefix.length + length,
        })
    }
}

#[derive(Clone, Debug, PartialEq)]
enum Piece {
    Literal(String),
    Blank,
    Placeholder(Option<Field>, Kind),
}

/// What a placeholder accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Kind {
    /// A whole number, perhaps negative.
    Int,
    /// A number, perhaps with a fraction.
    Float,
    /// A whole number whose thousands may be set off: `7,912`.
    Grouped,
    /// Letters, digits and `_ - .` and angle brackets, at least one.
    Word,
    /// Anything without a blank.
    Name,
    /// Upper-case letters.
    Upper,
    /// A host name or address: up to a quote, colon, slash, comma, bracket or blank.
    Host,
    /// As little as possible before the next piece, at the end all that is left.
    Text,
    /// A node id of pytest: path, `::`, name, perhaps parameters in brackets.
    Nodeid,
    /// Three or more of one of `= _ - !`.
    Rule,
    /// `[ 12%]`
    Percent,
    /// The letters that pytest prints for results.
    Letters,
    /// Numbers of things: `1 failed, 21 passed`.
    Counts,
    /// Text that goes on without a blank.
    Glued,
    /// Text that is no outcome of a test, nor the reason of one.
    Output,
    /// All before the colon with which the line ends, if no bracket opens in it.
    Heading,
}

impl Pattern {
    /// Reads a pattern; the error says what is wrong with it.
    pub(crate) fn parse(source: &str) -> Result<Self, String> {
        let (_, raw) = all_consuming(many1(raw_piece))
            .parse(source)
            .map_err(|_| format!("the pattern {source:?} has an unfinished placeholder"))?;
        let mut pieces = Vec::new();
        for piece in raw {
            match piece {
                Raw::Literal(text) => push_literal(&mut pieces, text),
                Raw::Placeholder(field, kind) => pieces.push(placeholder(field, kind)?),
            }
        }
        let prefix = Prefix::of(&pieces);
        let pattern = Self { pieces, prefix };
        if pattern.fields().count() > MAX_FIELDS {
            return Err(format!("the pattern {source:?} has more than {MAX_FIELDS} fields"));
        }
        Ok(pattern)
    }

    /// The fields that a match fills in.
    pub(crate) fn fields(&self) -> impl Iterator<Item = Field> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Placeholder(field, _) => *field,
            Piece::Literal(_) | Piece::Blank => None,
        })
    }

    /// Whether its own text has numbers in it; if wanted, only `behind_prefix`.
    pub(crate) fn has_numbers(&self, behind_prefix: bool) -> bool {
        let first = if behind_prefix { self.prefix.pieces } else { 0 };
        let literal = |piece: &Piece| matches!(piece, Piece::Literal(text) if holds_digit(text));
        self.pieces[first..].iter().any(literal)
    }

    /// The literal text with which every match begins, blanks as written.
    pub(crate) fn literal_prefix(&self) -> String {
        let mut prefix = String::new();
        for piece in &self.pieces {
            match piece {
                Piece::Literal(text) => prefix.push_str(text),
                Piece::Blank => prefix.push(' '),
                Piece::Placeholder(..) => break,
            }
        }
        prefix
    }

    /// Matches at the beginning of `text`; spans are counted from `base`.
    ///
    /// `whole` asks that nothing but blanks is left behind the match.
    pub(crate) fn matches(&self, text: &str, base: usize, whole: bool) -> Option<Slots> {
        self.matches_from(0, 0, text, base, whole)
    }

    /// The same where `text` is known to begin with the literal prefix.
    pub(crate) fn matches_behind_prefix(&self, text: &str, base: usize) -> Option<Slots> {
        let Prefix { pieces, length } = self.prefix;
        let more = match self.pieces[..pieces].last() {
            Some(Piece::Blank) => blanks(&text[length..]).unwrap_or_default(),
            _ => 0,
        };
        self.matches_from(pieces, length + more, text, base, false)
    }

    /// Matches the pieces from the one with this index on, at byte `at` of the text.
    fn matches_from(
        &self,
        first: usize,
        mut at: usize,
        text: &str,
        base: usize,
        whole: bool,
    ) -> Option<Slots> {
        let mut slots = Slots::default();
        let mut used = 0;
        for (index, piece) in self.pieces.iter().enumerate().skip(first) {
            let rest = &text[at..];
            match piece {
                Piece::Literal(literal) => {
                    at += begins(rest, literal).then_some(literal.len())?;
                }
                Piece::Blank => at += blanks(rest)?,
                Piece::Placeholder(field, kind) => {
                    let length = kind.length(rest, &self.pieces[index + 1..])?;
                    if let Some(field) = *field {
                        let span = span(base + at, length)?;
                        slots[used] = Some(Slot { field, kind: *kind, span });
                        used += 1;
                    }
                    at += length;
                }
            }
        }
        (!whole || text[at..].trim_end().is_empty()).then_some(slots)
    }
}

enum Raw<'s> {
    Literal(&'s str),
    Placeholder(&'s str, &'s str),
}

fn raw_piece(input: &str) -> IResult<&str, Raw<'_>> {
    let name = || take_while1(|c: char| c.is_ascii_lowercase() || c == '_');
    let placeholder = delimited(char('{'), separated_pair(name(), tag(":"), name()), char('}'));
    let placeholder = map(placeholder, |(field, kind)| Raw::Placeholder(field, kind));
    nom::branch::alt((placeholder, map(is_not("{"), Raw::Literal))).parse(input)
}

/// Splits literal text at its blanks.
fn push_literal(pieces: &mut Vec<Piece>, text: &str) {
    for (index, part) in text.split(' ').enumerate() {
        if index > 0 && pieces.last() != Some(&Piece::Blank) {
            pieces.push(Piece::Blank);
        }
        if !part.is_empty() {
            pieces.push(Piece::Literal(part.to_owned()));
        }
    }
}

fn placeholder(field: &str, kind: &str) -> Result<Piece, String> {
    let kind = named(kind).map_err(|_| format!("no placeholder kind is called {kind:?}"))?;
    if field == "_" {
        return Ok(Piece::Placeholder(None, kind));
    }
    let field = named(field).map_err(|_| format!("no field is called {field:?}"))?;
    Ok(Piece::Placeholder(Some(field), kind))
}

fn named<'s, T: Deserialize<'s>>(name: &'s str) -> Result<T, DeError> {
    T::deserialize(StrDeserializer::new(name))
}

/// Whether the text begins so; most do not, and their first byte tells.
fn begins(text: &str, literal: &str) -> bool {
    text.as_bytes().first() == literal.as_bytes().first() && text.starts_with(literal)
}

fn blanks(text: &str) -> Option<usize> {
    let length = text.bytes().take_while(|byte| matches!(byte, b' ' | b'\t')).count();
    (length > 0).then_some(length)
}

impl Kind {
    /// How many bytes of `rest` the placeholder takes, given what must follow.
    fn length(self, rest: &str, following: &[Piece]) -> Option<usize> {
        let length = match self {
            Self::Int => number_length(rest, false),
            Self::Float => number_length(rest, true),
            Self::Grouped => grouped_length(rest),
            Self::Word => run(rest, |c| c.is_alphanumeric() || "_-.<>".contains(c)),
            Self::Name => run(rest, |c| !c.is_whitespace()),
            Self::Upper => run(rest, |c| c.is_ascii_uppercase()),
            Self::Host => run(rest, |c| !c.is_whitespace() && !"'\":/,()[]".contains(c)),
            Self::Text => return text_length(rest, following),
            Self::Heading if rest.starts_with(char::is_whitespace) || rest.contains(" [") => 0,
            Self::Heading => rest.trim_end().strip_suffix(':')?.len(),
            Self::Nodeid => nodeid_length(rest)?,
            Self::Rule => rule_length(rest),
            Self::Percent => percent_length(rest)?,
            Self::Letters => run(rest, |c| ".FEsxXR".contains(c)),
            Self::Counts => counts_length(rest),
            Self::Glued if rest.starts_with(char::is_whitespace) => 0,
            Self::Output if is_outcome(rest) => 0,
            Self::Glued | Self::Output => rest.trim_end().len(),
        };
        (length > 0).then_some(length)
    }

    fn value(self, at: Span, line: &str, base: usize) -> Option<Value> {
        match self {
            Self::Int => at.of(line).parse().ok().map(Value::Int),
            Self::Float => at.of(line).parse().ok().map(Value::Float),
            Self::Grouped => at.of(line).replace(',', "").parse().ok().map(Value::Int),
            _ => span(base + at.start as usize, at.len()).map(Value::Text),
        }
    }
}

pub(crate) fn holds_digit(text: &str) -> bool {
    text.bytes().any(|byte| byte.is_ascii_digit())
}

fn span(start: usize, length: usize) -> Option<Span> {
    let end = u32::try_from(start + length).ok()?;
    Some(Span { start: start as u32, end })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<'t>(pattern: &str, text: &'t str) -> Option<Vec<(Field, &'t str)>> {
        let slots = Pattern::parse(pattern).unwrap().matches(text, 0, true)?;
        let mut fields = Fields::NONE;
        fill(&slots, text, 0, &mut fields)?;
        let shown = fields.iter().map(|(field, value)| match value {
            Value::Text(span) => (field, span.of(text)),
            Value::Int(_) | Value::Float(_) => (field, "number"),
        });
        Some(shown.collect())
    }

    #[test]
    fn placeholders_take_what_they_say() {
        assert_eq!(
            read("#{number:int} - Worker: {worker:word}", "#7 - Worker: gw0"),
            Some(vec![(Field::Number, "number"), (Field::Worker, "gw0")])
        );
        assert_eq!(read("#{number:int}", "#x"), None);
        assert_eq!(read("({host:host}, {port:int})", "(10.0.0.5, 5432)").unwrap()[0].1, "10.0.0.5");
        assert_eq!(
            read("in {seconds:float}s", "in 0.034s"),
            Some(vec![(Field::Seconds, "number")])
        );
    }

    #[test]
    fn node_ids_may_hold_blanks_in_brackets() {
        let line = "t/a.py::test_p[postgresql://a:b@h/d x] ";
        assert_eq!(read("{test:nodeid}", line).unwrap()[0].1, line.trim_end());
        let glued = "t/a.py::T::test_x[5] 2026-11-20 20:45:53.073 | DEBUG";
        assert_eq!(read("{test:nodeid} {_:text}", glued).unwrap()[0].1, "t/a.py::T::test_x[5]");
        assert_eq!(read("{test:nodeid}", "std::env"), None);
    }

    #[test]
    fn titles_stand_between_rules() {
        let title =
            |text| read("{_:rule} {title:text}{_:rule}", text).map(|fields| fields[0].1.trim());
        assert_eq!(title("____ test_x ____"), Some("test_x"));
        assert_eq!(title("__ test_x __"), None);
    }

    #[test]
    fn a_title_may_end_with_any_letter() {
        assert_eq!(read("{_:rule} {title:text}{_:rule}", "___ é___").unwrap()[0].1, "é");
        assert_eq!(read("{_:rule} {title:text}{_:rule}", "___ ___"), None);
    }

    #[test]
    fn a_blank_stands_for_many() {
        assert!(read("[ERROR] boom", "[ERROR]     boom").is_some());
        assert!(read("[ERROR] boom", "[ERROR]boom").is_none());
    }

    #[test]
    fn mistakes_are_named() {
        assert!(Pattern::parse("a {number:int").unwrap_err().contains("unfinished"));
        assert!(Pattern::parse("a {colour:int}").unwrap_err().contains("colour"));
        assert!(Pattern::parse("a {number:integer}").unwrap_err().contains("integer"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_a_pattern_panic(text in "\\PC{0,60}") {
            for source in ["{test:nodeid} {_:percent}", "{_:rule} {title:text} {_:rule}", "{_:text}é"] {
                _ = Pattern::parse(source).unwrap().matches(&text, 0, false);
            }
        }
    }
}
