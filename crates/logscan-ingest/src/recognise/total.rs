//! What a test runner counts whose wording no signature knows: a line of nothing but counts and
//! the words that go with them.

use std::sync::LazyLock;

use logscan_model::Span;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    failed: Vec<String>,
    tests: Vec<String>,
    other: Vec<String>,
}

static WORDS: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../catalogue/total-words.toml"))
        .unwrap_or_else(|problem| panic!("total-words.toml: {problem}"))
});

/// Bytes of the longest line that is read.
const LONGEST: usize = 200;

/// Where a total stands in a message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Total {
    /// How many failed; `None` if the line says no more than that some did.
    pub(crate) failed: Option<Span>,
    /// How many there are, if the line says so.
    pub(crate) count: Option<Span>,
    /// Whether the line names what it counts.
    names_tests: bool,
}

impl Total {
    /// Whether it tells how tests went. A total without failures may be one of anything, unless it
    /// names them, and so may what a program logs: `timed` says that its line has a time.
    pub(crate) fn is_of_tests(self, message: &str, timed: bool) -> bool {
        let failures = |failed: Span| failed.of(message).contains(|c: char| c != '0');
        let failed = self.failed.is_none_or(failures);
        self.count.is_some() || self.names_tests && failed || failed && !timed
    }
}

/// Texts of which a line must hold one to be looked at.
pub(super) fn announcing() -> impl Iterator<Item = &'static String> {
    WORDS.announced_by.iter()
}

/// What a message counts, if it does nothing else.
pub(crate) fn read(message: &str) -> Option<Total> {
    if message.len() > LONGEST {
        return None;
    }
    let parts = parts(without_tag(message.trim()), message)?;
    let is = |what| move |part: &Part| part.what == what;
    let names_tests = parts.iter().any(is(What::Tests));
    if !parts.iter().any(is(What::Failed)) || is_of_a_compiler(message, &parts) {
        return None;
    }
    let numbers = |what| {
        let all = (0..parts.len()).filter(|at| parts[*at].what == what);
        all.filter_map(|at| number_of(message, &parts, at)).collect::<Vec<Span>>()
    };
    let mut failed = numbers(What::Failed);
    failed.sort_by_key(|span| span.of(message).trim_start_matches('0').is_empty());
    let count = numbers(What::Tests).first().copied();
    let only_words = parts.iter().all(|part| !matches!(part.what, What::Number | What::Measure));
    let tells = !failed.is_empty() || only_words && names_tests;
    tells.then(|| Total { failed: failed.first().copied(), count, names_tests })
}

/// Whether nothing but errors is counted, as compilers do: `2 errors`.
fn is_of_a_compiler(message: &str, parts: &[Part]) -> bool {
    let [Part { what: What::Number, .. }, counted] = parts else { return false };
    ["error", "errors"].contains(&&*counted.span.of(message).to_lowercase())
}

/// A number or a word of a total.
#[derive(Clone, Copy, Debug)]
struct Part {
    what: What,
    span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum What {
    /// A count.
    Number,
    /// A time, a share, a fraction.
    Measure,
    Failed,
    Tests,
    Of,
    Other,
}

/// The numbers and words of a line; `None` if one of them is not of a total.
fn parts(line: &str, message: &str) -> Option<Vec<Part>> {
    let base = line.as_ptr().addr() - message.as_ptr().addr();
    let mut parts = Vec::new();
    let mut rest = line;
    while let Some(begin) = rest.find(|c: char| c.is_alphanumeric() || c == '_') {
        rest = &rest[begin..];
        let number = rest.starts_with(|c: char| c.is_ascii_digit());
        let is_part = |c: char| match number {
            true => c.is_ascii_digit() || ".:%".contains(c),
            false => c.is_alphabetic() || "_-'/\\".contains(c),
        };
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let text = rest[..end].trim_end_matches(['.', ':', '-', '/']);
        let start = (base + rest.as_ptr().addr() - line.as_ptr().addr()) as u32;
        let what = if number { What::of_number(text) } else { What::of_word(text)? };
        parts.push(Part { what, span: Span { start, end: start + text.len() as u32 } });
        rest = &rest[end..];
    }
    Some(parts)
}

impl What {
    fn of_number(text: &str) -> Self {
        let whole = text.len() < 10 && text.bytes().all(|b| b.is_ascii_digit());
        if whole { Self::Number } else { Self::Measure }
    }

