//! Causes: which finding explains which, and so what came first.
//!
//! Rules of inference, each written down here once:
//! - Sessions that are never closed explain a pool that runs dry on the same worker, if
//!   they were opened before the first time-out and hold at least half of the pool. The
//!   same goes for connections that are not given back.
//! - They explain a server without slots, if they hold at least half of the connections
//!   that it accepts.
//! - Connections that outlive their tests explain the pool that these find empty.
//! - A session that is never closed explains a transaction that its worker left open, and
//!   either explains a lock that does not come free later.
//! - A set-up that failed explains the failures that inherit its error.
//!
//! A cause is at least as severe as what it explains. What nothing explains is a root.

use logscan_model::timeline::Session;
use logscan_model::{Finding, Place, Severity, Timeline};
use rayon::prelude::*;

use crate::detectors::DETECTORS;

/// What is wrong, first causes first.
#[must_use]
pub fn judge(timeline: &Timeline) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        DETECTORS.par_iter().flat_map_iter(|detector| (detector.find)(timeline)).collect();
    for finding in &mut findings {
        finding.fingerprint = fingerprint(finding);
    }
    let links = links(timeline, &findings);
    raise(&mut findings, &links);
    order(findings, &links)
}

/// Pairs of cause and effect, as indices of findings.
fn links(timeline: &Timeline, findings: &[Finding]) -> Vec<(usize, usize)> {
    let mut links = Vec::new();
    for (cause, first) in findings.iter().enumerate() {
        for (effect, finding) in findings.iter().enumerate() {
            if explains(timeline, first, finding) {
                links.push((cause, effect));
            }
        }
    }
    links
}

fn explains(timeline: &Timeline, cause: &Finding, effect: &Finding) -> bool {
    match (cause.code, effect.code) {
        ("L101", "P101") => fills_pool(timeline, cause, effect),
        ("L102" | "L103", "P101") => empties_pool(timeline, cause, effect),
        ("L101" | "L103", "P201") => fills_server(timeline, cause),
        ("L106", "P101") | ("L104", "K102") => true,
        ("L101", "L104") => share_worker(cause, effect),
        ("L101", "K102") => keeps_lock(timeline, cause, effect),
        ("R201", "X101") => same_resource(cause, effect),
        _ => false,
    }
}

fn same_resource(cause: &Finding, effect: &Finding) -> bool {
    cause.resource == effect.resource
}

fn share_worker(cause: &Finding, effect: &Finding) -> bool {
    let unknown = effect.workers.is_empty() || cause.workers.is_empty();
    unknown || cause.workers.iter().any(|worker| effect.workers.contains(worker))
}

/// Whether a session of the leak was open when the first statement waited for its lock.
fn keeps_lock(timeline: &Timeline, leak: &Finding, lock: &Finding) -> bool {
    let Some(first) = lock.first_evidence().map(|line| line.place) else { return false };
    share_worker(leak, lock) && held_before(timeline, leak, None, first) > 0
}

/// Whether connections that are not given back leave less than half of the pool.
fn empties_pool(timeline: &Timeline, leak: &Finding, exhausted: &Finding) -> bool {
    let printed = exhausted
        .numbers
        .get("size")
        .map(|size| size + exhausted.numbers.get("max_overflow").copied().unwrap_or_default());
    let configured = || timeline.pools.iter().find_map(logscan_model::timeline::Pool::capacity);
    let capacity = printed.or_else(|| configured().map(f64::from));
    capacity.is_none_or(|capacity| leak.count as f64 * 2.0 >= capacity)
        && share_worker(leak, exhausted)
}

fn fills_pool(timeline: &Timeline, leak: &Finding, exhausted: &Finding) -> bool {
    let worker = exhausted.workers.first();
    let Some(first) = exhausted.first_evidence().map(|line| line.place) else { return false };
    let held = held_before(timeline, leak, worker, first);
    let number = |name| exhausted.numbers.get(name).copied().unwrap_or_default();
    let capacity = number("size") + number("max_overflow");
    held > 0 && held as f64 * 2.0 >= capacity
}

