//! What the reader wants to see of a report. A filter hides findings and says how many; the
//! answer and the exit status are those of the whole run.

use std::fmt;

use jiff::civil::{DateTime, Time};
use logscan_model::report::{Filter as Hiding, Hidden, Report};
use logscan_model::{Finding, NoteKind, Stamp};

use crate::args::Show;
use crate::explain;
use crate::nearest::nearest;
use crate::problem::Problem;

const MICROS_PER_DAY: i64 = 86_400_000_000;

/// A point of time as a user writes it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Point {
    /// `2026-03-01T10:00:00`, or `10:00:00` of every day.
    At(Stamp),
    /// `-10m`: so many seconds before the end of the log.
    BeforeEnd(f64),
}

impl fmt::Display for Point {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::At(stamp) => stamp.fmt(f),
            Self::BeforeEnd(seconds) => write!(f, "-{seconds}s"),
        }
    }
}

/// Reads a point of time; the error says how one is written.
pub(crate) fn point(text: &str) -> Result<Point, String> {
    let point = match text.strip_prefix('-') {
        Some(span) => seconds(span).map(Point::BeforeEnd),
        None => stamp(text).map(Point::At),
    };
    point.ok_or_else(|| {
        "write 2026-03-01T10:00:00, 10:00:00, or -10m for ten minutes before the end".to_owned()
    })
}

/// `90`, `90s`, `10m`, `2h`, `1h30m`.
fn seconds(text: &str) -> Option<f64> {
    if let Ok(seconds) = text.parse::<u32>() {
        return Some(f64::from(seconds));
    }
    let span: jiff::Span = text.parse().ok()?;
    span.total(jiff::Unit::Second).ok().filter(|seconds| *seconds >= 0.0)
}

fn stamp(text: &str) -> Option<Stamp> {
    if !text.contains('-') || text.starts_with('T') {
        let time = text.trim_start_matches('T').parse::<Time>().ok()?;
        return Some(Stamp::time_of_day(micros(time), digits(time)));
    }
    let (civil, offset) = match text.parse::<jiff::Timestamp>() {
        // With a zone: told in UTC.
        Ok(moment) => (jiff::tz::Offset::UTC.to_datetime(moment), Some(0)),
        Err(_) => (text.parse::<DateTime>().ok()?, None),
    };
    let (year, month, day) = (civil.year(), civil.month(), civil.day());
    let stamp = Stamp::dated(year, month, day, micros(civil.time()), digits(civil.time()))?;
    Some(offset.map_or(stamp, |minutes| stamp.with_offset(minutes)))
}

/// Digits of the fraction that are worth showing.
fn digits(time: Time) -> u8 {
    if time.subsec_nanosecond() == 0 { 0 } else { 6 }
}

fn micros(time: Time) -> i64 {
    let seconds = i64::from(time.hour()) * 3600 + i64::from(time.minute()) * 60;
    (seconds + i64::from(time.second())) * 1_000_000 + i64::from(time.subsec_nanosecond()) / 1000
}

/// Takes out of the report what the user did not ask for.
///
/// # Errors
/// If the user asks for a worker, a test, a run or a time that the log does not have.
pub(crate) fn hide(report: &mut Report, show: &Show) -> Result<(), Problem> {
    let options = show.options();
    if options.is_empty() {
        return Ok(());
    }
    check(report, show)?;
    let end = report.inputs.iter().filter_map(|input| input.last).max_by_key(|last| last.micros());
    let (kept, hidden): (Vec<Finding>, Vec<Finding>) =
        std::mem::take(&mut report.findings).into_iter().partition(|f| is_wanted(show, f, end));
    report.findings = kept;
    let hidden = hidden.into_iter();
    let hidden = hidden.map(|f| Hidden { id: f.id, code: f.code, severity: f.severity });
    report.filter = Some(Hiding { options, hidden: hidden.collect() });
    Ok(())
}

/// A slip in a name would hide everything.
fn check(report: &Report, show: &Show) -> Result<(), Problem> {
    let timeline = &report.timeline;
    if let Some(wanted) = &show.worker {
        let seen = timeline.workers.iter().map(|worker| &*worker.id);
        let named = report.findings.iter().flat_map(|f| &f.workers).map(String::as_str);
        exists("worker", wanted, seen.chain(named), |name| name == wanted)?;
    }
    if let Some(wanted) = &show.test {
        let seen = timeline.tests.iter().map(|test| &*test.id);
        let named = report.findings.iter().flat_map(|f| f.tests.iter().chain(&f.affected_tests));
        let all = seen.chain(named.map(String::as_str));
        exists("test", wanted, all, |name| name.contains(wanted.as_str()))?;
    }
    if let Some(run) = show.run {
        let runs = report.notes.iter().find(|note| note.kind == NoteKind::SeveralRuns);
        let runs = runs.map_or(1, |note| note.count);
        if run == 0 || run > runs {
            let are = if runs == 1 { "is 1" } else { &format!("are {runs}") };
            return Err(Problem::new(format!("there is no run {run}; in these logs there {are}")));
        }
    }
    let dated = |point: &Option<Point>| matches!(point, Some(Point::At(at)) if at.is_dated());
    let undated = || report.inputs.iter().all(|input| input.first.is_none_or(|t| !t.is_dated()));
    if (dated(&show.since) || dated(&show.until)) && undated() {
        return Err(Problem::new("these logs print no dates")
            .hint("give --since and --until as a time of day: 10:00:00"));
    }
    Ok(())
}

