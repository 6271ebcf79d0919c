//! The report as one page that needs nothing else: no request, no font.
//!
//! It is sent by mail, attached to tickets and opened from build servers, so it may
//! load nothing and must hold up without its script and without its styles. The page is a template; here is
//! only what the template is given, phrased by [`view`] and capped, because a page
//! that a browser cannot open helps nobody.

mod finding;
mod tables;

use std::collections::BTreeSet;
use std::io::{self, Write};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use logscan_model::Report;
use minijinja::value::Serde;
use minijinja::{Environment, HtmlEscape, UndefinedBehavior, Value};
use serde::Serialize;
use sha2::{Digest, Sha256};

use crate::charts::{self, Chart};
use crate::escape::{self, Json};
use crate::text::{clip, visible};
use crate::view;
use finding::{FindingBox, findings};
use tables::{InputRow, LegendEntry, Masked, TestRow, failed_tests, legend};

const TEMPLATE: &str = include_str!("../assets/report.html");
pub(crate) const STYLE: &str = include_str!("../assets/report.css");
const SCRIPT: &str = include_str!("../assets/report.js");

/// What every browser opens without thinking, in bytes.
const LIMIT: usize = 5_000_000;
/// Most findings, and rows of any other list.
const FINDINGS: usize = 200;
const ROWS: usize = 500;
/// Most columns of a text.
const TEXT: usize = 2000;

/// Writes the page.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let page = page(report).map_err(io::Error::other)?;
    out.write_all(page.as_bytes())
}

/// The page with as many findings as it can hold, and with what stands behind the bars of
/// the chart if there is room for it.
fn page(report: &Report) -> Result<String, minijinja::Error> {
    let render = |findings, marks| template(TEMPLATE, Serde(Page::of(report, findings, marks)));
    for findings in [FINDINGS, FINDINGS / 4, FINDINGS / 20] {
        match render(findings, true) {
            Ok(page) if page.len() > LIMIT => {}
            done => return done,
        }
    }
    render(FINDINGS / 20, false)
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
    Ok(escape::page(templates.get_template("page.html")?.render(values)? + "\n"))
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
    marks: Option<String>,
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
    inputs_more: Option<String>,
}

impl Page {
    fn of(report: &Report, most: usize, marks: bool) -> Self {
        let chart = charts::chart(report);
        let (failed, failed_more) = failed_tests(report, chart.as_ref());
        let (findings, findings_more) = findings(report, chart.as_ref(), most);
        Self {
            css: STYLE,
            script: SCRIPT,
            csp: policy(&[SCRIPT]),
            tool: format!("{} {}", report.tool.name, report.tool.version),
            answer: Answer::of(report, most),
            workers: workers(report),
            classes: classes(report),
            marks: chart.as_ref().filter(|_| marks).map(|chart| json(&chart.marks)),
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
            inputs_more: left_out(report.inputs.len(), ROWS, "input"),
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
    let mut data = Vec::new();
    let written = serde_json::to_writer(Json(&mut data), value);
    let data = written.ok().and_then(|()| String::from_utf8(data).ok());
    data.unwrap_or_default().replace('<', "\\u003c")
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
    fn of(report: &Report, most: usize) -> Self {
        let verdict = &report.verdict;
        let cause = report.first_cause();
        let groups = view::groups(report);
        let group = groups.iter().find(|group| cause.is_some_and(|c| c.id == group.finding.id));
        let below = group.map(view::Group::below).unwrap_or_default();
        let losses = view::losses(report).take(ROWS).map(|note| shown(&note.sentence));
        let losses = view::hidden(report).map(|hidden| shown(&hidden)).into_iter().chain(losses);
        Self {
            status: view::status(verdict.status),
            class: verdict.status.name(),
            headline: shown(&verdict.headline),
            losses: losses.collect(),
            cause: cause.map(|cause| FindingBox::in_short(report, cause)),
            follow: view::count(below.len() as u64, "finding") + " because of it",
            followers: below
                .into_iter()
                .take(most)
                .map(|(depth, finding)| FindingBox::of(report, finding, depth, None))
                .collect(),
        }
    }
}

#[derive(Serialize)]
struct Figure {
    label: &'static str,
    value: u64,
    of: Option<u64>,
}

fn numbers(report: &Report) -> [Figure; 3] {
    let stats = &report.stats;
    let findings = (report.findings.len() + report.hidden().len()) as u64;
    [
        Figure { label: "tests failed", value: stats.tests_failed, of: Some(stats.tests) },
        Figure { label: "sessions open", value: stats.sessions_open, of: Some(stats.sessions) },
        Figure { label: "findings", value: findings, of: None },
    ]
}

fn notes(report: &Report) -> Vec<String> {
    let notes = report.notes.iter().take(ROWS);
    let shown = notes.map(|note| shown(&note.sentence) + &view::first_seen(report, note));
    let more = left_out(report.notes.len(), ROWS, "note");
    shown.chain(more.map(|more| format!("{more}."))).collect()
}

/// `3 more inputs are in the JSON report`; `None` if all are shown.
fn left_out(all: usize, shown: usize, one: &str) -> Option<String> {
    let more = all.saturating_sub(shown) as u64;
    let are = if more == 1 { "is" } else { "are" };
    (more > 0)
        .then(|| format!("{} {are} in the JSON report", view::count(more, &format!("more {one}"))))
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
    use logscan_model::Finding;
    use logscan_model::report::Input;
    use logscan_model::timeline::Test;

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
        one.detail = "<".repeat(5000).into();
        one.title = "<".repeat(5000);
        one.caused_by = vec!["F1".into()];
        let test = report.timeline.tests[5].clone();
        let named =
            |n: usize| Test { id: format!("{n}{}", "\"".repeat(400)).into(), ..test.clone() };
        report.timeline.tests = (0..12_000).map(named).collect();
        let input = report.inputs[0].clone();
        let long = || Input { name: "<".repeat(400), ..input.clone() };
        report.inputs = (0..3000).map(|_| long()).collect();
        report.findings =
            (1..300).map(|n| Finding { id: format!("F{n}"), ..one.clone() }).collect();
        let page = page(&report).unwrap();
        assert!(page.len() < LIMIT, "{}", page.len());
        assert!(page.contains("2500 more inputs are in the JSON report"));
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
