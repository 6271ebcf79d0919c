//! The report for a terminal.
//!
//! Its first five lines carry the answer, so `| head -5` is enough to know what to do:
//! verdict, cause, whereabouts, the line that shows it, remedy. Colour only repeats
//! what a word says already.

mod failures;

use std::io::{self, Write};

use anstyle::{AnsiColor, Style};
use logscan_model::report::Status;
use logscan_model::timeline::Pool;
use logscan_model::{Evidence, Finding, Place, Report, Severity};

use crate::Options;
use crate::charts::sparklines;
use crate::text::{Excerpt, clip, columns, visible, wrap};
use crate::view::{self, Group};

const LABEL: usize = 9;
const STEP: usize = 4;
const EVIDENCE: usize = 3;
/// Losses that are told in full, and inputs that are described.
const LOSSES: usize = 6;
const INPUTS: usize = 12;
/// Pools that are drawn, and most columns of one and of its name.
const POOLS: usize = 6;
const SPARKLINE: usize = 48;
const NAME: usize = 32;

/// Writes the report.
pub(crate) fn write(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page { report, options, out };
    page.head()?;
    if options.quiet {
        return Ok(());
    }
    page.findings()?;
    page.unexplained()?;
    page.pools()?;
    page.notes()?;
    page.coverage()
}

struct Page<'a> {
    report: &'a Report,
    options: &'a Options,
    out: &'a mut dyn Write,
}

