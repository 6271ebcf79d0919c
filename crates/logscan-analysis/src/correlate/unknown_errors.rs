//! Errors that no signature understands: as long as one stands in a log, nobody knows that
//! the log is healthy.

use logscan_model::{Event, Place};

/// So many lines from an error that is understood, another line of one belongs to it.
const NEAR: u64 = 60;

/// The errors of one source that nothing near them explains.
#[derive(Debug, Default)]
pub(super) struct UnknownErrors {
    pub(super) count: u64,
    pub(super) first: Option<Place>,
    /// The last one that no server tells, and the last one without a time.
    pub(super) last: Option<Place>,
    pub(super) last_printed: Option<Place>,
    /// The last line in which a tool says that something went wrong.
    pub(super) trouble: Option<Place>,
    /// The last one, which the next lines may explain yet, and how many stand with it.
    open: Option<(Place, u64)>,
    /// The last error that is understood.
    understood: Option<Place>,
}

impl UnknownErrors {
    /// A program prints an error, perhaps with a time.
    pub(super) fn printed(&mut self, event: &Event) {
        if !event.by_server && !self.is_explained(event.place) {
            self.last = Some(event.place);
            self.last_printed = self.last.filter(|_| event.time.is_none()).or(self.last_printed);
        }
        self.seen(event.place);
    }

    fn is_explained(&self, place: Place) -> bool {
        self.understood.is_some_and(|understood| place.line.abs_diff(understood.line) <= NEAR)
    }

    /// A line tells of an error.
    fn seen(&mut self, place: Place) {
        if self.is_explained(place) {
            return;
        }
        match &mut self.open {
            Some((first, count)) if place.line.abs_diff(first.line) <= NEAR => *count += 1,
            _ => {
                self.finish();
                self.open = Some((place, 1));
            }
        }
    }

    /// A line tells of an error that is understood.
    pub(super) fn explained(&mut self, place: Place) {
        let near = |error: &mut Place| place.line.abs_diff(error.line) <= NEAR;
        self.open.take_if(|(first, _)| near(first));
        self.last.take_if(near);
        self.last_printed.take_if(near);
        self.understood = Some(place);
    }

    /// Nothing follows that could explain the last one.
    pub(super) fn finish(&mut self) {
        if let Some((place, count)) = self.open.take() {
            self.first.get_or_insert(place);
            self.count += count;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: u64) -> Place {
        Place { line, ..Place::default() }
    }

    #[test]
    fn an_error_near_one_that_is_understood_belongs_to_it() {
        let mut errors = UnknownErrors::default();
        errors.seen(at(10));
        errors.explained(at(30));
        errors.seen(at(80));
        errors.finish();
        assert_eq!((errors.count, errors.first), (0, None));
    }

    #[test]
    fn an_error_may_be_understood_late() {
        let mut errors = UnknownErrors::default();
        errors.seen(at(30));
        errors.explained(at(20));
        errors.finish();
        assert_eq!(errors.count, 0);
    }

    #[test]
    fn errors_far_from_all_that_is_understood_are_counted() {
        let mut errors = UnknownErrors::default();
        [10, 20, 200].into_iter().for_each(|line| errors.seen(at(line)));
        errors.explained(at(210));
        errors.seen(at(300));
        errors.finish();
        assert_eq!((errors.count, errors.first), (3, Some(at(10))));
    }
}
