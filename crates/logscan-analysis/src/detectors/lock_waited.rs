//! K103: see the page.

use logscan_model::timeline::LockWait;
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, names, prove, span_of};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "K103",
        name: "lock-waited",
        class: Class::Lock,
        page: include_str!("lock_waited.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let ended_badly = timeline.faults.iter().any(|fault| {
        matches!(fault.kind, EventKind::LockTimeout | EventKind::FileLocked | EventKind::Deadlock)
    });
    let waits: Vec<&LockWait> = timeline.lock_waits.iter().collect();
    if waits.is_empty() || ended_badly {
        return Vec::new();
    }
    let mut finding = finding(&waits);
    // A lock that comes free since its holder was killed would not have come free.
    let hangs =
        |wait: &&&LockWait| wait.given_up.is_none() && (!wait.got || wait.left_open.is_some());
    let hangs = waits.iter().filter(hangs).count();
    let outcome = &timeline.outcome;
    if hangs > 0 && !outcome.ended && (outcome.cut_off || outcome.running.is_some()) {
        hung(&mut finding, timeline, hangs);
    }
    vec![finding]
}

/// The log ends while statements wait.
fn hung(finding: &mut Finding, timeline: &Timeline, hangs: usize) {
    let (statements, wait) =
        (counted(hangs, "statement"), if hangs == 1 { "waits" } else { "wait" });
    finding.title = format!("The log ends while {statements} still {wait} for a lock");
    finding.severity = Severity::Error;
    finding.tests = names([timeline.outcome.running.as_ref()]);
    finding.detail =
        "No line tells that the lock came free, and the runner's last line is missing: \
                      a run that hung until it was killed."
            .into();
    finding.confidence_reason =
        "the server logs the wait, and neither its end nor that of the run".into();
    finding.would_refute = "the rest of the log, in which the lock comes free".into();
}

fn finding(waits: &[&LockWait]) -> Finding {
    let times = counted(waits.len(), "statement");
    let title = format!("{times} waited long for a lock that somebody else held");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.count = waits.len() as u64;
    finding.numbers.insert("waits", waits.len() as f64);
    let object = waits.iter().find_map(|wait| wait.object.clone());
    let name = object.map_or("lock".to_owned(), |object| object.to_string());
    finding.resource = Some(Resource { kind: ResourceKind::Lock, name });
    finding.detail =
        "The waits ended well this time. A slower machine, or a lock_timeout, makes errors \
                      of them."
            .into();
    finding.confidence_reason =
        "the server logs each wait that lasts longer than deadlock_timeout".into();
    finding.suggestion =
        "End the transaction that holds the lock earlier, or keep DDL and clean-up away \
                          from tests that run at the same time."
            .into();
    finding.would_refute = "a test that waits on purpose".into();
    span_of(&mut finding, waits.iter().map(|wait| wait.at));
    let mut evidence: Vec<Evidence> =
        waits.iter().map(|wait| Evidence::primary(wait.at.place, "waits for a lock")).collect();
    let holders = waits.iter().filter_map(|wait| wait.holder_at);
    evidence.extend(holders.map(|at| Evidence::context(at.place, "names who holds it")));
    prove(&mut finding, evidence);
    finding
}
