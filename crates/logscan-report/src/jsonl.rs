//! The report as one JSON object per line, for tools that read streams.
//!
//! Every object has a `type`; its other fields are those of the JSON report. The first
//! line is the run.

use std::io::{self, Write};

use logscan_model::{Failures, Report};
use serde::Serialize;

use crate::escape::Json;

/// An object with its type before its own fields.
#[derive(Serialize)]
struct Line<'a, T: Serialize> {
    r#type: &'static str,
    #[serde(flatten)]
    value: &'a T,
}

/// What concerns the run as a whole.
#[derive(Serialize)]
struct Run<'a> {
    schema: &'static str,
    tool: &'a logscan_model::report::Tool,
    verdict: &'a logscan_model::report::Verdict,
    failures: Counted,
    filter: &'a Option<logscan_model::report::Filter>,
    stats: &'a logscan_model::timeline::Stats,
    redaction: &'a logscan_model::report::Redaction,
}

/// How many tests failed; the groups have lines of their own.
#[derive(Serialize)]
struct Counted {
    failed: u64,
    explained: u64,
}

/// Writes the lines.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Report {
        schema,
        tool,
        verdict,
        inputs,
        findings,
        failures,
        filter,
        notes,
        timeline,
        stats,
        redaction,
    } = report;
    let Failures { failed, explained, groups } = failures;
    let counted = Counted { failed: *failed, explained: *explained };
    let run = Run { schema, tool, verdict, failures: counted, filter, stats, redaction };
    lines("run", &[run], out)?;
    lines("input", inputs, out)?;
    lines("finding", findings, out)?;
    lines("failure_group", groups, out)?;
    lines("note", notes, out)?;
    lines("worker", &timeline.workers, out)?;
    lines("test", &timeline.tests, out)?;
    lines("session", &timeline.sessions, out)?;
    lines("pool", &timeline.pools, out)?;
    lines("engine", &timeline.engines, out)?;
    lines("service", &timeline.services, out)?;
    lines("connection_count", &timeline.connection_counts, out)
}

fn lines<T: Serialize>(r#type: &'static str, all: &[T], out: &mut dyn Write) -> io::Result<()> {
    for value in all {
        serde_json::to_writer(Json(&mut *out), &Line { r#type, value })?;
        writeln!(out)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn every_line_is_an_object_of_a_type() {
        let report = fixture::failed_run();
        let text = fixture::written(Format::Jsonl, &report);
        let types: Vec<String> = text
            .lines()
            .map(|line| {
                serde_json::from_str::<serde_json::Value>(line).unwrap()["type"].to_string()
            })
            .collect();
        assert_eq!(types[0], "\"run\"");
        let findings = types.iter().filter(|kind| *kind == "\"finding\"").count();
        assert_eq!(findings, report.findings.len());
    }
}
