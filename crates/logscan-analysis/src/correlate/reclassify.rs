//! Errors that are something else in the light of the whole run.

use std::collections::HashMap;

use foldhash::fast::RandomState;
use logscan_model::timeline::{Fault, LockWait, Name, Subject, Timeline};
use logscan_model::{EventKind, Place};

/// Reclassifies the errors that other lines of the run explain.
pub(super) fn reclassify(timeline: &mut Timeline) {
    cancelled_waits(timeline);
    used_after_it_broke(&mut timeline.faults);
}

/// A statement that its time limit cancelled while it waited for a lock waited for it in vain.
/// Clients are told of the limit only; where the server tells of no other cancelled statement,
/// theirs are the same.
fn cancelled_waits(timeline: &mut Timeline) {
    let given_up = |wait: &LockWait| wait.given_up.is_some();
    let waits = timeline.lock_waits.iter().filter(|wait| given_up(wait)).count();
    let of_server = |fault: &&mut Fault| {
        fault.kind == EventKind::WorkTimeout && fault.subject == Subject::Server
    };
    let cancelled = timeline.faults.iter_mut().filter(of_server).count();
    if waits == 0 || waits < cancelled {
        return;
    }
    for fault in timeline.faults.iter_mut().filter(|fault| fault.kind == EventKind::WorkTimeout) {
        fault.kind = EventKind::LockTimeout;
    }
}

/// Whoever uses a connection that broke is told that it is closed.
fn used_after_it_broke(faults: &mut [Fault]) {
    let mut broke: HashMap<Option<Name>, Vec<Place>, RandomState> = HashMap::default();
    for fault in faults.iter().filter(|fault| fault.kind.breaks_connections()) {
        broke.entry(fault.worker.clone()).or_default().push(fault.moment.place);
    }
    broke.values_mut().for_each(|places| places.sort_unstable());
    let before = |worker: &Option<Name>, at: Place| {
        // In another input nothing tells what came first.
        broke
            .get(worker)
            .and_then(|places| places.first())
            .is_some_and(|first| *first < at || first.input != at.input)
    };
    for fault in faults.iter_mut().filter(|fault| fault.kind == EventKind::UsedAfterClose) {
        let at = fault.moment.place;
        if before(&None, at) || before(&fault.worker, at) {
            fault.kind = EventKind::Aftermath;
        }
    }
}
