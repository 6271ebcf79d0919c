//! Tables for spreadsheets, after RFC 4180, with columns that stay as they are.
//!
//! Spreadsheets run a cell that starts like a formula. Log text must not get that
//! chance, so such cells get a leading apostrophe; figures are left alone.

use std::io::{self, Write};

use logscan_model::timeline::{Moment, TestOutcome};
use logscan_model::{Finding, Place, Report, Stamp};

use crate::{escape, view};

/// A table that can be made of a report.
pub struct CsvTable {
    /// Its name: `findings`.
    pub name: &'static str,
    /// Its columns, in order.
    pub columns: &'static [&'static str],
    rows: fn(&Report) -> Vec<Vec<Cell>>,
}

impl CsvTable {
    /// Writes the table with its head; `raw` leaves text as it is, also what spreadsheets
    /// would run.
    ///
    /// # Errors
    /// Only what `out` returns.
    pub fn write(&self, report: &Report, raw: bool, out: &mut dyn Write) -> io::Result<()> {
        let mut table = ::csv::WriterBuilder::new();
        let mut table = table.terminator(::csv::Terminator::CRLF).from_writer(out);
        table.write_record(self.columns)?;
        for row in (self.rows)(report) {
            table.write_record(row.into_iter().map(|cell| cell.into_text(raw)))?;
        }
        table.flush()
    }
}

const TABLES: [CsvTable; 5] = [
    CsvTable { name: "findings", columns: &FINDINGS, rows: findings },
    CsvTable { name: "sessions", columns: &SESSIONS, rows: sessions },
    CsvTable { name: "pools", columns: &POOLS, rows: pools },
    CsvTable { name: "tests", columns: &TESTS, rows: tests },
    CsvTable { name: "workers", columns: &WORKERS, rows: workers },
];

/// All tables.
#[must_use]
pub fn tables() -> &'static [CsvTable] {
    &TABLES
}

/// Writes the table of this name.
///
/// # Errors
/// What `out` returns; `InvalidInput` if there is no such table.
pub fn write_table(name: &str, report: &Report, raw: bool, out: &mut dyn Write) -> io::Result<()> {
    let unknown = || io::Error::new(io::ErrorKind::InvalidInput, format!("no table `{name}`"));
    let table = TABLES.iter().find(|table| table.name == name).ok_or_else(unknown)?;
    table.write(report, raw, out)
}

/// Writes the findings, the table that stands for the report.
pub(crate) fn write(report: &Report, raw: bool, out: &mut dyn Write) -> io::Result<()> {
    TABLES[0].write(report, raw, out)
}

/// A cell knows whether it is a figure, because only text can pose as a formula.
enum Cell {
    Text(String),
    Figure(String),
}

impl Cell {
    fn into_text(self, raw: bool) -> String {
        match self {
            Self::Text(text) if !raw => escape::cell(&text),
            Self::Figure(text) | Self::Text(text) => text,
        }
    }
}

fn text(value: impl Into<String>) -> Cell {
    Cell::Text(value.into())
}

fn name(value: Option<&std::sync::Arc<str>>) -> Cell {
    text(value.map(|name| name.to_string()).unwrap_or_default())
}

fn figure(value: Option<impl ToString>) -> Cell {
    Cell::Figure(value.map(|value| value.to_string()).unwrap_or_default())
}

fn stamp(value: Option<Stamp>) -> Cell {
    text(value.map(|stamp| stamp.to_string()).unwrap_or_default())
}

fn list(values: &[String]) -> Cell {
    text(values.join("; "))
}

/// The raw name of the input and the line, each in a cell.
fn place(report: &Report, place: Option<Place>) -> [Cell; 2] {
    let input = place.and_then(|place| report.inputs.get(place.input.index()));
    let input = input.map(|input| input.name.clone()).unwrap_or_default();
    [text(input), figure(place.map(|place| place.line))]
}

const FINDINGS: [&str; 21] = [
    "id",
    "code",
    "name",
    "class",
    "severity",
    "confidence",
    "title",
    "workers",
    "tests",
    "affected_tests",
    "resource",
    "start",
    "end",
    "count",
    "file",
    "line",
    "text",
    "caused_by",
    "suggestion",
    "fingerprint",
    "accepted",
];

fn findings(report: &Report) -> Vec<Vec<Cell>> {
    report.findings.iter().map(|finding| finding_row(report, finding)).collect()
}

fn finding_row(report: &Report, finding: &Finding) -> Vec<Cell> {
    let evidence = finding.first_evidence();
    let [file, line] = place(report, evidence.map(|evidence| evidence.place));
    vec![
        text(&finding.id),
        text(finding.code),
        text(finding.name),
        text(finding.class.name()),
        text(finding.severity.name()),
        text(finding.confidence.name()),
        text(&finding.title),
        list(&finding.workers),
        list(&finding.tests),
        list(&finding.affected_tests),
        text(finding.resource.as_ref().map(|resource| &*resource.name).unwrap_or_default()),
        stamp(finding.start),
        stamp(finding.end),
        figure(Some(finding.count)),
        file,
        line,
        text(evidence.map(|evidence| &*evidence.text).unwrap_or_default()),
        list(&finding.caused_by),
        text(&*finding.suggestion),
        text(&finding.fingerprint),
        text(view::accepted(finding).unwrap_or_default()),
    ]
}

