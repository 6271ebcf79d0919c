//! W103: see the page.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::Compared;
use logscan_model::{
    Class, Confidence, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, names, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W103",
        name: "rows-of-another-test",
        class: Class::Collision,
        page: include_str!("rows_of_another_test.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

/// Who found a value, and who expected it.
#[derive(Default)]
struct Sides<'t> {
    found: Vec<&'t Compared>,
    expected: Option<&'t Compared>,
}

fn find(timeline: &Timeline) -> Vec<Finding> {
    if timeline.sequential == Some(true) {
        // What an earlier test left may be found by a later one.
        return Vec::new();
    }
    let mut values: BTreeMap<&str, Sides<'_>> = BTreeMap::new();
    for compared in timeline.compared.iter().filter(|compared| timeline.failed(&compared.test)) {
        let sides = values.entry(&compared.value).or_default();
        match compared.found {
            true => sides.found.push(compared),
            false => sides.expected = sides.expected.or(Some(compared)),
        }
    }
    let mut crossed: Vec<(&Compared, &Compared)> = Vec::new();
    for Sides { found, expected } in values.values() {
        let Some(own) = *expected else { continue };
        let foreign = found.iter().filter(|found| found.test != own.test);
        crossed.extend(foreign.map(|found| (*found, own)));
    }
    if crossed.is_empty() { Vec::new() } else { vec![finding(timeline, &crossed)] }
}

fn finding(timeline: &Timeline, crossed: &[(&Compared, &Compared)]) -> Finding {
    let tests: BTreeSet<_> = crossed.iter().flat_map(|(a, b)| [&a.test, &b.test]).collect();
    let title =
        format!("{} found rows of each other in one database", counted(tests.len(), "test"));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.tests = names(tests.iter().map(|test| Some(*test)));
    finding.affected_tests = finding.tests.clone();
    let worker = |id: &str| timeline.test(id).and_then(|test| test.worker.as_ref());
    finding.workers = names(tests.iter().map(|test| worker(test)));
    finding.count = crossed.len() as u64;
    finding.numbers.insert("values", crossed.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: "shared rows".into() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "what one test found is what another one, which runs at the same time, expected".into();
    finding.detail =
        "Tests that run at the same time write to the same tables, and each expects to \
                      find its own rows alone."
            .into();
    finding.suggestion = "Give each worker a database or schema of its own, run each test in a \
                          transaction that is rolled back, or let tests look only for rows that they \
                          made."
        .into();
    finding.would_refute = "two tests that are given the same names on purpose".into();
    let lines = crossed.iter().flat_map(|(found, own)| {
        [
            Evidence::primary(found.place, "finds what another test expects"),
            Evidence::context(own.place, "expects it"),
        ]
    });
    prove(&mut finding, lines.collect());
    finding
}