impl Page<'_> {
    fn head(&mut self) -> io::Result<()> {
        let verdict = &self.report.verdict;
        self.answer(view::status(verdict.status), of_status(verdict.status), &verdict.headline)?;
        match self.report.first_cause() {
            Some(cause) => self.cause(cause)?,
            None => self.answer("Seen", Style::new(), &view::totals(self.report))?,
        }
        if let Some(failures) = view::failures(self.report) {
            self.labelled("Failed", Style::new(), &failures)?;
        }
        if let Some(hidden) = view::hidden(self.report) {
            self.labelled("Hidden", of_severity(Severity::Warning), &hidden)?;
        }
        let lost = view::losses(self.report).count();
        let shown = if self.options.verbose { lost } else { LOSSES };
        for note in view::losses(self.report).take(shown) {
            self.labelled("Lost", of_severity(Severity::Warning), &note.sentence)?;
        }
        if lost > shown {
            let more = format!("{} more notes tell of lost text.", lost - shown);
            self.labelled("Lost", of_severity(Severity::Warning), &more)?;
        }
        Ok(())
    }

    fn cause(&mut self, cause: &Finding) -> io::Result<()> {
        let bold = Style::new().bold();
        self.answer("Cause", bold, &format!("{}: {}", view::rule(cause), cause.title))?;
        // Never cut: whoever looks for a test or a worker looks for its whole name.
        let place = view::whereabouts(cause).map(|(word, value)| format!("{word} {value}"));
        let label = self.label("Where", bold);
        writeln!(self.out, "{label}{}", place.join(" · "))?;
        let shown = cause.first_evidence().map(|line| self.one_line(line));
        let label = self.label("Line", bold);
        writeln!(self.out, "{label}{}", shown.as_deref().unwrap_or("no line shows it"))?;
        self.answer("To do", bold, &cause.suggestion)
    }

    /// `test_debug.log:640  …the text around the span…`, as wide as an answer may be.
    fn one_line(&self, line: &Evidence) -> String {
        let place = view::place(self.report, line.place);
        let room = self.room(LABEL + columns(&place) + 2);
        let place = self.linked(&place, line.place);
        format!("{place}  {}", Excerpt::new(&line.text, line.span, room).line())
    }

    /// Text that opens the line in terminals that know links.
    fn linked(&self, text: &str, place: Place) -> String {
        let input = self.report.inputs.get(place.input.index());
        let address = self.options.links.zip(input);
        match address.and_then(|(links, input)| links(&input.name, place.line)) {
            Some(address) => format!("\u{1b}]8;;{address}\u{1b}\\{text}\u{1b}]8;;\u{1b}\\"),
            None => text.to_owned(),
        }
    }

    fn findings(&mut self) -> io::Result<()> {
        let groups = view::groups(self.report);
        if groups.is_empty() {
            return Ok(());
        }
        self.heading(&format!("Findings: {}", view::severities(self.report)))?;
        groups.iter().try_for_each(|group| self.group(group, 0))
    }

    fn group(&mut self, group: &Group, indent: usize) -> io::Result<()> {
        self.finding(group.finding, indent)?;
        group.followers.iter().try_for_each(|follower| self.group(follower, indent + STEP))
    }

    fn finding(&mut self, finding: &Finding, indent: usize) -> io::Result<()> {
        self.title(finding, indent)?;
        if finding.severity == Severity::Info && !self.options.verbose {
            return Ok(());
        }
        let inner = indent + STEP;
        self.text(&finding.detail, inner)?;
        self.facts(finding, inner)?;
        self.evidence(finding, inner)?;
        self.fact("To do", Some(&finding.suggestion), inner)?;
        writeln!(self.out)
    }

    fn title(&mut self, finding: &Finding, indent: usize) -> io::Result<()> {
        let severity = finding.severity.name();
        let word = paint(severity, of_severity(finding.severity), self.options);
        let mut from = match finding.caused_by.as_slice() {
            [] => String::new(),
            causes => format!(" (from {})", causes.join(", ")),
        };
        if finding.accepted.is_some() {
            from.push_str(" (accepted)");
        }
        let rest = format!("{}: {}{from}", view::rule(finding), visible(&finding.title));
        let lead = indent + columns(&finding.id) + 1 + severity.len() + 1;
        let lines = wrap(&rest, self.room(lead));
        let (first, more) = lines.split_first().map_or(("", &[][..]), |(a, b)| (a.as_str(), b));
        writeln!(self.out, "{:indent$}{} {word} {first}", "", finding.id)?;
        let indent = indent + STEP;
        more.iter().try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    fn facts(&mut self, finding: &Finding, indent: usize) -> io::Result<()> {
        let names = if self.options.verbose { usize::MAX } else { view::NAMES };
        self.fact("workers", view::names(&finding.workers, names).as_deref(), indent)?;
        self.fact("tests", view::names(&finding.tests, names).as_deref(), indent)?;
        self.fact("failed", view::names(&finding.affected_tests, names).as_deref(), indent)?;
        self.fact("when", view::when(finding).as_deref(), indent)?;
        self.fact("numbers", view::figures(finding).as_deref(), indent)?;
        self.fact("accepted", view::accepted(finding).as_deref(), indent)?;
        self.fact("sure?", view::doubt(finding).as_deref(), indent)?;
        if self.options.verbose {
            self.fact("refuted", Some(&finding.would_refute), indent)?;
        }
        for hypothesis in view::hypotheses(finding) {
            self.fact("perhaps", Some(&hypothesis), indent)?;
        }
        Ok(())
    }

    fn evidence(&mut self, finding: &Finding, indent: usize) -> io::Result<()> {
        let limit = if self.options.verbose { usize::MAX } else { EVIDENCE };
        for line in finding.evidence.iter().take(limit) {
            self.evidence_line(line, indent)?;
        }
        let shown = finding.evidence.len().min(limit) as u64;
        match finding.evidence_total.saturating_sub(shown) {
            0 => Ok(()),
            more => writeln!(self.out, "{:indent$}and {}", "", view::count(more, "more line")),
        }
    }

    /// The line and, below it, its label with carets under what matters.
    fn evidence_line(&mut self, line: &Evidence, indent: usize) -> io::Result<()> {
        let place = view::place(self.report, line.place);
        let lead = indent + columns(&place) + 2;
        let excerpt = Excerpt::new(&line.text, line.span, self.room(lead));
        let marked = paint(&excerpt.marked, Style::new().bold(), self.options);
        let dim = paint(&place, Style::new().dimmed(), self.options);
        let dim = self.linked(&dim, line.place);
        writeln!(self.out, "{:indent$}{dim}  {}{marked}{}", "", excerpt.before, excerpt.after)?;
        if line.label.is_empty() {
            return Ok(());
        }
        self.caret(&excerpt, &visible(&line.label), indent, lead)
    }

    /// The label next to the carets, on the side where there is room, else below them. What
    /// reaches to the end of the line needs no carets.
    fn caret(
        &mut self,
        excerpt: &Excerpt,
        label: &str,
        indent: usize,
        lead: usize,
    ) -> io::Result<()> {
        let at = lead + columns(&excerpt.before);
        let carets = "^".repeat(columns(&excerpt.marked));
        let (end, wide) = (at + carets.len(), columns(label) + 1);
        if carets.is_empty() || excerpt.after.is_empty() {
            return self.text(label, lead.min(indent + STEP));
        }
        if end.saturating_add(wide) <= self.options.width {
            return writeln!(self.out, "{:at$}{carets} {label}", "");
        }
        if lead + wide <= at {
            return writeln!(self.out, "{:from$}{label} {carets}", "", from = at - wide);
        }
        writeln!(self.out, "{:at$}{carets}", "")?;
        self.text(label, if lead + wide <= self.options.width { lead } else { indent + STEP })
    }

    /// How full the pools were, from the beginning of the run to its end.
    fn pools(&mut self) -> io::Result<()> {
        let named = (self.options.width / 4).clamp(14, NAME);
        let taken = STEP + named + columns("    at most 100 of 100");
        let width = self.options.width.saturating_sub(taken).clamp(8, SPARKLINE);
        let lines = sparklines(self.report, POOLS, width);
        if lines.is_empty() {
            return Ok(());
        }
        self.heading("Connections in use, where the log counts them")?;
        let names = lines.iter().map(|(pool, _)| {
            let worker =
                pool.worker.as_ref().map(|worker| format!("{worker} ")).unwrap_or_default();
            clip(&visible(&format!("{worker}{}", pool.name)), named)
        });
        let names: Vec<String> = names.collect();
        let wide = names.iter().map(|name| columns(name)).max().unwrap_or_default();
        for ((pool, line), name) in lines.iter().zip(&names) {
            let gap = wide - columns(name);
            let peak = pool.peak_checked_out.unwrap_or_default();
            let of = pool.capacity().map(|most| format!(" of {most}")).unwrap_or_default();
            writeln!(self.out, "{:STEP$}{name}{:gap$}  {line}  at most {peak}{of}", "", "")?;
        }
        let counted = |pool: &&Pool| pool.peak_checked_out > Some(0);
        let left = self.report.timeline.pools.iter().filter(counted).count();
        match left.saturating_sub(lines.len()) {
            0 => Ok(()),
            more => writeln!(self.out, "{:STEP$}and {}", "", view::count(more as u64, "more pool")),
        }
    }

    fn notes(&mut self) -> io::Result<()> {
        if self.report.notes.is_empty() {
            return Ok(());
        }
        self.heading("About the log")?;
        for note in &self.report.notes {
            let sentence = format!("{}{}", note.sentence, view::first_seen(self.report, note));
            self.text(&sentence, STEP)?;
        }
        Ok(())
    }

    fn coverage(&mut self) -> io::Result<()> {
        if self.report.inputs.is_empty() {
            return Ok(());
        }
        self.heading("Inputs")?;
        let masked = view::redaction(self.report);
        let all = self.report.inputs.len();
        let most = if self.options.verbose { all } else { INPUTS };
        for input in self.report.inputs.iter().take(most) {
            self.text(&format!("{}: {}", input.name, view::coverage(input)), STEP)?;
            let shapes = if self.options.verbose { input.unknown_shapes.as_slice() } else { &[] };
            for shape in shapes {
                let shown = format!("{} like line {}: {}", shape.count, shape.line, shape.shape);
                self.text(&shown, STEP * 2)?;
            }
        }
        if all > most {
            self.text(&format!("and {}", view::count((all - most) as u64, "more input")), STEP)?;
        }
        if !self.report.redaction.on || !self.report.redaction.masked.is_empty() {
            self.text(&masked, STEP)?;
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", paint(text, Style::new().bold(), self.options))
    }

    /// A line of the head: always one line, whatever the width.
    fn answer(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
        let shown = clip(&visible(&text), self.room(LABEL));
        let label = self.label(label, style);
        writeln!(self.out, "{label}{shown}")
    }

    fn labelled(&mut self, label: &str, style: Style, text: &str) -> io::Result<()> {
        let mut lead = self.label(label, style);
        for line in wrap(&visible(text), self.room(LABEL)) {
            writeln!(self.out, "{lead}{line}")?;
            lead = " ".repeat(LABEL);
        }
        Ok(())
    }

    fn fact(&mut self, name: &str, text: Option<&str>, indent: usize) -> io::Result<()> {
        let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(()) };
        let mut lead = paint(&format!("{name:LABEL$}"), Style::new().dimmed(), self.options);
        for line in wrap(&visible(text), self.room(indent + LABEL)) {
            writeln!(self.out, "{:indent$}{lead}{line}", "")?;
            lead = " ".repeat(LABEL);
        }
        Ok(())
    }

    fn text(&mut self, text: &str, indent: usize) -> io::Result<()> {
        let lines = wrap(&visible(text), self.room(indent));
        lines.iter().try_for_each(|line| writeln!(self.out, "{:indent$}{line}", ""))
    }

    fn label(&self, label: &str, style: Style) -> String {
        let gap = LABEL.saturating_sub(label.len());
        format!("{}{:gap$}", paint(label, style, self.options), "")
    }

    /// Columns that are left behind an indent; never so few that nothing can be said.
    fn room(&self, indent: usize) -> usize {
        self.options.width.saturating_sub(indent).max(8)
    }
}

