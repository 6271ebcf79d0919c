//! Columns from rows: what all tables have in common.
//!
//! A table names its columns one by one and says what a cell is; `None` is null.

use logscan_model::report::Input;
use logscan_model::timeline::Moment;
use logscan_model::{Place, Report, Stamp};
use polars::prelude::*;

use crate::utc;

/// The columns of a table, in the order in which they are added.
pub(crate) struct Columns<'r, T> {
    inputs: &'r [Input],
    rows: &'r [T],
    columns: Vec<Column>,
}

impl<'r, T> Columns<'r, T> {
    /// No columns yet; the report gives places the names of their files.
    pub(crate) fn new(report: &'r Report, rows: &'r [T]) -> Self {
        Self { inputs: &report.inputs, rows, columns: Vec::new() }
    }

    /// A column of text.
    pub(crate) fn text<S: AsRef<str>>(self, name: &str, cell: impl Fn(&'r T) -> Option<S>) -> Self {
        let column = StringChunked::from_iter_options(name.into(), self.rows.iter().map(cell));
        self.with(column)
    }

    /// A column of lists, each joined by `, `.
    pub(crate) fn list(self, name: &str, cell: impl Fn(&'r T) -> &'r [String]) -> Self {
        self.text(name, |row| Some(cell(row).join(", ")))
    }

    /// A column of yes and no.
    pub(crate) fn flag(self, name: &str, cell: impl Fn(&'r T) -> Option<bool>) -> Self {
        let column = BooleanChunked::from_iter_options(name.into(), self.rows.iter().map(cell));
        self.with(column)
    }

    /// A column of whole numbers that are small by nature.
    pub(crate) fn u32(self, name: &str, cell: impl Fn(&'r T) -> Option<u32>) -> Self {
        let column = UInt32Chunked::from_iter_options(name.into(), self.rows.iter().map(cell));
        self.with(column)
    }

    /// A column of counts.
    pub(crate) fn u64(self, name: &str, cell: impl Fn(&'r T) -> Option<u64>) -> Self {
        let column = UInt64Chunked::from_iter_options(name.into(), self.rows.iter().map(cell));
        self.with(column)
    }

    /// A column of durations in seconds.
    pub(crate) fn seconds(self, name: &str, cell: impl Fn(&'r T) -> Option<f64>) -> Self {
        let column = Float64Chunked::from_iter_options(name.into(), self.rows.iter().map(cell));
        self.with(column)
    }

    /// `NAME` as printed and `NAME_utc`, a point in time where one is known.
    pub(crate) fn time(self, name: &str, cell: impl Fn(&'r T) -> Option<Stamp>) -> Self {
        let points = self.rows.iter().map(|row| cell(row).and_then(utc::micros));
        let points = Int64Chunked::from_iter_options(format!("{name}_utc").into(), points);
        self.text(name, |row| cell(row).map(|stamp| stamp.to_string()))
            .with(points.into_datetime(TimeUnit::Microseconds, None))
    }

    /// `PREFIXfile` and `PREFIXline`.
    pub(crate) fn place(self, prefix: &str, cell: impl Fn(&'r T) -> Option<Place>) -> Self {
        // Lines count from 1: a place of line 0 was never filled in.
        let place = |row| cell(row).filter(|place| place.line > 0);
        let inputs = self.inputs;
        let file = |place: Place| Some(&inputs.get(place.input.index())?.name);
        self.text(&format!("{prefix}file"), |row| place(row).and_then(file))
            .u64(&format!("{prefix}line"), |row| place(row).map(|place| place.line))
    }

    /// The time and the place of a moment: `NAME`, `NAME_utc`, `NAME_file`, `NAME_line`.
    pub(crate) fn moment(self, name: &str, cell: impl Fn(&'r T) -> Option<Moment>) -> Self {
        self.time(name, |row| cell(row).and_then(|moment| moment.time))
            .place(&format!("{name}_"), |row| cell(row).map(|moment| moment.place))
    }

    /// The table.
    pub(crate) fn frame(self) -> PolarsResult<DataFrame> {
        DataFrame::new(self.rows.len(), self.columns)
    }

    fn with(mut self, column: impl IntoSeries) -> Self {
        self.columns.push(column.into_series().into_column());
        self
    }
}
