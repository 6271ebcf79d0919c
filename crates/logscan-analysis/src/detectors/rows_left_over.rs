//! R303: see the page.

use logscan_model::{Class, Confidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::support::{SameRow, counted, fault_lines, of_faults, prove, runs_in_parallel, same_row};
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

/// Tests that run one after the other; those that run at the same time collide.
fn find(timeline: &Timeline) -> Vec<Finding> {
    if runs_in_parallel(timeline) {
        return Vec::new();
    }
    let Some(SameRow { faults: met, tests }) = same_row(timeline) else { return Vec::new() };
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
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "several tests meet a key that exists; who made the row is not shown".into();
    finding.may_be(
        "an earlier test or run left the row behind",
        "the same tests with a new database, or the row's own time of creation",
    );
    finding.may_be(
        "something writes to the same database at the same time",
        "the same tests with one worker and nothing else running",
    );
    finding.suggestion =
        "Empty the tables before each run, run each test in a transaction that is \
                          rolled back, or let the database make the keys."
            .into();
    finding.would_refute = "the same error with an empty database".into();
    prove(&mut finding, fault_lines(&met, "it is there already"));
    vec![finding]
}
