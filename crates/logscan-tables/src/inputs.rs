//! What was read, and how much of it was understood.

use logscan_model::Report;
use polars::prelude::*;

use crate::columns::Columns;

/// One row per input; `name` is what the other tables call `file`, and the four
/// `lines_…` add up to `lines`.
pub(crate) fn inputs(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.inputs)
        .text("name", |input| Some(&input.name))
        .u64("bytes", |input| Some(input.bytes))
        .u64("content_bytes", |input| Some(input.content_bytes))
        .u64("skipped_bytes", |input| Some(input.skipped_bytes))
        .u64("lines", |input| Some(input.lines))
        .u64("lines_understood", |input| Some(input.lines_understood))
        .u64("lines_ignored", |input| Some(input.lines_ignored))
        .u64("lines_unknown", |input| Some(input.lines_unknown))
        .u64("lines_damaged", |input| Some(input.lines_damaged))
        .text("encoding", |input| Some(&input.encoding))
        .text("compression", |input| input.compression.as_ref())
        .text("wrapper", |input| input.wrapper.as_ref())
        .text("format", |input| Some(&input.format))
        .time("first", |input| input.first)
        .time("last", |input| input.last)
        .frame()
}
