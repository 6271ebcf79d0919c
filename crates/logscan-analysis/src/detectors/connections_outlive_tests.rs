//! L106: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, failed_tests, fault_lines, faults, names, prove, span_of};
use super::{Detector, Find};

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

fn find(timeline: &Timeline) -> Vec<Finding> {
    let waits: Vec<&Fault> = faults(timeline, &[EventKind::PoolTimeout]).collect();
    let tests = failed_tests(timeline, &waits);
    if timeline.sequential == Some(true)
        && tests.len() >= timeline.settings.thresholds.empty_pool_tests.max(2)
        && in_a_row(timeline, &tests)
        && !holders_are_known(timeline)
    {
        vec![finding(&waits, &tests)]
    } else {
        Vec::new()
    }
}

/// Whether no test that is known lies between those that waited.
fn in_a_row(timeline: &Timeline, tests: &[String]) -> bool {
    let places = tests.iter().filter_map(|test| timeline.test_position(test));
    let mut places: Vec<usize> = places.collect();
    places.sort_unstable();
    places.windows(2).all(|pair| pair[1] == pair[0] + 1)
}

/// Whether sessions, connections or reports tell who held what.
fn holders_are_known(timeline: &Timeline) -> bool {
    !timeline.sessions.is_empty()
        || timeline.connections_logged
        || faults(timeline, &[EventKind::LeakReported]).next().is_some()
}

fn finding(waits: &[&Fault], tests: &[String]) -> Finding {
    let count = counted(tests.len(), "test");
    let title = format!("{count} in a row found the pool empty, although one test runs at a time");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = names(waits.iter().map(|fault| fault.worker.as_ref()));
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
