//! The report as one page that needs nothing else: no request, no font.
//!
//! It is sent by mail, attached to tickets and opened from build servers, so it may
//! load nothing and must hold up without its script and without its styles. The page is a template; here is
//! only what the template is given, phrased by [`view`] and capped, because a page
//! that a browser cannot open helps nobody.

use std::collections::BTreeSet;
use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use logscan_model::report::Input;
use logscan_model::timeline::{Name, Test};
use logscan_model::{Finding, Report, Role};
use minijinja::value::Serde;
use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::charts::{self, Chart};
use crate::text::{Excerpt, clip, visible};
use crate::view;

const TEMPLATE: &str = include_str!("../assets/report.html");
pub(crate) const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

/// What every browser opens without thinking, in bytes.
const LIMIT: usize = 5_000_000;
/// Most findings, evidence lines of each, failed tests and rows of any other list.
const FINDINGS: usize = 200;
const LINES: usize = 20;
/// Lines on the first screen.
const LEAD: usize = 2;
const TESTS: usize = 200;
const ROWS: usize = 500;
/// Tests and workers of a finding that one can ask for.
const LISTED: usize = 100;
/// Most columns of a line of evidence, and of any other text.
const LINE: usize = 600;
const TEXT: usize = 2000;
const DEPTH: usize = 3;

/// Writes the page.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let page = page(report).map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// The page with as many findings as it can hold.
fn page(report: &Report) -> Result<String, minijinja::Error> {
    let render = |findings| template(TEMPLATE, Serde(Page::of(report, findings)));
    for findings in [FINDINGS, FINDINGS / 4] {
        match render(findings) {
            Ok(page) if page.len() > LIMIT => {}
            done => return done,
        }
    }
    render(FINDINGS / 20)
}

/// A page of a template; what it names must be there.
pub(crate) fn template<T: Serialize>(
    template: &str,
    values: Serde<T>,
) -> Result<String, minijinja::Error> {
    let mut templates = Environment::new();
    templates.set_undefined_behavior(UndefinedBehavior::Strict);
    templates.add_filter("prose", prose);
    templates.add_template("page.html", template)?;
    Ok(templates.get_template("page.html")?.render(values)? + "\n")
}

/// Text with its `code` marked as such.
fn prose(text: &str) -> Value {
    let parts = text.split('`').enumerate().map(|(index, part)| {
        let part = HtmlEscape(part).to_string();
        if index % 2 == 1 { format!("<code>{part}</code>") } else { part }
    });
    Value::from_safe_string(parts.collect())
}

/// Everything that the template shows.
#[derive(Serialize)]
struct Page {
    css: &'static str,
    script: &'static str,
    csp: String,
    tool: String,
    answer: Answer,
    workers: Vec<String>,
    classes: Vec<&'static str>,
    marks: String,
    masked: Masked,
    totals: String,
    numbers: [Figure; 3],
    legend: [LegendEntry; 10],
    chart: Option<Chart>,
    failed: Vec<TestRow>,
    failed_more: Option<String>,
    severities: String,
    findings: Vec<FindingBox>,
    findings_more: Option<String>,
    notes: Vec<String>,
    inputs: Vec<InputRow>,
}

impl Page {
    fn of(report: &Report, most: usize) -> Self {
        let chart = charts::chart(report);
        let (failed, failed_more) = failed_tests(report, chart.as_ref());
        let (findings, findings_more) = findings(report, chart.as_ref(), most);
        Self {
            css: STYLE,
            script: SCRIPT,
            csp: policy(&[SCRIPT]),
            tool: format!("{} {}", report.tool.name, report.tool.version),
            answer: Answer::of(report),
            workers: workers(report),
            classes: classes(report),
            marks: chart.as_ref().map(|chart| json(&chart.marks)).unwrap_or_default(),
            masked: Masked::of(report),
            totals: view::totals(report),
            numbers: numbers(report),
            legend: legend(),
            chart,
            failed,
            failed_more,
            severities: view::severities(report),
            findings,
            findings_more,
            notes: notes(report),
            inputs: report.inputs.iter().take(ROWS).map(InputRow::of).collect(),
        }
    }
}

