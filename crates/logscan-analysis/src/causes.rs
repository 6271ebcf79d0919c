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

use std::collections::{BTreeSet, HashMap};

use logscan_model::timeline::{Ending, Pool, Session};
use logscan_model::{Class, Confidence, Finding, Place, Severity, Timeline};
use rayon::prelude::*;

use crate::detectors::DETECTORS;
use crate::together::together;

/// A cause and its effect, as places in a list of findings.
pub(crate) type Link = (usize, usize);

/// What is wrong, first causes first.
#[must_use]
pub fn judge(timeline: &Timeline) -> Vec<Finding> {
    let mut findings: Vec<Finding> =
        DETECTORS.par_iter().flat_map_iter(|detector| detector.find(timeline)).collect();
    if timeline.outcome.input_missing {
        findings.iter_mut().for_each(doubt_absence);
    }
    let links = links(timeline, &findings);
    let (mut findings, links) = together(findings, &links);
    for finding in &mut findings {
        finding.fingerprint = fingerprint(finding);
    }
    raise(&mut findings, &links);
    order(findings, &links)
}

/// What rests on lines that are not there may stand in the input that was not read.
fn doubt_absence(finding: &mut Finding) {
    let by_absence = finding.class == Class::Leak || finding.code == "R102";
    if by_absence && finding.confidence == Confidence::Certain {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason += "; but an input could not be read";
    }
}

/// Causes and effects, sorted.
fn links(timeline: &Timeline, findings: &[Finding]) -> Vec<Link> {
    let known = Known::of(timeline, findings);
    let mut links = Vec::new();
    for (effect, finding) in findings.iter().enumerate() {
        let causes = known.causes(finding);
        links.extend(causes.into_iter().map(|cause| (cause, effect)));
    }
    links.sort_unstable();
    links
}

/// Findings by what their effects share with them, so that not every pair has to be looked at.
struct Known<'f> {
    timeline: &'f Timeline,
    findings: &'f [Finding],
    by_code: HashMap<&'static str, Vec<usize>>,
    by_worker: HashMap<&'static str, HashMap<&'f str, Vec<usize>>>,
    held: Held<'f>,
}

impl<'f> Known<'f> {
    fn of(timeline: &'f Timeline, findings: &'f [Finding]) -> Self {
        let mut by_code: HashMap<_, Vec<usize>> = HashMap::new();
        let mut by_worker: HashMap<_, HashMap<_, Vec<usize>>> = HashMap::new();
        for (index, finding) in findings.iter().enumerate() {
            by_code.entry(finding.code).or_default().push(index);
            let of_rule = by_worker.entry(finding.code).or_default();
            for worker in &finding.workers {
                of_rule.entry(worker.as_str()).or_default().push(index);
            }
        }
        let leaks = by_code.get("L101").map(Vec::as_slice).unwrap_or_default();
        let held = Held::of(timeline, findings, leaks);
        Self { timeline, findings, by_code, by_worker, held }
    }

    /// What explains a finding.
    fn causes(&self, effect: &Finding) -> Vec<usize> {
        match effect.code {
            "P101" => {
                let mut causes = self.held.fills(effect);
                let empties =
                    |cause: &usize| empties_pool(self.timeline, &self.findings[*cause], effect);
                causes.extend(self.sharing_workers("L102", effect).into_iter().filter(empties));
                causes.extend(self.sharing_workers("L103", effect).into_iter().filter(empties));
                causes.extend(self.all("L106"));
                causes
            }
            "P201" => {
                let leaks = self.all("L101").chain(self.all("L103"));
                leaks.filter(|leak| fills_server(self.timeline, &self.findings[*leak])).collect()
            }
            "L104" => self.sharing_workers("L101", effect),
            "K102" => {
                let sharing = self.sharing_workers("L101", effect).into_iter();
                let first = effect.first_evidence().map(|line| line.place);
                let keeps = |leak: &usize| {
                    first.is_some_and(|first| self.held.before(*leak, None, first) > 0)
                };
                self.all("L104").chain(sharing.filter(keeps)).collect()
            }
            "X101" => {
                let same = |cause: &usize| self.findings[*cause].resource == effect.resource;
                self.all("R201").filter(same).collect()
            }
            _ => Vec::new(),
        }
    }

    fn all(&self, code: &'static str) -> impl Iterator<Item = usize> {
        self.by_code.get(code).into_iter().flatten().copied()
    }

    /// The findings that name one of the effect's workers, or none where any may be meant.
    fn sharing_workers(&self, code: &'static str, effect: &Finding) -> Vec<usize> {
        if effect.workers.is_empty() {
            return self.all(code).collect();
        }
        let of_rule = self.by_worker.get(code);
        let of = |worker: &String| of_rule.and_then(|all| all.get(worker.as_str()));
        let sharing = effect.workers.iter().filter_map(of).flatten().copied();
        let nameless = self.all(code).filter(|cause| self.findings[*cause].workers.is_empty());
        sharing.chain(nameless).collect::<BTreeSet<_>>().into_iter().collect()
    }
}

/// Whether connections that are not given back leave less than half of the pool.
fn empties_pool(timeline: &Timeline, leak: &Finding, exhausted: &Finding) -> bool {
    let printed = exhausted
        .numbers
        .get("size")
        .map(|size| size + exhausted.numbers.get("max_overflow").copied().unwrap_or_default());
    let configured = || timeline.pools.iter().find_map(Pool::capacity);
    let capacity = printed.or_else(|| configured().map(f64::from));
    capacity.is_none_or(|capacity| leak.count as f64 * 2.0 >= capacity)
}

