//! Events: what one line says, as a small typed fact.
//!
//! An event holds no text. Its fields are numbers, or spans of the chunk in which
//! the line stands; whoever folds the chunk takes out what is worth keeping before
//! the chunk is dropped.

use serde::Deserialize;

use crate::{Basis, EventKind, Place, Span, Stamp};

/// The name of a field of an event. The placeholders of the signature catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Name of a worker: `gw0`, `main`.
    Worker,
    /// Process id.
    Pid,
    /// Per-process counter of sessions or engines.
    Number,
    /// Seconds that something took.
    Seconds,
    /// Pool size.
    Size,
    /// Overflow limit in settings and time-outs; overflow counter in pool states.
    Overflow,
    /// Connections in use.
    CheckedOut,
    /// Idle connections.
    CheckedIn,
    /// Seconds that the pool was willing to wait.
    Timeout,
    /// Text of an error.
    Error,
    /// What a test found, in a comparison that failed.
    Actual,
    /// What it expected to find.
    Expected,
    /// Host name or address.
    Host,
    /// Port.
    Port,
    /// Database.
    Database,
    /// URL.
    Url,
    /// Node id of a test.
    Test,
    /// Word of the runner for how a test ended.
    Outcome,
    /// Title of a failure block.
    Title,
    /// `setup`, `call` or `teardown`.
    Phase,
    /// A table or another relation.
    Relation,
    /// What the line was printed for.
    Context,
    /// How many attempts it took.
    Attempts,
    /// Most connections that the server accepts, or the longest that work may take.
    Limit,
    /// The longest that work was meant to take, which it did not keep to.
    Budget,
    /// How long something took, in minutes.
    Minutes,
    /// The module or file that a test belongs to.
    Module,
    /// A source file.
    File,
    /// What identifies a connection.
    Connection,
    /// What identifies a transaction.
    Transaction,
    /// Name of a pool, repository, process or service.
    Name,
    /// A number of connections.
    Count,
    /// Somebody who waits for a connection.
    Waiting,
    /// Milliseconds.
    Millis,
    /// Process id of the backend that holds a lock.
    Holder,
    /// Application that a client calls itself.
    Application,
    /// User, or role.
    User,
}

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text of the chunk.
    Text(Span),
}

/// The most fields that one signature may fill in.
pub const MAX_FIELDS: usize = 4;

/// The values of an event, by their fields.
///
/// Names and values stand apart: a field is found by looking at a few bytes.
#[derive(Clone, Copy, Debug)]
pub struct Fields {
    names: [Option<Field>; MAX_FIELDS],
    values: [Value; MAX_FIELDS],
}

impl Fields {
    /// No values.
    pub const NONE: Self = Self { names: [None; MAX_FIELDS], values: [Value::Int(0); MAX_FIELDS] };

    /// Sets the value with this index, below [`MAX_FIELDS`].
    #[inline]
    pub fn set(&mut self, index: usize, field: Field, value: Value) {
        self.names[index] = Some(field);
        self.values[index] = value;
    }

    /// The value of a field.
    #[inline]
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Value> {
        let index = self.names.iter().position(|name| *name == Some(field))?;
        Some(self.values[index])
    }

    /// All values that are set.
    #[inline]
    pub fn iter(&self) -> impl Iterator<Item = (Field, Value)> {
        self.names.iter().zip(self.values).filter_map(|(name, value)| Some(((*name)?, value)))
    }
}

/// Bytes of a text that are kept.
const KEPT: usize = 1024;

#[inline]
fn beginning(text: &str) -> &str {
    if text.len() <= KEPT { text } else { &text[..text.floor_char_boundary(KEPT)] }
}

/// What one line says.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What it says.
    pub kind: EventKind,
    /// Where it stands.
    pub place: Place,
    /// When it was written, where the line has a time.
    pub time: Option<Stamp>,
    /// Process id from the head of the line, where the format prints one.
    pub pid: Option<u32>,
    /// Whether a server wrote it about itself, not one of its clients.
    pub by_server: bool,
    /// How it was recognised.
    pub basis: Basis,
    /// What must be seen beside it before it counts.
    pub needs: Needs,
    /// The values.
    pub fields: Fields,
}

/// What must be seen beside a line before its error counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Needs {
    /// A database: its port or host, or a stack frame of a driver. Any program prints such errors.
    pub database: bool,
    /// A failure: a failed test or another line that tells of an error. Titles and messages
    /// hold such words, too.
    pub failure: bool,
    /// That a database is named anywhere in the log, in place of one beside the line: the words are
    /// those of somebody who works with one.
    pub log_names_database: bool,
}

impl Event {
    /// The value of a field.
    #[inline]
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Value> {
        self.fields.get(field)
    }

    /// The value of a field that is a whole number.
    #[inline]
    #[must_use]
    pub fn int(&self, field: Field) -> Option<i64> {
        match self.get(field)? {
            Value::Int(number) => Some(number),
            Value::Float(_) | Value::Text(_) => None,
        }
    }

    /// The value of a field that is a number.
    #[inline]
    #[must_use]
    pub fn float(&self, field: Field) -> Option<f64> {
        match self.get(field)? {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            Value::Text(_) => None,
        }
    }

    /// The value of a field that is text of `chunk`; of a very long one the beginning, because
    /// names are kept.
    #[inline]
    #[must_use]
    pub fn text<'t>(&self, field: Field, chunk: &'t str) -> Option<&'t str> {
        match self.get(field)? {
            Value::Text(span) => Some(beginning(span.of(chunk))),
            Value::Int(_) | Value::Float(_) => None,
        }
    }
}
