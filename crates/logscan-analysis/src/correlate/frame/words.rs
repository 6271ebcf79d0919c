//! The words in which runners tell how tests went, and how many.

use logscan_model::timeline::TestOutcome;

/// How a test ended, in a word.
pub(super) fn outcome(word: &str) -> Option<TestOutcome> {
    match word {
        "PASSED" | "XFAIL" | "XPASS" | "ok" | "OK" | "pass" | "passed" => Some(TestOutcome::Passed),
        "SKIPPED" | "ignored" | "skip" | "skipped" => Some(TestOutcome::Skipped),
        "FAILED" | "FAIL" | "fail" | "failed" => Some(TestOutcome::Failed),
        "ERROR" => Some(TestOutcome::Error),
        _ => None,
    }
}

/// Whether a test is tried again.
pub(super) fn is_retried(word: &str) -> bool {
    word == "RERUN"
}

/// Tests and failures in `2 failed, 24 passed, 1 error`.
pub(super) fn counts(text: &str) -> (u64, u64) {
    let mut total = (0, 0);
    for part in text.split(", ") {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let number: u64 = number.parse().unwrap_or(0);
        let failed = word.starts_with("failed") || word.starts_with("error");
        let test = failed || ["passed", "skipped", "xfailed", "xpassed"].contains(&word);
        total.0 += if test { number } else { 0 };
        total.1 += if failed { number } else { 0 };
    }
    total
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_runner_counts_its_tests() {
        assert_eq!(counts("2 failed, 24 passed, 3 warnings, 1 error"), (27, 3));
        assert_eq!(counts("no tests ran"), (0, 0));
    }
}
