//! K102: see the page.

use logscan_model::timeline::{Fault, LockWait};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, if_told, of_faults, on, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "K102",
        name: "lock-timed-out",
        class: Class::Lock,
        page: include_str!("lock_timed_out.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::LockTimeout, EventKind::FileLocked], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, String::new());
    let waits = counted(told.len(), "statement");
    finding.title = format!("{waits} waited for a lock in vain{}", on(&finding.workers));
    let object = timeline.lock_waits.iter().find_map(|wait| wait.object.clone());
    let name = object.map_or("lock".to_owned(), |object| object.to_string());
    finding.resource = Some(Resource { kind: ResourceKind::Lock, name });
    let holders: Vec<String> = timeline.lock_waits.iter().filter_map(holder).collect();
    finding.detail = match holders.first() {
        Some(holder) => format!("The server names who held the lock: {holder}.").into(),
        None => "Somebody held the lock for longer than the statement was ready to wait.".into(),
    };
    finding.confidence_reason = "the database says so itself".into();
    finding.suggestion = match holders.is_empty() {
        true => {
            "Look for a transaction that a test left open. A server that logs its lock waits names \
                 the holder (PostgreSQL: log_lock_waits = on, with an application_name for each \
                 worker)."
        }
        false => {
            "Find what that backend left open: commit or roll back before DDL and clean-up run."
        }
    }
    .into();
    finding.would_refute =
        "nothing: the error is only raised for a lock that did not come free".into();
    let mut evidence = fault_lines(told, "the lock did not come free");
    let named = timeline.lock_waits.iter().filter_map(|wait| wait.holder_at);
    evidence.extend(named.map(|at| Evidence::context(at.place, "names who holds the lock")));
    prove(&mut finding, evidence);
    finding
}

fn holder(wait: &LockWait) -> Option<String> {
    let pid = wait.holder?;
    let name = wait.holder_name.as_ref().map_or("a backend", |name| &**name);
    Some(format!("{name}, process {pid}"))
}
