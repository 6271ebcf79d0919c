//! ExUnit's own output. Lines of its frame have no head; what they say is in the
//! signatures of the catalogue.

use super::{Format, Head, Headless};

/// The frame around the tests.
pub(super) const FORMAT: Format = Format {
    name: "exunit-terminal",
    summary: "what ExUnit prints: dots, failures, summary, with Logger's lines between them",
    example: "7 tests, 2 failures",
    head,
    headless: Headless::Expected,
};

fn head(line: &str) -> Option<Head<'_>> {
    (is_summary(line) || is_failure(line) || is_start(line)).then(|| Head::of(line))
}

fn is_start(line: &str) -> bool {
    line.starts_with("Running ExUnit with seed: ")
}

/// `481 tests, 80 failures, 26 excluded`
fn is_summary(line: &str) -> bool {
    if !line.starts_with(|c: char| c.is_ascii_digit()) {
        return false;
    }
    let mut parts = line.trim_end().split(", ").map(|part| part.split_once(' '));
    let counted = parts
        .all(|part| part.is_some_and(|(n, word)| n.parse::<u64>().is_ok() && !word.contains(' ')));
    counted && line.contains(" test") && line.contains(" failure")
}

/// `  1) test creates a user (Shop.UserTest)`
fn is_failure(line: &str) -> bool {
    let text = line.trim_start();
    let behind = text.trim_start_matches(|c: char| c.is_ascii_digit());
    let Some(title) = behind.strip_prefix(") ") else { return false };
    let kind = ["test ", "property ", "doctest "].iter().any(|kind| title.starts_with(kind));
    behind.len() < text.len() && kind && title.trim_end().ends_with(')')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_frame_is_recognised() {
        for line in ["1 property, 481 tests, 75 failures", "100) test a b (Shop.UserTest)"] {
            assert!(head(line).is_some(), "{line}");
        }
        for line in ["2 failed, 3 passed in 1.0s", "1) should save", "all tests, no failures"] {
            assert_eq!(head(line), None, "{line}");
        }
    }
}
