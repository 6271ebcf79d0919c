//! Findings on the page: boxes with facts, evidence and what to do.

use logscan_model::{Finding, Report, Role};
use serde::Serialize;

use super::{json, shown};
use crate::charts::Chart;
use crate::text::Excerpt;
use crate::view;

/// Most lines of evidence of a finding.
const LINES: usize = 20;
/// The same on the first screen.
const LEAD: usize = 2;
/// Most columns of one.
const LINE: usize = 600;
/// Tests and workers of a finding that one can ask for.
const LISTED: usize = 100;
const DEPTH: usize = 3;

#[derive(Serialize)]
struct Line {
    place: String,
    /// Input and line, as the chart knows them.
    at: String,
    label: String,
    counter: bool,
    #[serde(flatten)]
    text: Excerpt,
}

impl Line {
    fn of(report: &Report, line: &logscan_model::Evidence) -> Self {
        Self {
            place: view::place(report, line.place),
            at: format!("{}:{}", line.place.input.index(), line.place.line),
            label: shown(&line.label),
            counter: line.role == Role::Counter,
            text: Excerpt::new(&line.text, line.span, LINE),
        }
    }
}

#[derive(Serialize)]
pub(super) struct FindingBox {
    id: String,
    depth: usize,
    severity: &'static str,
    rule: String,
    from: String,
    title: String,
    detail: String,
    facts: Vec<(&'static str, String)>,
    lines: Vec<Line>,
    more: Option<String>,
    suggestion: String,
    class: &'static str,
    /// Workers and tests, as JSON.
    workers: String,
    tests: String,
    /// From when to when, on the axis of the chart.
    span: Option<[f64; 2]>,
}

impl FindingBox {
    /// The first cause for the first screen: whereabouts and the first lines that show it.
    pub(super) fn in_short(report: &Report, cause: &Finding) -> Self {
        let lines = view::evidence(cause).take(LEAD);
        Self {
            facts: view::whereabouts(cause).into(),
            lines: lines.map(|line| Line::of(report, line)).collect(),
            more: None,
            ..Self::of(report, cause, 0, None)
        }
    }

    pub(super) fn of(
        report: &Report,
        finding: &Finding,
        depth: usize,
        chart: Option<&Chart>,
    ) -> Self {
        let lines = finding.evidence.iter().take(LINES).map(|line| Line::of(report, line));
        let lines: Vec<Line> = lines.collect();
        let more = finding.evidence_total.saturating_sub(lines.len() as u64);
        Self {
            id: finding.id.clone(),
            depth: depth.min(DEPTH),
            severity: finding.severity.name(),
            rule: view::rule(finding),
            from: finding.caused_by.join(", "),
            title: shown(&finding.title),
            detail: shown(&finding.detail),
            facts: facts(finding),
            lines,
            more: (more > 0).then(|| format!("and {}", view::count(more, "more line"))),
            suggestion: shown(&finding.suggestion),
            class: finding.class.name(),
            workers: json(&list(&finding.workers)),
            tests: json(&[list(&finding.tests), list(&finding.affected_tests)].concat()),
            span: chart.and_then(|chart| chart.spans.get(&finding.id)).copied(),
        }
    }
}

/// Names that one can ask for.
fn list(names: &[String]) -> Vec<String> {
    names.iter().take(LISTED).map(|name| view::name(name)).collect()
}

fn facts(finding: &Finding) -> Vec<(&'static str, String)> {
    let refuted = Some(shown(&finding.would_refute)).filter(|text| !text.is_empty());
    let all = [
        ("Workers", view::names(&finding.workers, LINES)),
        ("Tests", view::names(&finding.tests, LINES)),
        ("Failed by it", view::names(&finding.affected_tests, LINES)),
        ("When", view::when(finding)),
        ("Numbers", view::figures(finding)),
        ("Accepted", view::accepted(finding).map(|why| shown(&why))),
        ("How sure", view::doubt(finding).map(|doubt| shown(&doubt))),
        ("Refuted by", refuted),
    ];
    let perhaps = view::hypotheses(finding).map(|text| ("Perhaps", Some(shown(&text))));
    all.into_iter().chain(perhaps).filter_map(|(name, text)| Some((name, text?))).collect()
}

/// All findings under their causes, and what was left out.
pub(super) fn findings(
    report: &Report,
    chart: Option<&Chart>,
    most: usize,
) -> (Vec<FindingBox>, Option<String>) {
    let groups = view::groups(report);
    let rows = groups.iter().flat_map(|group| {
        let below = group.below().into_iter();
        std::iter::once((0, group.finding)).chain(below)
    });
    let boxes = rows.take(most);
    let boxes = boxes.map(|(depth, finding)| FindingBox::of(report, finding, depth, chart));
    let more = report.findings.len().saturating_sub(most) as u64;
    let more = (more > 0).then(|| {
        format!("{} left out here; the JSON report has all.", view::count(more, "finding"))
    });
    (boxes.collect(), more)
}
