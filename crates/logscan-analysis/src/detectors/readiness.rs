//! How attempts to reach a service went, for the detectors that judge them.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, Moment, Subject, Test, TestOutcome};
use logscan_model::{EventKind, Timeline};

use super::drift::drifting;
use super::server_stopped::stopped;
use super::support::{before, failed_tests, faults};

/// Errors of somebody who comes too early, or to nobody.
const UNREACHED: [EventKind; 2] = [EventKind::ConnectionRefused, EventKind::ServerStarting];

/// Attempts that reached nobody, and what became of them.
pub(super) struct Readiness<'t> {
    /// The attempts, in the order of the log.
    pub(super) faults: Vec<&'t Fault>,
    /// Tests that failed by them.
    pub(super) victims: Vec<String>,
    /// When it is known to answer, if the log tells.
    pub(super) ready: Option<Moment>,
    pub(super) course: Course,
}

/// How it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// Nobody was there at first, later somebody was.
    BecameReady(Witness),
    /// Somebody was there at first, later nobody was.
    WasLost,
    /// Nobody was ever there.
    NeverReady,
    /// The log does not tell.
    Unknown,
}

/// What shows that a server became ready after the attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witness {
    /// A connection that works.
    Connection,
    /// The server's log says that it is ready.
    ServerLog,
    /// The server answers that it is starting.
    ServerItself,
    /// Tests that ran later passed.
    LaterTests,
}

/// What the log tells of attempts that reached nobody; `None` if there were none.
pub(super) fn readiness(timeline: &Timeline) -> Option<Readiness<'_>> {
    if !stopped(timeline).is_empty() {
        // A server that goes down in the middle refuses connections, too.
        return None;
    }
    let drifts = drifting(timeline);
    let unreached = faults(timeline, &UNREACHED).filter(|fault| !drifts(fault));
    let mut faults: Vec<&Fault> = unreached.collect();
    faults.sort_by_key(|fault| fault.moment.place);
    let (first, last) = (faults.first()?.moment, faults.last()?.moment);
    let victims = failed_tests(timeline, &faults);
    let success = timeline.first_success;
    let order = success.and_then(|success| before(timeline, first, success));
    let later = |ready: &Moment| before(timeline, last, *ready) == Some(true);
    let announced = timeline.server_ready.iter().copied().find(later);
    let (course, ready) = match (order, success, announced) {
        (Some(true), ..) => (Course::BecameReady(Witness::Connection), success),
        (Some(false), ..) => (Course::WasLost, success),
        (None, Some(_), _) => (Course::Unknown, success),
        (None, None, Some(_)) => (Course::BecameReady(Witness::ServerLog), announced),
        (None, None, None) => (without_success(timeline, &faults, &victims), None),
    };
    Some(Readiness { faults, victims, ready, course })
}

/// No connection is seen to work: perhaps only the output of failed tests is there. What passed
/// before and after the victims, on their workers, tells the rest.
fn without_success(timeline: &Timeline, faults: &[&Fault], victims: &[String]) -> Course {
    let victims_by_id: HashSet<&str> = victims.iter().map(String::as_str).collect();
    let is_victim = |test: &Test| victims_by_id.contains(&*test.id);
    let workers: HashSet<_> =
        timeline.tests.iter().filter(|t| is_victim(t)).map(|t| &t.worker).collect();
    let ran: Vec<&Test> = timeline.tests.iter().filter(|t| workers.contains(&t.worker)).collect();
    let passed = |test: &&Test| test.outcome == Some(TestOutcome::Passed);
    let first = ran.iter().position(|test| is_victim(test));
    let last = ran.iter().rposition(|test| is_victim(test));
    let before = first.is_some_and(|first| ran[..first].iter().any(passed));
    let after = last.is_some_and(|last| ran[last..].iter().any(passed));
    let only_attempts = faults.iter().all(|fault| fault.subject == Subject::ServiceAttempt);
    if only_attempts && super::support::nothing_failed(timeline) {
        return Course::BecameReady(Witness::LaterTests);
    }
    match (before, after) {
        (false, true) => Course::BecameReady(Witness::LaterTests),
        (true, false) => Course::WasLost,
        // What passed before and after needs another server, or none.
        (true, true) => Course::NeverReady,
        (false, false) if victims.is_empty() && timeline.tests.iter().any(|t| !t.failed()) => {
            Course::Unknown
        }
        (false, false) if faults.iter().all(|fault| fault.kind == EventKind::ServerStarting) => {
            Course::BecameReady(Witness::ServerItself)
        }
        (false, false) => Course::NeverReady,
    }
}

impl Readiness<'_> {
    /// Whether work failed by it: not only attempts of a set-up that tries again, or of somebody
    /// whom only the server saw.
    pub(super) fn work_failed(&self) -> bool {
        let retried = [Subject::ServiceAttempt, Subject::Server];
        self.faults.iter().any(|fault| !retried.contains(&fault.subject))
    }

    /// The address that was tried.
    pub(super) fn endpoint(&self, timeline: &Timeline) -> String {
        let announced = timeline.services.iter().find_map(|service| service.endpoint.clone());
        let tried =
            || self.faults.iter().find_map(|fault| fault.endpoint.as_deref().map(str::to_owned));
        announced.or_else(tried).unwrap_or_else(|| "the database server".into())
    }

    /// Seconds from the first attempt to the first success.
    pub(super) fn late_by(&self) -> Option<f64> {
        let first = self.faults.first()?.moment.time?;
        self.ready?.time?.seconds_since(first).filter(|seconds| *seconds >= 0.0)
    }
}
