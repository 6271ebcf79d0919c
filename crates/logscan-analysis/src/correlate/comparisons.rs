//! What tests found, and what they expected to find, in comparisons that failed.

use logscan_model::timeline::{Compared, Name};
use logscan_model::{Event, Field, Place};

use super::block::BlockId;
use super::frame::Frame;
use super::targets;
use crate::environment;

/// Values of one source that are kept.
const KEPT: usize = 10_000;
/// Letters of the shortest value by which a row is told from others, and of the longest.
const LENGTHS: std::ops::RangeInclusive<usize> = 10..=200;

/// The values of one source.
#[derive(Debug, Default)]
pub(super) struct Comparisons {
    values: Vec<Value>,
    /// Where a sentence was expected last.
    sentence: Option<Place>,
    /// Where a text was found last in its stead.
    text: Option<Place>,
}

#[derive(Debug)]
struct Value {
    text: Name,
    found: bool,
    of: Of,
    place: Place,
}

/// Whose failure a value is told with.
#[derive(Clone, Debug)]
pub(super) enum Of {
    Block(BlockId),
    /// A test whose line in the summary the value stands below.
    Summary(Name),
}

impl Comparisons {
    /// Takes the values of a line within what is told of a failed test.
    pub(super) fn take(&mut self, event: &Event, chunk: &str, of: Option<Of>) {
        if event.text(Field::Expected, chunk).is_some_and(|text| bare(text).contains(' ')) {
            self.sentence = Some(event.place);
        }
        if event.text(Field::Actual, chunk).is_some() && self.follows_a_sentence(event.place) {
            self.text = Some(event.place);
        }
        let Some(of) = of else { return };
        for (field, found) in [(Field::Actual, true), (Field::Expected, false)] {
            let value = event.text(field, chunk).map(bare);
            let value = value.filter(|value| {
                tells_apart(value) || is_target(value) || environment::is_told_by(value)
            });
            if let Some(value) = value.filter(|_| self.values.len() < KEPT) {
                let (text, of) = (value.into(), of.clone());
                self.values.push(Value { text, found, of, place: event.place });
            }
        }
    }

    fn follows_a_sentence(&self, place: Place) -> bool {
        self.sentence.is_some_and(|at| at.input == place.input && at.line + 1 == place.line)
    }

    /// Whether a line quotes a text that was found where a sentence was expected: a test of
    /// messages, in which nothing went wrong but their words.
    pub(super) fn quotes(&self, place: Place) -> bool {
        self.text == Some(place)
    }

    /// The values with the names of their tests.
    pub(super) fn finish(&mut self, frame: &Frame) -> Vec<Compared> {
        let values = std::mem::take(&mut self.values).into_iter();
        let named = values.filter_map(|Value { text, found, of, place }| {
            let test = match of {
                Of::Block(block) => frame.full_name(frame.blocks[block].test.as_ref()?),
                Of::Summary(test) => test,
            };
            let is_target = is_target(&text);
            Some(Compared { value: text, found, is_target, test, place })
        });
        named.collect()
    }
}

/// A value without the marks of its type.
fn bare(text: &str) -> &str {
    let marks = |c: char| c.is_whitespace() || "[](){}\"'`,<>".contains(c);
    let text = text.trim_matches(marks);
    text.strip_prefix("b'").unwrap_or(text).trim_matches(marks)
}

/// Whether a value is a name that somebody made up, not a word or number that others use, too, or
/// the words of one.
fn tells_apart(value: &str) -> bool {
    let joins = value.chars().filter(|c| "_-@. ".contains(*c)).count();
    let is_part = |c: char| c.is_alphanumeric() || "_-@. ".contains(c);
    LENGTHS.contains(&value.len())
        && value.contains(char::is_alphabetic)
        && (joins > 1 || joins > 0 && value.contains(|c: char| c.is_ascii_digit()))
        && value.chars().all(is_part)
}

/// How files of databases end.
const FILES: [&str; 4] = [".sqlite", ".sqlite3", ".db", ".db3"];

/// Whether a value is where a database is.
fn is_target(value: &str) -> bool {
    let begins = value.starts_with("sqlite:") || targets::is_database_url(value);
    let is_file = FILES.iter().any(|end| value.len() > end.len() && value.ends_with(end));
    let is_word = !value.contains(char::is_whitespace) && value.len() <= *LENGTHS.end();
    is_word && (value == ":memory:" || begins || is_file)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_of_databases_are_known() {
        for place in [":memory:", "postgresql://app@db/shop", "/srv/app/database.sqlite"] {
            assert!(is_target(bare(&format!("'{place}'"))), "{place}");
        }
        for other in ["sqlite", "https://shop.example", "the file app.db is gone", ".db"] {
            assert!(!is_target(other), "{other}");
        }
    }

    #[test]
    fn names_that_were_made_up_tell_rows_apart() {
        for name in ["closes_paid_order", "ann.smith-7@example.org", "order-2026-0017"] {
            assert!(tells_apart(bare(&format!("[b'{name}'],"))), "{name}");
        }
        for word in ["application/json", "pending", "2026-01-02", "not found", "in stock", "10.00"]
        {
            assert!(!tells_apart(word), "{word}");
        }
    }
}