/// Styles and scripts are known by their hashes; everything else is forbidden.
pub(crate) fn policy(scripts: &[&str]) -> String {
    let hash = |text: &str| format!(" 'sha256-{}'", BASE64_STANDARD.encode(Sha256::digest(text)));
    let scripts: String = scripts.iter().map(|script| hash(script)).collect();
    let scripts = if scripts.is_empty() { " 'none'".to_owned() } else { scripts };
    let style = hash(STYLE);
    format!(
        "default-src 'none'; style-src{style}; script-src{scripts}; base-uri 'none'; form-action 'none'"
    )
}

/// Workers that one can ask for.
fn workers(report: &Report) -> Vec<String> {
    let workers = report.timeline.workers.iter().map(|worker| view::name(&worker.id));
    workers.take(ROWS).collect()
}

/// Classes of trouble that one can ask for.
fn classes(report: &Report) -> Vec<&'static str> {
    let classes = report.findings.iter().map(|finding| finding.class.name());
    classes.collect::<BTreeSet<_>>().into_iter().collect()
}

/// Data within a page: no text of it can end its element.
fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default().replace('<', "\\u003c")
}

/// What the reader must know before passing the page on.
#[derive(Serialize)]
struct Masked {
    sentence: String,
    rows: Vec<(&'static str, u64, u64)>,
}

impl Masked {
    fn of(report: &Report) -> Self {
        let rows = report.redaction.masked.iter();
        let rows = rows.map(|one| (one.kind.name(), one.secrets, one.places));
        Self { sentence: view::redaction(report), rows: rows.collect() }
    }
}

/// What the first screen says.
#[derive(Serialize)]
struct Answer {
    status: &'static str,
    class: &'static str,
    headline: String,
    losses: Vec<String>,
    cause: Option<FindingBox>,
    followers: Vec<FindingBox>,
    follow: String,
}

impl Answer {
    fn of(report: &Report) -> Self {
        let verdict = &report.verdict;
        let cause = report.first_cause();
        let followers = cause.map(|cause| followers(report, cause)).unwrap_or_default();
        let losses = view::losses(report).take(ROWS).map(|note| shown(&note.sentence));
        Self {
            status: view::status(verdict.status),
            class: verdict.status.name(),
            headline: shown(&verdict.headline),
            losses: losses.collect(),
            cause: cause.map(|cause| cause_box(report, cause)),
            follow: view::count(followers.len() as u64, "finding") + " because of it",
            followers,
        }
    }
}

/// The first cause in short: whereabouts and the first lines that show it.
fn cause_box(report: &Report, cause: &Finding) -> FindingBox {
    let lines = view::evidence(cause).take(LEAD);
    FindingBox {
        facts: view::whereabouts(cause).into(),
        lines: lines.map(|line| Line::of(report, line)).collect(),
        more: None,
        ..FindingBox::of(report, cause, 0, None)
    }
}

/// Those that follow from the cause, as small boxes.
fn followers(report: &Report, cause: &Finding) -> Vec<FindingBox> {
    let groups = view::groups(report);
    let group = groups.iter().find(|group| group.finding.id == cause.id);
    let below = group.map(view::Group::below).unwrap_or_default();
    let below = below.into_iter().take(FINDINGS);
    below.map(|(depth, finding)| FindingBox::of(report, finding, depth, None)).collect()
}

#[derive(Serialize)]
struct Figure {
    label: &'static str,
    value: u64,
    of: Option<u64>,
}

fn numbers(report: &Report) -> [Figure; 3] {
    let stats = &report.stats;
    let findings = report.findings.len() as u64;
    [
        Figure { label: "tests failed", value: stats.tests_failed, of: Some(stats.tests) },
        Figure { label: "sessions open", value: stats.sessions_open, of: Some(stats.sessions) },
        Figure { label: "findings", value: findings, of: None },
    ]
}

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
            at: format!("{}:{}", line.place.input.0, line.place.line),
            label: shown(&line.label),
            counter: line.role == Role::Counter,
            text: Excerpt::new(&line.text, line.span, LINE),
        }
    }
}

