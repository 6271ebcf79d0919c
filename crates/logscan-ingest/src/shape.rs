//! What lines look like, for telling a user which ones were not understood.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;

use crate::clean;

/// Shapes that are told apart in one chunk.
const TOLD_APART: usize = 256;
/// Bytes of a shape that are kept, to the end of a word.
const KEPT: usize = 120;
/// Bytes of a line that are looked at for its shape and for the secrets in it.
const LOOKED_AT: usize = 16 << 10;
/// Lines before a line that tell whether it is the value of a secret.
pub const LEAD: usize = 8;

/// What of a line its shape is made from.
#[must_use]
pub fn beginning(line: &str) -> &str {
    &line[..line.floor_char_boundary(LOOKED_AT)]
}

/// The line with every number as `0`.
///
/// Long lines are cut between words: half of a URL would hide that it holds a password.
#[must_use]
pub fn of(line: &str) -> String {
    let mut shape = String::new();
    for word in line.split_whitespace() {
        if shape.len() + word.len() > KEPT {
            shape.push_str(" …");
            break;
        }
        if !shape.is_empty() {
            shape.push(' ');
        }
        push_without_numbers(&mut shape, word);
    }
    shape
}

fn push_without_numbers(shape: &mut String, word: &str) {
    let mut in_number = false;
    for c in word.chars() {
        let digit = c.is_ascii_digit();
        if !(digit && in_number) {
            shape.push(if digit { '0' } else { c });
        }
        in_number = digit;
    }
}

/// The shapes of a chunk's unknown lines: how often each came, and in which line first.
#[derive(Debug, Default)]
pub(crate) struct Shapes {
    counts: Vec<(u64, u64)>,
    by_shape: BTreeMap<String, usize>,
    /// The shapes of known lines; `None` where there was no room for one more.
    by_layout: HashMap<usize, Option<usize>, RandomState>,
}

impl Shapes {
    /// Counts a line; all lines of one `layout` have one shape.
    pub(crate) fn count(&mut self, line: &str, number: u64, layout: Option<usize>) {
        let known = layout.and_then(|layout| self.by_layout.get(&layout).copied());
        let index = known.unwrap_or_else(|| {
            let index = self.index(of(&clean::line(line)), number);
            self.by_layout.extend(layout.map(|layout| (layout, index)));
            index
        });
        if let Some(index) = index {
            self.counts[index].0 += 1;
        }
    }

    fn index(&mut self, shape: String, number: u64) -> Option<usize> {
        let next = self.counts.len();
        let index = match self.by_shape.get(&shape) {
            Some(index) => return Some(*index),
            None => (next < TOLD_APART).then_some(next)?,
        };
        self.by_shape.insert(shape, index);
        self.counts.push((0, number));
        Some(index)
    }

    /// Moves the lines: so many stand before the chunk.
    pub(crate) fn shift(&mut self, lines: u64) {
        self.counts.iter_mut().for_each(|(_, first)| *first += lines);
    }

    /// Every shape, with how often it came and in which line first.
    pub(crate) fn iter(&self) -> impl Iterator<Item = (&String, (u64, u64))> {
        self.by_shape.iter().map(|(shape, index)| (shape, self.counts[*index]))
    }
}

/// The first line of each of the commonest shapes, at the end of those before it, with how many
/// lines have that shape.
pub(crate) fn commonest(lines: &[&str], most: usize) -> Vec<(Vec<String>, usize)> {
    let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for (index, line) in lines.iter().enumerate() {
        counts.entry(of(line)).or_insert((index, 0)).1 += 1;
    }
    let mut shapes: Vec<_> = counts.into_values().collect();
    shapes.sort_by_key(|(index, count)| (std::cmp::Reverse(*count), *index));
    shapes.truncate(most);
    let lead = |index: usize| &lines[index.saturating_sub(LEAD)..=index];
    let own = |lines: &[&str]| lines.iter().map(|line| beginning(line).to_owned()).collect();
    shapes.into_iter().map(|(index, count)| (own(lead(index)), count)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_numbers_have_one_shape() {
        assert_eq!(of("  took 12.5 s, id=77 "), "took 0.0 s, id=0");
        let own = |lines: &[&str]| lines.iter().map(|line| beginning(line).to_owned()).collect();
        assert_eq!(commonest(&["x", "a 1", "b", "a 22"], 1), vec![(own(&["x", "a 1"]), 2)]);
    }

    fn counted(shapes: &Shapes) -> Vec<(&str, (u64, u64))> {
        shapes.iter().map(|(shape, counted)| (shape.as_str(), counted)).collect()
    }

    #[test]
    fn a_known_line_is_counted_like_any_other() {
        let mut shapes = Shapes::default();
        shapes.count("b", 1, None);
        shapes.count("\u{1b}[1ma 5\u{1b}[0m", 2, Some(7));
        shapes.count("a 17", 3, None);
        shapes.count("a 9", 4, Some(7));
        shapes.shift(10);
        assert_eq!(counted(&shapes), [("a 0", (3, 12)), ("b", (1, 11))]);
    }

    #[test]
    fn no_more_shapes_are_told_apart_than_there_is_room_for() {
        let mut shapes = Shapes::default();
        let letters = |line: usize| line.to_string().bytes().map(|b| char::from(b + 49)).collect();
        for line in 0..2 * TOLD_APART {
            let text: String = letters(line);
            shapes.count(&text, line as u64, Some(line));
            shapes.count(&text, line as u64, Some(line));
        }
        shapes.count("new", 0, None);
        assert_eq!(shapes.iter().count(), TOLD_APART);
        assert!(shapes.iter().all(|(_, (count, _))| count == 2));
    }
}