const SESSIONS: [&str; 10] = [
    "worker",
    "number",
    "test",
    "opened",
    "closed",
    "file",
    "opened_line",
    "closed_line",
    "outcome",
    "duration_s",
];

fn sessions(report: &Report) -> Vec<Vec<Cell>> {
    let time = |moment: &Option<Moment>| stamp(moment.and_then(|moment| moment.time));
    let row = |session: &logscan_model::timeline::Session| {
        let [file, line] = place(report, session.opened.map(|moment| moment.place));
        vec![
            name(session.worker.as_ref()),
            figure(session.number),
            name(session.test.as_ref()),
            time(&session.opened),
            time(&session.closed),
            file,
            line,
            figure(session.closed.map(|moment| moment.place.line)),
            text(session.outcome.map(view::session_outcome).unwrap_or_default()),
            figure(session.duration_s),
        ]
    };
    report.timeline.sessions.iter().map(row).collect()
}

const POOLS: [&str; 7] =
    ["worker", "name", "size", "max_overflow", "capacity", "peak_checked_out", "samples"];

fn pools(report: &Report) -> Vec<Vec<Cell>> {
    let row = |pool: &logscan_model::timeline::Pool| {
        vec![
            name(pool.worker.as_ref()),
            text(&pool.name),
            figure(pool.size),
            figure(pool.max_overflow),
            figure(pool.capacity()),
            figure(pool.peak_checked_out),
            figure(Some(pool.samples.len())),
        ]
    };
    report.timeline.pools.iter().map(row).collect()
}

const TESTS: [&str; 5] = ["id", "worker", "start", "end", "outcome"];

fn tests(report: &Report) -> Vec<Vec<Cell>> {
    let row = |test: &logscan_model::timeline::Test| {
        vec![
            name(Some(&test.id)),
            name(test.worker.as_ref()),
            stamp(test.start),
            stamp(test.end),
            text(test.outcome.map(TestOutcome::name).unwrap_or_default()),
        ]
    };
    report.timeline.tests.iter().map(row).collect()
}

const WORKERS: [&str; 5] = ["id", "pid", "start", "end", "ended_by"];

fn workers(report: &Report) -> Vec<Vec<Cell>> {
    let row = |worker: &logscan_model::timeline::Worker| {
        vec![
            name(Some(&worker.id)),
            figure(worker.pid),
            stamp(worker.start),
            stamp(worker.end),
            text(view::ended_by(worker.ended_by)),
        ]
    };
    report.timeline.workers.iter().map(row).collect()
}

#[cfg(test)]
mod checks {
    use super::*;
    use crate::fixture;

    fn written(name: &str, report: &Report) -> String {
        let mut bytes = Vec::new();
        write_table(name, report, false, &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn all_tables_of_a_failed_run() {
        let report = fixture::failed_run();
        for table in tables() {
            let text = written(table.name, &report).replace("\r\n", "\n");
            insta::assert_snapshot!(table.name, text);
        }
    }

    #[test]
    fn an_empty_report_leaves_the_heads() {
        for table in tables() {
            let head = format!("{}\r\n", table.columns.join(","));
            assert_eq!(written(table.name, &fixture::empty()), head);
        }
    }

    #[test]
    fn log_text_cannot_pose_as_a_formula() {
        for start in ['=', '+', '-', '@', '\t', '\r'] {
            let mut report = fixture::failed_run();
            report.findings[0].title = format!("{start}HYPERLINK(\"x\")");
            let bytes = written("findings", &report);
            let mut table = ::csv::Reader::from_reader(bytes.as_bytes());
            let row = table.records().next().unwrap().unwrap();
            let shown = crate::visible(&start.to_string()).into_owned();
            assert_eq!(&row[6], format!("'{shown}HYPERLINK(\"x\")"));
        }
    }

    #[test]
    fn figures_are_never_touched() {
        assert_eq!(figure(Some(-3)).into_text(false), "-3");
        assert_eq!(text("-3").into_text(false), "'-3");
        assert_eq!(text("-3").into_text(true), "-3");
    }

    #[test]
    fn commas_quotes_and_newlines_stay_in_their_cell() {
        let mut report = fixture::failed_run();
        report.findings[0].title = "a, \"b\"\nc".into();
        let bytes = written("findings", &report);
        let mut table = ::csv::Reader::from_reader(bytes.as_bytes());
        assert_eq!(&table.records().next().unwrap().unwrap()[6], "a, \"b\"\nc");
    }

    #[test]
    fn an_unknown_table_is_refused() {
        let refused =
            write_table("nothing", &fixture::empty(), false, &mut Vec::new()).unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::InvalidInput);
    }
}
