//! K101: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::Detector;
use super::support::{counted, fault_lines, if_told, of_faults, on, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "K101",
        name: "deadlock",
        class: Class::Lock,
        page: include_str!("deadlock.md"),
        since: "0.1.0",
    },
    find,
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::Deadlock], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let broken = counted(told.len(), "deadlock");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, String::new());
    finding.title = format!("The server broke {broken}{}", on(&finding.workers));
    finding.numbers.insert("deadlocks", told.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Lock, name: "deadlock".into() });
    finding.confidence_reason = "the server says so itself".into();
    finding.detail =
        "Two transactions waited for locks of each other; the server ended one of them.".into();
    finding.suggestion = match finding.severity {
        Severity::Info => {
            "Nothing failed by it; taking locks in one order avoids the retry.".into()
        }
        _ => "Take locks in one order in all transactions, or give each worker a database of its \
              own; the server's log names both statements."
            .into(),
    };
    finding.would_refute = "nothing: the error is only raised for a real deadlock".into();
    prove(&mut finding, fault_lines(told, "the server ends this transaction"));
    finding
}
