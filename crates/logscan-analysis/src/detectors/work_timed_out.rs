//! T101: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::Detector;
use super::support::{counted, fault_lines, if_told, of_faults, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "T101",
        name: "work-timed-out",
        class: Class::Timeout,
        page: include_str!("work_timed_out.md"),
        since: "0.1.0",
    },
    find,
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::WorkTimeout], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let times = counted(told.len(), "time");
    let title = format!("Database work took longer than allowed, {times}");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    if let Some(seconds) = told.iter().filter_map(|fault| fault.timeout_s).reduce(f64::max) {
        finding.numbers.insert("timeout_s", seconds);
    }
    finding.resource = Some(Resource { kind: ResourceKind::Server, name: "database".into() });
    finding.detail =
        "A statement, a connection attempt or the hold of a connection was cut off by its \
                      own limit."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "that a limit was reached is certain; the log does not tell what took \
                                 the time"
            .into();
    finding.suggestion =
        "Look at what the statement waits for (locks, I/O, a server that is starting); \
                          raise the limit only if the work is meant to take that long."
            .into();
    finding.would_refute = "the same work done within its limit under the same load".into();
    prove(&mut finding, fault_lines(told, "its time was up"));
    finding
}
