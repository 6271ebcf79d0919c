//! What is wrong, and the lines that prove it.

use logscan_model::{Evidence, Finding, Report, ResourceKind, Role};
use polars::prelude::*;

use crate::columns::Columns;

/// One row per finding; `root_cause` marks those that head the verdict.
pub(crate) fn findings(report: &Report) -> PolarsResult<DataFrame> {
    let judged = judgement(Columns::new(report, &report.findings))
        .flag("root_cause", |finding| Some(report.verdict.root_causes.contains(&finding.id)));
    advice(circumstances(judged)).frame()
}

type Findings<'r> = Columns<'r, Finding>;

fn judgement(columns: Findings) -> Findings {
    columns
        .text("id", |finding| Some(&finding.id))
        .text("code", |finding| Some(finding.code))
        .text("name", |finding| Some(finding.name))
        .text("class", |finding| Some(finding.class.name()))
        .text("severity", |finding| Some(finding.severity.name()))
        .text("confidence", |finding| Some(finding.confidence.name()))
        .text("confidence_reason", |finding| Some(&finding.confidence_reason))
}

fn circumstances(columns: Findings) -> Findings {
    columns
        .text("title", |finding| Some(&finding.title))
        .text("detail", |finding| Some(&finding.detail))
        .text("numbers", |finding| Some(numbers(finding)))
        .list("workers", |finding| &finding.workers)
        .list("tests", |finding| &finding.tests)
        .list("affected_tests", |finding| &finding.affected_tests)
        .text("resource_kind", |finding| Some(kind(finding.resource.as_ref()?.kind)))
        .text("resource", |finding| Some(&finding.resource.as_ref()?.name))
        .time("start", |finding| finding.start)
        .time("end", |finding| finding.end)
        .u64("count", |finding| Some(finding.count))
}

fn advice(columns: Findings) -> Findings {
    columns
        .place("", |finding| Some(finding.first_evidence()?.place))
        .u64("evidence_total", |finding| Some(finding.evidence_total))
        .list("caused_by", |finding| &finding.caused_by)
        .text("suggestion", |finding| Some(&finding.suggestion))
        .text("would_refute", |finding| Some(&finding.would_refute))
        .text("fingerprint", |finding| Some(&finding.fingerprint))
        .text("accepted", |finding| Some(&finding.accepted.as_ref()?.reason))
}

/// `size=1, timeouts=5`.
fn numbers(finding: &Finding) -> String {
    let pairs = finding.numbers.iter().map(|(name, number)| format!("{name}={number}"));
    pairs.collect::<Vec<_>>().join(", ")
}

fn kind(kind: ResourceKind) -> &'static str {
    match kind {
        ResourceKind::Pool => "pool",
        ResourceKind::Server => "server",
        ResourceKind::Session => "session",
        ResourceKind::Engine => "engine",
        ResourceKind::Database => "database",
        ResourceKind::Table => "table",
        ResourceKind::Service => "service",
        ResourceKind::Lock => "lock",
        ResourceKind::Worker => "worker",
    }
}

/// One row per line of evidence; `number` counts from 1 within its finding, the span
/// is in bytes of `text`.
pub(crate) fn evidence(report: &Report) -> PolarsResult<DataFrame> {
    let rows: Vec<_> = report.findings.iter().flat_map(proofs).collect();
    Columns::new(report, &rows)
        .text("finding", |proof| Some(proof.finding))
        .u32("number", |proof| Some(proof.number))
        .place("", |proof| Some(proof.line.place))
        .u32("span_start", |proof| proof.line.span.map(|[start, _]| start))
        .u32("span_end", |proof| proof.line.span.map(|[_, end]| end))
        .text("role", |proof| Some(role(proof.line.role)))
        .text("label", |proof| Some(&proof.line.label))
        .text("text", |proof| Some(&proof.line.text))
        .frame()
}

/// A line of evidence and what it proves.
struct Proof<'r> {
    finding: &'r str,
    number: u32,
    line: &'r Evidence,
}

fn proofs(finding: &Finding) -> impl Iterator<Item = Proof<'_>> {
    let numbered = (1..).zip(&finding.evidence);
    numbered.map(|(number, line)| Proof { finding: &finding.id, number, line })
}

fn role(role: Role) -> &'static str {
    match role {
        Role::Primary => "primary",
        Role::Context => "context",
        Role::Counter => "counter",
    }
}
