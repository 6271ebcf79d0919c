//! SARIF 2.1.0, as code scanning services read it.
//!
//! They refuse a region that is not complete and show a result only at its first
//! location, so that one is in the repository where the log tells which test is to
//! blame; the lines of the log follow as related locations.

use std::io::{self, Write};

use logscan_model::{Confidence, Finding, Report, Rule, Severity};
use serde::Serialize;
use serde_json::{Value, json};

use crate::escape;
use crate::json::Each;
use crate::spot::{self, Spot};
use crate::text::{clip, visible};
use crate::view;

/// Related locations of one result that services show.
const LINES: usize = 20;
const TEXT: usize = 1000;

/// The file; its fields stand in the order of their names.
#[derive(Serialize)]
struct Log<R> {
    #[serde(rename = "$schema")]
    schema: &'static str,
    runs: [Run<R>; 1],
    version: &'static str,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Run<R> {
    automation_details: Value,
    column_kind: &'static str,
    invocations: Value,
    results: R,
    tool: Value,
}

/// Writes one run with all findings.
pub(crate) fn write(report: &Report, rules: &[Rule], out: &mut dyn Write) -> io::Result<()> {
    let fingerprints = spot::fingerprints(report);
    let result =
        |(finding, fingerprint): (&Finding, &String)| result(report, finding, fingerprint, rules);
    let run = Run {
        automation_details: json!({ "id": "logscan/" }),
        column_kind: "unicodeCodePoints",
        invocations: json!([{
            "executionSuccessful": true,
            "toolExecutionNotifications": notifications(report),
        }]),
        results: Each(|| report.findings.iter().zip(&fingerprints).map(result)),
        tool: json!({ "driver": {
            "name": report.tool.name,
            "version": report.tool.version,
            "semanticVersion": report.tool.version,
            "rules": rules.iter().map(rule).collect::<Vec<_>>(),
        }}),
    };
    let schema = "https://json.schemastore.org/sarif-2.1.0.json";
    let log = Log { schema, runs: [run], version: "2.1.0" };
    serde_json::to_writer_pretty(escape::Json(&mut *out), &log)?;
    writeln!(out)
}

fn rule(rule: &Rule) -> Value {
    let page = rule.page.trim();
    json!({
        "id": rule.code,
        "name": rule.name,
        "shortDescription": { "text": rule.summary() },
        "fullDescription": { "text": rule.summary() },
        "help": { "text": page, "markdown": page },
        "properties": { "tags": ["database", "tests", rule.class.name()] },
    })
}

fn result(report: &Report, finding: &Finding, fingerprint: &str, rules: &[Rule]) -> Value {
    let lines = view::evidence(finding).take(LINES).enumerate().map(|(index, line)| {
        let mut related = location(&spot::of_line(report, line));
        related["id"] = json!(index + 1);
        related["message"] = json!({ "text": shown(&format!("{}: {}", line.label, line.text)) });
        related
    });
    let mut result = json!({
        "ruleId": finding.code,
        "level": level(finding.severity),
        "message": { "text": message(finding) },
        "locations": [location(&spot::of(report, finding))],
        "relatedLocations": lines.collect::<Vec<_>>(),
        "partialFingerprints": { "logscan/v1": fingerprint },
        "rank": rank(finding.confidence),
        "properties": {
            "class": finding.class.name(),
            "confidence": finding.confidence.name(),
            "workers": finding.workers.iter().map(|name| visible(name)).collect::<Vec<_>>(),
            "causedBy": finding.caused_by,
        },
    });
    if let Some(why) = view::accepted(finding) {
        result["suppressions"] = json!([{
            "kind": "external",
            "status": "accepted",
            "justification": shown(&why),
        }]);
    }
    if let Some(index) = rules.iter().position(|rule| rule.code == finding.code) {
        result["ruleIndex"] = json!(index);
    }
    result
}

fn message(finding: &Finding) -> String {
    let parts = [&*finding.title, &finding.detail, &finding.suggestion];
    let sentences = parts.into_iter().filter(|part| !part.is_empty()).map(|part| {
        let part = shown(part);
        if part.ends_with('.') { part } else { part + "." }
    });
    sentences.collect::<Vec<_>>().join(" ")
}

fn location(spot: &Spot) -> Value {
    json!({ "physicalLocation": {
        "artifactLocation": { "uri": escape::uri(&spot.path) },
        "region": {
            "startLine": spot.line,
            "startColumn": 1,
            "endLine": spot.line,
            "endColumn": spot.end_column,
        },
    }})
}

fn notifications(report: &Report) -> Vec<Value> {
    let notes = report
        .notes
        .iter()
        .map(|note| json!({ "level": "note", "message": { "text": shown(&note.sentence) } }));
    notes.collect()
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Info => "note",
    }
}

/// How sure the result is, from 0 to 100.
fn rank(confidence: Confidence) -> f64 {
    match confidence {
        Confidence::Certain => 100.0,
        Confidence::Likely => 60.0,
        Confidence::Possible => 20.0,
    }
}

fn shown(text: &str) -> String {
    escape::sarif(&clip(&visible(text), TEXT)).into_owned()
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn findings_with_their_rules_and_lines() {
        insta::assert_snapshot!(fixture::written(Format::Sarif, &fixture::failed_run()));
    }

    #[test]
    fn a_path_becomes_a_uri() {
        assert_eq!(crate::escape::uri("a b/ü#.log"), "a%20b/%C3%BC%23.log");
    }
}
