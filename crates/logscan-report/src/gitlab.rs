//! GitLab's code quality report: findings shown in a merge request.

use std::io::{self, Write};

use logscan_model::{Finding, Report, Severity};
use serde_json::{Value, json};

use crate::escape::Json;
use crate::json::Each;
use crate::spot;
use crate::text::{clip, visible};

const TEXT: usize = 600;

/// Writes one entry for each finding.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let fingerprints = spot::fingerprints(report);
    let entry = |(finding, fingerprint): (&Finding, &String)| entry(report, finding, fingerprint);
    let entries = Each(|| report.findings.iter().zip(&fingerprints).map(entry));
    serde_json::to_writer_pretty(Json(&mut *out), &entries)?;
    writeln!(out)
}

fn entry(report: &Report, finding: &Finding, fingerprint: &str) -> Value {
    let spot = spot::of(report, finding);
    json!({
        "type": "issue",
        "check_name": finding.name,
        "description": format!("{}: {}", finding.code, shown(&finding.title)),
        "content": { "body": shown(&finding.suggestion) },
        "categories": ["Bug Risk"],
        "fingerprint": fingerprint,
        "severity": severity(finding),
        "location": { "path": visible(&spot.path), "lines": { "begin": spot.line } },
    })
}

fn severity(finding: &Finding) -> &'static str {
    match finding.severity {
        _ if finding.accepted.is_some() => "info",
        Severity::Error => "critical",
        Severity::Warning => "minor",
        Severity::Info => "info",
    }
}

fn shown(text: &str) -> String {
    clip(&visible(text), TEXT)
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn one_entry_for_each_finding() {
        insta::assert_snapshot!(fixture::written(Format::Gitlab, &fixture::failed_run()));
    }
}
