//! A report as data frames: Parquet and CSV for notebooks, spreadsheets and SQL.
//!
//! The crate exists to keep polars out of every inner loop: nothing between the log
//! and its findings depends on it, and the program can be built without it.
//!
//! | table | one row per |
//! |---|---|
//! | `findings` | finding |
//! | `evidence` | line that proves a finding |
//! | `sessions` | listed session |
//! | `pools` | connection pool |
//! | `pool_samples` | printed state of a pool |
//! | `tests` | test |
//! | `workers` | process that ran tests |
//! | `engines` | engine |
//! | `inputs` | input |
//!
//! All tables follow the same rules:
//! - What is not known is null; a list that is known to be empty is empty text.
//! - Counts are unsigned integers, `…_s` are seconds as floating point.
//! - A time `x` is text, exactly as printed. Beside it stands `x_utc`, a date and time
//!   in microseconds, UTC, without zone; it is null where the log does not print both
//!   date and zone.
//! - A place is two columns, `file` and `line`; lines count from 1.
//! - Lists are joined by `, `.
//!
//! These are the columns and their types:
#![doc = concat!("```text\n", include_str!("columns.txt"), "```")]

use std::fs;
use std::path::{Path, PathBuf};

use logscan_model::Report;
use polars::error::PolarsResult;
pub use polars::frame::DataFrame;

pub use crate::error::TablesError;

mod columns;
mod engines;
mod error;
mod files;
mod findings;
mod inputs;
mod pools;
mod runs;
mod sessions;
mod utc;

#[cfg(test)]
mod checks;
#[cfg(test)]
mod fixture;

/// A named data frame.
#[derive(Clone, Debug)]
pub struct Table {
    /// The table's name, which is also the stem of its files: `findings`.
    pub name: &'static str,
    /// Its columns; their order and types do not depend on the report.
    pub frame: DataFrame,
}

type Build = fn(&Report) -> PolarsResult<DataFrame>;

const TABLES: [(&str, Build); 9] = [
    ("findings", findings::findings),
    ("evidence", findings::evidence),
    ("sessions", sessions::sessions),
    ("pools", pools::pools),
    ("pool_samples", pools::samples),
    ("tests", runs::tests),
    ("workers", runs::workers),
    ("engines", engines::engines),
    ("inputs", inputs::inputs),
];

/// All tables of a report, always the same ones in the same order.
///
/// The rows of a table stand in the order of the report. Nothing is taken out: whoever
/// shares the tables passes a report without secrets.
///
/// # Errors
/// [`TablesError::Build`] if polars refuses a frame, which no report should bring about.
pub fn frames(report: &Report) -> Result<Vec<Table>, TablesError> {
    TABLES.iter().map(|&(name, build)| table(name, build(report))).collect()
}

/// Writes every table as `NAME.parquet` and `NAME.csv` into a directory, which is made
/// if it is not there.
///
/// Returns the paths in the order of [`frames`], Parquet before CSV. A file appears
/// under its name only when it is whole, and then replaces the one of an earlier run.
/// A table without rows is written with its columns. In the CSV files `x_utc` is
/// ISO 8601, and text that a spreadsheet would run as a formula starts with `'`; the
/// Parquet files hold the text as it is. Their metadata name the program, its version and the
/// schema of the report: `logscan.tool`, `logscan.version`, `logscan.schema`.
///
/// # Errors
/// Before anything is written, those of [`frames`]; [`TablesError::Directory`] if the
/// directory cannot be made; [`TablesError::File`] at the first file that cannot be
/// written, with the earlier ones in place.
pub fn export(report: &Report, dir: &Path) -> Result<Vec<PathBuf>, TablesError> {
    let tables = frames(report)?;
    fs::create_dir_all(dir).map_err(|cause| TablesError::Directory { path: dir.into(), cause })?;
    let about = [
        ("logscan.tool", report.tool.name),
        ("logscan.version", report.tool.version),
        ("logscan.schema", report.schema),
    ];
    let written = tables.iter().map(|table| files::write_both(table, &about, dir));
    Ok(written.collect::<Result<Vec<_>, _>>()?.into_iter().flatten().collect())
}

fn table(name: &'static str, frame: PolarsResult<DataFrame>) -> Result<Table, TablesError> {
    let frame = frame.map_err(|cause| TablesError::Build { table: name, cause })?;
    Ok(Table { name, frame })
}