fn exists<'a>(
    what: &str,
    wanted: &str,
    all: impl Iterator<Item = &'a str>,
    is: impl Fn(&str) -> bool,
) -> Result<(), Problem> {
    let all: std::collections::BTreeSet<&str> = all.collect();
    if all.iter().any(|name| is(name)) {
        return Ok(());
    }
    let problem = Problem::new(format!("no {what} of these logs is called {wanted}"));
    Err(match nearest(wanted, all.iter().copied()) {
        near if near.is_empty() => problem.hint(format!("these logs name no {what}")),
        near => problem.hint(format!("the most alike: {}", near.join(", "))),
    })
}

fn is_wanted(show: &Show, finding: &Finding, end: Option<Stamp>) -> bool {
    let listed = |codes: &[String]| codes.iter().any(|code| explain::means(code, finding.code));
    let tests = || finding.tests.iter().chain(&finding.affected_tests);
    (show.select.is_empty() || listed(&show.select))
        && !listed(&show.ignore)
        && show.worker.as_ref().is_none_or(|worker| finding.workers.contains(worker))
        && show.test.as_ref().is_none_or(|text| tests().any(|test| test.contains(text.as_str())))
        && show.run.is_none_or(|run| tests().any(|test| run_of(test) == run))
        && is_within(show, finding, end)
}

/// The run of a test: those of later runs are named after it.
fn run_of(test: &str) -> u64 {
    let number = test.strip_prefix("run ").and_then(|rest| rest.split_once(": "));
    number.and_then(|(number, _)| number.parse().ok()).unwrap_or(1)
}

/// Whether a finding may lie within the time that was asked for; one without a time may.
fn is_within(show: &Show, finding: &Finding, end: Option<Stamp>) -> bool {
    // What has no end goes on.
    let (first, last) = (finding.start.or(finding.end), finding.end);
    let after = |last: Stamp| show.since.is_none_or(|since| distance(last, since, end) >= 0.0);
    let before = |first: Stamp| show.until.is_none_or(|until| distance(first, until, end) <= 0.0);
    last.is_none_or(after) && first.is_none_or(before)
}

/// Seconds from the point to the stamp; 0 if they cannot be compared.
fn distance(stamp: Stamp, point: Point, end: Option<Stamp>) -> f64 {
    match point {
        Point::BeforeEnd(seconds) => {
            let left = end.and_then(|end| end.seconds_since(stamp));
            left.map_or(0.0, |left| seconds - left)
        }
        Point::At(at) if at.is_dated() => stamp.seconds_since(at).unwrap_or(0.0),
        Point::At(at) => (stamp.micros().rem_euclid(MICROS_PER_DAY) - at.micros()) as f64 / 1e6,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn points_of_time_are_read_as_people_write_them() {
        let shown = |text: &str| match point(text) {
            Ok(Point::At(stamp)) => stamp.to_string(),
            Ok(Point::BeforeEnd(seconds)) => format!("end - {seconds} s"),
            Err(_) => "?".to_owned(),
        };
        for (text, expected) in [
            ("2026-03-01T10:00:00", "2026-03-01T10:00:00"),
            ("2026-03-01 10:00", "2026-03-01T10:00:00"),
            ("2026-03-01T10:00:00+02:00", "2026-03-01T08:00:00Z"),
            ("2026-03-01", "2026-03-01T00:00:00"),
            ("10:00:01.5", "T10:00:01.500000"),
            ("T10:00", "T10:00:00"),
            ("-10m", "end - 600 s"),
            ("-90", "end - 90 s"),
            ("-1h30m", "end - 5400 s"),
            ("yesterday", "?"),
            ("-", "?"),
            ("25:00", "?"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn a_time_of_day_is_one_of_every_day() {
        let stamp = |text: &str| match point(text) {
            Ok(Point::At(stamp)) => stamp,
            other => panic!("{other:?}"),
        };
        let noon = stamp("2026-03-01T12:00:00");
        assert!(distance(noon, point("11:00").unwrap(), None) > 0.0);
        assert!(distance(noon, point("13:00").unwrap(), None) < 0.0);
        let end = Some(stamp("2026-03-01T12:05:00"));
        assert!(distance(noon, point("-10m").unwrap(), end) > 0.0);
        assert!(distance(noon, point("-1m").unwrap(), end) < 0.0);
    }

    #[test]
    fn tests_of_later_runs_carry_its_number() {
        assert_eq!((run_of("run 3: tests/a.py::x"), run_of("tests/a.py::x")), (3, 1));
    }
}
