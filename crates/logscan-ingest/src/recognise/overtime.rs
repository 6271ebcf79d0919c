//! How long work took: where a test says that this was too long, and what prepares a database.

use logscan_model::Span;

/// Words with which a duration is held against another one.
const COMPARES: [&str; 10] = [
    " took ",
    "less than",
    "to be under",
    "stays under",
    "within",
    "budget",
    "slower than",
    "longer than",
    "exceed",
    "too slow",
];
/// Units, the longest first.
const UNITS: [(&str, f64); 6] = [
    ("milliseconds", 1e-3),
    ("seconds", 1.0),
    ("second", 1.0),
    ("sec", 1.0),
    ("ms", 1e-3),
    ("s", 1.0),
];
/// Bytes of the longest line that is read.
const LONGEST: usize = 300;

/// The longest duration of a line, as a number that stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Took {
    pub(crate) span: Span,
    /// Whether it counts milliseconds; seconds otherwise.
    pub(crate) millis: bool,
}

/// Whether a line may compare durations.
pub(crate) fn compares(line: &str) -> bool {
    line.len() <= LONGEST && COMPARES.iter().any(|words| line.contains(words))
}

/// What is done to a database before tests use it. The vocabulary has lines looked at that hold one.
const PREPARES: [&str; 7] = ["igrat", " seed", "Seed", "chema", "ixtures", "runcated", "estored"];
/// Seconds from which it matters to anybody.
const MATTERS_S: f64 = 1.0;

/// Reads a line that compares durations.
pub(crate) fn read(line: &str) -> Option<Took> {
    if compares(line) { longest(line).map(|(_, took)| took) } else { None }
}

/// Reads a line that tells how long it took to prepare a database: `6 migrations applied in 69256 ms`.
pub(crate) fn prepared(line: &str) -> Option<Took> {
    let of_work = line.len() <= LONGEST && PREPARES.iter().any(|words| line.contains(words));
    let (_, took) = longest(line).filter(|(seconds, _)| of_work && *seconds >= MATTERS_S)?;
    Some(took)
}

/// The longest duration of a line, with its seconds.
fn longest(line: &str) -> Option<(f64, Took)> {
    let mut longest: Option<(f64, Took)> = None;
    let mut at = 0;
    while let Some(found) = line[at..].find(|c: char| c.is_ascii_digit()) {
        let start = at + found;
        let is_part = |c: char| c.is_ascii_digit() || c == '.';
        let digits = line[start..].find(|c| !is_part(c)).unwrap_or(line.len() - start);
        at = start + digits;
        let begins_word =
            !line[..start].ends_with(|c: char| c.is_alphanumeric() || "._-".contains(c));
        let Some(factor) = unit(&line[at..]).filter(|_| begins_word) else { continue };
        let Ok(number) = line[start..at].parse::<f64>() else { continue };
        let seconds = number * factor;
        if longest.is_none_or(|(known, _)| known < seconds) {
            let span = Span { start: start as u32, end: at as u32 };
            longest = Some((seconds, Took { span, millis: factor < 1.0 }));
        }
    }
    longest
}

/// Seconds in the unit that stands behind a number.
fn unit(behind: &str) -> Option<f64> {
    let word = behind.trim_start_matches([' ', '_']);
    let (unit, factor) = UNITS.iter().find(|(unit, _)| word.starts_with(unit))?;
    let ends = !word[unit.len()..].starts_with(|c: char| c.is_alphanumeric());
    ends.then_some(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn took(line: &str) -> Option<(&str, bool)> {
        read(line).map(|took| (took.span.of(line), took.millis))
    }

    #[test]
    fn what_prepares_a_database_tells_how_long_it_took() {
        let told = |line| prepared(line).map(|took| (took.span.of(line), took.millis));
        for (line, expected) in [
            ("[migrate] 6 migrations applied in 69256 ms", Some(("69256", true))),
            ("== 20240101 CreateUsers: migrated (12.3456s) ===", Some(("12.3456", false))),
            ("applied 22 migrations (execution time 00:00.611s)", None),
            ("6 migrations applied", None),
            ("12 tests took 14 s", None),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }

    #[test]
    fn the_longest_duration_of_a_comparison_is_read() {
        let go = "report_test.go:48: report for tenant 9 took 4.093s, want less than 1.5s";
        assert_eq!(took(go), Some(("4.093", false)));
        assert_eq!(
            took("Error: \"3.118094512s\" is not less than \"1s\""),
            Some(("3.118094512", false))
        );
        assert_eq!(took("  Substring search took 18471 ms"), Some(("18471", true)));
        assert_eq!(took("migrated within 3 steps"), None);
        assert_eq!(took("Time: 9.804 s"), None);
    }
}
