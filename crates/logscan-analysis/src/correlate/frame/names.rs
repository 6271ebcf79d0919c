//! The names of tests, when the whole report of a runner has been read: those of their files, and
//! those of the blocks that tell of them.

use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Name, Test, TestOutcome};
use logscan_model::{Event, Field};
use rustc_hash::FxHashSet;

use super::words::trimmed;
use super::{Block, BlockId, Frame, MAIN, Section, in_file, short_name};

/// Bytes of the longest name whose parts are looked at.
const LONGEST_NAME: usize = 400;

impl Frame {
    /// Tests get the name of their file, where the runner names one apart from them.
    fn name_files(&mut self) {
        let mut files = std::mem::take(&mut self.files).into_iter();
        let (Some(file), None) = (files.next(), files.next()) else { return };
        for test in &mut self.tests {
            test.id = in_file(&file, &test.id);
        }
        for block in &mut self.blocks {
            block.test = block.test.as_ref().map(|test| in_file(&file, test));
        }
        self.file = Some(file);
    }

    /// The test that failed by the name of its method alone, if this is it with its class: JUnit's
    /// console draws a tree, and lists the failures again below it.
    pub(super) fn by_method(&mut self, id: Name) -> Name {
        let Some((_, method)) = id.rsplit_once("::") else { return id };
        let drawn = self.index.get(&*format!("{method}()")).map(|index| &self.tests[*index]);
        let drawn = drawn.filter(|test| test.failed() && self.suites.is_method_of(&test.id, &id));
        drawn.map_or(id, |test| test.id.clone())
    }

    /// A test failed that its stack will name, or, of a subtest, the line of its test.
    pub(super) fn unnamed(&mut self, event: &Event, chunk: &str) {
        let title = trimmed(event, Field::Context, chunk).unwrap_or_default().to_owned();
        let of_subtest = !title.is_empty();
        let block = Block::at(event.place, title, Section::Failures);
        self.open_loose(Block { worker: Some(MAIN.into()), of_subtest, ..block });
    }

    /// What the thread of a test prints as it panics. Whether the test failed by it is told with its
    /// result.
    pub(super) fn panicked(&mut self, event: &Event, chunk: &str) {
        let thread = trimmed(event, Field::Test, chunk).unwrap_or_default();
        let is_path = thread.chars().all(|c| c.is_alphanumeric() || c == '_' || c == ':');
        let told = self.within_block && !self.loose || self.is_of_block(thread);
        if !is_path || thread == "main" || told {
            return;
        }
        let block = Block::at(event.place, thread.to_owned(), Section::Failures);
        self.open_loose(Block { worker: Some(MAIN.into()), test: Some(thread.into()), ..block });
    }

    /// Subtests that failed directly above their test are named after it.
    pub(super) fn name_subtests(&mut self, test: &Name) {
        let blocks = self.blocks.iter_mut().rev();
        for block in blocks.take_while(|block| block.of_subtest && block.test.is_none()) {
            block.test = Some(test.clone());
        }
    }

    /// The first frame of a test's own method names the test that failed.
    pub(super) fn test_frame(&mut self, event: &Event, chunk: &str) {
        let block = self.blocks.last_mut().filter(|_| self.within_block && self.loose);
        let unnamed = block.filter(|block| block.title.is_empty() && block.test.is_none());
        let method = trimmed(event, Field::Test, chunk).and_then(|frame| frame.rsplit_once('.'));
        if let (Some(block), Some((class, method))) = (unnamed, method) {
            let method = self.suites.of_frame(class, method);
            let id = Name::from(format!("{class}::{method}"));
            block.test = Some(id.clone());
            self.record(&id, Some(MAIN), Some(TestOutcome::Failed), event);
        }
    }

    /// Whether this is another run than that of the other frame: both ended, some tests are in
    /// both, and the runner's last words differ.
    pub(in crate::correlate) fn is_other_run(&self, other: &Self) -> bool {
        let shared = || other.tests.iter().any(|test| self.index.contains_key(&test.id));
        let last_words = |frame: &Self| (frame.counted, frame.took_s.map(f64::to_bits));
        self.took_s.is_some()
            && other.took_s.is_some()
            && last_words(self) != last_words(other)
            && shared()
    }

    /// Names the tests after their run.
    pub(in crate::correlate) fn name_run(&mut self, run: u64) {
        let name = |test: &Name| Name::from(format!("run {run}: {test}"));
        for test in &mut self.tests {
            test.id = name(&test.id);
        }
        for block in &mut self.blocks {
            block.test = block.test.as_ref().map(name);
        }
        self.run = Some(run);
    }

