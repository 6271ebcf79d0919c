//! Errors that are something else in the light of the whole run.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Fault, LockWait, Moment, Name, Subject, Timeline};
use logscan_model::{EventKind, InputId, Place, Stamp};

use super::containers;

/// Reclassifies the errors that other lines of the run explain.
pub(super) fn reclassify(timeline: &mut Timeline) {
    containers::reclassify(timeline);
    services_unknown(timeline);
    set_up_servers_stop(timeline);
    cancelled_waits(timeline);
    used_after_it_broke(&mut timeline.faults);
    pools_without_a_server(timeline);
    connections_not_opened(&mut timeline.faults);
    closed_by_the_pool(&mut timeline.faults);
    stopped_by_tear_down(timeline);
}

/// A server registers its services when it has started: where the log shows it do so, one that its
/// listener does not know came too early; elsewhere it may be missing for good.
fn services_unknown(timeline: &mut Timeline) {
    let starts = !timeline.server_starts.is_empty() || !timeline.server_ready.is_empty();
    let is = if starts { EventKind::ServerStarting } else { EventKind::DatabaseMissing };
    for fault in timeline.faults.iter_mut().filter(|it| it.kind == EventKind::ServiceUnknown) {
        fault.kind = is;
    }
}

/// A server that runs for the set-up of its data alone stops when that is done. Where its log shows
/// that it ended clients then, and none later, they came before the server was ready.
fn set_up_servers_stop(timeline: &mut Timeline) {
    let stopped = |fault: &&Fault| fault.kind == EventKind::ServerStopped;
    let by_server = timeline.faults.iter().filter(|it| it.subject == Subject::Server);
    let mut told = by_server.filter(stopped).map(|fault| fault.moment.place).peekable();
    let ended = &timeline.server_initialized;
    let is_early =
        |at: Place| ended.iter().any(|end| end.place.input == at.input && at < end.place);
    if told.peek().is_some() && told.all(is_early) {
        for fault in timeline.faults.iter_mut().filter(|it| it.kind == EventKind::ServerStopped) {
            fault.kind = EventKind::ServerStarting;
        }
    }
}

/// A statement that its time limit cancelled while it waited for a lock waited for it in vain.
/// Clients are told of the limit only; where neither they nor the server tell of more cancelled
/// statements than waits, theirs are the same.
fn cancelled_waits(timeline: &mut Timeline) {
    let given_up = |wait: &LockWait| wait.given_up.is_some();
    let waits = timeline.lock_waits.iter().filter(|wait| given_up(wait)).count();
    let cancelled = timeline.faults.iter().filter(|fault| fault.kind == EventKind::WorkTimeout);
    let (of_server, of_clients): (Vec<_>, Vec<_>) =
        cancelled.partition(|fault| fault.subject == Subject::Server);
    if waits < of_server.len().max(of_clients.len()).max(1) {
        return;
    }
    for fault in timeline.faults.iter_mut().filter(|fault| fault.kind == EventKind::WorkTimeout) {
        fault.kind = EventKind::LockTimeout;
    }
}

/// Whoever uses a connection that broke is told that it is closed, or, in the test in which it
/// broke, that it is busy; and a connection that two used is lost to one of them.
fn used_after_it_broke(faults: &mut [Fault]) {
    let mut of_worker: HashMap<Option<Name>, Place, RandomState> = HashMap::default();
    let mut of_test: HashMap<Name, Place, RandomState> = HashMap::default();
    let mut shared: HashMap<Name, Place, RandomState> = HashMap::default();
    for fault in faults.iter().filter(|fault| fault.kind == EventKind::ConnectionShared) {
        if let Some(test) = &fault.test {
            shared.entry(test.clone()).or_insert(fault.moment.place);
        }
    }
    for fault in faults.iter().filter(|fault| fault.kind.breaks_connections()) {
        let at = fault.moment.place;
        let earliest = |known: &mut Place| *known = at.min(*known);
        of_worker.entry(fault.worker.clone()).and_modify(earliest).or_insert(at);
        if let Some(test) = &fault.test {
            of_test.entry(test.clone()).and_modify(earliest).or_insert(at);
        }
    }
    for fault in faults {
        let at = fault.moment.place;
        // In another input nothing tells what came first.
        let is_before = |first: &Place| *first < at || first.input != at.input;
        let broke = match fault.kind {
            EventKind::UsedAfterClose => {
                let any = of_worker.get(&None).is_some_and(is_before);
                any || of_worker.get(&fault.worker).is_some_and(is_before)
            }
            EventKind::ConnectionShared => {
                let test = fault.test.as_ref();
                test.and_then(|test| of_test.get(test)).is_some_and(is_before)
            }
            EventKind::ConnectionLost => {
                let test = fault.test.as_ref();
                test.and_then(|test| shared.get(test)).is_some_and(|first| *first < at)
            }
            _ => false,
        };
        if broke {
            fault.kind = EventKind::Aftermath;
        }
    }
}

