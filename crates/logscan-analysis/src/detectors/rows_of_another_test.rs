//! W103: see the page.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use logscan_model::timeline::{Compared, Name, Test};
use logscan_model::{
    Class, Confidence, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity, Timeline,
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
    if timeline.sequential == Some(true) || timeline.compared.is_empty() {
        // What an earlier test left may be found by a later one.
        return Vec::new();
    }
    let mut values: BTreeMap<&str, Sides<'_>> = BTreeMap::new();
    let of_rows = |it: &&Compared| !it.is_target && timeline.failed(&it.test);
    for compared in timeline.compared.iter().filter(of_rows) {
        let sides = values.entry(&compared.value).or_default();
        match compared.found {
            true => sides.found.push(compared),
            false => sides.expected = sides.expected.or(Some(compared)),
        }
    }
    let owners = owners(timeline);
    let name_rows = tests_that_name_their_rows(timeline);
    let named_after = |value: &str| plain(value).len() >= TELLING;
    let mut crossed = Vec::new();
    for (value, Sides { found, expected }) in &values {
        let named = owners.get(&*plain(value)).copied();
        // Words may be a message that several tests expect, unless they are the name of one.
        let expected = expected.filter(|own| !value.contains(' ') || is_named(own));
        let owner = expected.map(|own| &own.test).or(named);
        let own = expected.map(|own| own.place);
        let foreign = found.iter().filter(|found| match owner {
            Some(owner) => found.test != *owner,
            None => named_after(value) && name_rows.contains(&found.test),
        });
        crossed.extend(foreign.map(|found| Crossed { found, owner, own }));
    }
    // Of whom nobody knows a row may be, unless others are known to share theirs.
    if timeline.sequential != Some(false) && crossed.iter().all(|it| it.owner.is_none()) {
        return Vec::new();
    }
    if crossed.is_empty() { Vec::new() } else { vec![finding(timeline, &crossed)] }
}

/// A value that one test found and another one owns: it expects the value, or gave its name to it;
/// the runner may not name it.
struct Crossed<'t> {
    found: &'t Compared,
    owner: Option<&'t Name>,
    own: Option<Place>,
}

/// By test that expects a row and does not find it: the first value that it finds in its place.
/// Whose rows stand beside that one did no more than to use the database.
fn in_the_place(timeline: &Timeline) -> BTreeMap<&Name, &Compared> {
    let (found, expected): (Vec<&Compared>, Vec<&Compared>) =
        timeline.compared.iter().filter(|it| !it.is_target).partition(|it| it.found);
    let expecting: BTreeSet<&Name> = expected.iter().map(|compared| &compared.test).collect();
    let mut first: BTreeMap<&Name, &Compared> = BTreeMap::new();
    for found in found.into_iter().filter(|found| expecting.contains(&found.test)) {
        let known = first.entry(&found.test).or_insert(found);
        if found.place < known.place {
            *known = found;
        }
    }
    first
}

/// Letters of a test's name that no value has by chance.
const TELLING: usize = 12;

/// Words of the longest name of a test that is looked for.
const MOST_WORDS: usize = 24;

/// Tests by what they may call their rows: their own names.
fn owners(timeline: &Timeline) -> HashMap<String, &Name> {
    fn named(test: &Test) -> impl Iterator<Item = (String, &Name)> {
        own_names(&test.id).map(|name| (name, &test.id))
    }
    timeline.tests.iter().flat_map(named).collect()
}

/// Tests that expect to find rows of their own name.
fn tests_that_name_their_rows(timeline: &Timeline) -> BTreeSet<&Name> {
    let expected = timeline.compared.iter().filter(|compared| !compared.found);
    expected.filter(|compared| is_named(compared)).map(|compared| &compared.test).collect()
}

/// Whether a value is the name of the test in which it is compared.
fn is_named(compared: &Compared) -> bool {
    let value = plain(&compared.value);
    own_names(&compared.test).any(|name| name == value)
}

/// The names of a test without its suites, which stand before it behind a mark or a mere blank.
fn own_names(test: &str) -> impl Iterator<Item = String> {
    let leaf = test.rsplit([':', '.', '>', '›', '#', '/']).next().unwrap_or(test);
    let words: Vec<String> = leaf.split_whitespace().map(plain).collect();
    let first = words.len().saturating_sub(MOST_WORDS);
    let names = (first..words.len()).map(move |from| words[from..].concat());
    let names = names.map(|name| name.strip_prefix("test").unwrap_or(&name).to_owned());
    names.filter(|name| name.len() >= TELLING)
}

/// A name without what the spellings of one differ in.
fn plain(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

fn finding(timeline: &Timeline, crossed: &[Crossed<'_>]) -> Finding {
    let finders: BTreeSet<&Name> = crossed.iter().map(|it| &it.found.test).collect();
    let first = in_the_place(timeline);
    let takes_the_place = |it: &&Crossed<'_>| {
        first.get(&it.found.test).is_some_and(|first| first.value == it.found.value)
    };
    let owners = crossed.iter().filter(takes_the_place);
    let tests: BTreeSet<&Name> =
        finders.iter().copied().chain(owners.filter_map(|it| it.owner)).collect();
    let mutual = |it: &Crossed<'_>| it.owner.is_some_and(|owner| finders.contains(owner));
    let whose = match finders.len() {
        1 => "another test",
        _ if crossed.iter().any(mutual) => "each other",
        _ => "other tests",
    };
    let found = counted(finders.len(), "test");
    let title = format!("{found} found rows of {whose} in one database");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.tests = names(tests.iter().map(|test| Some(*test)));
    let failed = tests.iter().filter(|test| timeline.failed(test));
    finding.affected_tests = names(failed.map(|test| Some(*test)));
    let worker = |id: &str| timeline.test(id).and_then(|test| test.worker.as_ref());
    finding.workers = names(tests.iter().map(|test| worker(test)));
    finding.count = crossed.len() as u64;
    finding.numbers.insert("values", crossed.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: "shared rows".into() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "what one test found is what another one, which runs at the same time, expected, or named \
         after itself"
            .into();
    finding.detail =
        "Tests that run at the same time write to the same tables, and each expects to \
                      find its own rows alone."
            .into();
    finding.suggestion = "Give each worker a database or schema of its own, run each test in a \
                          transaction that is rolled back, or let tests look only for rows that they \
                          made."
        .into();
    finding.would_refute = "two tests that are given the same names on purpose".into();
    let lines = crossed.iter().flat_map(|Crossed { found, own, .. }| {
        let expects = own.map(|own| Evidence::context(own, "expects it"));
        [Some(Evidence::primary(found.place, "finds what is another test's")), expects]
    });
    prove(&mut finding, lines.flatten().collect());
    finding
}
