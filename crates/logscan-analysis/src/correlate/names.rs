//! Names of tests for what a debug log tells without them.
//!
//! The k-th set-up of a worker in the log is its k-th test in the runner's output, if
//! there are as many of both. If not, nothing is named.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::{Moment, Name, Test, TestOutcome};

use super::source::SourceFold;

/// Which test each worker ran after its first, second… set-up.
#[derive(Debug, Default)]
pub(super) struct TestNames {
    /// Tests of each worker, in order.
    by_worker: BTreeMap<Name, Vec<usize>>,
    /// The test that a worker ran after so many set-ups.
    epochs: BTreeMap<Name, Vec<Name>>,
    /// Workers whose set-ups are not as many as their tests.
    pub(super) unnamed: u64,
}

impl TestNames {
    /// Joins set-ups to tests, and tells the tests when they began.
    pub(super) fn join(sources: &[Box<SourceFold>], tests: &mut [Test]) -> Self {
        let mut names = Self::default();
        for (index, test) in tests.iter().enumerate() {
            if let Some(worker) = &test.worker {
                names.by_worker.entry(worker.clone()).or_default().push(index);
            }
        }
        for (worker, moments) in setups(sources) {
            let ran = names.ran(&worker, moments.len(), tests);
            for (index, moment) in ran.iter().zip(moments) {
                tests[*index].start = moment.time;
            }
            names.unnamed += u64::from(ran.is_empty() && !tests.is_empty());
            let ids = ran.iter().map(|index| tests[*index].id.clone()).collect();
            names.epochs.insert(worker, ids);
        }
        names
    }

    /// The tests of a worker, if they are as many as its set-ups; of several runs those of the
    /// only one that fits.
    fn ran(&self, worker: &Name, setups: usize, tests: &[Test]) -> Vec<usize> {
        let mut runs: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for &index in self.by_worker.get(worker).into_iter().flatten() {
            runs.entry(run(&tests[index].id)).or_default().push(index);
        }
        let fitting = runs.into_values().filter_map(|run| fit(run, setups, tests));
        let mut fitting: Vec<Vec<usize>> = fitting.collect();
        if fitting.len() == 1 { fitting.remove(0) } else { Vec::new() }
    }

    /// The test that a worker ran after so many set-ups.
    pub(super) fn at(&self, worker: &Name, epoch: u32) -> Option<Name> {
        let index = (epoch as usize).checked_sub(1)?;
        self.epochs.get(worker)?.get(index).cloned()
    }

    /// Workers of which the runner tells.
    pub(super) fn workers(&self) -> impl Iterator<Item = &Name> {
        self.by_worker.keys()
    }
}

/// The tests, if they are as many as the set-ups. Skipped tests may have none.
fn fit(all: Vec<usize>, setups: usize, tests: &[Test]) -> Option<Vec<usize>> {
    if all.len() == setups {
        return Some(all);
    }
    let skipped = Some(TestOutcome::Skipped);
    let run: Vec<usize> = all.into_iter().filter(|test| tests[*test].outcome != skipped).collect();
    (run.len() == setups).then_some(run)
}

/// The run after which a test is named, if there are several.
fn run(test: &str) -> &str {
    let named = test.strip_prefix("run ").and_then(|rest| rest.split_once(": "));
    named.map_or("", |(number, _)| number)
}

/// Set-ups of each worker; of several inputs the one that tells most.
fn setups(sources: &[Box<SourceFold>]) -> BTreeMap<Name, &[Moment]> {
    let mut setups: BTreeMap<Name, &[Moment]> = BTreeMap::new();
    for stream in sources.iter().filter_map(|source| source.records.stream.as_ref()) {
        for (process, moments) in &stream.setups {
            let name = stream.sessions.processes[*process].name.clone();
            let known = setups.entry(name).or_default();
            if moments.len() > known.len() {
                *known = moments;
            }
        }
    }
    setups
}

/// The tests of all inputs, each once.
pub(super) fn tests(sources: &[Box<SourceFold>]) -> Vec<Test> {
    let mut seen = BTreeSet::new();
    let all = || sources.iter().flat_map(|source| &source.frame.tests);
    let mut tests = Vec::with_capacity(all().count());
    tests.extend(all().filter(|test| seen.insert(&test.id)).cloned());
    tests
}
