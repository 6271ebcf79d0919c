//! Tests that runners report as failed when they have lost the worker that ran them.

use std::collections::BTreeMap;

use logscan_model::Place;
use logscan_model::timeline::{Name, Test};

/// So many lines behind the loss of a worker its test is reported.
const BEHIND: u64 = 2;

/// Workers and names of the tests that failed, by the lines which say so.
pub(super) fn lost_tests(tests: &[Test]) -> BTreeMap<Place, (Option<Name>, Name)> {
    let failed = tests.iter().filter(|test| test.failed());
    failed.map(|test| (test.place, (test.worker.clone(), test.id.clone()))).collect()
}

/// The test of a worker that is reported as failed directly behind the line that tells of its loss.
pub(super) fn reported_behind(
    tests: &BTreeMap<Place, (Option<Name>, Name)>,
    worker: &Name,
    Place { input, line }: Place,
) -> Option<Name> {
    let lines = Place { input, line }..=Place { input, line: line + BEHIND };
    let mut behind = tests.range(lines).map(|(_, test)| test);
    behind.find(|(ran_by, _)| ran_by.as_ref() == Some(worker)).map(|(_, test)| test.clone())
}
