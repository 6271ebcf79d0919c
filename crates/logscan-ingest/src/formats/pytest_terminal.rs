//! pytest's own output, with and without xdist.
//!
//! Lines of the frame have no head and need none: what they say is in the
//! signatures of the pytest catalogue. This format only tells that a file is such
//! output, so that everything between the frame's lines is known to be tracebacks
//! and captured text.

use super::{Format, Head, Headless};

/// The frame around the tests.
pub(super) const FORMAT: Format = Format {
    name: super::PYTEST,
    summary: "what pytest prints: progress with and without xdist, captured sections, summary",
    example: "============================= test session starts ==============================",
    head,
    headless: Headless::Expected,
};

/// Headings that only pytest prints between rules.
const HEADINGS: [&str; 9] = [
    "test session starts",
    "FAILURES",
    "ERRORS",
    "short test summary info",
    "warnings summary",
    "PASSES",
    "live log ",
    "Captured ",
    "slowest ",
];

fn head(line: &str) -> Option<Head<'_>> {
    let frame = heading(line) || xdist_result(line) || progress(line) || last_line(line);
    frame.then(|| Head::of(line))
}

fn heading(line: &str) -> bool {
    let title = line.trim_matches(['=', '_', '-', '!']);
    line.len() - title.len() >= 6
        && line.starts_with("---") | line.starts_with("===")
        && HEADINGS.iter().any(|heading| title.trim_start().starts_with(heading))
}

/// `[gw0] [ 12%] PASSED tests/…`, `[gw0] PASSED tests/…`
fn xdist_result(line: &str) -> bool {
    let Some((_, rest)) = line.strip_prefix("[gw").and_then(|rest| rest.split_once("] ")) else {
        return false;
    };
    let rest = rest.strip_prefix('[').and_then(|rest| rest.split_once("] ")).map_or(rest, |x| x.1);
    OUTCOMES.iter().any(|outcome| rest.starts_with(outcome)) && rest.contains("::")
}

const OUTCOMES: [&str; 7] =
    ["PASSED ", "FAILED ", "ERROR ", "SKIPPED ", "XFAIL ", "XPASS ", "RERUN "];

/// `…  [ 12%]` behind letters or a test's outcome.
fn progress(line: &str) -> bool {
    let line = line.trim_end();
    let Some((before, percent)) = line.strip_suffix("%]").and_then(|line| line.rsplit_once('['))
    else {
        return false;
    };
    let counted = !percent.is_empty() && percent.trim_start().bytes().all(|b| b.is_ascii_digit());
    counted && (letters(before) || OUTCOMES.iter().any(|outcome| before.contains(outcome)))
}

fn letters(before: &str) -> bool {
    let results = before.trim_end().rsplit(' ').next().unwrap_or_default();
    !results.is_empty() && results.bytes().all(|b| b".FEsxXR".contains(&b))
}

/// `== 2 failed, 24 passed in 7.16s ==`, with -q without the rules.
fn last_line(line: &str) -> bool {
    let text = line.trim_matches(['=', ' ']);
    let Some((counts, seconds)) = text.rsplit_once(" in ") else { return false };
    let seconds = seconds.split_once(" (").map_or(seconds, |(seconds, _)| seconds);
    let timed = seconds.strip_suffix('s').is_some_and(|number| number.parse::<f64>().is_ok());
    let counted = counts.starts_with(|c: char| c.is_ascii_digit()) || counts == "no tests ran";
    let plain =
        counts.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || ", ".contains(c));
    timed && counted && plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frame_lines_are_recognised() {
        for line in [
            "=================================== FAILURES ===================================",
            "---------------------------- Captured stderr setup -----------------------------",
            "[gw0] [  6%] PASSED tests/api/test_a.py::test_b ",
            "[gw0] PASSED tests/api/test_a.py::test_b ",
            "tests/api/test_a.py::test_b PASSED                          [ 12%]",
            "....................F.                                                   [100%]",
            "tests/test_a.py .F.                                          [ 10%]",
            "1 failed, 21 passed in 6.09s",
            "============ 2 failed, 24 passed in 88.86s (0:01:28) ============",
        ] {
            assert!(head(line).is_some(), "{line}");
        }
    }

    #[test]
    fn other_lines_are_not() {
        for line in [
            "",
            "======",
            "---- notes ----",
            "100%",
            "[gw0] hello",
            "done in 3s",
            "[ 10%]",
            "10:00 1 passed in 1s",
        ] {
            assert_eq!(head(line), None, "{line}");
        }
    }
}
