//! Tests that a runner names before it tells that the set-up of their module failed, and they with it.

use logscan_model::timeline::{Name, TestOutcome};
use logscan_model::{Event, Place};

use super::super::block::{Block, Section};
use super::words::test_id;
use super::{Frame, MAIN};

/// Lines between the last of them and the failure.
const BELOW: u64 = 2;

/// Tests that are named in lines without a gap.
#[derive(Debug, Default)]
pub(super) struct Marked {
    names: Vec<Name>,
    last: Option<Place>,
}

impl Frame {
    pub(super) fn mark(&mut self, event: &Event, chunk: &str) {
        let place = event.place;
        let goes_on = |last: Place| last.input == place.input && last.line + 1 == place.line;
        if !self.marked.last.is_some_and(goes_on) {
            self.marked.names.clear();
        }
        self.marked.last = Some(place);
        if self.marked.names.len() < self.most_tests {
            self.marked.names.extend(test_id(event, chunk));
        }
    }

    /// The tests that are named right above a module's failure failed by its error.
    pub(super) fn invalidate(&mut self, event: &Event) {
        let place = event.place;
        let is_above = |last: Place| last.input == place.input && place.line - last.line <= BELOW;
        let names = std::mem::take(&mut self.marked.names);
        let module = self.block().and_then(|block| self.blocks[block].test.clone());
        let Some(module) = module.filter(|_| self.marked.last.is_some_and(is_above)) else {
            return;
        };
        for name in names {
            let id = Name::from(format!("{module}::{name}"));
            self.record(&id, Some(MAIN), Some(TestOutcome::Failed), event);
            let block = Block::at(place, id.to_string(), Section::Failures);
            let block =
                Block { worker: Some(MAIN.into()), test: Some(id), shares_next: true, ..block };
            if self.keep(block) {
                let last = self.blocks.len() - 1;
                self.blocks.swap(last - 1, last);
            }
        }
    }
}
