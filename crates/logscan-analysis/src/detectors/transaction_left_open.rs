//! L104: see the page.

use std::collections::HashSet;

use logscan_model::timeline::{Fault, LockWait};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, faults, prove, span_of};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L104",
        name: "transaction-left-open",
        class: Class::Leak,
        page: include_str!("transaction_left_open.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let ended: Vec<&Fault> = faults(timeline, &[EventKind::IdleTransaction]).collect();
    let blocking: Vec<&LockWait> =
        timeline.lock_waits.iter().filter(|wait| wait.left_open.is_some()).collect();
    if ended.is_empty() && blocking.is_empty() {
        return Vec::new();
    }
    vec![finding(timeline, &ended, &blocking)]
}

fn finding(timeline: &Timeline, ended: &[&Fault], blocking: &[&LockWait]) -> Finding {
    let mut holders: Vec<String> = blocking.iter().filter_map(|wait| holder(wait)).collect();
    holders.sort();
    holders.dedup();
    let title = match holders.as_slice() {
        [] => format!("{} stood idle until it was ended", counted(ended.len(), "transaction")),
        holders => {
            format!("A transaction of {} was left open and blocks others", holders.join(", "))
        }
    };
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = workers(timeline, blocking);
    finding.count = (ended.len() + holders.len()) as u64;
    finding.numbers.insert("waits_blocked", blocking.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Session, name: "transaction".into() });
    let moments = ended.iter().map(|fault| fault.moment).chain(blocking.iter().map(|w| w.at));
    span_of(&mut finding, moments);
    finding.confidence_reason = "the server says who held the lock, and that its client went away \
                                 in the middle of a transaction"
        .into();
    if blocking.is_empty() {
        finding.confidence_reason = "the server, or its monitor, says so".into();
    }
    finding.detail = "A session that is idle in a transaction keeps its connection and all its \
                      locks; DDL and TRUNCATE wait for them."
        .into();
    finding.suggestion =
        "Commit or roll back in `finally`; set idle_in_transaction_session_timeout \
                          in the test database so that the culprit fails, not its victims."
            .into();
    finding.would_refute = "a commit or rollback of that transaction before the wait".into();
    let mut evidence = fault_lines(ended, "a transaction that did nothing is ended");
    for wait in blocking {
        let named = wait.holder_at.unwrap_or(wait.at);
        evidence.push(Evidence::primary(named.place, "names who holds the lock"));
        let left = wait.left_open.map(|at| at.place);
        evidence
            .extend(left.map(|at| Evidence::primary(at, "that client left its transaction open")));
        evidence.push(Evidence::context(wait.at.place, "waits for it"));
    }
    prove(&mut finding, evidence);
    finding
}

fn holder(wait: &LockWait) -> Option<String> {
    let pid = wait.holder?;
    Some(
        wait.holder_name
            .as_ref()
            .map_or(format!("backend {pid}"), |name| format!("{name} ({pid})")),
    )
}

/// Workers whose name is part of what the holder calls itself.
fn workers(timeline: &Timeline, blocking: &[&LockWait]) -> Vec<String> {
    let holders = blocking.iter().filter_map(|wait| wait.holder_name.as_deref());
    let named: HashSet<&str> =
        holders.flat_map(|holder| holder.split(['_', '-', ' ', ':', '/'])).collect();
    let ids = timeline.workers.iter().map(|worker| &worker.id);
    ids.filter(|worker| named.contains(&***worker)).map(|worker| worker.to_string()).collect()
}