/// Sessions of the leak that were open on the worker when its pool ran dry.
fn held_before(
    timeline: &Timeline,
    leak: &Finding,
    worker: Option<&String>,
    first: Place,
) -> usize {
    let before = |session: &&Session| {
        let opened = session.opened.map(|opened| opened.place);
        opened.is_some_and(|opened| opened.input != first.input || opened < first)
    };
    let sessions = timeline
        .sessions
        .iter()
        .filter(|session| session.closed.is_none() && session.connected && belongs(session, leak));
    let same = sessions.filter(|s| worker.is_none_or(|w| s.worker.as_deref() == Some(w.as_str())));
    same.filter(before).count()
}

fn belongs(session: &Session, leak: &Finding) -> bool {
    match &session.test {
        Some(test) => leak.tests.iter().any(|known| **known == **test),
        None => session.worker.as_ref().is_some_and(|w| leak.workers.iter().any(|k| **k == **w)),
    }
}

fn fills_server(timeline: &Timeline, leak: &Finding) -> bool {
    timeline.server_limit.is_some_and(|(limit, _)| leak.count * 2 >= limit)
}

fn raise(findings: &mut [Finding], links: &[(usize, usize)]) {
    for &(cause, effect) in links {
        let severity = findings[effect].severity.max(findings[cause].severity);
        findings[cause].severity = severity;
        let inherited = findings[effect].affected_tests.clone();
        let known = &mut findings[cause].affected_tests;
        known.extend(inherited);
        known.sort();
        known.dedup();
    }
}

/// Orders findings: roots by weight, rule and beginning, each followed by what it explains, then
/// the rest. Gives ids and causes.
fn order(findings: Vec<Finding>, links: &[(usize, usize)]) -> Vec<Finding> {
    let is_effect = |index: usize| links.iter().any(|(_, effect)| *effect == index);
    let mut heads: Vec<usize> = (0..findings.len()).filter(|index| !is_effect(*index)).collect();
    heads.sort_by_key(|&index| {
        let finding = &findings[index];
        let weight = std::cmp::Reverse(weight(finding));
        (weight, finding.code, began(finding), finding.workers.clone())
    });
    let mut order: Vec<usize> = Vec::new();
    for head in &heads {
        order.push(*head);
        let followers = links.iter().filter(|(cause, _)| cause == head).map(|(_, effect)| *effect);
        let new: Vec<usize> = followers.filter(|effect| !order.contains(effect)).collect();
        order.extend(new);
    }
    let id = |index: usize| {
        let position = order.iter().position(|other| *other == index).unwrap_or_default();
        format!("F{}", position + 1)
    };
    let mut slots: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    let ordered = order.iter().filter_map(|&index| {
        let mut finding = slots[index].take()?;
        finding.id = id(index);
        let causes = links.iter().filter(|(_, effect)| *effect == index);
        finding.caused_by = causes.map(|(cause, _)| id(*cause)).collect();
        Some(finding)
    });
    ordered.collect()
}

/// The severest first; of equals the one by which most tests failed, then the surest.
fn weight(finding: &Finding) -> (Severity, usize, logscan_model::Confidence) {
    (finding.severity, finding.affected_tests.len(), finding.confidence)
}

/// What puts findings of one rule in the order in which they began: those without a time last,
/// and those of one time by their lines.
fn began(finding: &Finding) -> (bool, Option<(bool, i64)>, Option<u64>) {
    let time = finding.start.map(|start| (start.is_dated(), start.micros()));
    (time.is_none(), time, finding.first_evidence().map(|line| line.place.line))
}

/// Rule and culprit, without lines and workers: it survives another run. Who failed by it is
/// often another test each time, and counts only where nothing else is known.
fn fingerprint(finding: &Finding) -> String {
    let shared = finding.resource.as_ref().filter(|resource| {
        use logscan_model::ResourceKind::{Database, Server, Service, Table};
        matches!(resource.kind, Database | Server | Service | Table)
    });
    let resource = shared.map(|resource| resource.name.clone());
    let mut culprits = finding.tests.clone();
    if culprits.is_empty() && resource.is_none() {
        culprits.clone_from(&finding.affected_tests);
    }
    culprits.sort();
    let parts: Vec<String> =
        std::iter::once(finding.code.to_owned()).chain(resource).chain(culprits).collect();
    format!("{:016x}", fnv1a(parts.join("\0").as_bytes()))
}

/// FNV-1a: small, and the same on every machine and in every version.
fn fnv1a(bytes: &[u8]) -> u64 {
    let step = |hash: u64, byte: &u8| (hash ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
    bytes.iter().fold(0xcbf2_9ce4_8422_2325, step)
}
