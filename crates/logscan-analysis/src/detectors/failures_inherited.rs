//! X101: see the page.

use std::collections::{BTreeMap, HashSet};

use logscan_model::timeline::{Fault, FirstError, Name, Test};
use logscan_model::{Class, Confidence, EventKind, Evidence, Finding, Rule, Severity, Timeline};

use super::drift::drifting;
use super::set_up_failed::{UNUSABLE, name, resource};
use super::support::{SHOWN, counted, faults, names, prove, span_of};
use super::{Detector, Find, Together};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "X101",
        name: "failures-inherited",
        class: Class::Cascade,
        page: include_str!("failures_inherited.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: Some(Together {
        alike: &["failed_for_other_reasons"],
        may: |_| true,
        resource: "the same error",
        title: word,
    }),
};

/// What went wrong, with what, on which worker.
type FirstCause<'t> = (EventKind, Option<String>, Option<&'t Name>);

/// One finding for each first cause, on each worker; the same ones are put together later.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let mut groups: BTreeMap<FirstCause<'_>, Vec<&Fault>> = BTreeMap::new();
    let drifts = drifting(timeline);
    let failed = |fault: &&Fault| fault.test.as_deref().is_some_and(|test| timeline.failed(test));
    for fault in faults(timeline, &UNUSABLE).filter(failed) {
        if !drifts(fault) {
            let key = (fault.kind, name(fault), fault.worker.as_ref());
            groups.entry(key).or_default().push(fault);
        }
    }
    let met = timeline.faults.iter().filter_map(|fault| fault.test.as_deref()).collect();
    let others = timeline.tests.iter().filter(|test| test.failed() && !is_met(&met, test)).count();
    let by_faults = groups.into_values().filter_map(|faults| inherited(timeline, faults, others));
    by_faults.chain(by_their_words(timeline, &met)).collect()
}

/// Tests whose failures say that an earlier one is repeated, and the error of a database that they
/// repeat: the last one before the first of them, or else the first one behind it.
fn by_their_words(timeline: &Timeline, met: &HashSet<&str>) -> Option<Finding> {
    let told = timeline.tests.iter().filter(|test| test.failed() && !is_met(met, test));
    let told = told.filter_map(|test| Some((test, timeline.first_errors.get(&test.id)?)));
    let mut told: Vec<_> = told.filter(|(_, error)| error.inherited).collect();
    told.sort_by_key(|(_, error)| error.place);
    let begin = told.first()?.1.place;
    let failed = |fault: &&Fault| fault.test.as_deref().is_none_or(|test| timeline.failed(test));
    let place = |fault: &&Fault| fault.moment.place;
    let beside = |fault: &&Fault| place(fault).input == begin.input;
    let errors = || timeline.faults.iter().filter(failed).filter(beside);
    let earlier = errors().filter(|fault| place(fault) < begin).max_by_key(place);
    // node tells of the tests within a suite before it tells of the suite.
    let later = || errors().filter(|fault| place(fault) > begin).min_by_key(place);
    let Some(first) = earlier.or_else(later) else { return of_what_is_not_shown(timeline, &told) };
    let tests = told.iter().map(|(test, _)| test.id.to_string()).collect();
    let mut finding = words(first, tests, 0);
    finding.numbers.remove("failed_for_other_reasons");
    finding.confidence_reason = "their failures say that they repeat an earlier one".into();
    finding.detail = "Their own code did not run: what they share could not be made, and was not \
                      tried again."
        .into();
    let lines = told.iter().map(|(_, error)| Evidence::primary(error.place, "inherits the error"));
    let root = Evidence::context(first.moment.place, "what they inherit");
    // What they inherit stays among the lines that are shown.
    prove(&mut finding, lines.take(SHOWN - 1).chain([root]).collect());
    finding.evidence_total = told.len() as u64 + 1;
    Some(finding)
}

/// Parts of names that what keeps a database for all tests has.
const SHARED: [&str; 9] =
    ["Postgres", "MySQL", "MySql", "Maria", "Mongo", "Redis", "Oracle", "Database", "DataSource"];

