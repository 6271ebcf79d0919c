//! What ran: tests, and the processes that ran them.

use logscan_model::Report;
use logscan_model::timeline::{EndedBy, TestOutcome};
use polars::prelude::*;

use crate::columns::Columns;

/// One row per test; its place is the line that shows how it ended.
pub(crate) fn tests(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.timeline.tests)
        .text("id", |test| Some(&test.id))
        .text("worker", |test| test.worker.as_ref())
        .time("start", |test| test.start)
        .time("end", |test| test.end)
        .text("outcome", |test| test.outcome.map(TestOutcome::name))
        .place("", |test| Some(test.place))
        .frame()
}

/// One row per worker; `crash_…` tells of those that the runner lost.
pub(crate) fn workers(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.timeline.workers)
        .text("id", |worker| Some(&worker.id))
        .u32("pid", |worker| worker.pid)
        .time("start", |worker| worker.start)
        .time("end", |worker| worker.end)
        .text("ended_by", |worker| Some(ended_by(worker.ended_by)))
        .text("crash_test", |worker| worker.crashed_in.as_ref())
        .place("crash_", |worker| worker.crash)
        .frame()
}

fn ended_by(ended_by: EndedBy) -> &'static str {
    match ended_by {
        EndedBy::Exit => "exit",
        EndedBy::Crash => "crash",
        EndedBy::Unknown => "unknown",
    }
}