/// A pool from which nobody gets a connection is not full where there is no server: while somebody
/// still tries to connect for the first time, and when the server crashed and did not come back.
fn pools_without_a_server(timeline: &mut Timeline) {
    let crashes = timeline.faults.iter().filter(|fault| fault.kind == EventKind::ServerCrashed);
    let crash = crashes.map(|fault| fault.moment).min_by_key(|at| at.place);
    let comes_back =
        |at: Moment| timeline.server_ready.iter().any(|ready| is_later(*ready, at) == Some(true));
    let crash = crash.filter(|crash| !comes_back(*crash));
    let success = timeline.first_success;
    let broke = first_breaks(&timeline.faults);
    for fault in timeline.faults.iter_mut().filter(|fault| fault.kind == EventKind::PoolTimeout) {
        let first_try = fault.subject == Subject::ServiceAttempt
            && success.is_some_and(|success| is_later(success, fault.moment) == Some(true));
        if first_try {
            fault.kind = EventKind::ConnectionRefused;
            continue;
        }
        // Where no time tells, what broke before in the same input does.
        let Place { input, .. } = fault.moment.place;
        let is_behind = || broke.get(&input).is_some_and(|first| *first < fault.moment.place);
        if crash.is_some_and(|crash| is_later(fault.moment, crash).unwrap_or_else(is_behind)) {
            fault.kind = EventKind::Aftermath;
        }
    }
}

/// A pool that can open no connection often does not say why; the server, or whoever else tried,
/// does: the last one that told above it, or the first one in another log.
fn connections_not_opened(faults: &mut [Fault]) {
    let reasons = faults.iter().filter(|fault| keeps_from_connecting(fault.kind));
    let reasons: BTreeMap<Place, Fault> =
        reasons.map(|fault| (fault.moment.place, fault.clone())).collect();
    for fault in faults.iter_mut().filter(|fault| fault.kind == EventKind::ConnectionFailed) {
        let at = fault.moment;
        let above = reasons.range(..at.place).next_back();
        let above = above.filter(|(place, _)| place.input == at.place.input);
        let elsewhere =
            || reasons.iter().next().filter(|(_, told)| is_later(told.moment, at) != Some(true));
        let Some((_, reason)) = above.or_else(elsewhere) else { continue };
        fault.kind = reason.kind;
        fault.name.clone_from(&reason.name);
        fault.relation.clone_from(&reason.relation);
        fault.endpoint.clone_from(&reason.endpoint);
    }
}

fn keeps_from_connecting(kind: EventKind) -> bool {
    use EventKind::{
        ConnectionRefused, DatabaseMissing, HostUnknown, LoginRefused, ServerFull, ServerStarting,
    };
    matches!(
        kind,
        ConnectionRefused
            | DatabaseMissing
            | HostUnknown
            | LoginRefused
            | ServerFull
            | ServerStarting
    )
}

/// Where the first connection broke in each input.
fn first_breaks(faults: &[Fault]) -> HashMap<InputId, Place> {
    let mut first: HashMap<InputId, Place> = HashMap::new();
    for fault in faults.iter().filter(|fault| fault.kind.breaks_connections()) {
        let at = fault.moment.place;
        first.entry(at.input).and_modify(|known| *known = at.min(*known)).or_insert(at);
    }
    first
}

/// Where the line says itself that a pool closed the connection, and something timed out, nobody
/// lost it.
fn closed_by_the_pool(faults: &mut [Fault]) {
    use EventKind::{Aftermath, ConnectionLost, PoolTimeout, WorkTimeout};
    if !faults.iter().any(|fault| matches!(fault.kind, PoolTimeout | WorkTimeout)) {
        return;
    }
    let by_pool = faults.iter().filter(|fault| fault.kind == Aftermath);
    let by_pool: HashSet<Place> = by_pool.map(|fault| fault.moment.place).collect();
    for fault in faults.iter_mut().filter(|fault| fault.kind == ConnectionLost) {
        if by_pool.contains(&fault.moment.place) {
            fault.kind = Aftermath;
        }
    }
}

/// A server that ends connections of no test, in a job that failed though all tests passed, was
/// stopped by tear-down while somebody still held them.
fn stopped_by_tear_down(timeline: &mut Timeline) {
    let outcome = &timeline.outcome;
    let passed = outcome.all_passed();
    if !passed || outcome.job_failed.is_none() {
        return;
    }
    for fault in timeline.faults.iter_mut().filter(|fault| fault.kind == EventKind::ServerStopped) {
        if fault.test.is_none() && fault.subject != Subject::Server {
            fault.kind = EventKind::CleanupFailed;
        }
    }
}

/// Whether a moment is later than another one, by its time or by its line; `None` if nothing tells.
fn is_later(moment: Moment, than: Moment) -> Option<bool> {
    // Where only one of two times has a date, they are taken to be of one day.
    let since = |(a, b): (Stamp, Stamp)| a.seconds_since(b).unwrap_or(a.seconds_of_day_since(b));
    match moment.time.zip(than.time).map(since).filter(|seconds| *seconds != 0.0) {
        Some(seconds) => Some(seconds > 0.0),
        None if moment.place.input == than.place.input => Some(moment.place > than.place),
        None => None,
    }
}
