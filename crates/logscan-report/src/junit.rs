//! JUnit XML, as GitLab and Jenkins read it.
//!
//! One case for every finding, and one for every rule that found nothing, so that the
//! history of a rule shows when it began to fail. An error fails, a warning is skipped
//! with its message: the format knows nothing in between.

use std::io::{self, Write};

use logscan_model::{Finding, Report, Rule, Severity};
use quick_junit::{NonSuccessKind, Report as Junit, TestCase, TestCaseStatus, TestSuite};

use crate::escape;
use crate::spot;
use crate::text::{clip, visible};
use crate::view;

const TEXT: usize = 1000;
const LINES: usize = 20;

/// Writes one suite.
pub(crate) fn write(report: &Report, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let mut suite = TestSuite::new("logscan");
    let fingerprints = spot::fingerprints(report);
    for (finding, fingerprint) in report.findings.iter().zip(&fingerprints) {
        suite.add_test_case(case(report, finding, fingerprint));
    }
    let found = |rule: &&Rule| report.findings.iter().any(|finding| finding.code == rule.code);
    let hidden = |rule: &Rule| report.hidden().iter().any(|hidden| hidden.code == rule.code);
    for rule in rules.iter().filter(|rule| !found(rule)) {
        let mut status = TestCaseStatus::success();
        if hidden(rule) {
            status = TestCaseStatus::skipped();
            status.set_message("its findings are hidden by the options of the report");
        }
        suite.add_test_case(named(rule.code, rule.name.to_owned(), status));
    }
    if let Some(hidden) = view::hidden(report) {
        suite.set_system_out(shown(&hidden));
    }
    let mut junit = Junit::new("logscan");
    junit.add_test_suite(suite);
    junit.serialize(escape::Page(out)).map_err(io::Error::other)
}

fn named(code: &str, name: String, status: TestCaseStatus) -> TestCase {
    let mut case = TestCase::new(name, status);
    case.set_classname(format!("logscan.{code}"));
    case
}

fn case(report: &Report, finding: &Finding, fingerprint: &str) -> TestCase {
    let fails = finding.severity == Severity::Error && finding.accepted.is_none();
    let mut status = match finding.severity {
        _ if fails => TestCaseStatus::non_success(NonSuccessKind::Failure),
        Severity::Error | Severity::Warning => TestCaseStatus::skipped(),
        Severity::Info => TestCaseStatus::success(),
    };
    if finding.severity > Severity::Info {
        let accepted = view::accepted(finding).map(|why| format!(" (accepted {why})"));
        status.set_message(shown(&finding.title) + &shown(&accepted.unwrap_or_default()));
        status.set_type(finding.class.name());
    }
    if fails {
        status.set_description(text(report, finding));
    }
    let short = fingerprint.get(..8).unwrap_or(fingerprint);
    let number = fingerprint.split_once('-').map_or(String::new(), |(_, n)| format!("-{n}"));
    let name = format!("{} {short}{number}", finding.name);
    let mut case = named(finding.code, name, status);
    if !fails {
        case.set_system_out(text(report, finding));
    }
    let spot = spot::of(report, finding);
    case.extra.insert("file".into(), visible(&spot.path).into_owned().into());
    case
}

fn text(report: &Report, finding: &Finding) -> String {
    let mut lines = vec![shown(&finding.title), shown(&finding.detail)];
    lines.extend(view::whereabouts(finding).map(|(word, value)| format!("{word}: {value}")));
    lines.extend(
        view::evidence(finding)
            .take(LINES)
            .map(|line| format!("{}  {}", view::place(report, line.place), shown(&line.text))),
    );
    lines.push(format!("what to do: {}", shown(&finding.suggestion)));
    lines.retain(|line| !line.is_empty());
    lines.join("\n")
}

fn shown(text: &str) -> String {
    clip(&visible(text), TEXT)
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn findings_fail_and_rules_without_findings_pass() {
        insta::assert_snapshot!(fixture::written(Format::Junit, &fixture::failed_run()));
    }
}