    /// The whole name of a test.
    pub(in crate::correlate) fn full_name(&self, test: &Name) -> Name {
        let test = self.parts.get(test).unwrap_or(test);
        let test = self.file.as_ref().map_or(test.clone(), |file| in_file(file, test));
        self.run.map_or(test.clone(), |run| format!("run {run}: {test}").into())
    }

    /// Of tests that failed, a runner may name some twice: with their suite and without, or the suite
    /// itself. Where it counts fewer than it names, what is a part of another's name is that test.
    fn named_twice(&mut self) {
        let failed: Vec<Name> =
            self.tests.iter().filter(|test| test.failed()).map(|test| test.id.clone()).collect();
        let counted = self.counted.map_or(0, |(_, failures)| failures);
        if counted == 0 || failed.len() as u64 <= counted {
            return;
        }
        let mut whole: HashMap<&str, &Name, RandomState> = HashMap::default();
        for name in failed.iter().filter(|name| name.len() <= LONGEST_NAME) {
            for separator in [" > ", " › ", "::"] {
                for (at, _) in name.match_indices(separator) {
                    whole.entry(&name[..at]).or_insert(name);
                    whole.entry(&name[at + separator.len()..]).or_insert(name);
                }
            }
        }
        let parts =
            failed.iter().filter_map(|name| Some((name.clone(), (*whole.get(&**name)?).clone())));
        self.parts = parts.collect();
        self.tests.retain(|test| !self.parts.contains_key(&test.id));
        let tests = self.tests.iter().enumerate();
        self.index = tests.map(|(at, test)| (test.id.clone(), at)).collect();
        for block in &mut self.blocks {
            let name = block.test.as_ref().and_then(|test| self.parts.get(test));
            block.test = name.cloned().or(block.test.take());
        }
    }

    /// Finds the test of every block: same name, same worker, in the order of the report.
    pub(in crate::correlate) fn resolve_blocks(&mut self) {
        self.named_twice();
        self.name_files();
        // What never passed when it was tried again failed.
        for test in self.tests.iter_mut().filter(|test| test.retried && test.outcome.is_none()) {
            test.outcome = Some(TestOutcome::Failed);
        }
        let mut titled: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, test) in self.tests.iter().enumerate().filter(|_| !self.blocks.is_empty()) {
            titled.entry(short_name(&test.id)).or_default().push(index);
        }
        let mut taken = FxHashSet::default();
        for block in self.blocks.iter_mut().filter(|block| block.test.is_none()) {
            let named = titled.get(block.name()).into_iter().flatten().copied();
            let mut fitting = named.filter(|index| block.is_about(&self.tests[*index]));
            // A test has one block in each section.
            if let Some(index) = fitting.find(|index| taken.insert((*index, block.section))) {
                block.test = Some(self.tests[index].id.clone());
                let worker = block.worker.clone();
                self.tests[index].worker = self.tests[index].worker.take().or(worker);
            }
        }
        self.tests_of_blocks();
        self.share_errors();
    }

    /// Gives the blocks of tests that failed by one error that error.
    fn share_errors(&mut self) {
        for at in (1..self.blocks.len()).rev() {
            let (before, next) = self.blocks.split_at_mut(at);
            if let (Some(block), next) = (before.last_mut(), &next[0])
                && block.shares(next)
            {
                block.error.clone_from(&next.error);
                block.shares_next = true;
            }
        }
    }

    /// The block, and those whose error is the same.
    pub(in crate::correlate) fn sharing(&self, block: BlockId) -> impl Iterator<Item = BlockId> {
        let before = (0..block).rev().take_while(|at| self.blocks[*at].shares_next);
        std::iter::once(block).chain(before)
    }

    /// A block tells of a test that failed, also where nothing else names the test.
    fn tests_of_blocks(&mut self) {
        if self.blocks.iter().all(|block| block.test.is_some()) {
            return;
        }
        // Another block of a test is none of a test that nothing else names.
        let mut titled: HashSet<String, RandomState> =
            self.tests.iter().map(|test| short_name(&test.id)).collect();
        for at in 0..self.blocks.len() {
            let block = &self.blocks[at];
            let failed = matches!(block.section, Section::Failures | Section::Errors);
            let unnamed = block.title.is_empty();
            if block.test.is_some() || unnamed || !failed || titled.contains(block.name()) {
                continue;
            }
            titled.insert(block.name().to_owned());
            let (id, place, worker) = (Name::from(block.name()), block.place, block.worker.clone());
            let known = self.index.get(&id).copied();
            if known.is_none() {
                self.index.insert(id.clone(), self.tests.len());
                let outcome = Some(TestOutcome::Failed);
                self.tests.push(Test {
                    id: id.clone(),
                    worker,
                    start: None,
                    end: None,
                    outcome,
                    retried: false,
                    place,
                });
            }
            self.blocks[at].test = Some(id);
        }
    }
}