/// Sessions of leaks that were never closed, by worker and leak, with where they were opened.
struct Held<'f> {
    opened: HashMap<Option<&'f str>, HashMap<usize, Vec<Place>>>,
}

impl<'f> Held<'f> {
    fn of(timeline: &'f Timeline, findings: &'f [Finding], leaks: &[usize]) -> Self {
        let mut by_test: HashMap<&str, Vec<usize>> = HashMap::new();
        let mut by_worker: HashMap<&str, Vec<usize>> = HashMap::new();
        for leak in leaks {
            for test in &findings[*leak].tests {
                by_test.entry(test).or_default().push(*leak);
            }
            for worker in &findings[*leak].workers {
                by_worker.entry(worker).or_default().push(*leak);
            }
        }
        let mut held = Self { opened: HashMap::new() };
        let open = |session: &&Session| session.ending() == Ending::Open && session.connected;
        for session in timeline.sessions.iter().filter(open) {
            let of = match (&session.test, &session.worker) {
                (Some(test), _) => by_test.get(&**test),
                (None, Some(worker)) => by_worker.get(&**worker),
                (None, None) => None,
            };
            let of_worker = held.opened.entry(session.worker.as_deref()).or_default();
            for leak in of.into_iter().flatten() {
                of_worker.entry(*leak).or_default().extend(session.opened.map(|at| at.place));
            }
        }
        held
    }

    /// Sessions of the leak that were open on a worker, or on any, before a line.
    fn before(&self, leak: usize, worker: Option<&str>, line: Place) -> usize {
        let of_worker = |leaks: &HashMap<usize, Vec<Place>>| {
            let opened = leaks.get(&leak).map(Vec::as_slice).unwrap_or_default();
            opened.iter().filter(|at| at.input != line.input || **at < line).count()
        };
        match worker {
            Some(_) => self.opened.get(&worker).map_or(0, of_worker),
            None => self.opened.values().map(of_worker).sum(),
        }
    }

    /// The leaks that held at least half of a pool when it ran dry.
    fn fills(&self, exhausted: &Finding) -> Vec<usize> {
        let worker = exhausted.workers.first().map(String::as_str);
        let Some(first) = exhausted.first_evidence().map(|line| line.place) else {
            return Vec::new();
        };
        let leaks: BTreeSet<usize> = match worker {
            Some(_) => {
                self.opened.get(&worker).into_iter().flat_map(HashMap::keys).copied().collect()
            }
            None => self.opened.values().flat_map(HashMap::keys).copied().collect(),
        };
        let number = |name| exhausted.numbers.get(name).copied().unwrap_or_default();
        let capacity = number("size") + number("max_overflow");
        let fills = |leak: &usize| {
            let held = self.before(*leak, worker, first);
            held > 0 && held as f64 * 2.0 >= capacity
        };
        leaks.into_iter().filter(fills).collect()
    }
}

fn fills_server(timeline: &Timeline, leak: &Finding) -> bool {
    timeline.server_limit.is_some_and(|(limit, _)| leak.count * 2 >= limit)
}

/// A cause is as severe as what it explains, and the same tests failed by it.
fn raise(findings: &mut [Finding], links: &[Link]) {
    let mut inherited: HashMap<usize, BTreeSet<String>> = HashMap::new();
    for &(cause, effect) in links {
        findings[cause].severity = findings[effect].severity.max(findings[cause].severity);
        let more: Vec<String> = match inherited.get(&effect) {
            Some(tests) => tests.iter().cloned().collect(),
            None => findings[effect].affected_tests.clone(),
        };
        let own = findings[cause].affected_tests.iter();
        let tests = inherited.entry(cause).or_insert_with(|| own.cloned().collect());
        tests.extend(more);
    }
    for (cause, tests) in inherited {
        findings[cause].affected_tests = tests.into_iter().collect();
    }
}

/// Orders findings: roots by weight, rule and beginning, each followed by what it explains, then
/// the rest. Gives ids and causes.
fn order(findings: Vec<Finding>, links: &[Link]) -> Vec<Finding> {
    let mut effects: HashMap<usize, Vec<usize>> = HashMap::new();
    let mut causes: HashMap<usize, Vec<usize>> = HashMap::new();
    for &(cause, effect) in links {
        effects.entry(cause).or_default().push(effect);
        causes.entry(effect).or_default().push(cause);
    }
    let mut heads: Vec<usize> =
        (0..findings.len()).filter(|index| !causes.contains_key(index)).collect();
    heads.sort_by_cached_key(|&index| {
        let finding = &findings[index];
        let weight = std::cmp::Reverse(weight(finding));
        (weight, finding.code, began(finding), finding.workers.clone())
    });
    let mut order: Vec<usize> = Vec::new();
    let mut position: HashMap<usize, usize> = HashMap::new();
    let followed = heads.iter().flat_map(|head| {
        let followers = effects.get(head).into_iter().flatten();
        std::iter::once(head).chain(followers)
    });
    // Findings that only explain each other come last.
    for &index in followed.chain(&(0..findings.len()).collect::<Vec<_>>()) {
        position.entry(index).or_insert_with(|| {
            order.push(index);
            order.len()
        });
    }
    let id = |index: &usize| format!("F{}", position.get(index).copied().unwrap_or_default());
    let mut slots: Vec<Option<Finding>> = findings.into_iter().map(Some).collect();
    let ordered = order.iter().filter_map(|index| {
        let mut finding = slots[*index].take()?;
        finding.id = id(index);
        finding.caused_by = causes.get(index).into_iter().flatten().map(id).collect();
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