#[derive(Serialize)]
struct FindingBox {
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
    fn of(report: &Report, finding: &Finding, depth: usize, chart: Option<&Chart>) -> Self {
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
    all.into_iter().filter_map(|(name, text)| Some((name, text?))).collect()
}

/// All findings under their causes, and what was left out.
fn findings(
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

#[derive(Serialize)]
struct TestRow {
    mark: String,
    id: String,
    worker: String,
    outcome: &'static str,
    end: String,
    /// From when to when, on the axis of the chart.
    span: Option<[f64; 2]>,
}

impl TestRow {
    fn of(test: &Test, mark: Option<usize>, span: Option<[f64; 2]>) -> Self {
        Self {
            mark: mark.map(|mark| format!("✕{}", mark + 1)).unwrap_or_default(),
            id: view::name(&test.id),
            worker: view::name(test.worker.as_ref().map_or("", Name::as_ref)),
            outcome: test.outcome.map(|outcome| outcome.name()).unwrap_or_default(),
            end: test.end.map(|end| end.to_string()).unwrap_or_default(),
            span,
        }
    }
}

/// The failed tests, those first that the chart numbers, and what was left out.
fn failed_tests(report: &Report, chart: Option<&Chart>) -> (Vec<TestRow>, Option<String>) {
    let tests = &report.timeline.tests;
    let marked: &[usize] = chart.map_or(&[], |chart| &chart.marked);
    let mut numbers = vec![None; tests.len()];
    marked.iter().enumerate().for_each(|(mark, test)| numbers[*test] = Some(mark));
    let unmarked =
        (0..tests.len()).filter(|test| tests[*test].failed() && numbers[*test].is_none());
    let all: Vec<usize> = marked.iter().copied().chain(unmarked).collect();
    let span = |test: usize| chart.and_then(|chart| chart.tests.get(&test)).copied();
    let row = |test: &usize| TestRow::of(&tests[*test], numbers[*test], span(*test));
    let rows = all.iter().take(TESTS).map(row);
    let more = all.len().saturating_sub(TESTS);
    (rows.collect(), (more > 0).then(|| format!("{more} more are in the JSON report")))
}

#[derive(Serialize)]
struct LegendEntry {
    word: &'static str,
    shape: &'static str,
}

/// The shapes of the chart, small.
fn legend() -> [LegendEntry; 10] {
    let entry = |word, shape| LegendEntry { word, shape };
    [
        entry("service not ready", r##"<rect y="1" width="18" height="10" fill="#A88B4A"/>"##),
        entry(
            "service ready",
            r##"<path d="M0 6h18" fill="none" stroke="#4C9A6A" stroke-width="2"/>"##,
        ),
        entry("test passed", r##"<rect y="1" width="18" height="10" fill="#4C9A6A"/>"##),
        entry("✕ failed", r##"<rect y="1" width="18" height="10" fill="#C73E3A"/>"##),
        entry("✕ error", r##"<rect y="1" width="18" height="10" fill="#8E3B8A"/>"##),
        entry(
            "skipped or unknown",
            r##"<rect x=".5" y="1.5" width="17" height="9" fill="none" stroke="#8A919C"/>"##,
        ),
        entry("session", r##"<rect y="4" width="18" height="4" fill="#9DB8D9"/>"##),
        entry("session failed", r##"<rect y="4" width="18" height="4" fill="#C73E3A"/>"##),
        entry("session never closed", r##"<path d="M0 4h12v-2l6 4-6 4v-2h-12z" fill="#D9822B"/>"##),
        entry(
            "connections in use",
            r##"<path d="M0 10h6v-4h6v-4h6" fill="none" stroke="#2F6FB0" stroke-width="2"/>"##,
        ),
    ]
}

fn notes(report: &Report) -> Vec<String> {
    let notes = report.notes.iter().take(ROWS);
    notes.map(|note| shown(&note.sentence) + &view::first_seen(report, note)).collect()
}

#[derive(Serialize)]
struct InputRow {
    name: String,
    packing: String,
    lines: u64,
    understood: u64,
    ignored: u64,
    unknown: u64,
    damaged: u64,
    first: String,
    last: String,
}

impl InputRow {
    fn of(input: &Input) -> Self {
        Self {
            name: view::name(&input.name),
            packing: view::packing(input),
            lines: input.lines,
            understood: input.lines_understood,
            ignored: input.lines_ignored,
            unknown: input.lines_unknown,
            damaged: input.lines_damaged,
            first: input.first.map(|stamp| stamp.to_string()).unwrap_or_default(),
            last: input.last.map(|stamp| stamp.to_string()).unwrap_or_default(),
        }
    }
}

/// Text as a page may show it.
fn shown(text: &str) -> String {
    clip(&visible(text), TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::charts::PALETTE;
    use crate::fixture;

    #[test]
    fn a_failed_run() {
        let page = page(&fixture::failed_run()).unwrap();
        let body = page.split_once("</style>").unwrap().1;
        insta::assert_snapshot!(body);
    }

    #[test]
    fn a_healthy_run_has_no_cause() {
        let page = page(&fixture::healthy_run()).unwrap();
        assert!(page.contains("HEALTHY") && page.contains("14 tests (0 failed)"), "{page}");
        assert!(!page.contains("First cause"));
    }

    #[test]
    fn a_report_that_holds_nothing_is_still_a_page() {
        let page = page(&fixture::empty()).unwrap();
        assert!(page.contains("UNKNOWN") && page.ends_with("</html>\n"), "{page}");
    }

    #[test]
    fn log_text_cannot_become_markup() {
        let mut report = fixture::failed_run();
        let hostile = "<script>alert(1)</script>\"'><img src=x>\u{1b}";
        report.findings[0].title = hostile.into();
        report.findings[0].tests[0] = hostile.into();
        report.findings[0].evidence[0].text = hostile.into();
        report.findings[0].evidence[0].span = Some([0, 8]);
        report.verdict.headline = hostile.into();
        report.inputs[0].name = hostile.into();
        report.timeline.tests[5].id = hostile.into();
        let page = page(&report).unwrap();
        assert_eq!(page.matches("<script").count(), 2, "the data and the script of the page");
        assert!(!page.contains("<img") && page.contains("\\u003cscript"));
        assert!(page.contains("<mark>&lt;script&gt;</mark>"), "{page}");
        assert!(!page.contains('\u{1b}'));
    }

    #[test]
    fn the_page_asks_for_nothing() {
        let page = page(&fixture::failed_run()).unwrap();
        for word in
            ["<script src", "<link", "<iframe", "<img", "src=", "@import", "url(", " style="]
        {
            assert!(!page.contains(word), "{word}");
        }
        let namespaces = page.matches("http://www.w3.org/2000/svg").count();
        let evidence = page.matches("sqlalche.me").count();
        assert_eq!(
            page.matches("http").count(),
            namespaces + evidence + 1,
            "http-equiv is the one"
        );
    }

    #[test]
    fn the_dark_page_knows_every_colour_of_the_chart() {
        for color in PALETTE {
            let value = format!("=\"#{:02X}{:02X}{:02X}\"", color.0, color.1, color.2);
            assert!(STYLE.contains(&value), "{value}");
        }
    }

    #[test]
    fn a_page_of_huge_texts_stays_small() {
        let mut report = fixture::failed_run();
        let mut one = report.findings[1].clone();
        one.tests = vec!["/".repeat(1000); 30];
        one.evidence[0].text = "</".repeat(5000);
        one.evidence = vec![one.evidence[0].clone(); 30];
        one.detail = "<".repeat(5000);
        report.findings =
            (1..300).map(|n| Finding { id: format!("F{n}"), ..one.clone() }).collect();
        let page = page(&report).unwrap();
        assert!(page.len() < LIMIT, "{}", page.len());
    }

    #[test]
    fn a_huge_report_stays_small() {
        let mut report = fixture::failed_run();
        fixture::repeat(&mut report, 1500);
        let mut one = report.findings[1].clone();
        one.evidence = vec![one.evidence[0].clone(); 50];
        report.findings =
            (1..3000).map(|n| Finding { id: format!("F{n}"), ..one.clone() }).collect();
        let page = page(&report).unwrap();
        assert!(page.len() < LIMIT, "{}", page.len());
        assert!(page.contains("findings left out here"));
        assert!(page.contains("more are in the JSON report"));
    }
}
