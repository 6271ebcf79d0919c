//! R302: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{fault_lines, faults, names, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R302",
        name: "runner-kept-running",
        class: Class::Cleanup,
        page: include_str!("runner_kept_running.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

/// All tests passed, something of a database was open yet, and the job had to be ended, or the runner
/// says behind its last line what keeps it.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let outcome = &timeline.outcome;
    let passed = outcome.all_passed();
    let mut open: Vec<&Fault> =
        faults(timeline, &[EventKind::HandlesOpen, EventKind::LeakReported]).collect();
    let ended = outcome.job_timed_out;
    if ended.is_none() {
        let told_last = |fault: &&Fault| {
            let place = fault.moment.place;
            outcome.ended_at.is_some_and(|end| end.input == place.input && end < place)
        };
        open.retain(told_last);
    }
    if !passed || open.is_empty() {
        return Vec::new();
    }
    let (severity, title) = match ended {
        Some(_) => (
            Severity::Error,
            "The runner did not exit: all tests passed, and connections were open yet",
        ),
        None => (Severity::Warning, "All tests passed, and connections were open yet"),
    };
    let mut finding = Finding::of(&DETECTOR.rule, severity, title.to_owned());
    finding.workers = names(open.iter().map(|fault| fault.worker.as_ref()));
    finding.resource = Some(left_open());
    finding.detail = "A process does not end while its event loop holds open connections; nobody \
                      closed them when the tests were over."
        .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = match ended {
        Some(_) => {
            "that something was open and that the job was ended is certain; that one is why is not"
        }
        None => "that something was open is certain; whether the runner waited for it is not",
    }
    .into();
    finding.suggestion =
        "Close clients and pools in the tear-down of the suite (afterAll, a global \
                          teardown), also those that modules make when they are imported."
            .into();
    finding.would_refute = "the same hang with all connections closed".into();
    let mut evidence = fault_lines(&open, "open yet");
    evidence.extend(ended.map(|ended| Evidence::primary(ended, "the job is ended")));
    prove(&mut finding, evidence);
    vec![finding]
}

/// What is open yet when the tests are over.
pub(super) fn left_open() -> Resource {
    Resource { kind: ResourceKind::Pool, name: "connections left open".into() }
}
