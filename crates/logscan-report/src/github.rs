//! Workflow commands: the worst findings as annotations of a GitHub Actions run.
//!
//! GitHub shows ten annotations of a kind for each step, so ten are printed and the rest
//! is counted. Nothing of the log stands at the beginning of a line, where it could be a
//! command.

use std::io::{self, Write};

use logscan_model::{Finding, Report, Severity};

use crate::escape::{command, property};
use crate::spot;
use crate::text::{clip, visible};
use crate::view;

/// Annotations that GitHub shows of one kind.
const SHOWN: usize = 10;
const TEXT: usize = 600;

/// Writes one command for each of the worst findings.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let counts =
        |finding: &&Finding| finding.severity > Severity::Info && finding.accepted.is_none();
    let mut findings: Vec<&Finding> = report.findings.iter().filter(counts).collect();
    findings.sort_by_key(|finding| std::cmp::Reverse(finding.severity));
    for finding in findings.iter().take(SHOWN) {
        let spot = spot::of(report, finding);
        let level = match finding.severity {
            Severity::Error => "error",
            _ => "warning",
        };
        let title = format!("{} {}", finding.code, finding.name);
        let (file, title) = (property(&spot.path), property(&title));
        let text = command(&message(report, finding));
        writeln!(out, "::{level} file={file},line={},title={title}::{text}", spot.line)?;
    }
    let more = findings.len().saturating_sub(SHOWN);
    let mut headline = match more {
        0 => shown(&report.verdict.headline),
        more => format!("{} and {} more findings", shown(&report.verdict.headline), more),
    };
    if let Some(hidden) = view::hidden(report) {
        headline = format!("{headline} · {}", shown(&hidden));
    }
    let status = view::status(report.verdict.status);
    let (title, text) = (property(&format!("logscan: {status}")), command(&headline));
    writeln!(out, "::notice title={title}::logscan {status}: {text}")
}

fn message(report: &Report, finding: &Finding) -> String {
    // By its first words and its last line it is known again in the job's log.
    let title = format!("logscan {} {}: {}", finding.code, finding.name, finding.title);
    let mut lines = vec![shown(&title)];
    let whereabouts = view::whereabouts(finding).map(|(word, value)| format!("{word} {value}"));
    lines.push(whereabouts.join(" · "));
    lines.extend(
        view::evidence(finding)
            .take(1)
            .map(|line| format!("{}: {}", view::place(report, line.place), shown(&line.text))),
    );
    lines.push(format!("To do: {}", shown(&finding.suggestion)));
    lines.join("\n")
}

fn shown(text: &str) -> String {
    clip(&visible(text), TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, fixture};

    #[test]
    fn errors_and_warnings_are_annotations() {
        insta::assert_snapshot!(fixture::written(Format::Github, &fixture::failed_run()));
    }

    #[test]
    fn no_text_begins_a_line_of_its_own() {
        let mut report = fixture::failed_run();
        report.findings[0].title = "x\n::error::mine\r\n::set-env name=A::b".into();
        report.findings[0].evidence[0].text = "\n::error::mine".into();
        report.inputs[0].name = "a,line=9::b\n::error::mine".into();
        let text = fixture::written(Format::Github, &report);
        let commands = ["::error file=", "::warning file=", "::notice title=logscan%3A "];
        for line in text.lines() {
            assert!(commands.iter().any(|command| line.starts_with(command)), "{line}");
        }
    }

    #[test]
    fn what_is_not_shown_is_counted() {
        let mut report = fixture::failed_run();
        let one = report.findings[0].clone();
        report.findings = vec![one; 14];
        let text = fixture::written(Format::Github, &report);
        assert_eq!(text.lines().count(), SHOWN + 1);
        assert!(text.ends_with("and 4 more findings\n"), "{text}");
    }
}
