//! Units of database work.

use logscan_model::Report;
use logscan_model::timeline::SessionOutcome;
use polars::prelude::*;

use crate::columns::Columns;

/// One row per session that the timeline lists; one that was never seen to close has
/// no `closed_line`.
pub(crate) fn sessions(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.timeline.sessions)
        .text("worker", |session| session.worker.as_ref())
        .u32("number", |session| session.number)
        .text("test", |session| session.test.as_ref())
        .moment("opened", |session| session.opened)
        .moment("closed", |session| session.closed)
        .text("outcome", |session| session.outcome.map(outcome))
        .seconds("duration_s", |session| session.duration_s)
        .frame()
}

fn outcome(outcome: SessionOutcome) -> &'static str {
    match outcome {
        SessionOutcome::Ok => "ok",
        SessionOutcome::Error => "error",
    }
}
