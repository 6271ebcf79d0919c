//! The test runner's own report: tests with their outcomes, and the blocks of those that
//! failed. pytest's blocks also hold output that was captured while the tests ran.

mod beginning;
mod ending;
mod marked;
mod names;
mod suites;
mod titles;
mod words;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Name, Test, TestOutcome};
use logscan_model::{Event, EventKind, Field, Place, Stamp};

use marked::Marked;
use suites::Suites;
use words::{counts, is_notice, is_retried, outcome, test_id, trimmed};

use super::block::{Block, BlockId, Section, short_name};

/// Numbered failures that are kept.
const NUMBERED: usize = 10_000;
/// Crashed workers that are told apart.
const CRASHES: usize = 10_000;

/// The worker of a run with one process.
pub(super) const MAIN: &str = "main";

/// The frame of one source.
#[derive(Debug, Default)]
pub(super) struct Frame {
    section: Section,
    pub(super) blocks: Vec<Block>,
    within_block: bool,
    /// Whether the block is the text behind a result, which ends where anything else begins.
    loose: bool,
    pub(super) captured: bool,
    pub(super) tests: Vec<Test>,
    /// Tests that are told apart, and failures that are kept.
    most_tests: usize,
    /// Lines that tell of others, and of others that failed.
    pub(super) left_out: u64,
    pub(super) left_out_failed: u64,
    /// Names come from the log, so that they are hashed with a key nobody knows.
    index: HashMap<Name, usize, RandomState>,
    /// The test that has begun and not ended, of a runner that runs one at a time.
    running: Option<Name>,
    /// Whether that test has ended, and what it printed is told behind its result.
    output: bool,
    began: Option<Stamp>,
    /// The test that ended last.
    last: Option<Name>,
    /// Whether tests run one at a time, if the runner tells.
    pub(super) sequential: Option<bool>,
    /// How many tests may run at once, if the runner tells.
    pub(super) at_once: Option<(u32, Place)>,
    suites: Suites,
    /// Whether the tests of the file passed of which the runner tells.
    file_passed: bool,
    /// What failed, by a part of its name under which a runner tells of it again.
    parts: HashMap<Name, Name, RandomState>,
    /// What failed, by the number under which a runner tells of it again.
    numbered: BTreeMap<i64, String>,
    /// Whether the last title has such a number.
    is_numbered: bool,
    /// Where minitest last titled a test that was skipped, between those that failed.
    skipped_at: Option<Place>,
    /// Tests that were named last, before anything is told of how they went.
    marked: Marked,
    /// The line of the last block that names its test.
    block_at: Option<Place>,
    /// Whether the runner tells when a test begins.
    tells_starts: bool,
    /// Whether the runner names tests that passed.
    lists_passes: bool,
    /// Files that the runner names apart from the tests.
    files: BTreeSet<Name>,
    /// The file of all tests, if there is one only.
    file: Option<Name>,
    pub(super) begun: bool,
    /// Whether a runner is seen at work, which has to tell how its tests went.
    pub(super) seen: bool,
    pub(super) ended: bool,
    /// The runner's last line.
    pub(super) ended_at: Option<Place>,
    /// Whether tests follow behind the last line of a runner, and no other one.
    pub(super) goes_on: bool,
    /// Seconds that the run took, as the runner says.
    took_s: Option<f64>,
    /// The number of the run, if there are several.
    run: Option<u64>,
    /// Whether the output of all tests is shown, not only of those that failed.
    pub(super) shows_passes: bool,
    /// Tests and failures by the runner's own count.
    pub(super) counted: Option<(u64, u64)>,
    pub(super) crashes: Vec<(Name, Option<Name>, Place)>,
    /// Where the crash of each worker stands among them.
    crash_of: HashMap<Name, usize, RandomState>,
}

/// How jest titles what a file of tests printed, beside the titles of those that failed.
const CONSOLE: &str = "Console";

impl Frame {
    /// A frame that tells apart no more tests than so many.
    pub(super) fn within(most_tests: usize) -> Self {
        Self { most_tests, ..Self::default() }
    }

    /// The block whose captured output, or error, is being read.
    pub(super) fn block(&self) -> Option<BlockId> {
        self.within_block.then(|| self.blocks.len() - 1)
    }

    /// The block to which the text of an error belongs. A record of a logger between the lines
    /// of an error does not.
    pub(super) fn block_of(&self, event: &Event) -> Option<BlockId> {
        self.block().filter(|_| !self.loose || event.time.is_none())
    }

    /// The test that runs now, where only one can.
    pub(super) fn running(&self) -> Option<&Name> {
        self.running.as_ref()
    }

    /// The test that runs now, or the one that ended last.
    pub(super) fn current(&self) -> Option<&Name> {
        let last = self.last.as_ref().filter(|_| self.sequential != Some(false));
        self.running.as_ref().or(last)
    }

