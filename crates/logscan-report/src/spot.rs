//! Where a finding is shown by tools that annotate files of a repository.
//!
//! A log is no file of the repository, the test that is to blame is. Its node id names
//! its file; where it does not, the line of the log is the best that there is.

use std::collections::BTreeMap;

use logscan_model::{Evidence, Finding, Report};

use crate::text::columns;
use crate::view;

/// A place in a file: lines and columns from 1, the end column exclusive.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Spot {
    /// Relative path with `/` between its parts.
    pub(crate) path: String,
    pub(crate) line: u64,
    pub(crate) end_column: u64,
}

/// The test's file where a test id names one, else the line that shows the trouble.
pub(crate) fn of(report: &Report, finding: &Finding) -> Spot {
    let file = view::tests(finding).iter().find_map(|test| test_file(test));
    if let Some(path) = file {
        return Spot { path, line: 1, end_column: 2 };
    }
    let first = finding.first_evidence().map(|line| of_line(report, line));
    first.unwrap_or_else(|| Spot { path: "log".to_owned(), line: 1, end_column: 2 })
}

/// A line of evidence in its log.
pub(crate) fn of_line(report: &Report, line: &Evidence) -> Spot {
    let input = report.inputs.get(line.place.input.index());
    let path = relative(input.map_or("", |input| &input.name));
    let end_column = columns(&line.text).max(1) as u64 + 1;
    Spot { path, line: line.place.line.max(1), end_column }
}

/// `tests/a.py` of `tests/a.py::TestX::test_y[1]`.
fn test_file(test: &str) -> Option<String> {
    let (file, _) = test.split_once("::")?;
    let named = file.rsplit(['/', '\\']).next()?;
    let (stem, ending) = named.rsplit_once('.')?;
    let short =
        (1..=4).contains(&ending.len()) && ending.bytes().all(|b| b.is_ascii_alphanumeric());
    let lower = ending.bytes().all(|byte| !byte.is_ascii_uppercase());
    let plain = !file.contains(|c: char| c.is_whitespace() || c.is_control());
    (!stem.is_empty() && short && lower && plain).then(|| relative(file))
}

/// A path as a repository has it: no root, no drive, no way up.
fn relative(path: &str) -> String {
    let path = path.replace('\\', "/");
    let path = path.split_once(":/").map_or(path.as_str(), |(_, behind)| behind);
    let parts = path.split('/').filter(|part| !["", ".", "..", "-"].contains(part));
    let relative = parts.collect::<Vec<_>>().join("/");
    if relative.is_empty() { "stdin".to_owned() } else { relative }
}

/// The fingerprint of every finding; those that are alike are numbered.
pub(crate) fn fingerprints(report: &Report) -> Vec<String> {
    let mut seen: BTreeMap<&str, u32> = BTreeMap::new();
    let fingerprints = report.findings.iter().map(|finding| {
        let number = seen.entry(&finding.fingerprint).or_default();
        *number += 1;
        match *number {
            1 => finding.fingerprint.clone(),
            number => format!("{}-{number}", finding.fingerprint),
        }
    });
    fingerprints.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn a_finding_is_shown_in_the_file_of_its_test() {
        let mut report = fixture::failed_run();
        report.findings[0].tests = vec!["tests/api/test_a.py::TestX::test_y[1]".into()];
        assert_eq!(of(&report, &report.findings[0]).path, "tests/api/test_a.py");
        report.findings[0].tests = vec!["App.UsersTest::test lists users".into()];
        report.findings[0].affected_tests.clear();
        assert_eq!(of(&report, &report.findings[0]).path, "test_debug.log");
    }

    #[test]
    fn paths_lead_into_the_repository_only() {
        assert_eq!(relative("/home/me/../x/a.log"), "home/me/x/a.log");
        assert_eq!(relative(r"C:\logs\a.log"), "logs/a.log");
        assert_eq!(relative("./a.log"), "a.log");
        assert_eq!(relative("-"), "stdin");
    }
}
