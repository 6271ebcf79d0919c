//! What tests that passed tell of a server that others did not reach.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, Subject, Test, TestOutcome};
use logscan_model::{EventKind, Timeline};

use super::readiness::{Course, Witness};

/// So many tests that passed before all others failed show that a server was there at first; one
/// does if somebody is known to have reached it.
const SHOWN_BY: usize = 3;

/// No connection is seen to work, or nothing tells when: perhaps only the output of failed tests is
/// there. What passed before and after the victims, on their workers, tells the rest, though a test
/// that passed may need no server.
pub(super) fn without_witness(
    timeline: &Timeline,
    faults: &[&Fault],
    victims: &[String],
    was_reached: bool,
) -> Course {
    let victims_by_id: HashSet<&str> = victims.iter().map(String::as_str).collect();
    let is_victim = |test: &Test| victims_by_id.contains(&*test.id);
    let workers: HashSet<_> =
        timeline.tests.iter().filter(|t| is_victim(t)).map(|t| &t.worker).collect();
    let ran: Vec<&Test> = timeline.tests.iter().filter(|t| workers.contains(&t.worker)).collect();
    let passed = |test: &&&Test| test.outcome == Some(TestOutcome::Passed);
    let first = ran.iter().position(|test| is_victim(test)).unwrap_or(0);
    let last = ran.iter().rposition(|test| is_victim(test)).unwrap_or(0);
    let passed_before = ran[..first].iter().filter(passed).count();
    let passed_after = ran.get(last..).into_iter().flatten().filter(passed).count();
    let only_attempts = faults.iter().all(|fault| fault.subject == Subject::ServiceAttempt);
    let some_passed = timeline.outcome.tests > timeline.outcome.failures;
    if only_attempts && (some_passed || super::support::nothing_failed(timeline)) {
        // Whoever gives up trying raises an error that is no attempt any more.
        return Course::BecameReady(Witness::LaterTests);
    }
    if only_attempts && faults.last().is_some_and(|last| goes_on_behind(timeline, last)) {
        return Course::BecameReady(Witness::LaterWork);
    }
    let (enough, several) = if was_reached { (1, 1) } else { (SHOWN_BY, 2) };
    match (passed_before, passed_after) {
        (0, 1..) => Course::BecameReady(Witness::LaterTests),
        (before, 0) if before >= enough && victims.len() >= several => Course::WasLost,
        // What passed before and after needs another server, or none.
        (1.., _) => Course::NeverReady,
        (0, 0) if faults.iter().all(is_starting) => Course::BecameReady(Witness::ServerItself),
        (0, 0) if victims.is_empty() && timeline.tests.iter().any(|t| !t.failed()) => {
            // A test that failed without a word may have failed by them.
            let untold = |t: &Test| t.failed() && !timeline.first_errors.contains_key(&t.id);
            let silent = timeline.tests.iter().any(untold);
            if silent { Course::NeverReady } else { Course::Unknown }
        }
        (0, 0) => Course::NeverReady,
    }
}

/// Whether a test begins behind an attempt, in the same log.
fn goes_on_behind(timeline: &Timeline, last: &Fault) -> bool {
    let (marked, last) = (timeline.outcome.marked_at, last.moment.place);
    marked.is_some_and(|at| at.input == last.input && last < at)
}

pub(super) fn is_starting(fault: &&Fault) -> bool {
    fault.kind == EventKind::ServerStarting
}
