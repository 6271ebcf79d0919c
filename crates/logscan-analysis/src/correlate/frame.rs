//! pytest's own report: tests with their outcomes, and the blocks of those that
//! failed, which hold output that was captured while they ran.

use logscan_model::timeline::{Name, Test, TestOutcome};
use logscan_model::{Event, EventKind, Field, Place};
use rustc_hash::FxHashMap;

/// The worker of a run without xdist.
const MAIN: &str = "main";

/// A part of pytest's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Section {
    #[default]
    Progress,
    Failures,
    Errors,
    Passes,
    Other,
}

/// The block of one test in the report.
#[derive(Debug)]
pub(super) struct Block {
    title: String,
    section: Section,
    pub(super) worker: Option<Name>,
    /// The test, found when the whole report has been read.
    pub(super) test: Option<Name>,
}

/// Index of a [`Block`].
pub(super) type BlockId = usize;

/// The frame of one source.
#[derive(Debug, Default)]
pub(super) struct Frame {
    section: Section,
    pub(super) blocks: Vec<Block>,
    within_block: bool,
    pub(super) captured: bool,
    pub(super) tests: Vec<Test>,
    index: FxHashMap<Name, usize>,
    /// The test that a run without xdist has begun and not ended.
    started: Option<Name>,
    pub(super) ended: bool,
    /// Tests and failures by the runner's own count.
    pub(super) counted: Option<(u64, u64)>,
    pub(super) crashes: Vec<(Name, Option<Name>, Place)>,
}

impl Frame {
    /// The block whose captured output, or error, is being read.
    pub(super) fn block(&self) -> Option<BlockId> {
        self.within_block.then(|| self.blocks.len() - 1)
    }

    /// Takes a line of the frame; `false` if the event is none.
    pub(super) fn take(&mut self, event: &Event, chunk: &str) -> bool {
        match event.kind {
            EventKind::RunStart => self.enter(Section::Progress),
            EventKind::RunEnd => self.end(event, chunk),
            EventKind::ReportSection => self.enter(section(event, chunk)),
            EventKind::TestStart => self.started = name(event, Field::Test, chunk),
            EventKind::TestResult => self.result(event, chunk),
            EventKind::SummaryResult => self.summary(event, chunk),
            EventKind::FailureTitle => self.title(event, chunk),
            EventKind::FailureWorker => self.block_worker(event, chunk),
            EventKind::CapturedSection => self.captured = self.within_block,
            EventKind::WorkerCrashed => self.crash(event, chunk),
            _ => return false,
        }
        true
    }

    fn enter(&mut self, section: Section) {
        self.section = section;
        self.within_block = false;
        self.captured = false;
    }

    fn end(&mut self, event: &Event, chunk: &str) {
        self.enter(Section::Progress);
        self.ended = true;
        self.counted = event.text(Field::Context, chunk).map(counts);
    }

    fn title(&mut self, event: &Event, chunk: &str) {
        if matches!(self.section, Section::Progress | Section::Other) {
            return;
        }
        let title = event.text(Field::Title, chunk).unwrap_or_default().trim().to_owned();
        self.blocks.push(Block { title, section: self.section, worker: None, test: None });
        self.within_block = true;
        self.captured = false;
    }

    fn block_worker(&mut self, event: &Event, chunk: &str) {
        if let Some(block) = self.blocks.last_mut().filter(|_| self.within_block) {
            block.worker = block.worker.take().or_else(|| name(event, Field::Worker, chunk));
        }
    }

    fn crash(&mut self, event: &Event, chunk: &str) {
        let Some(worker) = name(event, Field::Worker, chunk) else { return };
        let test = event.text(Field::Test, chunk).map(|test| test.trim_end_matches('\'').into());
        match self.crashes.iter_mut().find(|(known, _, _)| *known == worker) {
            Some((_, known, _)) => *known = known.take().or(test),
            None => self.crashes.push((worker, test, event.place)),
        }
    }

    fn result(&mut self, event: &Event, chunk: &str) {
        let word = event.text(Field::Outcome, chunk).unwrap_or_default();
        let id = name(event, Field::Test, chunk).or_else(|| self.started.take());
        let (Some(id), Some(outcome)) = (id, outcome(word)) else { return };
        let worker = name(event, Field::Worker, chunk).or_else(|| Some(MAIN.into()));
        self.record(id, worker, outcome, event.place);
    }