    /// Whether the runner tells when tests begin, one after the other.
    pub(super) fn tells_starts(&self) -> bool {
        self.tells_starts
    }

    /// Takes a line of the frame; `false` if the event is none. Returns with it the test that
    /// ended by it, if the runner only tells of ends.
    pub(super) fn take(&mut self, event: &Event, chunk: &str) -> (bool, Option<Name>) {
        let ended = self.tests.len();
        if matches!(
            event.kind,
            EventKind::TestPassed | EventKind::FailureBlock | EventKind::TestAttemptFailed
        ) {
            self.leave_output();
        }
        self.goes_on_behind_its_end(event.kind);
        match event.kind {
            // These say more than of the frame.
            EventKind::TestMarked => {
                self.mark(event, chunk);
                return (false, None);
            }
            EventKind::FailureInherited => {
                self.invalidate(event);
                return (false, None);
            }
            EventKind::RunStart => self.begin(event),
            EventKind::RunnerSeen => self.seen = true,
            EventKind::RunEnd => self.end(event, chunk),
            EventKind::RunTotal => self.total(event),
            EventKind::RunParallel => self.parallel(event),
            EventKind::ReportSection => self.enter(Section::of(event, chunk)),
            EventKind::TestStart => self.start(event, chunk),
            EventKind::TestPrints => self.prints(event, chunk),
            EventKind::TestPanicked => self.panicked(event, chunk),
            EventKind::TestResult => self.result(event, chunk),
            EventKind::TestPassed => self.passed(event, chunk),
            EventKind::TestListed => {
                self.passed(event, chunk);
                return (true, None);
            }
            EventKind::TestOutput => {
                self.running = self.tests.last().map(|test| test.id.clone());
                self.output = true;
            }
            EventKind::FailureBlock | EventKind::TestAttemptFailed => self.failed(event, chunk),
            EventKind::FailureUnnamed => self.unnamed(event, chunk),
            EventKind::TestFrame => self.test_frame(event, chunk),
            EventKind::TestSource => self.suites.runs(event, chunk),
            EventKind::SuiteStart => {
                self.suites.enter(trimmed(event, Field::Title, chunk).unwrap_or_default());
            }
            EventKind::FileResult => {
                self.file_passed = event.text(Field::Outcome, chunk) == Some("PASS");
            }
            EventKind::TestFile => self.files.extend(name(event, Field::File, chunk)),
            EventKind::SummaryResult => self.summary(event, chunk),
            EventKind::FailureTitle => self.title(event, chunk),
            EventKind::FailureTitleRest => self.title_rest(event, chunk),
            EventKind::FailureWorker => self.block_worker(event, chunk),
            EventKind::CapturedSection => self.captured = self.within_block,
            EventKind::WorkerCrashed => self.crash(event, chunk),
            _ => return (false, None),
        }
        // A runner that lists only failures does not tell what was printed for which test.
        let new = self.tests.len() > ended && !self.tells_starts && self.lists_passes;
        (true, self.tests.last().filter(|_| new).map(|test| test.id.clone()))
    }

    /// What the last test printed has ended where another one's result stands.
    fn leave_output(&mut self) {
        if std::mem::take(&mut self.output) {
            self.running = None;
        }
    }

    fn enter(&mut self, section: Section) {
        self.shows_passes |= section == Section::Passes;
        self.section = section;
        // What a runner reports in sections, it reports when tests are over.
        self.running = None;
        self.within_block = false;
        self.loose = false;
        self.captured = false;
    }

    fn leave_loose(&mut self) {
        self.within_block &= !self.loose;
        self.loose = false;
    }

    fn passed(&mut self, event: &Event, chunk: &str) {
        self.leave_loose();
        let id = test_id(event, chunk).or_else(|| self.running.clone());
        if let Some(id) = id.and_then(|id| self.suites.name(id)) {
            self.record(&id, Some(MAIN), Some(TestOutcome::Passed), event);
        }
    }

    /// A test failed, and its error follows. Runners that list the failures again at the end
    /// do not make them two.
    fn failed(&mut self, event: &Event, chunk: &str) {
        self.leave_loose();
        let titled = test_id(event, chunk).filter(|id| !is_notice(id));
        let named = titled.and_then(|id| self.suites.name(id));
        let Some(id) = named.map(|id| self.by_method(id)) else { return };
        if self.is_skipped(event.place) {
            return self.record(&id, Some(MAIN), Some(TestOutcome::Skipped), event);
        }
        if &*id == CONSOLE {
            let block = Block::at(event.place, id.to_string(), Section::Other);
            return self.open_loose(Block { passed: self.file_passed, ..block });
        }
        let outcome = Some(TestOutcome::Failed).filter(|_| event.kind == EventKind::FailureBlock);
        self.record(&id, Some(MAIN), outcome, event);
        self.block_at = Some(event.place);
        self.name_subtests(&id);
        let block = Block::at(event.place, id.to_string(), Section::Failures);
        self.open_loose(Block { worker: Some(MAIN.into()), test: Some(id), ..block });
    }

