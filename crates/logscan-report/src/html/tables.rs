//! The tables of the page, and the legend of its chart.

use logscan_model::Report;
use logscan_model::report::Input;
use logscan_model::timeline::{Name, Test};
use serde::Serialize;

use crate::charts::Chart;
use crate::view;

/// Most failed tests.
const TESTS: usize = 200;

#[derive(Serialize)]
pub(super) struct TestRow {
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
pub(super) fn failed_tests(
    report: &Report,
    chart: Option<&Chart>,
) -> (Vec<TestRow>, Option<String>) {
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
pub(super) struct LegendEntry {
    word: &'static str,
    shape: &'static str,
}

/// The shapes of the chart, small.
pub(super) fn legend() -> [LegendEntry; 10] {
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
        entry("session still open", r##"<path d="M0 4h12v-2l6 4-6 4v-2h-12z" fill="#D9822B"/>"##),
        entry(
            "connections in use",
            r##"<path d="M0 10h6v-4h6v-4h6" fill="none" stroke="#2F6FB0" stroke-width="2"/>"##,
        ),
    ]
}

#[derive(Serialize)]
pub(super) struct InputRow {
    name: String,
    packing: String,
    lines: u64,
    understood: u64,
    ignored: u64,
    unknown: u64,
    damaged: u64,
    bytes: u64,
    skipped: u64,
    first: String,
    last: String,
}

impl InputRow {
    pub(super) fn of(input: &Input) -> Self {
        Self {
            name: view::name(&input.name),
            packing: view::packing(input),
            lines: input.lines,
            understood: input.lines_understood,
            ignored: input.lines_ignored,
            unknown: input.lines_unknown,
            damaged: input.lines_damaged,
            bytes: input.content_bytes,
            skipped: input.skipped_bytes,
            first: input.first.map(|stamp| stamp.to_string()).unwrap_or_default(),
            last: input.last.map(|stamp| stamp.to_string()).unwrap_or_default(),
        }
    }
}

/// What the reader must know before passing the page on.
#[derive(Serialize)]
pub(super) struct Masked {
    sentence: String,
    rows: Vec<(&'static str, u64, u64)>,
}

impl Masked {
    pub(super) fn of(report: &Report) -> Self {
        let rows = report.redaction.masked.iter();
        let rows = rows.map(|one| (one.kind.name(), one.secrets, one.places));
        Self { sentence: view::redaction(report), rows: rows.collect() }
    }
}
