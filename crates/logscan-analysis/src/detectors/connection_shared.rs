//! W301: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::Detector;
use super::support::{counted, fault_lines, if_told, of_faults, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W301",
        name: "connection-shared",
        class: Class::Misuse,
        page: include_str!("connection_shared.md"),
        since: "0.1.0",
    },
    find,
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::ConnectionShared], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let times = counted(told.len(), "time");
    let title = format!("A connection was used where it does not belong, {times}");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.tests = finding.affected_tests.clone();
    finding.resource = Some(Resource { kind: ResourceKind::Session, name: "connection".into() });
    finding.detail =
        "A connection serves one task of one event loop, thread and process at a time. \
                      Here two used it at once, or it was made in one loop or thread and used in \
                      another."
            .into();
    finding.confidence_reason = "the driver says so itself".into();
    finding.suggestion = "Give each task a session of its own; make engine and pool in the event loop \
                          that uses them (with pytest-asyncio: fixtures and tests of one loop_scope), \
                          or use NullPool in tests; dispose of pools after a fork."
        .into();
    finding.would_refute = "nothing: the driver refuses such use".into();
    prove(&mut finding, fault_lines(told, "used where it does not belong"));
    finding
}
