//! X102: see the page.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, Name, Subject};
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

/// Where the log shows nothing that could have broken it, or in tests that came after the one in
/// which it broke, and met nothing else.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let told: Vec<&Fault> = faults(timeline, &[EventKind::Aftermath]).collect();
    let Some(first) = timeline.faults.iter().find(|fault| breaks(fault)) else {
        return told.first().map(|_| finding(timeline, &told)).into_iter().collect();
    };
    // Who lost a connection is a victim of what broke it.
    let lost = timeline.faults.iter().any(|fault| fault.kind.breaks_connections());
    let met: HashSet<&Name> = timeline
        .faults
        .iter()
        .filter(|fault| breaks(fault))
        .filter_map(|f| f.test.as_ref())
        .collect();
    let after = |fault: &&Fault| {
        let test = fault.test.as_ref();
        test.is_some_and(|test| !met.contains(test) && timeline.failed(test))
            && fault.moment.place > first.moment.place
    };
    let told: Vec<&Fault> = told.into_iter().filter(after).collect();
    if told.is_empty() || lost || first.test.is_none() {
        return Vec::new();
    }
    vec![inherited(timeline, &told)]
}

/// Tests that began in a transaction which an earlier one had broken.
fn inherited(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let mut finding = finding(timeline, told);
    let tests = counted(finding.affected_tests.len(), "test");
    finding.title = format!("{tests} failed by what was broken in an earlier one");
    finding.severity = Severity::Warning;
    finding.confidence_reason =
        "these texts only follow an earlier error, and the tests met no other".into();
    finding.would_refute = "one of these tests failing alone".into();
    finding
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
