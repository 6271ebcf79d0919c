//! The report for a ticket or a pull request.
//!
//! Trackers read what they show: a fence in a log line would end ours, an `@name`
//! would call somebody, a pipe would break a table, and texts beyond a limit are
//! refused. Log text therefore only ever stands escaped or inside a fence that it
//! cannot close, and what does not fit is counted instead.

use std::fmt::Write as _;
use std::io::{self, Write};

use logscan_model::{Finding, Report};

use crate::escape;
use crate::text::{Excerpt, clip, visible};
use crate::view;

/// Kept free for the note that says what was left out.
const RESERVE: usize = 512;
/// Most columns of a line of evidence, and of any other text.
const LINE: usize = 400;
const PROSE: usize = 2000;
const EVIDENCE: usize = 5;

/// Writes the report.
pub(crate) fn write(report: &Report, limit: usize, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(page(report, limit).as_bytes())
}

pub(crate) fn page(report: &Report, limit: usize) -> String {
    let mut page = Page::new(limit);
    sections(report, &mut page);
    page.finish()
}

/// A page of parts that are shown or left out as a whole: the first ones that fit.
#[derive(Debug)]
pub(crate) struct Page {
    text: String,
    limit: usize,
    left_out: u64,
}

impl Page {
    pub(crate) fn new(limit: usize) -> Self {
        Self { text: String::new(), limit, left_out: 0 }
    }

    /// Adds what may be written now; behind a part that does not fit nothing is.
    pub(crate) fn part(&mut self, write: impl FnOnce() -> String) {
        let part = (self.left_out == 0).then(write);
        match part.filter(|part| self.text.len() + part.len() + RESERVE <= self.limit) {
            Some(part) => self.text.push_str(&part),
            None => self.left_out += 1,
        }
    }

    /// The page, and how many parts it lacks.
    pub(crate) fn finish(mut self) -> String {
        if self.left_out > 0 {
            let left = view::count(self.left_out, "part");
            let left = format!("\n_Left out to fit into a ticket: {left} of the report._\n");
            self.text.push_str(&left);
        }
        self.text
    }
}

/// The page in the order of importance.
fn sections(report: &Report, page: &mut Page) {
    page.part(|| head(report));
    if !report.findings.is_empty() {
        page.part(|| "\n### Findings\n\n| | Severity | Rule | Finding | Workers | Tests |\n| --- | --- | --- | --- | --- | --- |\n".to_owned());
        let groups = view::groups(report);
        let rows = groups.iter().flat_map(|group| {
            let below = group.below().into_iter();
            std::iter::once((0, group.finding)).chain(below)
        });
        rows.for_each(|(depth, finding)| page.part(|| row(depth, finding)));
    }
    let proved = report.findings.iter().filter(|finding| !finding.evidence.is_empty());
    proved.for_each(|finding| page.part(|| evidence(report, finding)));
    unexplained(report, page);
    notes(report, page);
    inputs(report, page);
    page.part(|| format!("\n{}\n", escaped(&view::redaction(report))));
}

fn head(report: &Report) -> String {
    let verdict = &report.verdict;
    let status = view::status(verdict.status);
    let mut head = format!("## {status}: {}\n", escaped(&verdict.headline));
    for note in view::losses(report) {
        let _ = writeln!(head, "\n> **Text was lost:** {}", escaped(&note.sentence));
    }
    if let Some(hidden) = view::hidden(report) {
        let _ = writeln!(head, "\n> **Not the whole report:** {}", escaped(&hidden));
    }
    match report.first_cause() {
        Some(cause) => head.push_str(&first_cause(report, cause)),
        None => head.push_str(&format!("\n{}\n", view::totals(report))),
    }
    if let Some(failures) = view::failures(report) {
        let _ = writeln!(head, "\n{}", escaped(&failures));
    }
    head
}

