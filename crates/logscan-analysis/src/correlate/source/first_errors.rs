//! What failed tests failed with: the first error in what a runner prints of each.

use logscan_model::timeline::{FirstError, Name};
use logscan_model::{Event, EventKind, Field, Place};

use super::SourceFold;

/// Lines below the one in which a runner gives up, within which it prints the reason.
const ERROR_WITHIN: u64 = 200;
/// Bytes of an error's text that are kept.
const KEPT_TEXT: usize = 200;

impl SourceFold {
    pub(super) fn error_seen(&mut self, event: &Event, chunk: &str) {
        self.errors.printed(event);
        self.of_runner(event, event.text(Field::Error, chunk).unwrap_or_default());
        self.beside.error(event.place);
        self.remember_error(event, event.text(Field::Error, chunk).unwrap_or_default());
    }

    /// Keeps the error with which a runner gives up, which it prints below the line that says so.
    fn of_runner(&mut self, event: &Event, text: &str) {
        let gave_up = |(place, kind): &(Place, EventKind)| {
            *kind == EventKind::RunnerFailed
                && event.place.line.saturating_sub(place.line) <= ERROR_WITHIN
        };
        if self.last_fault.as_ref().is_some_and(gave_up) && self.frame.block_of(event).is_none() {
            let text = text[..text.floor_char_boundary(KEPT_TEXT)].into();
            self.gave_up_with.get_or_insert(FirstError {
                place: event.place,
                text,
                inherited: false,
            });
        }
    }

    /// Keeps the first error of what is printed of a failed test.
    pub(super) fn remember_error(&mut self, event: &Event, text: &str) {
        // The code that raises an error is none.
        let code = text.trim_start_matches(['>', ' ']);
        if ["raise ", "throw ", "pytest.fail("].iter().any(|word| code.starts_with(word)) {
            return;
        }
        // What only announces an error is replaced by the error.
        let announces =
            text.starts_with("Traceback (most recent") || text.contains(" panicked at ");
        let text = || if announces { "" } else { &text[..text.floor_char_boundary(KEPT_TEXT)] };
        let Some(block) = self.frame.block_of(event) else { return };
        let error = &mut self.frame.blocks[block].error;
        if error.as_ref().is_none_or(|error| error.text.is_empty()) {
            let (place, text) = (event.place, text().into());
            *error = Some(FirstError { place, text, inherited: false });
        }
    }

    pub(super) fn failure_inherited(&mut self, event: &Event) {
        self.remember_error(event, "");
        let block = self.frame.block_of(event).map(|block| &mut self.frame.blocks[block]);
        let error = block.and_then(|block| block.error.as_mut());
        if let Some(error) = error.filter(|error| error.place == event.place) {
            error.inherited = true;
        }
    }

    /// What failed tests failed with.
    pub(in crate::correlate) fn first_errors(&mut self) -> Vec<(Name, FirstError)> {
        let frame = &mut self.frame;
        let errors = frame.blocks.iter_mut();
        let errors = errors.filter_map(|block| Some((block.test.clone()?, block.error.take()?)));
        let errors: Vec<_> = errors.collect();
        errors.into_iter().map(|(test, error)| (self.frame.full_name(&test), error)).collect()
    }
}
