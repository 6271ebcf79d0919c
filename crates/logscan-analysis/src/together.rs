//! The same finding on several workers is one finding.

use std::collections::HashMap;

use logscan_model::{Confidence, Finding, ResourceKind, Severity};

use crate::causes::Link;
use crate::detectors::{DETECTORS, Together, prove, whose};

/// What findings must have in common to be the same.
#[derive(PartialEq, Eq, Hash)]
struct Same {
    code: &'static str,
    severity: Severity,
    confidence: Confidence,
    about: Option<ResourceKind>,
    /// Numbers that tell one from the other, as bits.
    numbers: Vec<Option<u64>>,
    causes: Vec<usize>,
    effects: Vec<usize>,
}

/// Puts the same findings of several workers together, with their links.
pub(crate) fn together(findings: Vec<Finding>, links: &[Link]) -> (Vec<Finding>, Vec<Link>) {
    let rules: HashMap<&str, Together> = DETECTORS
        .iter()
        .filter_map(|detector| Some((detector.rule.code, detector.together?)))
        .collect();
    let mut sides: HashMap<usize, (Vec<usize>, Vec<usize>)> = HashMap::new();
    for &(cause, effect) in links {
        sides.entry(effect).or_default().0.push(cause);
        sides.entry(cause).or_default().1.push(effect);
    }
    let mut known: HashMap<Same, usize> = HashMap::new();
    let mut group_of: Vec<usize> = Vec::with_capacity(findings.len());
    let mut groups = 0;
    // Nearly all findings are alone, and there may be very many: they stay where they are.
    let mut others: HashMap<usize, Vec<Finding>> = HashMap::new();
    let first_of_group = |(index, finding): (usize, Finding)| {
        let (causes, effects) = sides.remove(&index).unwrap_or_default();
        let group = match rules.get(finding.code) {
            Some(rule) if !finding.workers.is_empty() && (rule.may)(&finding) => {
                let numbers = rule.alike.iter();
                let numbers = numbers.map(|name| finding.numbers.get(name).map(|n| n.to_bits()));
                let same = Same {
                    code: finding.code,
                    severity: finding.severity,
                    confidence: finding.confidence,
                    about: finding.resource.as_ref().map(|resource| resource.kind),
                    numbers: numbers.collect(),
                    causes,
                    effects,
                };
                *known.entry(same).or_insert(groups)
            }
            _ => groups,
        };
        group_of.push(group);
        if group == groups {
            groups += 1;
            return Some(finding);
        }
        others.entry(group).or_default().push(finding);
        None
    };
    let mut merged: Vec<Finding> =
        findings.into_iter().enumerate().filter_map(first_of_group).collect();
    for (group, mut others) in others {
        let first = &mut merged[group];
        others.insert(0, first.clone());
        *first = one(others, &rules[first.code]);
    }
    let mut links: Vec<Link> =
        links.iter().map(|&(cause, effect)| (group_of[cause], group_of[effect])).collect();
    links.sort_unstable();
    links.dedup();
    (merged, links)
}

/// One finding for all of a group.
fn one(mut group: Vec<Finding>, rule: &Together) -> Finding {
    group.sort_by_key(|finding| finding.first_evidence().map(|line| line.place));
    let mut group = group.into_iter();
    let mut all = group.next().expect("a group holds a finding");
    let mut evidence = std::mem::take(&mut all.evidence);
    let mut lines = all.evidence_total;
    let one_test = all.tests.len() == 1;
    for other in group {
        all.workers.extend(other.workers);
        all.tests.extend(other.tests);
        all.affected_tests.extend(other.affected_tests);
        all.count += other.count;
        all.start = earlier(all.start, other.start, false);
        all.end = earlier(all.end, other.end, true);
        for (name, number) in other.numbers {
            let known = all.numbers.entry(name).or_insert(0.0);
            let alike = rule.alike.contains(&name) || name.ends_with("_s");
            *known = if alike { known.max(number) } else { *known + number };
        }
        if all.resource != other.resource
            && let Some(resource) = &mut all.resource
        {
            rule.resource.clone_into(&mut resource.name);
        }
        evidence.extend(other.evidence);
        lines += other.evidence_total;
    }
    for names in [&mut all.workers, &mut all.tests, &mut all.affected_tests] {
        names.sort();
        names.dedup();
    }
    if one_test && all.tests.len() > 1 {
        // What advises on one test advises on all of them now.
        let (one, many) = (whose(&all.tests[..1]), whose(&all.tests));
        all.suggestion = all.suggestion.replace(one, many).into();
    }
    prove(&mut all, evidence);
    all.evidence_total = lines;
    (rule.title)(&mut all);
    all
}

fn earlier(
    a: Option<logscan_model::Stamp>,
    b: Option<logscan_model::Stamp>,
    later: bool,
) -> Option<logscan_model::Stamp> {
    match (a, b) {
        (Some(a), Some(b)) if (b.micros() < a.micros()) != later => Some(b),
        (None, other) => other,
        (known, _) => known,
    }
}
