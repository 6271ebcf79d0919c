//! Titles of the blocks in which runners tell of failures.

use logscan_model::{Event, Field, Place};

use super::words::trimmed;
use super::{Block, Frame, NUMBERED, Section};

/// Lines of the longest title of a block.
const TITLE_LINES: u64 = 3;
/// How minitest titles a test that did not run; its name stands in the next line.
const SKIPPED: &str = "Skipped:";

/// What node's runner writes above its list of the tests that failed, as if it were one.
const LISTED: &str = "failing tests:";

impl Frame {
    pub(super) fn title(&mut self, event: &Event, chunk: &str) {
        if trimmed(event, Field::Title, chunk) == Some(SKIPPED) {
            self.skipped_at = Some(event.place);
            return;
        }
        if trimmed(event, Field::Title, chunk) == Some(LISTED) {
            return;
        }
        let Some(title) = self.whole_title(event, chunk) else { return };
        self.is_numbered = event.int(Field::Number).is_some();
        self.within_block = self.keep(Block::at(event.place, title, self.section));
        self.loose = false;
        self.captured = false;
    }

    /// The title of a block; `None` if the line begins none. mocha numbers what fails as it goes,
    /// and later names only the suite beside the number.
    fn whole_title(&mut self, event: &Event, chunk: &str) -> Option<String> {
        let title = event.text(Field::Title, chunk).unwrap_or_default().trim().to_owned();
        let number = event.int(Field::Number);
        match self.section {
            Section::Progress => {
                if let Some(number) = number.filter(|_| self.numbered.len() < NUMBERED) {
                    self.numbered.insert(number, title);
                }
                None
            }
            _ if self.section == Section::Other || self.block_at == Some(event.place) => None,
            _ => {
                let leaf = number.and_then(|number| self.numbered.get(&number));
                let leaf = leaf.filter(|leaf| !title.ends_with(*leaf));
                Some(leaf.map_or(title.clone(), |leaf| format!("{title} {leaf}")))
            }
        }
    }

    /// mocha names the suite beside the number, and the test below it.
    pub(super) fn title_rest(&mut self, event: &Event, chunk: &str) {
        let rest = trimmed(event, Field::Title, chunk).unwrap_or_default();
        let of_title = |place: Place| {
            place.input == event.place.input && event.place.line - place.line <= TITLE_LINES
        };
        let open = self.within_block && !self.loose && self.is_numbered;
        let block = self.blocks.last_mut().filter(|_| open);
        let block = block.filter(|block| of_title(block.place) && block.error.is_none());
        if let Some(block) = block.filter(|block| !block.title.ends_with(rest)) {
            block.title = format!("{} {rest}", block.title);
        }
    }

    /// Whether the line stands right below the title of a test that was skipped.
    pub(super) fn is_skipped(&self, place: Place) -> bool {
        let above = Place { line: place.line.saturating_sub(1), ..place };
        self.skipped_at == Some(above)
    }
}
