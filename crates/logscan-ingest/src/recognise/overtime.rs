//! How long work took: where a test says that this was too long, and what prepares a database.

use logscan_model::Span;

/// Words with which a duration is held against another one.
const COMPARES: [&str; 14] = [
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
    "ceiling",
    "more than ",
    ", target ",
];
/// Words beside the longest time that work was meant to take: before it, or behind it.
const BUDGETS: [&str; 9] = [
    "budget",
    "allowed ",
    "limit ",
    "limit: ",
    "limit for",
    "ceiling",
    "target ",
    "more than ",
    "exceeded ",
];
/// Words behind which a number stands that another one must not reach.
const BOUNDS: [&str; 7] =
    ["less than", "to be under", "be below ", " < ", " to be <= ", "be at most ", "lessThan("];
/// Units, the longest first.
const UNITS: [(&str, f64); 9] = [
    ("minutes", 60.0),
    ("minute", 60.0),
    ("min", 60.0),
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
    /// The shorter time that the line says it was meant to take.
    pub(crate) budget: Option<Span>,
}

/// What a number counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Unit {
    Minutes,
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
const PREPARES: [&str; 11] = [
    "igrat",
    " seed",
    "Seed",
    "chema",
    "ixtures",
    "runcated",
    "estored",
    "tarted in PT",
    "is started (PT",
    " is alive after ",
    ".sql (",
];
/// Seconds from which it matters to anybody.
const MATTERS_S: f64 = 1.0;

/// Reads a line that compares durations: the longest, or the largest number.
pub(crate) fn read(line: &str) -> Option<Took> {
    if !compares(line) {
        return None;
    }
    let took = longest(line).map(|(seconds, took)| Took { budget: budget(line, seconds), ..took });
    took.or_else(|| without_unit(line))
}

/// The time that work was meant to take, if it is shorter than it took: behind the word that says
/// so, else before it.
fn budget(line: &str, took: f64) -> Option<Span> {
    BUDGETS.iter().find_map(|word| {
        let at = line.find(word)?;
        let is_before = |span: Span| (span.end as usize) <= at;
        let all = || durations(line).map(|(seconds, one)| (seconds, one.span));
        let before = || all().filter(|(_, span)| is_before(*span)).last();
        let (meant, span) = all().find(|(_, span)| !is_before(*span)).or_else(before)?;
        let alone = all().count() == 1 && line.contains("exceeded ");
        (meant < took || alone).then_some(span)
    })
}

/// The largest number of a line that holds one against a bound.
fn without_unit(line: &str) -> Option<Took> {
    if !BOUNDS.iter().any(|words| line.contains(words)) {
        return None;
    }
    let numbers = || numbers(line).filter_map(|span| Some((span.of(line).parse().ok()?, span)));
    let (_, span) = numbers().max_by(|a: &(f64, _), b| a.0.total_cmp(&b.0))?;
    let unit = if numbers().count() == 1 { Unit::OfLimit } else { Unit::Unknown };
    Some(Took { span, unit, budget: None })
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
    durations(line).reduce(|longest, one| if one.0 > longest.0 { one } else { longest })
}

/// The durations of a line, with their seconds. Of `4m31s` the minutes count.
fn durations(line: &str) -> impl Iterator<Item = (f64, Took)> {
    numbers(line).filter_map(|span| {
        let factor = unit(&line[span.end as usize..])?;
        let unit = match factor {
            60.0 => Unit::Minutes,
            1.0 => Unit::Seconds,
            _ => Unit::Millis,
        };
        let number: f64 = span.of(line).parse().ok()?;
        Some((number * factor, Took { span, unit, budget: None }))
    })
}

/// Seconds in the unit that stands behind a number.
fn unit(behind: &str) -> Option<f64> {
    if is_of_minutes(behind) {
        return Some(60.0);
    }
    let word = behind.trim_start_matches([' ', '_']);
    let begins =
        |unit: &str| word.get(..unit.len()).is_some_and(|word| word.eq_ignore_ascii_case(unit));
    let (unit, factor) = UNITS.iter().find(|(unit, _)| begins(unit))?;
    let ends = !word[unit.len()..].starts_with(|c: char| c.is_alphanumeric());
    ends.then_some(*factor)
}

/// Whether the number before it counts minutes: `4m31s`, `4m`, `04:51.022s`.
fn is_of_minutes(behind: &str) -> bool {
    let seconds = |rest: &str| {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let rest = rest[digits..].trim_start_matches(|c: char| c == '.' || c.is_ascii_digit());
        (1..3).contains(&digits) && rest.starts_with(['s', 'S'])
    };
    match behind.strip_prefix(['m', 'M']) {
        Some(rest) => !rest.starts_with(char::is_alphanumeric) || seconds(rest),
        None => behind.strip_prefix(':').is_some_and(seconds),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    use Unit::{Millis, Minutes, OfLimit, Seconds, Unknown};

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
            ("applied 312 migrations (execution time 04:51.022s)", Some(("04", Minutes))),
            ("Container mysql:8.0 started in PT1M42.3S", Some(("1", Minutes))),
            ("OK   00311_rewrite_prices.sql (4m51.2s)", Some(("4", Minutes))),
            ("6 migrations applied", None),
            ("12 tests took 14 s", None),
        ] {
            assert_eq!(told(line), expected, "{line}");
        }
    }

    #[test]
    fn what_was_meant_to_take_less_is_over() {
        let over = |line| read(line).and_then(|took| took.budget).map(|span| span.of(line));
        for (line, budget) in [
            ("budget: container start 102 s of allowed 45 s", Some("45")),
            ("job budget: 60 s for test/db, took 92 s - marked as failed", Some("60")),
            ("perf gate: groups pings by day 9340ms, ceiling 2000ms -> exit 1", Some("2000")),
            ("VesselSearchIT exceeded the 2 s budget for repository tests", Some("2")),
            ("build duration is 312s, more than 150s of the last successful build", Some("150")),
            ("ci-guard: job took 7m31s, target 4m00s, marked as regression", Some("4")),
            ("[wait-db] mysqld is alive after 174 s (budget 30 s)", Some("30")),
            ("[wait-db] mysqld is alive after 4 s (budget 30 s)", None),
            ("Step took 12 s (limit for this check: 90 s)", None),
            ("  Substring search took 18471 ms", None),
        ] {
            assert_eq!(over(line), budget, "{line}");
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
        assert_eq!(
            took("[suite-timer] 4m31s, waiting for Oracle (budget 3m)"),
            Some(("4", Minutes))
        );
        assert_eq!(took("Time: 9.804 s"), None);
    }
}