    fn summary(&mut self, event: &Event, chunk: &str) {
        let word = event.text(Field::Outcome, chunk).unwrap_or_default();
        if let (Some(id), Some(outcome)) = (name(event, Field::Test, chunk), outcome(word)) {
            self.record(id, None, outcome, event.place);
        }
    }

    /// A test may end several times: it passes, then its tear-down fails.
    fn record(&mut self, id: Name, worker: Option<Name>, outcome: TestOutcome, place: Place) {
        match self.index.get(&id) {
            Some(&known) => {
                let test = &mut self.tests[known];
                test.outcome = test.outcome.max(Some(outcome));
                test.worker = test.worker.take().or(worker);
            }
            None => {
                self.index.insert(id.clone(), self.tests.len());
                let outcome = Some(outcome);
                self.tests.push(Test { id, worker, start: None, end: None, outcome, place });
            }
        }
    }

    /// Finds the test of every block: same name, same worker, in the order of the report.
    pub(super) fn resolve_blocks(&mut self) {
        let mut taken: Vec<(usize, Section)> = Vec::new();
        for block in &mut self.blocks {
            let found = self.tests.iter().enumerate().position(|(index, test)| {
                !taken.contains(&(index, block.section)) && is_of(test, block)
            });
            if let Some(index) = found {
                taken.push((index, block.section));
                block.test = Some(self.tests[index].id.clone());
                let worker = block.worker.clone();
                self.tests[index].worker = self.tests[index].worker.take().or(worker);
            }
        }
    }
}

/// Whether the block is about the test.
fn is_of(test: &Test, block: &Block) -> bool {
    let title = block.title.strip_prefix("ERROR at ").map_or(block.title.as_str(), |phase| {
        phase.split_once(" of ").map_or(phase, |(_, name)| name)
    });
    let same_worker = match (&test.worker, &block.worker) {
        (Some(test), Some(block)) => test == block,
        _ => true,
    };
    let outcome_fits = match block.section {
        Section::Passes => !test.failed(),
        _ => test.failed(),
    };
    same_worker && outcome_fits && short_name(&test.id) == title
}

/// `tests/a.py::TestX::test_y[1]` is titled `TestX.test_y[1]`.
fn short_name(id: &str) -> String {
    let name = id.split_once("::").map_or(id, |(_, name)| name);
    let (plain, parameters) = name.split_at(name.find('[').unwrap_or(name.len()));
    format!("{}{parameters}", plain.replace("::", "."))
}

fn section(event: &Event, chunk: &str) -> Section {
    match event.text(Field::Context, chunk) {
        Some("FAILURES") => Section::Failures,
        Some("ERRORS") => Section::Errors,
        Some("PASSES") => Section::Passes,
        _ => Section::Other,
    }
}

fn outcome(word: &str) -> Option<TestOutcome> {
    match word {
        "PASSED" | "XFAIL" | "XPASS" => Some(TestOutcome::Passed),
        "SKIPPED" => Some(TestOutcome::Skipped),
        "FAILED" => Some(TestOutcome::Failed),
        "ERROR" => Some(TestOutcome::Error),
        _ => None,
    }
}

/// Tests and failures in `2 failed, 24 passed, 1 error`.
fn counts(text: &str) -> (u64, u64) {
    let mut total = (0, 0);
    for part in text.split(", ") {
        let Some((number, word)) = part.trim().split_once(' ') else { continue };
        let number: u64 = number.parse().unwrap_or(0);
        let failed = word.starts_with("failed") || word.starts_with("error");
        let test = failed || ["passed", "skipped", "xfailed", "xpassed"].contains(&word);
        total.0 += if test { number } else { 0 };
        total.1 += if failed { number } else { 0 };
    }
    total
}

fn name(event: &Event, field: Field, chunk: &str) -> Option<Name> {
    event.text(field, chunk).map(|text| text.trim().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_names() {
        assert_eq!(short_name("t/a.py::test_x[a::b]"), "test_x[a::b]");
        assert_eq!(short_name("t/a.py::TestX::test_y"), "TestX.test_y");
    }

    #[test]
    fn the_runner_counts_its_tests() {
        assert_eq!(counts("2 failed, 24 passed, 3 warnings, 1 error"), (27, 3));
        assert_eq!(counts("no tests ran"), (0, 0));
    }
}
