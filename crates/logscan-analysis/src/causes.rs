//! Causes: which finding explains which, and so what came first.
//!
//! The rules of inference stand in [`edges`], what must hold for them in [`conditions`]. A cause is
//! at least as severe as what it explains. What nothing explains is a root.

mod conditions;
mod edges;
mod known;

use std::collections::{BTreeSet, HashMap};

use known::Known;
use logscan_model::{Basis, Class, Confidence, Finding, Place, Resource, Role, Severity, Timeline};
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
    rest_on(timeline, &mut findings);
    let links = links(timeline, &findings);
    let (mut findings, links) = together(findings, &links);
    for finding in &mut findings {
        finding.fingerprint = fingerprint(finding);
    }
    raise(&mut findings, &links);
    acquit(&mut findings, &links);
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

/// Says what each finding rests on: how the errors were recognised that prove it, or what happened
/// over time. What was read by words alone is likely at most.
fn rest_on(timeline: &Timeline, findings: &mut [Finding]) {
    let mut of_line: HashMap<Place, Basis> = HashMap::new();
    for fault in &timeline.faults {
        for place in &fault.places {
            let known = of_line.entry(*place).or_insert(fault.basis);
            *known = stronger(*known, fault.basis);
        }
    }
    for finding in findings {
        let proof = finding.evidence.iter().filter(|line| line.role == Role::Primary);
        let bases = proof.filter_map(|line| of_line.get(&line.place).copied());
        finding.basis = bases.reduce(stronger).unwrap_or(Basis::History);
        if finding.basis == Basis::Vocabulary {
            finding.confidence = finding.confidence.min(Confidence::Likely);
            finding.confidence_reason =
                "the words of the message say so; no signature knows it".into();
        }
    }
}

fn stronger(a: Basis, b: Basis) -> Basis {
    let order = [Basis::Signature, Basis::Code, Basis::Vocabulary];
    order.into_iter().find(|basis| *basis == a || *basis == b).unwrap_or(a)
}

/// Causes that a finding is given, the first found. More tell nobody more, and every pair of very
/// many findings takes memory.
const MOST_CAUSES: usize = 20;

/// Causes and effects, sorted.
fn links(timeline: &Timeline, findings: &[Finding]) -> Vec<Link> {
    let known = Known::of(timeline, findings);
    let mut links = Vec::new();
    for (effect, finding) in findings.iter().enumerate() {
        let causes = known.causes(finding);
        links.extend(causes.into_iter().take(MOST_CAUSES).map(|cause| (cause, effect)));
    }
    links.extend(inherited_from(findings, &links));
    links.sort_unstable();
    links
}

/// Failures that say that they repeat an earlier one, and not which, repeat the only one there is.
fn inherited_from(findings: &[Finding], links: &[Link]) -> Vec<Link> {
    let first_hand = |&index: &usize| {
        findings[index].severity == Severity::Error && findings[index].class != Class::Cascade
    };
    let errors: Vec<usize> = (0..findings.len()).filter(first_hand).collect();
    let [only] = errors.as_slice() else { return Vec::new() };
    let unexplained = |&index: &usize| {
        findings[index].code == "X101" && links.iter().all(|(_, effect)| *effect != index)
    };
    (0..findings.len()).filter(unexplained).map(|index| (*only, index)).collect()
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

/// Who waits for a connection that a leak keeps did not take too many.
fn acquit(findings: &mut [Finding], links: &[Link]) {
    for &(cause, effect) in links {
        let leaks = findings[cause].class == Class::Leak;
        if leaks && findings[effect].class == Class::Exhaustion {
            findings[effect].tests.clear();
            findings[effect].suggestion =
                "Mend the leak that explains it first; whether the pool is \
                                           large enough shows when all comes back."
                    .into();
        }
    }
}

/// Orders findings: roots by weight, rule and beginning, each followed by what it explains, then
/// the rest. Gives ids and causes.
fn order(mut findings: Vec<Finding>, links: &[Link]) -> Vec<Finding> {
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
        (weight, finding.code, began(finding), finding.workers.as_slice())
    });
    let mut place: Vec<Option<usize>> = vec![None; findings.len()];
    let mut next = 0..findings.len();
    let followed = heads.iter().flat_map(|head| {
        let followers = effects.get(head).into_iter().flatten();
        std::iter::once(head).chain(followers)
    });
    // Findings that only explain each other come last.
    for &index in followed.chain(&(0..findings.len()).collect::<Vec<_>>()) {
        if place[index].is_none() {
            place[index] = next.next();
        }
    }
    let mut place: Vec<usize> = place.into_iter().flatten().collect();
    let id = |index: usize| format!("F{}", place[index] + 1);
    for (index, finding) in findings.iter_mut().enumerate() {
        finding.id = id(index);
        finding.caused_by = causes.get(&index).into_iter().flatten().map(|&at| id(at)).collect();
    }
    // In place, for there may be very many.
    for index in 0..findings.len() {
        while place[index] != index {
            let target = place[index];
            findings.swap(index, target);
            place.swap(index, target);
        }
    }
    findings
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
    let shared = finding.resource.as_ref().and_then(Resource::shared);
    let resource = shared.map(str::to_owned);
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
