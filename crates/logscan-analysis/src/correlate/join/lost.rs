//! Tests that runners report as failed when they have lost the worker that ran them.

use std::collections::BTreeMap;

use logscan_model::Place;
use logscan_model::timeline::{Name, Test};

/// So many lines behind the loss of a worker its test is reported.
const BEHIND: u64 = 2;

/// The tests that failed, by the lines which say so.
pub(super) fn lost_tests(tests: &[Test]) -> BTreeMap<Place, &Test> {
    tests.iter().filter(|test| test.failed()).map(|test| (test.place, test)).collect()
}

/// The test of a worker that is reported as failed directly behind the line that tells of its loss.
pub(super) fn reported_behind(
    tests: &BTreeMap<Place, &Test>,
    worker: &Name,
    Place { input, line }: Place,
) -> Option<Name> {
    let lines = Place { input, line }..=Place { input, line: line + BEHIND };
    let mut behind = tests.range(lines).map(|(_, test)| test);
    behind.find(|test| test.worker.as_ref() == Some(worker)).map(|test| test.id.clone())
}
