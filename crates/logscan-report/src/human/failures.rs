//! The failed tests that no finding explains.

use std::io;

use anstyle::Style;

use super::{Page, STEP, paint};
use crate::text::{clip, columns, visible};
use crate::view;

/// Groups of tests that are listed.
const GROUPS: usize = 12;

impl Page<'_> {
    /// The tests by what they failed with, each group with the line that shows it.
    pub(super) fn unexplained(&mut self) -> io::Result<()> {
        let all = view::unexplained(self.report).count();
        if all == 0 {
            return Ok(());
        }
        self.heading("Failed tests that no finding explains")?;
        let verbose = self.options.verbose;
        let (groups, names) =
            if verbose { (usize::MAX, usize::MAX) } else { (GROUPS, view::NAMES) };
        for group in view::unexplained(self.report).take(groups) {
            self.text(&view::tests_of(group, names), STEP)?;
            let place = view::place(self.report, group.first);
            let lead = STEP * 2 + columns(&place) + 2;
            let error = clip(&visible(&view::error_of(group)), self.room(lead));
            let dim = paint(&place, Style::new().dimmed(), self.options);
            let dim = self.linked(&dim, group.first);
            writeln!(self.out, "{:indent$}{dim}  {error}", "", indent = STEP * 2)?;
        }
        match all.saturating_sub(groups) {
            0 => Ok(()),
            more => self.text(&format!("and {}", view::count(more as u64, "more error")), STEP),
        }
    }
}

#[cfg(test)]
mod tests {
    use logscan_model::{Domain, FailureGroup, Place};

    use crate::{Format, fixture};

    #[test]
    fn failed_tests_that_no_finding_explains_are_named_with_their_error() {
        let mut run = fixture::failed_run();
        run.failures.groups.push(FailureGroup {
            error: "AssertionError".into(),
            message: "assert 1 == 2".into(),
            count: 5,
            tests: vec!["tests/test_a.py::test_adds".into()],
            finding: None,
            first: Place { line: 7, ..Place::default() },
            domain: Domain::Test,
        });
        for format in [Format::Human, Format::Markdown] {
            let text = fixture::written(format, &run).replace(['\\', '`'], "");
            for words in ["test_adds and 4 more", "AssertionError: assert 1 == 2", ".log:7"] {
                assert!(text.contains(words), "{words}: {text}");
            }
        }
    }
}
