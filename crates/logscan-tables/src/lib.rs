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

use std::fs::File;

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

/// The names of the files into which [`export`] writes: `NAME.parquet` and `NAME.csv` for every
/// table, in the order of [`frames`].
pub fn files() -> impl Iterator<Item = String> {
    let endings = files::FORMATS.map(|(ending, _)| ending);
    TABLES.into_iter().flat_map(move |(name, _)| endings.map(|ending| format!("{name}.{ending}")))
}

/// Whether a line is the head of one of the CSV files.
#[must_use]
pub fn is_table(head: &str) -> bool {
    let names: Vec<&str> = head.trim_end().split(',').collect();
    let mut tables = COLUMNS.split_terminator('\n').collect::<Vec<_>>();
    tables.retain(|line| !line.is_empty());
    let mut tables = tables.chunk_by(|_, next| next.starts_with(' '));
    tables.any(|table| {
        table[1..].iter().filter_map(|c| c.split_whitespace().next()).eq(names.iter().copied())
    })
}

const COLUMNS: &str = include_str!("columns.txt");

/// Writes every table into the file of its name, see [`files`].
///
/// A table without rows is written with its columns. In the CSV files `x_utc` is
/// ISO 8601, text that a spreadsheet would run as a formula starts with `'`, and characters that
/// act on a screen are written out; the Parquet files hold the text as it is. Their metadata name the program, its version and the
/// schema of the report: `logscan.tool`, `logscan.version`, `logscan.schema`.
///
/// # Errors
/// Before anything is written, those of [`frames`]; [`TablesError::File`] at the first file that
/// cannot be written.
pub fn export<'f>(
    report: &Report,
    files: impl IntoIterator<Item = &'f mut File>,
) -> Result<(), TablesError> {
    let about = [
        ("logscan.tool", report.tool.name),
        ("logscan.version", report.tool.version),
        ("logscan.schema", report.schema),
    ];
    let mut files = files.into_iter();
    for table in &frames(report)? {
        files::write_both(table, &about, &mut files)?;
    }
    Ok(())
}

fn table(name: &'static str, frame: PolarsResult<DataFrame>) -> Result<Table, TablesError> {
    let frame = frame.map_err(|cause| TablesError::Build { table: name, cause })?;
    Ok(Table { name, frame })
}
