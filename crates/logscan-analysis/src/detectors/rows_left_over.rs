//! R303: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{
    SameRow, counted, fault_lines, if_told, of_faults, prove, runs_in_parallel, same_row,
};
use super::worker_collision::collides;
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R303",
        name: "rows-left-over",
        class: Class::Cleanup,
        page: include_str!("rows_left_over.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

/// What is there already where tests run one after the other; those that run at the same time collide.
fn find(timeline: &Timeline) -> Vec<Finding> {
    if runs_in_parallel(timeline) || collides(timeline) {
        return Vec::new();
    }
    let rows = same_row(timeline).map(|rows| of_rows(timeline, rows));
    let told = |kind| if_told(timeline, kind, of_a_database);
    let databases = told(&[EventKind::DuplicateDatabase]);
    let said = if_told(timeline, &[EventKind::LeftOver], as_a_test_says);
    rows.into_iter().chain(databases).chain(said).take(1).collect()
}

/// Tests that meet the same row.
fn of_rows(timeline: &Timeline, SameRow { faults: met, tests }: SameRow<'_>) -> Finding {
    let mut finding = of_faults(timeline, &DETECTOR.rule, &met, Severity::Info, String::new());
    finding.affected_tests = tests;
    let tests = counted(finding.affected_tests.len(), "test");
    let row = met[0].relation.as_deref();
    finding.title = match row {
        Some(key) => format!("{tests} failed by a row in {key} that was there already"),
        None => format!("{tests} failed by rows that were there already"),
    };
    finding.resource =
        Some(Resource { kind: ResourceKind::Table, name: row.unwrap_or("shared rows").to_owned() });
    finding.detail =
        "Each wants to make a row whose key exists. Nothing took it away after the test \
                      or the run that made it first."
            .into();
    finding.confidence_reason =
        "several tests meet a key that exists; who made the row is not shown".into();
    finding.suggestion =
        "Empty the tables before each run, run each test in a transaction that is \
                          rolled back, or let the database make the keys."
            .into();
    suppose(&mut finding, "an earlier test or run left the row behind");
    prove(&mut finding, fault_lines(&met, "it is there already"));
    finding
}

/// A set-up that makes a database which is there already.
fn of_a_database(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let name = told.iter().find_map(|fault| fault.relation.as_deref());
    let name = name.unwrap_or("The database of the tests");
    let title = format!("{name} is there already: an earlier run left it");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: name.to_owned() });
    finding.detail =
        "Set-up makes the database of the tests. A run that was stopped did not drop it, \
                      and whoever makes it next finds it."
            .into();
    finding.confidence_reason =
        "that it is there is certain; that nobody else uses it is supposed".into();
    finding.suggestion =
        "Let set-up drop and make it without asking (Django: --noinput), or give each \
                          run a server or a database name of its own."
            .into();
    suppose(&mut finding, "an earlier run was stopped before it dropped the database");
    prove(&mut finding, fault_lines(told, "it is there already"));
    finding
}

/// A test that says itself that something is left of earlier ones.
fn as_a_test_says(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let title = "Something of an earlier test or run is there yet".to_owned();
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource =
        Some(Resource { kind: ResourceKind::Database, name: "test data".to_owned() });
    finding.detail = "The test expects to find the database as its set-up leaves it.".into();
    finding.confidence_reason = "in the words of the test; who left it is not shown".into();
    finding.suggestion = "Empty what tests write to before each run, not only behind it.".into();
    suppose(&mut finding, "an earlier test or run left it behind");
    prove(&mut finding, fault_lines(told, "left over"));
    finding
}

/// What may be the reason, and what would refute it.
fn suppose(finding: &mut Finding, left: &'static str) {
    finding.confidence = Confidence::Likely;
    finding.may_be(left, "the same tests with a new database, or when what is there was made");
    finding.may_be(
        "something writes to the same database at the same time",
        "the same tests with one worker and nothing else running",
    );
    finding.would_refute = "the same error with an empty database".into();
}
