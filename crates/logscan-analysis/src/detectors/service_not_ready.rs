//! R101: see the page.

use std::collections::BTreeSet;

use logscan_model::{Class, Confidence, EventKind, Evidence, Finding, Rule, Severity, Timeline};

use super::readiness::{Course, Readiness, Witness, readiness};
use super::support::{counted, failed_of_its_own, fault_lines, faults, nothing_failed, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R101",
        name: "service-not-ready",
        class: Class::StartupRace,
        page: include_str!("service_not_ready.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// Errors of servers that are in use.
const IN_USE: [EventKind; 5] = [
    EventKind::Deadlock,
    EventKind::LockTimeout,
    EventKind::WriteConflict,
    EventKind::DuplicateRow,
    EventKind::ServerFull,
];

fn find(timeline: &Timeline) -> Vec<Finding> {
    readiness(timeline).iter().filter_map(|readiness| finding(timeline, readiness)).collect()
}

/// A retry that recovers hurts nobody; work that failed hurts, unless its test passed.
fn severity(timeline: &Timeline, readiness: &Readiness<'_>, witness: Witness) -> Severity {
    let recovers = !matches!(witness, Witness::ServerItself | Witness::StillStarting);
    match readiness.work_failed() {
        _ if !readiness.victims.is_empty() => Severity::Error,
        true if outcomes_known(timeline, readiness) => Severity::Info,
        true if recovers && failed_otherwise(timeline) => Severity::Info,
        true if recovers => Severity::Warning,
        true => Severity::Error,
        false if recovers => Severity::Info,
        false => Severity::Warning,
    }
}

fn outcomes_known(timeline: &Timeline, readiness: &Readiness<'_>) -> bool {
    let known = |test: &str| timeline.test(test).is_some();
    nothing_failed(timeline)
        || readiness.faults.iter().all(|fault| fault.test.as_deref().is_some_and(known))
}

/// Whether every test that failed met an error that only a server gives that is there, and that
/// nobody meets because it was late, or failed of its own.
fn failed_otherwise(timeline: &Timeline) -> bool {
    let told = faults(timeline, &IN_USE).filter_map(|fault| fault.test.as_deref());
    let explained: BTreeSet<&str> = told.collect();
    let mut failed = timeline.tests.iter().filter(|test| test.failed()).peekable();
    let all_known = failed.clone().count() as u64 >= timeline.outcome.failures;
    all_known
        && failed.peek().is_some()
        && failed.all(|test| explained.contains(&*test.id) || failed_of_its_own(timeline, test))
}

fn finding(timeline: &Timeline, readiness: &Readiness<'_>) -> Option<Finding> {
    let Course::BecameReady(witness) = readiness.course else { return None };
    let endpoint = readiness.endpoint(timeline);
    let severity = severity(timeline, readiness, witness);
    let attempts = counted(readiness.faults.len(), "attempt");
    let late = readiness.late_by().map_or(String::new(), |s| format!(" for {s:.1} s"));
    let title = match severity {
        Severity::Info => {
            format!("{endpoint} was not ready{late}; {attempts} failed, then it answered")
        }
        _ => format!("{endpoint} was used before it was ready: {attempts} failed{late}"),
    };
    let mut finding = readiness.finding(&DETECTOR.rule, severity, title, endpoint);
    if let Some(seconds) = readiness.late_by() {
        finding.numbers.insert("late_s", seconds);
    }
    finding.end = readiness.ready.and_then(|ready| ready.time).or(finding.end);
    explain(&mut finding, witness);
    let mut evidence = fault_lines(&readiness.faults, "nobody answers yet");
    evidence.extend(readiness.ready.map(|at| Evidence::context(at.place, "now it answers")));
    prove(&mut finding, evidence);
    Some(finding)
}

fn explain(finding: &mut Finding, witness: Witness) {
    if witness != Witness::Connection {
        finding.confidence = Confidence::Likely;
    }
    finding.confidence_reason = match witness {
        Witness::Connection => "attempts fail first and succeed later",
        Witness::ServerLog => {
            "no successful connection is printed, but the server says later that it is ready"
        }
        Witness::Answer => {
            "attempts fail first, and later the server answers, if with another error"
        }
        Witness::ServerItself => {
            "no successful connection is printed, but the server answers that it is starting"
        }
        Witness::StillStarting => {
            "no successful connection is printed, and the server's log ends while it starts"
        }
        Witness::LaterTests => {
            "no successful connection is printed, but tests that ran later passed"
        }
        Witness::LaterWork => {
            "no successful connection is printed, but the attempts end and tests begin"
        }
    }
    .into();
    (finding.detail, finding.suggestion) = match finding.severity {
        Severity::Info => (
            "Whoever tried tried again until the server answered; no test failed by it.".into(),
            "Nothing has to be done; a shorter wait needs a readiness check before the first test."
                .into(),
        ),
        _ => (
            "The server was not there yet, or still starting, when the first connections were \
             tried."
                .into(),
            "Wait for a successful query, not for the port or the log line, before the first test \
             runs; do it in a session-scoped fixture that fails with a clear message."
                .into(),
        ),
    };
    finding.would_refute = "a connection to the same address that worked earlier".into();
}