/// The failures of those that name a database, or of all where nobody failed by an error of their own;
/// the error that they repeat stands in no line.
fn of_what_is_not_shown(timeline: &Timeline, told: &[(&Test, &FirstError)]) -> Option<Finding> {
    let repeats = |error: &FirstError| error.inherited;
    let nobody_else = timeline.first_errors.values().all(repeats);
    let of_database = |error: &FirstError| SHARED.iter().any(|part| error.text.contains(part));
    let meant = |error: &FirstError| nobody_else || of_database(error);
    let told: Vec<_> = told.iter().filter(|(_, error)| meant(error)).collect();
    let tests: Vec<String> = told.iter().map(|(test, _)| test.id.to_string()).collect();
    (!tests.is_empty()).then(|| {
        let title = format!(
            "{} failed by an error that came before and is not shown",
            counted(tests.len(), "test")
        );
        let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
        finding.count = tests.len() as u64;
        finding.numbers.insert("inherited", tests.len() as f64);
        finding.affected_tests = tests;
        finding.confidence = Confidence::Likely;
        finding.confidence_reason = "their failures say that they repeat an earlier one".into();
        finding.detail = "What they share could not be made, and was not tried again; the log \
                          begins behind that, or leaves it out."
            .into();
        finding.suggestion =
            "Look for the first failure of what they share, above the lines that are here.".into();
        finding.would_refute = "one of these tests failing alone by an error of its own".into();
        let lines =
            told.iter().map(|(_, error)| Evidence::primary(error.place, "inherits the error"));
        prove(&mut finding, lines.collect());
        finding
    })
}

fn is_met(met: &HashSet<&str>, test: &Test) -> bool {
    met.contains(&*test.id)
}

/// The first test that met the error, and those after it; `None` if nobody came after. `others`
/// is how many tests failed without any error of a database.
fn inherited(timeline: &Timeline, mut faults: Vec<&Fault>, others: usize) -> Option<Finding> {
    let order = |fault: &&Fault| timeline.test_position(fault.test.as_deref()?);
    faults.sort_by_key(order);
    let (first, rest) = faults.split_first()?;
    (!rest.is_empty()).then(|| finding(first, rest, others))
}

fn finding(first: &Fault, rest: &[&Fault], others: usize) -> Finding {
    let mut finding = words(first, names(rest.iter().map(|fault| fault.test.as_ref())), others);
    span_of(&mut finding, rest.iter().map(|fault| fault.moment));
    let mut evidence: Vec<Evidence> =
        rest.iter().map(|f| Evidence::primary(f.moment.place, "inherits the error")).collect();
    evidence.push(Evidence::context(first.moment.place, "the first test that met it"));
    prove(&mut finding, evidence);
    finding
}

/// Says that these tests inherit an error.
fn words(first: &Fault, tests: Vec<String>, others: usize) -> Finding {
    let root = first.test.as_deref().unwrap_or("what they share");
    let count = counted(tests.len(), "test");
    let title = format!("{count} failed after {root} by the same error");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = names(first.worker.as_ref().map(Some));
    finding.count = tests.len() as u64;
    finding.numbers.insert("inherited", tests.len() as f64);
    finding.numbers.insert("failed_for_other_reasons", others as f64);
    finding.affected_tests = tests;
    finding.resource = Some(resource(first.kind, name(first).as_deref()));
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the same error, test after test: what they share failed once".into();
    finding.detail = format!(
        "Their own code did not fail: they inherit what went wrong in {root}. {} failed for other \
         reasons.",
        if others == 0 { "No test".to_owned() } else { counted(others, "test") }
    )
    .into();
    finding.suggestion = "Mend the first one; let the suite stop when a shared fixture fails (-x, \
                          --max-failures), so that the first cause is not buried."
        .into();
    finding.would_refute = "one of these tests failing alone".into();
    finding
}

fn word(finding: &mut Finding) {
    let count = counted(finding.affected_tests.len(), "test");
    finding.title = format!("{count} failed by the error that the first test of their worker met");
    finding.detail =
        "Their own code did not fail: they inherit what went wrong before them.".into();
}
