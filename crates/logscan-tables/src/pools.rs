//! Connection pools and how full they were.

use logscan_model::Report;
use logscan_model::timeline::{Pool, PoolSample};
use polars::prelude::*;

use crate::columns::Columns;

/// One row per pool. `samples` and `at_capacity` are counts, of printed states and of
/// stretches in which all connections were in use.
pub(crate) fn pools(report: &Report) -> PolarsResult<DataFrame> {
    Columns::new(report, &report.timeline.pools)
        .text("worker", |pool| pool.worker.as_ref())
        .text("name", |pool| Some(&pool.name))
        .u32("size", |pool| pool.size)
        .u32("max_overflow", |pool| pool.max_overflow)
        .u32("capacity", Pool::capacity)
        .u32("peak_checked_out", |pool| pool.peak_checked_out)
        .u64("samples", |pool| Some(pool.samples.len() as u64))
        .u64("at_capacity", |pool| Some(pool.at_capacity.len() as u64))
        .frame()
}

/// One row per printed state, named after its pool.
pub(crate) fn samples(report: &Report) -> PolarsResult<DataFrame> {
    let rows: Vec<_> = report.timeline.pools.iter().flat_map(samples_of).collect();
    Columns::new(report, &rows)
        .text("worker", |(pool, _)| pool.worker.as_ref())
        .text("pool", |(pool, _)| Some(&pool.name))
        .time("time", |(_, sample)| sample.0)
        .u32("checked_out", |(_, sample)| Some(sample.1))
        .place("", |(_, sample)| Some(sample.2))
        .frame()
}

fn samples_of(pool: &Pool) -> impl Iterator<Item = (&Pool, &PoolSample)> {
    pool.samples.iter().map(move |sample| (pool, sample))
}
