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

/// All tests passed, something of a database was open yet, and the job had to be ended.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let outcome = &timeline.outcome;
    let passed = outcome.tests > 0 && outcome.failures == 0;
    let open: Vec<&Fault> = faults(timeline, &[EventKind::LeakReported]).collect();
    let Some(ended) = outcome.job_timed_out.filter(|_| passed && !open.is_empty()) else {
        return Vec::new();
    };
    let title = "The runner did not exit: all tests passed, and connections were open yet";
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title.to_owned());
    finding.workers = names(open.iter().map(|fault| fault.worker.as_ref()));
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: "pool".into() });
    finding.detail = "A process does not end while its event loop holds open connections; nobody \
                      closed them when the tests were over."
        .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "that something was open and that the job was ended is certain; that one is why is not"
            .into();
    finding.suggestion =
        "Close clients and pools in the tear-down of the suite (afterAll, a global \
                          teardown), also those that modules make when they are imported."
            .into();
    finding.would_refute = "the same hang with all connections closed".into();
    let mut evidence = fault_lines(&open, "open yet");
    evidence.push(Evidence::primary(ended, "the job is ended"));
    prove(&mut finding, evidence);
    vec![finding]
}
