//! L106: see the page.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Name, Test};
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::pool_exhausted::Unserved;
use super::support::{counted, failed_tests, fault_lines, faults, names, on, prove, span_of};
use super::{Detector, Find};

/// So many tests that find a pool empty are no accident, where nothing says that they run one by one.
const SURE: usize = 3;

/// The worker of runners that have none.
const MAIN: &str = "main";

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L106",
        name: "connections-outlive-tests",
        class: Class::Leak,
        page: include_str!("connections_outlive_tests.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// One finding for each process whose tests find its pool empty one after another.
fn find(timeline: &Timeline) -> Vec<Finding> {
    if holders_are_known(timeline) {
        return Vec::new();
    }
    let mut by_line: BTreeMap<Line<'_>, Vec<&Fault>> = BTreeMap::new();
    let unserved = Unserved::of(timeline);
    for fault in faults(timeline, &[EventKind::PoolTimeout]).filter(|f| !unserved.explains(f)) {
        let test = fault.test.as_deref().filter(|test| timeline.failed(test));
        if let Some(test) = test.and_then(|test| timeline.test(test)) {
            by_line.entry(Line::of(test)).or_default().push(fault);
        }
    }
    let lines = by_line.len();
    let outlived = by_line.into_iter().filter_map(|(line, waits)| {
        let tests = failed_tests(timeline, &waits);
        stays_empty(timeline, line, &tests, lines == 1).then(|| finding(&waits, &tests))
    });
    outlived.collect()
}

/// Tests that run one after the other in one process: those of a worker or, where runners load
/// every file anew, of a file.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Line<'t> {
    worker: Option<&'t Name>,
    file: Option<&'t str>,
}

impl<'t> Line<'t> {
    fn of(test: &'t Test) -> Self {
        let file = test.id.split_once(" > ").map(|(file, _)| file);
        Self { worker: test.worker.as_ref(), file }
    }
}

/// Whether the pool stays empty from the first of these tests on: what a test takes for itself is
/// free when it is over, and then the next ones would pass.
fn stays_empty(timeline: &Timeline, line: Line<'_>, tests: &[String], only_one: bool) -> bool {
    let named = line.worker.is_some_and(|worker| **worker != *MAIN);
    let nobody_passed = timeline.outcome.tests <= timeline.outcome.failures;
    let side_by_side = timeline.sequential == Some(false) || timeline.damaged;
    if side_by_side && !named || nobody_passed {
        // Tests of one process run side by side, as they do that write into each other's lines, or
        // no pool ever gave a connection.
        return false;
    }
    let least = timeline.settings.thresholds.empty_pool_tests.max(2);
    let ran: Vec<&Test> = timeline.tests.iter().filter(|test| Line::of(test) == line).collect();
    let found_empty = |test: &&&Test| tests.iter().any(|name| **name == *test.id);
    let Some(first) = ran.iter().position(|test| found_empty(&test)) else { return false };
    let later = &ran[first..];
    let empty = later.iter().filter(found_empty).count();
    let passes_listed = ran.iter().any(|test| !test.failed());
    if passes_listed || timeline.sequential == Some(true) {
        // Some tests need no connection.
        let enough = if timeline.sequential == Some(true) { least } else { least.max(SURE) };
        empty >= enough && empty * 5 >= later.len() * 4
    } else {
        // Passes that no list shows may stand between them.
        let passed = timeline.outcome.tests.saturating_sub(timeline.outcome.failures);
        only_one && empty >= least.max(SURE + 1) && passed * 4 <= empty as u64
    }
}

/// Whether sessions, connections or reports tell who held what.
fn holders_are_known(timeline: &Timeline) -> bool {
    !timeline.sessions.is_empty()
        || timeline.connections_logged
        || faults(timeline, &[EventKind::LeakReported]).next().is_some()
}

fn finding(waits: &[&Fault], tests: &[String]) -> Finding {
    let count = counted(tests.len(), "test");
    let workers = names(waits.iter().map(|fault| fault.worker.as_ref()));
    let whose = on(&workers);
    let title =
        format!("{count} in a row found the pool empty{whose}, although one runs at a time");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = workers;
    finding.affected_tests = tests.to_vec();
    finding.count = tests.len() as u64;
    finding.numbers.insert("tests", tests.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: "pool".into() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the first of them was over and the pool still empty, so somebody \
                                 else holds the connections; the log does not tell who took them"
        .into();
    finding.detail =
        "Tests run one after the other. What they hold is free when they are over; what \
                      is still taken then was taken by a test, or a process that it started, and \
                      never given back."
            .into();
    finding.suggestion = "Look at what the tests before the first of these check out and do not \
                          check in; log checkouts to have the test named."
        .into();
    finding.would_refute = "a process beside the tests that rightly holds these connections".into();
    span_of(&mut finding, waits.iter().map(|fault| fault.moment));
    prove(&mut finding, fault_lines(waits, "the pool is still empty"));
    finding
}
