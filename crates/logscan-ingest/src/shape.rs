//! What lines look like, for telling a user which ones were not understood.

use std::collections::BTreeMap;

/// Bytes of a shape that are kept, to the end of a word.
const KEPT: usize = 120;

/// The line with every number as `0`.
///
/// Long lines are cut between words: half of a URL would hide that it holds a password.
pub(crate) fn of(line: &str) -> String {
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

/// The commonest shapes, with their counts.
pub(crate) fn commonest(lines: &[&str], most: usize) -> Vec<(String, usize)> {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for line in lines {
        *counts.entry(of(line)).or_default() += 1;
    }
    let mut shapes: Vec<_> = counts.into_iter().collect();
    shapes.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    shapes.truncate(most);
    shapes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_that_differ_in_numbers_have_one_shape() {
        assert_eq!(of("  took 12.5 s, id=77 "), "took 0.0 s, id=0");
        assert_eq!(commonest(&["a 1", "b", "a 22"], 1), vec![("a 0".to_owned(), 2)]);
    }
}
