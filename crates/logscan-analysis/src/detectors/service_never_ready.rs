//! R102: see the page.

use logscan_model::{Class, Confidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::readiness::{Course, Readiness, readiness};
use super::support::{counted, fault_lines, names, prove, span_of};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R102",
        name: "service-never-ready",
        class: Class::InitFailure,
        page: include_str!("service_never_ready.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let never = readiness(timeline).filter(|readiness| readiness.course == Course::NeverReady);
    never.map(|readiness| finding(timeline, &readiness)).into_iter().collect()
}

fn finding(timeline: &Timeline, readiness: &Readiness<'_>) -> Finding {
    let endpoint = readiness.endpoint(timeline);
    let attempts = counted(readiness.faults.len(), "attempt");
    let title = format!("{endpoint} never answered: {attempts} failed, none succeeded");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = names(readiness.faults.iter().map(|fault| fault.worker.as_ref()));
    finding.affected_tests.clone_from(&readiness.victims);
    finding.count = readiness.faults.len() as u64;
    finding.resource = Some(Resource { kind: ResourceKind::Service, name: endpoint });
    finding.numbers.insert("failed_attempts", readiness.faults.len() as f64);
    finding.detail = "Every connection was refused up to the end of the log.".into();
    if timeline.damaged {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason =
            "no connection in the log works, but text of it is missing".into();
    } else if timeline.tests.iter().any(|test| !test.failed()) {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason =
            "no connection to it in the log works; tests that passed may need \
                                     another server, or none"
                .into();
    } else {
        finding.confidence_reason = "no connection in the log works".into();
    }
    finding.suggestion =
        "Start the server, or correct host and port; look at the server's own log \
                          for the reason why it did not start."
            .into();
    finding.would_refute = "a connection to the same address that works".into();
    span_of(&mut finding, readiness.faults.iter().map(|fault| fault.moment));
    prove(&mut finding, fault_lines(&readiness.faults, "nobody answers"));
    finding
}