pub(crate) fn paint(text: &str, style: Style, options: &Options) -> String {
    if options.color && !text.is_empty() {
        format!("{style}{text}{style:#}")
    } else {
        text.to_owned()
    }
}

fn of_status(status: Status) -> Style {
    match status {
        Status::Healthy => AnsiColor::Green.on_default().bold(),
        Status::Warning => of_severity(Severity::Warning),
        Status::Failed => of_severity(Severity::Error),
        Status::Unknown => Style::new().bold(),
    }
}

fn of_severity(severity: Severity) -> Style {
    match severity {
        Severity::Error => AnsiColor::Red.on_default().bold(),
        Severity::Warning => AnsiColor::Yellow.on_default().bold(),
        Severity::Info => AnsiColor::Cyan.on_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn shown(report: &Report, options: Options) -> String {
        let mut bytes = Vec::new();
        write(report, &options, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn a_failed_run() {
        insta::assert_snapshot!(shown(&fixture::failed_run(), Options::default()));
    }

    #[test]
    fn a_failed_run_on_a_narrow_screen() {
        let options = Options { width: 60, ..Options::default() };
        insta::assert_snapshot!(shown(&fixture::failed_run(), options));
    }

    #[test]
    fn a_failed_run_in_every_detail() {
        let options = Options { verbose: true, ..Options::default() };
        insta::assert_snapshot!(shown(&fixture::failed_run(), options));
    }

    #[test]
    fn a_healthy_run() {
        insta::assert_snapshot!(shown(&fixture::healthy_run(), Options::default()));
    }

    #[test]
    fn a_report_that_holds_nothing() {
        insta::assert_snapshot!(shown(&fixture::empty(), Options::default()));
    }

    #[test]
    fn the_first_five_lines_carry_the_answer_at_any_width() {
        for width in [40, 80, 120, usize::MAX] {
            let options = Options { width, quiet: true, ..Options::default() };
            let text = shown(&fixture::failed_run(), options);
            let lines: Vec<_> = text.lines().collect();
            assert!(lines[0].starts_with("FAILED   2 of 14 tests"), "{text}");
            assert!(lines[1].starts_with("Cause    L101 session-leak"), "{text}");
            assert!(lines[2].contains("gw0") && lines[2].contains("test_schedule_job_0"));
            assert!(lines[2].ends_with("T20:34:21.000"), "{text}");
            assert!(lines[3].starts_with("Line     test_debug.log:120  "), "{text}");
            assert!(lines[4].starts_with("To do    Close the session"), "{text}");
            assert!(lines[5].starts_with("Lost     2 lines"), "{text}");
        }
    }

    #[test]
    fn only_words_that_cannot_be_cut_are_wider_than_the_screen() {
        for width in [50, 72, 100, 140] {
            let options = Options { width, verbose: true, ..Options::default() };
            for line in shown(&fixture::failed_run(), options).lines() {
                let unbreakable = line.contains("test_schedule_job");
                assert!(columns(line) <= width || unbreakable, "{width}: {line}");
            }
        }
    }

    #[test]
    fn nothing_of_the_log_acts_on_the_terminal() {
        let mut report = fixture::failed_run();
        let cause = &mut report.findings[0];
        cause.title = "bell \u{7} and\u{1b}]0;title\u{7}".into();
        cause.tests[0] = "test[\u{1b}[2J]".into();
        cause.evidence[0].text = "\u{1b}[31mred\u{1b}[0m \u{9b}2J \u{202e}".into();
        report.inputs[0].name = "\u{1b}c.log".into();
        report.notes[0].sentence.push('\u{8}');
        let text = shown(&report, Options { verbose: true, ..Options::default() });
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{text:?}");
        assert!(text.contains("\\u{1b}[31mred"), "{text}");
    }

    #[test]
    fn places_lead_to_their_lines_where_terminals_know_links() {
        let links = |name: &str, line: u64| Some(format!("file:///{name}#{line}"));
        let options = Options { links: Some(links), ..Options::default() };
        let text = shown(&fixture::failed_run(), options);
        let link =
            "\u{1b}]8;;file:///test_debug.log#120\u{1b}\\test_debug.log:120\u{1b}]8;;\u{1b}\\";
        assert!(text.contains(link), "{text:?}");
        let plain = shown(&fixture::failed_run(), Options::default());
        assert!(!plain.contains('\u{1b}'));
    }

    #[test]
    fn colour_adds_nothing_but_colour() {
        let plain = shown(&fixture::failed_run(), Options::default());
        let colored = shown(&fixture::failed_run(), Options { color: true, ..Options::default() });
        assert!(colored.contains("\u{1b}["));
        assert_eq!(without_colors(&colored), plain);
    }

    fn without_colors(text: &str) -> String {
        let mut parts = text.split("\u{1b}[");
        let first = parts.next().unwrap_or_default().to_owned();
        parts.fold(first, |all, part| all + part.split_once('m').map_or("", |(_, rest)| rest))
    }
}
