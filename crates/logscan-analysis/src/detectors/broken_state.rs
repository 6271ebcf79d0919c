//! X102: see the page.

use logscan_model::timeline::{Fault, Subject};
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, faults, of_faults, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "X102",
        name: "broken-state",
        class: Class::Cascade,
        page: include_str!("broken_state.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// Only where the log shows nothing that could have broken it.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let told: Vec<&Fault> = faults(timeline, &[EventKind::Aftermath]).collect();
    let caused = timeline.faults.iter().any(breaks);
    if told.is_empty() || caused { Vec::new() } else { vec![finding(timeline, &told)] }
}

/// Whether an error is a finding that explains what follows. A row that is there already is none by
/// itself, and what only the server tells may be of a statement whose failure nobody minded.
fn breaks(fault: &Fault) -> bool {
    !matches!(fault.kind, EventKind::Aftermath | EventKind::DuplicateRow)
        && fault.subject != Subject::Server
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let errors = counted(told.len(), "error");
    let title = format!("{errors} of something that was broken before; what broke it is not shown");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource = Some(Resource { kind: ResourceKind::Session, name: "transaction".into() });
    finding.detail =
        "A transaction that failed, a connection or pool that is closed: whoever uses it \
                      next is told so, not what happened."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "these texts only follow an earlier error".into();
    finding.suggestion =
        "Look for the first error before these lines, in the same session or test; roll \
                          back after an error, and do not use what was closed."
            .into();
    finding.would_refute = "nothing: something came before".into();
    prove(&mut finding, fault_lines(told, "broken before"));
    finding
}
