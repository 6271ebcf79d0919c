//! K101: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::Detector;
use super::support::{
    counted, failed_tests, fault_lines, faults, list, names, prove, severity, span_of,
};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "K101",
        name: "deadlock",
        class: Class::Lock,
        page: include_str!("deadlock.md"),
        since: "0.1.0",
    },
    find,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let told: Vec<&Fault> = faults(timeline, &[EventKind::Deadlock]).collect();
    if told.is_empty() { Vec::new() } else { vec![finding(timeline, &told)] }
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let workers = names(told.iter().map(|fault| fault.worker.as_ref()));
    let broken = counted(told.len(), "deadlock");
    let title = format!("The server broke {broken}, at the cost of {}", list(&workers));
    let mut finding = Finding::of(&DETECTOR.rule, severity(timeline, told, Severity::Info), title);
    finding.affected_tests = failed_tests(timeline, told);
    finding.workers = workers;
    finding.count = told.len() as u64;
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
    span_of(&mut finding, told.iter().map(|fault| fault.moment));
    prove(&mut finding, fault_lines(told, "the server ends this transaction"));
    finding
}
