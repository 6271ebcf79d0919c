//! Engines: what holds a pool and its settings.

use logscan_model::Report;
use polars::prelude::*;

use crate::columns::Columns;

/// One row per engine; its place is the line that announces it.
pub(crate) fn engines(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.timeline.engines)
        .text("worker", |engine| engine.worker.as_ref())
        .u32("number", |engine| engine.number)
        .text("url", |engine| engine.url.as_ref())
        .time("created", |engine| engine.created)
        .seconds("duration_s", |engine| engine.duration_s)
        .place("", |engine| Some(engine.place))
        .frame()
}
