//! C102: see the page.

use logscan_model::{Class, Confidence, Evidence, Finding, Rule, Severity, Timeline};

use super::readiness::{Course, Readiness, readiness};
use super::support::{counted, fault_lines, nothing_failed, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "C102",
        name: "server-elsewhere",
        class: Class::ConfigDrift,
        page: include_str!("server_elsewhere.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let all = readiness(timeline);
    let elsewhere = all.iter().filter(|readiness| readiness.course == Course::ReadyElsewhere);
    elsewhere.map(|readiness| finding(timeline, readiness)).collect()
}

fn finding(timeline: &Timeline, readiness: &Readiness<'_>) -> Finding {
    let endpoint = readiness.endpoint(timeline);
    let attempts = counted(readiness.faults.len(), "attempt");
    let title =
        format!("{attempts} to reach {endpoint} failed, though a server says that it is ready");
    let severity = if nothing_failed(timeline) { Severity::Info } else { Severity::Error };
    let mut finding = readiness.finding(&DETECTOR.rule, severity, title, endpoint);
    finding.detail =
        "A server says that it is ready, and no connection reached it: it listens at another \
                      address than the one that was tried."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the server says itself that it is ready, and no attempt succeeded".into();
    finding.suggestion =
        "Use the name and the port under which the server can be reached from where \
                          the tests run; between a container and its host these differ."
            .into();
    finding.would_refute = "a stop of the server before the attempts".into();
    finding.may_be(
        "host or port are wrong, or missing, in the settings of the tests",
        "the address that the server prints, beside the one that the tests use",
    );
    finding.may_be("the server stopped in between", "the rest of the server's own log");
    let mut evidence = fault_lines(&readiness.faults, "nobody answers here");
    evidence.extend(readiness.ready.map(|at| Evidence::context(at.place, "the server is ready")));
    prove(&mut finding, evidence);
    finding
}