fn first_cause(report: &Report, cause: &Finding) -> String {
    let [worker, test, time] = view::whereabouts(cause).map(|(_, value)| escaped(&value));
    let tests = view::tests(cause);
    let test = if tests.is_empty() { test } else { codes(tests, 1) };
    let mut text = format!(
        "\n**First cause:** `{}` {}\n\n**Where:** worker {worker} · test {test} · time {time}\n",
        view::rule(cause),
        escaped(&cause.title),
    );
    if let Some(line) = cause.first_evidence() {
        let _ = writeln!(text, "\n**Line:** {}", code(&view::place(report, line.place)));
    }
    if !cause.suggestion.is_empty() {
        let _ = writeln!(text, "\n**What to do:** {}", prose(&cause.suggestion));
    }
    let _ = writeln!(text, "\n{}", view::totals(report));
    text
}

fn row(depth: usize, finding: &Finding) -> String {
    format!(
        "| {}{} | {} | `{}` | {} | {} | {} |\n",
        "↳ ".repeat(depth),
        finding.id,
        severity(finding),
        view::rule(finding),
        escaped(&finding.title),
        codes(&finding.workers, view::NAMES),
        codes(view::tests(finding), view::NAMES),
    )
}

fn severity(finding: &Finding) -> String {
    let accepted = if finding.accepted.is_some() { ", accepted" } else { "" };
    format!("{}{accepted}", finding.severity.name())
}

fn evidence(report: &Report, finding: &Finding) -> String {
    let mut text = format!("\n#### {} {}\n", finding.id, escaped(&finding.title));
    for part in [&finding.detail, &finding.suggestion].into_iter().filter(|part| !part.is_empty()) {
        let _ = writeln!(text, "\n{}", prose(part));
    }
    if let Some(why) = view::accepted(finding) {
        let _ = writeln!(text, "\nAccepted {}", escaped(&why));
    }
    if let Some(doubt) = view::doubt(finding) {
        let _ = writeln!(text, "\n_{}_", escaped(&doubt));
    }
    for hypothesis in view::hypotheses(finding) {
        let _ = writeln!(text, "\n- perhaps {}", escaped(&hypothesis));
    }
    let _ = writeln!(text, "\n{}", fenced(&lines(report, finding)));
    text
}

fn lines(report: &Report, finding: &Finding) -> String {
    let mut lines: Vec<String> = Vec::new();
    for line in finding.evidence.iter().take(EVIDENCE) {
        let excerpt = Excerpt::new(&line.text, line.span, LINE).line();
        let place = view::place(report, line.place);
        let label = clip(&visible(&line.label), LINE);
        lines.push(format!("{place}  ({label})\n    {excerpt}"));
    }
    let more = finding.evidence_total.saturating_sub(lines.len() as u64);
    if more > 0 {
        lines.push(format!("and {}", view::count(more, "more line")));
    }
    lines.join("\n")
}

fn unexplained(report: &Report, page: &mut Page) {
    if view::unexplained(report).next().is_none() {
        return;
    }
    page.part(|| "\n### Failed tests that no finding explains\n\n".to_owned());
    for group in view::unexplained(report) {
        page.part(|| {
            let tests = escaped(&view::tests_of(group, view::NAMES));
            let error = clip(&visible(&view::error_of(group)), LINE);
            format!("- {tests}: {} ({})\n", code(&error), code(&view::place(report, group.first)))
        });
    }
}

fn notes(report: &Report, page: &mut Page) {
    if !report.notes.is_empty() {
        page.part(|| "\n### About the log\n\n".to_owned());
    }
    for note in &report.notes {
        let sentence = || format!("{}{}", note.sentence, view::first_seen(report, note));
        page.part(|| format!("- {}\n", escaped(&sentence())));
    }
}

fn inputs(report: &Report, page: &mut Page) {
    if !report.inputs.is_empty() {
        page.part(|| "\n### Inputs\n\n".to_owned());
    }
    for input in &report.inputs {
        let name = || code(&view::name(&input.name));
        page.part(|| format!("- {}: {}\n", name(), escaped(&view::coverage(input))));
    }
}

