//! Tables as files.

use std::fs::File;
use std::io::{BufWriter, Write};

use logscan_report::cell;
use polars::prelude::*;

use crate::{Table, TablesError};

/// ISO 8601 with the zone that the column is in.
const UTC: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

/// What is written into files that can hold it: pairs of a name and its value.
pub(crate) type About = [(&'static str, &'static str); 3];
type Encode = fn(&DataFrame, &About, &mut BufWriter<&mut File>) -> PolarsResult<()>;

/// Endings of files, and what writes them.
pub(crate) const FORMATS: [(&str, Encode); 2] = [("parquet", parquet), ("csv", csv)];

/// Writes a table in each format into the next file.
pub(crate) fn write_both<'f>(
    table: &Table,
    about: &About,
    files: &mut impl Iterator<Item = &'f mut File>,
) -> Result<(), TablesError> {
    for ((ending, encode), file) in FORMATS.into_iter().zip(files) {
        let mut file = BufWriter::new(file);
        let written = encode(&table.frame, about, &mut file);
        let written = written.and_then(|()| Ok(file.flush()?));
        let named = |cause| TablesError::File { name: format!("{}.{ending}", table.name), cause };
        written.map_err(named)?;
    }
    Ok(())
}

fn parquet(frame: &DataFrame, about: &About, file: &mut BufWriter<&mut File>) -> PolarsResult<()> {
    let about = about.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let about = KeyValueMetadata::from_static(about.into());
    ParquetWriter::new(file).with_key_value_metadata(Some(about)).finish(&mut frame.clone())?;
    Ok(())
}

fn csv(frame: &DataFrame, _: &About, file: &mut BufWriter<&mut File>) -> PolarsResult<()> {
    CsvWriter::new(file)
        .with_line_terminator("\r\n".into())
        .with_datetime_format(Some(UTC.into()))
        .finish(&mut harmless(frame)?)
}

/// The same table with no text that a spreadsheet would run, or that acts on a screen.
fn harmless(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let columns = frame.columns().iter().map(|column| match column.dtype() {
        DataType::String => Ok(column.str()?.apply_values(|text| cell(text).into()).into_column()),
        _ => Ok(column.clone()),
    });
    DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
}
