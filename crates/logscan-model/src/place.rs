//! Where something stands: which input, which line, which bytes.

use std::num::NonZeroU32;

use schemars::JsonSchema;
use serde::Serialize;

/// Index of an input in the order of the command line's arguments.
// It is kept one higher, so that an `Option<Place>` is no larger than a place: each of many
// thousand inputs keeps dozens of them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(into = "u32")]
#[schemars(with = "u32")]
pub struct InputId(NonZeroU32);

impl InputId {
    /// The input of an index.
    #[must_use]
    pub const fn new(index: u32) -> Self {
        Self(NonZeroU32::MIN.saturating_add(index))
    }

    /// Its index.
    #[must_use]
    pub const fn index(self) -> usize {
        self.0.get() as usize - 1
    }
}

impl Default for InputId {
    fn default() -> Self {
        Self::new(0)
    }
}

impl From<InputId> for u32 {
    fn from(id: InputId) -> Self {
        id.0.get() - 1
    }
}

/// A line of an input.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
pub struct Place {
    /// Which input, an index into `inputs`.
    pub input: InputId,
    /// Number of the line, 1-based, as an editor counts it.
    pub line: u64,
}

/// A byte range of one text: of the chunk that is being folded, or of an evidence line.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Span {
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// The text that the span covers; empty if the span does not fit the text.
    #[inline]
    #[must_use]
    pub fn of(self, text: &str) -> &str {
        text.get(self.start as usize..self.end as usize).unwrap_or_default()
    }

    /// The number of bytes covered.
    #[must_use]
    pub fn len(self) -> usize {
        self.end.saturating_sub(self.start) as usize
    }

    /// Whether the span covers nothing.
    #[must_use]
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_does_not_fit_reads_as_nothing() {
        let cut_in_a_character = Span { start: 0, end: 1 };
        assert_eq!(cut_in_a_character.of("é"), "");
        assert_eq!(Span { start: 1, end: 3 }.of("abcd"), "bc");
        assert_eq!(Span { start: 3, end: 9 }.of("abcd"), "");
    }
}
