//! How long work took: where a test says that this was too long, and what prepares a database.

use logscan_model::Span;

/// Words with which a duration is held against another one.
const COMPARES: [&str; 11] = [
    " took ",
    "stays under",
    "within",
    "budget",
    "slower than",
    "longer than",
    "exceed",
    "too slow",
    "want under",
    "allowed ",
    "returned in ",
];
/// Words behind which a number stands that another one must not reach.
const BOUNDS: [&str; 6] =
    ["less than", "to be under", "be below ", " < ", "be at most ", "lessThan("];
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

/// A duration of a line, as a number that stands there.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Took {
    pub(crate) span: Span,
    pub(crate) unit: Unit,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Seconds,
    Millis,
    /// The line does not say.
    Unknown,
    /// Nor does it say how long it took: the number is the limit.
    OfLimit,
}

/// Whether a line may compare durations.
pub(crate) fn compares(line: &str) -> bool {
    line.len() <= LONGEST && COMPARES.iter().chain(&BOUNDS).any(|words| line.contains(words))
}

/// What is done to a database before tests use it. The vocabulary has lines looked at that hold one.
const PREPARES: [&str; 7] = ["igrat", " seed", "Seed", "chema", "ixtures", "runcated", "estored"];
/// Seconds from which it matters to anybody.
const MATTERS_S: f64 = 1.0;

/// Reads a line that compares durations: the longest, or the largest number.
pub(crate) fn read(line: &str) -> Option<Took> {
    if !compares(line) {
        return None;
    }
    longest(line).map(|(_, took)| took).or_else(|| without_unit(line))
}

/// The largest number of a line that holds one against a bound.
fn without_unit(line: &str) -> Option<Took> {
    if !BOUNDS.iter().any(|words| line.contains(words)) {
        return None;
    }
    let numbers = || numbers(line).filter_map(|span| Some((span.of(line).parse().ok()?, span)));
    let (_, span) = numbers().max_by(|a: &(f64, _), b| a.0.total_cmp(&b.0))?;
    let unit = if numbers().count() == 1 { Unit::OfLimit } else { Unit::Unknown };
    Some(Took { span, unit })
}

/// The numbers of a line that are no part of a word.
fn numbers(line: &str) -> impl Iterator<Item = Span> {
    let is_part = |c: char| c.is_ascii_digit() || c == '.';
    let mut at = 0;
    std::iter::from_fn(move || {
        loop {
            let start = at + line[at..].find(|c: char| c.is_ascii_digit())?;
            at = start + line[start..].find(|c| !is_part(c)).unwrap_or(line.len() - start);
            let before = line[..start].strip_suffix("PT").unwrap_or(&line[..start]);
            if !before.ends_with(|c: char| c.is_alphanumeric() || "._-:".contains(c)) {
                return Some(Span { start: start as u32, end: at as u32 });
            }
        }
    })
}

/// Reads a line that tells how long it took to prepare a database: `6 migrations applied in 69256 ms`.
pub(crate) fn prepared(line: &str) -> Option<Took> {
    let of_work = line.len() <= LONGEST && PREPARES.iter().any(|words| line.contains(words));
    let (_, took) = longest(line).filter(|(seconds, _)| of_work && *seconds >= MATTERS_S)?;
    Some(took)
}

/// The longest duration of a line, with its seconds.
fn longest(line: &str) -> Option<(f64, Took)> {
    let durations = numbers(line).filter_map(|span| {
        let factor = unit(&line[span.end as usize..])?;
        let unit = if factor < 1.0 { Unit::Millis } else { Unit::Seconds };
        let number: f64 = span.of(line).parse().ok()?;
        Some((number * factor, Took { span, unit }))
    });
    durations.reduce(|longest, one| if one.0 > longest.0 { one } else { longest })
}

/// Seconds in the unit that stands behind a number.
fn unit(behind: &str) -> Option<f64> {
    let word = behind.trim_start_matches([' ', '_']);
    let begins =
        |unit: &str| word.get(..unit.len()).is_some_and(|word| word.eq_ignore_ascii_case(unit));
    let (unit, factor) = UNITS.iter().find(|(unit, _)| begins(unit))?;
    let ends = !word[unit.len()..].starts_with(|c: char| c.is_alphanumeric());
    ends.then_some(*factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    use Unit::{Millis, OfLimit, Seconds, Unknown};

    fn took(line: &str) -> Option<(&str, Unit)> {
        read(line).map(|took| (took.span.of(line), took.unit))
    }

    #[test]
    fn what_prepares_a_database_tells_how_long_it_took() {
        let told = |line| prepared(line).map(|took| (took.span.of(line), took.unit));
        for (line, expected) in [
            ("[migrate] 6 migrations applied in 69256 ms", Some(("69256", Millis))),
            ("== 20240101 CreateUsers: migrated (12.3456s) ===", Some(("12.3456", Seconds))),
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
        assert_eq!(took(go), Some(("4.093", Seconds)));
        assert_eq!(
            took("Error: \"3.118094512s\" is not less than \"1s\""),
            Some(("3.118094512", Seconds))
        );
        assert_eq!(took("  Substring search took 18471 ms"), Some(("18471", Millis)));
        assert_eq!(took("Expecting PT5.26S to be less than PT1S"), Some(("5.26", Seconds)));
        assert_eq!(took("expected 5618 to be below 2000"), Some(("5618", Unknown)));
        assert_eq!(took("E       assert 6.41 < 1.0"), Some(("6.41", Unknown)));
        assert_eq!(took("  Expected: < 300"), Some(("300", OfLimit)));
        assert_eq!(took("migrated within 3 steps"), None);
        assert_eq!(took("Time: 9.804 s"), None);
    }
}
