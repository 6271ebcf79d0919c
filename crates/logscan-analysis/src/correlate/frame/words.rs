//! The words in which runners name tests, and tell how they went and how many there are.

use logscan_model::timeline::{Name, TestOutcome};
use logscan_model::{Event, Field};

/// Name of a test with the module that the line names beside it.
pub(super) fn test_id(event: &Event, chunk: &str) -> Option<Name> {
    let told = trimmed(event, Field::Test, chunk)?;
    // vitest and node-tap open a block of subtests: `ok 1 - Orders # time=21.3ms {`.
    let test = Name::from(untimed(Some(told).filter(|told| !told.ends_with("ms {"))?));
    match event.text(Field::Module, chunk) {
        Some(module) if module.ends_with(&*test) => Some(module.into()),
        Some(module) => Some(format!("{module}::{test}").into()),
        None => Some(test),
    }
}

/// A name without the duration that some runners print behind it, `saves an order [1.48 ms]`,
/// `saves an order # time=1.48ms`, `saves an order 22ms`, and without the count before it, `( 2/23) saves an order`.
fn untimed(name: &str) -> &str {
    let counted = name.strip_prefix('(').and_then(|rest| rest.split_once(") "));
    let is_count = |count: &str| count.chars().all(|c| c.is_ascii_digit() || " /─".contains(c));
    let name = counted.filter(|(count, _)| is_count(count)).map_or(name, |(_, rest)| rest);
    // TAP sets a dash between the number of a test and its name.
    let name = name.strip_prefix("- ").unwrap_or(name);
    let name = if name.contains(" › ") { of_playwright(name) } else { name };
    let timed = name.strip_suffix(" ms]").and_then(|rest| rest.rsplit_once(" ["));
    let timed = timed.or(name.strip_suffix("ms").and_then(|rest| rest.rsplit_once(" # time=")));
    let timed = timed.or(name.strip_suffix("ms").and_then(|rest| rest.rsplit_once(' ')));
    // Pester: `restores the snapshot 1.21s`; a whole number of seconds may belong to the name.
    let long = || name.strip_suffix('s').and_then(|rest| rest.rsplit_once(' '));
    let timed = timed.or_else(|| long().filter(|(_, seconds)| seconds.contains('.')));
    timed.filter(|(_, millis)| millis.parse::<f64>().is_ok()).map_or(name, |(name, _)| name)
}

/// `2 a.spec.ts:9:1 › logs out (30.0s)`, `a.spec.ts:9:1 › logs out ──────`: the name alone.
fn of_playwright(name: &str) -> &str {
    let name = name.trim_end_matches(['─', ' ']);
    let timed = name.strip_suffix(')').and_then(|name| name.rsplit_once(" ("));
    let took =
        |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.ends_with(['s', 'm']);
    let name = timed.filter(|(_, text)| took(text)).map_or(name, |(name, _)| name);
    let numbered = name.split_once(' ').filter(|(number, _)| number.parse::<u32>().is_ok());
    numbered.map_or(name, |(_, name)| name.trim_start())
}

/// Whether a runner prints this where it prints the title of a failed test, and means none: notices
/// of jest, and what TAP says of a test that is not done yet.
pub(super) fn is_notice(title: &str) -> bool {
    let notices =
        ["Cannot log after tests are done", "process.exit called with", "Deprecation Warning"];
    notices.iter().any(|notice| title.starts_with(notice)) || title.contains(" # TODO")
}

/// A text of an event, without blanks around it.
pub(super) fn trimmed<'c>(event: &Event, field: Field, chunk: &'c str) -> Option<&'c str> {
    event.text(field, chunk).map(str::trim)
}

/// How a test ended, in a word.
pub(super) fn outcome(word: &str) -> Option<TestOutcome> {
    match word {
        "PASSED" | "XFAIL" | "XPASS" | "ok" | "OK" | "pass" | "passed" => Some(TestOutcome::Passed),
        // minitest shows no more than its dots.
        "." => Some(TestOutcome::Passed),
        "SKIPPED" | "ignored" | "skip" | "skipped" | "S" => Some(TestOutcome::Skipped),
        "FAILED" | "FAIL" | "fail" | "failed" | "F" => Some(TestOutcome::Failed),
        "ERROR" | "E" => Some(TestOutcome::Error),
        _ => None,
    }
}

/// Whether a test is tried again.
pub(super) fn is_retried(word: &str) -> bool {
    word == "RERUN"
}

/// Tests and failures in `2 failed, 24 passed, 1 error`.
pub(super) fn counts(text: &str) -> (u64, u64) {
    let (mut total, mut skipped) = ((0, 0), 0);
    for part in text.split(", ") {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let number: u64 = number.parse().unwrap_or(0);
        let failed = word.starts_with("failed") || word.starts_with("error");
        let test = failed || ["passed", "skipped", "xfailed", "xpassed"].contains(&word);
        total.0 += if test { number } else { 0 };
        total.1 += if failed { number } else { 0 };
        skipped += if word == "skipped" { number } else { 0 };
    }
    // Where all were skipped, no test ran.
    if total.0 == skipped { (0, 0) } else { total }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_counts_its_tests() {
        assert_eq!(counts("2 failed, 24 passed, 3 warnings, 1 error"), (27, 3));
        assert_eq!(counts("3 passed, 2 skipped"), (5, 0));
        assert_eq!(counts("no tests ran"), (0, 0));
        assert_eq!(counts("3 skipped"), (0, 0));
    }
}
