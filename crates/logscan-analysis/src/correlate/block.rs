//! The blocks of a runner's report: what it prints about one test, mostly one that failed.

use logscan_model::timeline::{FirstError, Name, Test};
use logscan_model::{Event, Field, Place};

/// A part of pytest's output.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub(super) enum Section {
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
    pub(super) title: String,
    /// The line of the title.
    pub(super) place: Place,
    pub(super) section: Section,
    pub(super) worker: Option<Name>,
    /// The test, found when the whole report has been read.
    pub(super) test: Option<Name>,
    /// The first error that stands in it.
    pub(super) error: Option<FirstError>,
    /// Whether its error is that of the next block: vitest lists all tests that failed by one error
    /// above it.
    pub(super) shares_next: bool,
    /// Whether it is of a subtest, whose test is named below it.
    pub(super) of_subtest: bool,
    /// Whether it holds what tests printed that passed.
    pub(super) passed: bool,
}

/// Index of a [`Block`].
pub(super) type BlockId = usize;

impl Section {
    /// The part that begins with this line.
    pub(super) fn of(event: &Event, chunk: &str) -> Self {
        match event.text(Field::Context, chunk) {
            Some("FAILURES" | "Failures" | "failing" | "tests") => Self::Failures,
            Some("ERRORS") => Self::Errors,
            Some("PASSES") => Self::Passes,
            _ => Self::Other,
        }
    }
}

impl Block {
    /// A block that begins here.
    pub(super) fn at(place: Place, title: String, section: Section) -> Self {
        let (worker, test, error, shares_next, of_subtest, passed) = Default::default();
        Self { title, place, section, worker, test, error, shares_next, of_subtest, passed }
    }

    /// Whether nothing stands between this title and the next one, and an error right below that.
    pub(super) fn shares(&self, next: &Self) -> bool {
        let follows = |a: Place, b: Place, lines| a.input == b.input && b.line - a.line <= lines;
        let below = |error: &FirstError| next.shares_next || follows(next.place, error.place, 2);
        self.error.is_none()
            && follows(self.place, next.place, 1)
            && next.error.as_ref().is_some_and(below)
    }

    /// The short name of its test.
    pub(super) fn name(&self) -> &str {
        self.title.strip_prefix("ERROR at ").map_or(self.title.as_str(), |phase| {
            phase.split_once(" of ").map_or(phase, |(_, name)| name)
        })
    }

    /// Whether the block can be about a test of its name.
    pub(super) fn is_about(&self, test: &Test) -> bool {
        let same_worker = match (&test.worker, &self.worker) {
            (Some(test), Some(block)) => test == block,
            _ => true,
        };
        let outcome_fits = match self.section {
            Section::Passes => !test.failed(),
            _ => test.failed(),
        };
        same_worker && outcome_fits
    }
}

/// `tests/a.py::TestX::test_y[1]` is titled `TestX.test_y[1]`.
pub(super) fn short_name(id: &str) -> String {
    let name = id.split_once("::").map_or(id, |(_, name)| name);
    let (plain, parameters) = name.split_at(name.find('[').unwrap_or(name.len()));
    format!("{}{parameters}", plain.replace("::", "."))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_are_short_names() {
        assert_eq!(short_name("t/a.py::test_x[a::b]"), "test_x[a::b]");
        assert_eq!(short_name("t/a.py::TestX::test_y"), "TestX.test_y");
    }
}