/// Text of one line in which nothing is markup and nobody is called.
pub(crate) fn escaped(text: &str) -> String {
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    escape::markdown(&clip(&visible(&text), PROSE))
}

/// Our own text, with its `code` kept as code.
fn prose(text: &str) -> String {
    let parts = text.split('`').enumerate();
    let quoted = |index: usize, part: &str| match index % 2 {
        1 if !part.trim().is_empty() => code(&visible(part)),
        _ => kept_spaces(part),
    };
    parts.map(|(index, part)| quoted(index, part)).collect()
}

/// Escaped text that keeps the spaces at its ends, where code stands beside it.
fn kept_spaces(text: &str) -> String {
    let inner = escaped(text);
    let space = |wanted: bool| if wanted && !inner.is_empty() { " " } else { "" };
    let (before, after) = (text.starts_with(' '), text.ends_with(' '));
    format!("{}{inner}{}", space(before), space(after))
}

/// A word in code quotes that it cannot leave.
pub(crate) fn code(word: &str) -> String {
    let quotes = "`".repeat(longest_run(word) + 1);
    let pad = if word.starts_with('`') || word.ends_with('`') { " " } else { "" };
    format!("{quotes}{pad}{word}{pad}{quotes}")
}

/// The first names as code, for a cell: there a pipe ends the cell even within code.
fn codes(names: &[String], limit: usize) -> String {
    let codes: Vec<_> = names.iter().take(limit).map(|name| code(&view::name(name))).collect();
    let more = names.len() - codes.len();
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    codes.join(", ").replace('|', "\\|") + &more
}

/// Lines in a fence that they cannot leave.
fn fenced(lines: &str) -> String {
    let fence = "`".repeat((longest_run(lines) + 1).max(3));
    format!("{fence}text\n{lines}\n{fence}")
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::TICKET;
    use crate::fixture;

    #[test]
    fn a_failed_run() {
        insta::assert_snapshot!(page(&fixture::failed_run(), TICKET));
    }

    #[test]
    fn a_healthy_run() {
        insta::assert_snapshot!(page(&fixture::healthy_run(), TICKET));
    }

    #[test]
    fn log_text_cannot_leave_its_fence() {
        let mut report = fixture::failed_run();
        report.findings[0].evidence[0].text = "`````\n# free\n@all".into();
        report.findings[0].evidence[0].span = None;
        let text = page(&report, TICKET);
        let fence = "``````";
        let inside = text.split(fence).nth(1).unwrap();
        assert!(inside.contains("`````\\u{a}# free\\u{a}@all"), "{inside}");
    }

    #[test]
    fn log_text_cannot_break_tables_or_call_people() {
        let mut report = fixture::failed_run();
        report.findings[0].title = "a | b\n<img src=x> @team #1 `x` [y](z)".into();
        let text = page(&report, TICKET);
        let row = text.lines().find(|line| line.starts_with("| F1")).unwrap();
        assert!(
            row.contains("a \\| b &lt;img src=x&gt; @\u{2060}team #\u{2060}1 \\`x\\` \\[y\\](z)")
        );
    }

    #[test]
    fn a_file_name_cannot_leave_its_quotes() {
        assert_eq!(code("a`b"), "``a`b``");
        assert_eq!(code("`"), "`` ` ``");
    }

    #[test]
    fn a_long_report_still_fits_a_ticket() {
        let mut report = fixture::failed_run();
        let one = report.findings[1].clone();
        report.findings =
            (1..900).map(|n| Finding { id: format!("F{n}"), ..one.clone() }).collect();
        let text = page(&report, TICKET);
        assert!(text.len() <= TICKET, "{}", text.len());
        assert!(text.ends_with("parts of the report._\n") || text.ends_with("of the report._\n"));
    }
}
