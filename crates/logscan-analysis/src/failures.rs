//! The law of failures: every failed test stands in exactly one place, explained by a finding or
//! with its own first error.

use std::collections::{BTreeMap, HashMap};

use logscan_model::timeline::{FirstError, Test};
use logscan_model::{Domain, FailureGroup, Failures, Finding, Severity, Timeline};

/// Groups that are told apart.
const GROUPS: usize = 200;
/// Tests of a group that are named.
const NAMED: usize = 20;

/// Every failed test, by the finding that explains it or by its error.
#[must_use]
pub fn failures(timeline: &Timeline, findings: &[Finding]) -> Failures {
    let explaining = explaining(findings);
    let mut groups: BTreeMap<Key, FailureGroup> = BTreeMap::new();
    let (mut listed, mut explained) = (0, 0);
    for test in timeline.tests.iter().filter(|test| test.failed()) {
        listed += 1;
        let error = timeline.first_errors.get(&test.id);
        let finding = explaining.get(&*test.id).copied();
        explained += u64::from(finding.is_some());
        let key = Key::of(finding, error);
        if let Some(group) = groups.get_mut(&key) {
            add(group, test);
        } else if groups.len() < GROUPS {
            groups.insert(key, group(test, error, finding));
        }
    }
    let mut groups: Vec<FailureGroup> = groups.into_values().collect();
    groups.sort_by(|a, b| (b.count, a.first).cmp(&(a.count, b.first)));
    Failures { failed: timeline.outcome.failures.max(listed), explained, groups }
}

/// What groups failures: the finding, or the error with every number alike.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    finding: Option<String>,
    shape: String,
}

impl Key {
    fn of(finding: Option<&str>, error: Option<&FirstError>) -> Self {
        let text = error.filter(|_| finding.is_none()).map_or("", |error| &error.text);
        Self { finding: finding.map(str::to_owned), shape: shape(text) }
    }
}

fn shape(text: &str) -> String {
    text.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect()
}

/// For each test that a finding names, the first finding that does.
fn explaining(findings: &[Finding]) -> HashMap<&str, &str> {
    let mut explaining = HashMap::new();
    for finding in findings.iter().filter(|finding| finding.severity > Severity::Info) {
        for test in finding.affected_tests.iter().chain(&finding.tests) {
            explaining.entry(test.as_str()).or_insert(finding.id.as_str());
        }
    }
    explaining
}

fn group(test: &Test, error: Option<&FirstError>, finding: Option<&str>) -> FailureGroup {
    let (class, message) = error.map_or(("", ""), |error| parts(&error.text));
    let domain = match finding {
        Some(_) => Domain::Database,
        None => error.map_or(Domain::Unknown, |error| domain(&error.text)),
    };
    FailureGroup {
        error: class.to_owned(),
        message: message.to_owned(),
        count: 1,
        tests: vec![test.id.to_string()],
        finding: finding.map(str::to_owned),
        first: error.map_or(test.place, |error| error.place),
        domain,
    }
}

fn add(group: &mut FailureGroup, test: &Test) {
    group.count += 1;
    if group.tests.len() < NAMED {
        group.tests.push(test.id.to_string());
    }
}

/// Class and message of an error.
fn parts(text: &str) -> (&str, &str) {
    let text = text.strip_prefix("E ").unwrap_or(text).trim();
    match text.split_once(": ") {
        Some((class, message)) if !class.contains(' ') => (class, message.trim()),
        _ => ("", text),
    }
}

/// Words by which an error tells what it is about; the first that stands there decides.
const WORDS: &[(Domain, &[&str])] = &[
    (Domain::Memory, &["out of memory", "heap limit", "OutOfMemory", "MemoryError"]),
    (
        Domain::Runner,
        &[
            "ImportError",
            "ModuleNotFound",
            "SyntaxError",
            "Cannot find module",
            "fixture '",
            "collect",
        ],
    ),
    (Domain::Queue, &["kafka", "Kafka", "amqp", "rabbit", "Rabbit", "broker"]),
    (Domain::Cache, &["redis", "Redis", "memcache"]),
    (
        Domain::Http,
        &["HTTP", "http://", "https://", "status code", "fetch failed", "axios", "urllib3"],
    ),
    (
        Domain::Filesystem,
        &["No such file", "ENOENT", "Permission denied", "FileNotFound", "No space left"],
    ),
    (
        Domain::Test,
        &[
            "assert",
            "Assert",
            "expect",
            "Expect",
            "to eq",
            "should",
            " not equal ",
            " did not contain ",
            " was not empty",
            " but was",
            " but got",
        ],
    ),
];

/// What an error is about, by its words.
pub(crate) fn domain(text: &str) -> Domain {
    let named = WORDS.iter().find(|(_, words)| words.iter().any(|word| text.contains(word)));
    named.map_or(Domain::Unknown, |(domain, _)| *domain)
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::timeline::TestOutcome;
    use logscan_model::{Class, InputId, Place, Rule};

    fn failed(id: &str) -> Test {
        let place = Place { input: InputId::new(0), line: 9 };
        let outcome = Some(TestOutcome::Failed);
        let (worker, retried) = (None, false);
        Test { id: id.into(), worker, start: None, end: None, outcome, retried, place }
    }

    fn error(text: &str) -> FirstError {
        let place = Place { input: InputId::new(0), line: 3 };
        FirstError { place, text: text.into(), inherited: false }
    }

    #[test]
    fn every_failed_test_stands_in_one_group() {
        let tests = ["a", "b", "c", "d"].map(failed).to_vec();
        let mut timeline = Timeline { tests, ..Timeline::default() };
        timeline.outcome.failures = 6;
        for (test, text) in [("a", "AssertionError: 1 != 2"), ("b", "AssertionError: 7 != 8")] {
            timeline.first_errors.insert(test.into(), error(text));
        }
        let rule = Rule { code: "K101", name: "x", class: Class::Lock, page: "", since: "" };
        let mut finding = Finding::of(&rule, Severity::Error, "x");
        finding.id = "F1".into();
        finding.affected_tests = vec!["c".into()];
        let failures = failures(&timeline, &[finding]);
        assert_eq!((failures.failed, failures.explained), (6, 1));
        let counts: Vec<_> =
            failures.groups.iter().map(|group| (group.count, group.finding.as_deref())).collect();
        assert_eq!(counts, [(2, None), (1, None), (1, Some("F1"))]);
        let first = &failures.groups[0];
        assert_eq!((first.error.as_str(), first.message.as_str()), ("AssertionError", "1 != 2"));
        assert_eq!((first.domain, first.first.line), (Domain::Test, 3));
    }
}