    fn open_loose(&mut self, block: Block) {
        self.within_block = self.keep(block);
        self.loose = true;
        self.captured = false;
    }

    /// Keeps the text of a failure, if there are not too many already.
    fn keep(&mut self, block: Block) -> bool {
        let room = self.blocks.len() < self.most_tests;
        self.blocks.extend(Some(block).filter(|_| room));
        room
    }

    fn block_worker(&mut self, event: &Event, chunk: &str) {
        self.sequential = Some(false);
        if let Some(block) = self.blocks.last_mut().filter(|_| self.within_block) {
            block.worker = block.worker.take().or_else(|| name(event, Field::Worker, chunk));
        }
    }

    fn crash(&mut self, event: &Event, chunk: &str) {
        let Some(worker) = name(event, Field::Worker, chunk) else { return };
        let test = event.text(Field::Test, chunk).map(|test| test.trim_end_matches('\'').into());
        if let Some(at) = self.crash_of.get(&worker) {
            let (_, known, _) = &mut self.crashes[*at];
            *known = known.take().or(test);
        } else if self.crashes.len() < CRASHES {
            self.crash_of.insert(worker.clone(), self.crashes.len());
            self.crashes.push((worker, test, event.place));
        }
    }

    fn result(&mut self, event: &Event, chunk: &str) {
        let test = trimmed(event, Field::Test, chunk);
        if test.is_some_and(|test| self.is_of_block(test)) {
            return;
        }
        self.leave_loose();
        let word = event.text(Field::Outcome, chunk).unwrap_or_default();
        let worker = trimmed(event, Field::Worker, chunk);
        if worker.is_some() {
            self.sequential = Some(false);
            self.running = None;
        }
        let running = self.running.clone();
        let named = test_id(event, chunk);
        let id = named.as_deref().or(running.as_deref());
        let outcome = outcome(word);
        if let Some(id) = id.filter(|_| outcome.is_some() || is_retried(word)) {
            self.record(id, Some(worker.unwrap_or(MAIN)), outcome, event);
        }
    }

    /// Whether this is the test of the present block by another name: nextest prints what the
    /// test program prints of it.
    pub(super) fn is_of_block(&self, test: &str) -> bool {
        let block = self.blocks.last().filter(|_| self.within_block && self.loose);
        let own = block.and_then(|block| block.test.as_ref());
        own.is_some_and(|own| own.len() > test.len() && own.ends_with(test))
    }

    fn summary(&mut self, event: &Event, chunk: &str) {
        let word = event.text(Field::Outcome, chunk).unwrap_or_default();
        if let (Some(id), Some(outcome)) = (trimmed(event, Field::Test, chunk), outcome(word)) {
            self.record(id, None, Some(outcome), event);
        }
    }

    /// A test may end several times: it passes, then its tear-down fails. Without an outcome it is
    /// tried again.
    fn record(
        &mut self,
        id: &str,
        worker: Option<&str>,
        outcome: Option<TestOutcome>,
        event: &Event,
    ) {
        self.lists_passes |= outcome == Some(TestOutcome::Passed);
        let ran = self.running.take_if(|running| **running == *id).is_some();
        let start = self.began.filter(|_| ran);
        let known = self.index.get(id).copied();
        if known.is_none() && self.tests.len() >= self.most_tests {
            self.left_out += 1;
            self.left_out_failed +=
                u64::from(matches!(outcome, Some(TestOutcome::Failed | TestOutcome::Error)));
            return;
        }
        let index = known.unwrap_or_else(|| {
            let id = Name::from(id);
            self.index.insert(id.clone(), self.tests.len());
            let (end, place) = (event.time, event.place);
            let (worker, outcome, retried) = (None, None, false);
            self.tests.push(Test { id, worker, start, end, outcome, retried, place });
            self.tests.len() - 1
        });
        let test = &mut self.tests[index];
        match outcome {
            Some(outcome) => {
                test.outcome = Some(test.outcome.map_or(outcome, |known| known.or_worse(outcome)));
            }
            None => test.retried = true,
        }
        test.worker = test.worker.take().or_else(|| worker.map(Name::from));
        self.last = Some(test.id.clone());
    }
}

fn in_file(file: &str, test: &Name) -> Name {
    if test.contains("::") { test.clone() } else { format!("{file}::{test}").into() }
}

fn name(event: &Event, field: Field, chunk: &str) -> Option<Name> {
    trimmed(event, field, chunk).map(Name::from)
}
