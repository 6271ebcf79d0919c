//! T102: see the page.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::{Name, Overtime, SlowStatement};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{counted, faults, names, prove, span_of, time_limit};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "T102",
        name: "statement-slow",
        class: Class::Slow,
        page: include_str!("statement_slow.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

/// Seconds from which a statement, or all those of a failed test together, are slow: most runners
/// give a test so much.
const SLOW_S: f64 = 5.0;
/// Seconds from which a statement is slow where other work of the run did not end in time.
const BESIDE_TIME_OUT_S: f64 = 1.0;

fn find(timeline: &Timeline) -> Vec<Finding> {
    let errors = timeline.tests.iter().filter_map(|test| timeline.first_errors.get(&test.id));
    // What takes half of the time that a test has leaves too little for the rest.
    let limits =
        errors.filter_map(|error| time_limit(&error.text)).chain(timeline.outcome.set_up_limit_s);
    let limit = limits.reduce(f64::min).map(|limit| limit / 2.0);
    let timed_out = faults(timeline, &[EventKind::WorkTimeout]).next().is_some();
    let slow = if timed_out { BESIDE_TIME_OUT_S } else { SLOW_S };
    let enough = limit.map_or(slow, |limit| limit.min(slow));
    let mut together: BTreeMap<&Name, f64> = BTreeMap::new();
    for one in &timeline.slow_statements {
        if let Some(test) = one.test.as_ref().filter(|test| timeline.failed(test)) {
            *together.entry(test).or_default() += one.seconds;
        }
    }
    let of_slow_test = |one: &SlowStatement| {
        let whole = one.test.as_ref().and_then(|test| together.get(test));
        whole.is_some_and(|seconds| *seconds >= SLOW_S)
    };
    let complained = complained_of(timeline);
    let all = timeline.slow_statements.iter();
    let slow: Vec<&SlowStatement> = all
        .filter(|one| {
            let long = match one.prepares {
                true => limit.is_some_and(|limit| one.seconds >= limit),
                false => one.seconds >= enough || of_slow_test(one),
            };
            long || complained.contains(&one.at.place)
        })
        .collect();
    if slow.is_empty() { Vec::new() } else { vec![finding(&slow)] }
}

/// A statement goes on when its test has given up: it takes at most so many times as long.
const GOES_ON: f64 = 1.5;
/// Nobody asks for a limit of which work takes more than so many times.
const BEYOND_LIMIT: f64 = 100.0;
/// So many lines from what a test says of its time its statements stand at most.
const NEAR: u64 = 60;

/// Statements that took at least half of the time of which a test complains, those that stand near.
fn complained_of(timeline: &Timeline) -> BTreeSet<Place> {
    let red = timeline.outcome.failures > 0;
    let by_line = timeline.slow_statements.iter().map(|one| (one.at.place, one.seconds));
    let by_line: BTreeMap<Place, f64> = by_line.collect();
    let mut all = BTreeSet::new();
    let counts = |one: &&Overtime| red || one.is_over;
    for Overtime { seconds, is_limit, place, .. } in timeline.overtimes.iter().filter(counts) {
        let Place { input, line } = *place;
        let first = Place { input, line: line.saturating_sub(NEAR) };
        let last = Place { input, line: line + NEAR };
        let shortest = if *is_limit { *seconds } else { 0.0 };
        let longest = seconds * if *is_limit { BEYOND_LIMIT } else { GOES_ON };
        let fits = shortest..=longest;
        let near = || by_line.range(first..=last).filter(|(_, took)| fits.contains(*took));
        if near().map(|(_, took)| took).sum::<f64>() * 2.0 >= *seconds && near().next().is_some() {
            all.extend(near().map(|(place, _)| *place));
        }
    }
    all
}

fn finding(slow: &[&SlowStatement]) -> Finding {
    let longest = slow.iter().map(|one| one.seconds).fold(0.0, f64::max);
    let took = if slow.len() == 1 { "took" } else { "took up to" };
    let prepares = slow.iter().all(|one| one.prepares);
    let noun = if prepares { "set-up step" } else { "statement" };
    let title = format!("{} {took} {longest:.1} s", counted(slow.len(), noun));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.tests = names(slow.iter().map(|one| one.test.as_ref()));
    finding.count = slow.len() as u64;
    finding.numbers.insert("longest_s", longest);
    finding.numbers.insert("together_s", slow.iter().map(|one| one.seconds).sum());
    finding.resource = Some(Resource { kind: ResourceKind::Server, name: "database".into() });
    finding.detail =
        "The statements ended well, but the test runner, like most, gives a whole test less time."
            .into();
    finding.confidence_reason = "the driver or the server logs how long the statement took".into();
    if prepares {
        finding.detail =
            "What prepares the database ended well, but took at least half of the time that the \
             runner gives a set-up."
                .into();
        finding.confidence = Confidence::Likely;
        finding.confidence_reason =
            "the log tells how long it took, and that a set-up ran out of time".into();
        finding.suggestion =
            "Prepare the database once for all tests, or from a template; give the \
                              set-up a longer limit of its own."
                .into();
        finding.would_refute = "a set-up that ran out of time before this work began".into();
        return proven(finding, slow);
    }
    finding.suggestion = "Look at the plan of the statement (EXPLAIN), at missing indexes and at the \
                          amount of test data; if it waits instead of working, at who holds the lock."
        .into();
    finding.would_refute = "a test that is slow on purpose".into();
    proven(finding, slow)
}

fn proven(mut finding: Finding, slow: &[&SlowStatement]) -> Finding {
    span_of(&mut finding, slow.iter().map(|one| one.at));
    prove(
        &mut finding,
        slow.iter().map(|one| Evidence::primary(one.at.place, "took long")).collect(),
    );
    finding
}