    fn of_word(text: &str) -> Option<Self> {
        let word = text.to_lowercase();
        if word == "of" {
            Some(Self::Of)
        } else if WORDS.failed.contains(&word) {
            Some(Self::Failed)
        } else if WORDS.tests.contains(&word) {
            Some(Self::Tests)
        } else {
            WORDS.other.contains(&word).then_some(Self::Other)
        }
    }
}

/// A line without the name of the runner before it: `[doctest] test cases: 3`.
fn without_tag(line: &str) -> &str {
    let tag = line.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    let is_name = |name: &str| !name.is_empty() && name.chars().all(char::is_alphabetic);
    tag.filter(|(name, _)| is_name(name)).map_or(line, |(_, rest)| rest)
}

/// The number that belongs to the word at `at`: `1 test failed`, `failed: 1`, `1 of 3 failed`.
fn number_of(message: &str, parts: &[Part], at: usize) -> Option<Span> {
    let between = |left: usize| {
        message[parts[left].span.end as usize..parts[left + 1].span.start as usize].trim()
    };
    let is_number = |at: usize| parts.get(at).is_some_and(|part| part.what == What::Number);
    let behind = |marks: &[&str]| {
        (is_number(at + 1) && marks.contains(&between(at))).then(|| parts[at + 1].span)
    };
    let before = || {
        let mut left = at.checked_sub(1)?;
        while parts[left].what == What::Tests && left > 0 && between(left).is_empty() {
            left -= 1;
        }
        if !is_number(left) || !between(left).is_empty() {
            return None;
        }
        let share = left.checked_sub(1).filter(|of| match parts[*of].what {
            What::Of => true,
            What::Number => between(*of) == "/",
            _ => false,
        });
        match share {
            Some(of) => parts[..=of].iter().rev().find(|part| part.what == What::Number),
            None => Some(&parts[left]),
        }
        .map(|part| part.span)
    };
    behind(&[":", "="]).or_else(before).or_else(|| behind(&[""]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counted(line: &str) -> Option<(&str, Option<&str>)> {
        let total = read(line)?;
        let failed = total.failed.map_or("some", |failed| failed.of(line));
        Some((failed, total.count.map(|count| count.of(line))))
    }

    #[test]
    fn counts_belong_to_the_words_beside_them() {
        for (line, failed, count) in [
            ("3 specs, 1 failure", "1", Some("3")),
            ("Passed: 2 Failed: 1", "1", None),
            ("1 of 3 failed", "1", None),
            ("1 out of 3 tests failed (0.12s)", "1", None),
            ("  ✖  1/3 failed (33%)        00:12        3        2        1", "1", None),
            ("Ran 3 tests. 2 failed.", "2", Some("3")),
            ("  Test Count: 3, Passed: 2, Failed: 1, Warnings: 0", "1", None),
            ("[doctest] test cases: 3 | 2 passed | 1 failed | 0 skipped", "1", Some("3")),
            ("There were 12 failures:", "12", None),
            (
                "Executed 3 tests, with 1 failure (0 unexpected) in 0.123 (0.125) seconds",
                "1",
                Some("3"),
            ),
            ("FAIL! -- 2 Passed | 1 Failed | 0 Pending | 0 Skipped", "1", None),
            ("Tests finished: Pass 2. Fail 1. Fatal 0. Skip 0.", "1", None),
            ("Failed 1/3 test programs. 1/9 subtests failed.", "1", None),
            ("3 tests, 0 failures", "0", Some("3")),
            ("Some tests failed.", "some", None),
            ("Tests failed: 1, passed: 2", "1", None),
        ] {
            let (found, counts) = counted(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!(found, failed, "{line}");
            if count.is_some() {
                assert_eq!(counts, count, "{line}");
            }
        }
    }

    #[test]
    fn what_counts_something_else_is_no_total() {
        for line in [
            "3 items processed, 1 failed",
            "attempt 1 of 3 failed",
            "3 total, 0 failed",
            "failed",
            "test_failed 3",
            "login failed: 3",
            "Failed to load 3 files",
            "[INFO] 2 errors ",
        ] {
            let total = read(line).filter(|total| total.is_of_tests(line, false));
            assert_eq!(total, None, "{line}");
        }
        let logged = "3 total, 1 failed";
        assert!(read(logged).is_some_and(|total| !total.is_of_tests(logged, true)));
    }
}
