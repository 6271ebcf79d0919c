//! Tables as files that are either whole or not there.

use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process;

use polars::prelude::*;

use crate::{Table, TablesError};

/// ISO 8601 with the zone that the column is in.
const UTC: &str = "%Y-%m-%dT%H:%M:%S%.6fZ";

/// What is written into files that can hold it: pairs of a name and its value.
pub(crate) type About = [(&'static str, &'static str); 3];
type Encode = fn(&DataFrame, &About, &mut BufWriter<File>) -> PolarsResult<()>;

const FORMATS: [(&str, Encode); 2] = [("parquet", parquet), ("csv", csv)];

/// Writes `NAME.parquet` and `NAME.csv` and returns their paths.
pub(crate) fn write_both(
    table: &Table,
    about: &About,
    dir: &Path,
) -> Result<Vec<PathBuf>, TablesError> {
    let paths = FORMATS.iter().map(|&(ending, encode)| {
        let path = dir.join(format!("{}.{ending}", table.name));
        match write_whole(&path, |file| encode(&table.frame, about, file)) {
            Ok(()) => Ok(path),
            Err(cause) => Err(TablesError::File { path, cause }),
        }
    });
    paths.collect()
}

fn parquet(frame: &DataFrame, about: &About, file: &mut BufWriter<File>) -> PolarsResult<()> {
    let about = about.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let about = KeyValueMetadata::from_static(about.into());
    ParquetWriter::new(file).with_key_value_metadata(Some(about)).finish(&mut frame.clone())?;
    Ok(())
}

fn csv(frame: &DataFrame, _: &About, file: &mut BufWriter<File>) -> PolarsResult<()> {
    CsvWriter::new(file)
        .with_line_terminator("\r\n".into())
        .with_datetime_format(Some(UTC.into()))
        .finish(&mut without_formulas(frame)?)
}

/// The same table with no text that a spreadsheet would run as a formula.
fn without_formulas(frame: &DataFrame) -> PolarsResult<DataFrame> {
    let columns = frame.columns().iter().map(|column| match column.dtype() {
        DataType::String => Ok(column.str()?.apply_values(plain).into_column()),
        _ => Ok(column.clone()),
    });
    DataFrame::new(frame.height(), columns.collect::<PolarsResult<_>>()?)
}

fn plain(text: &str) -> Cow<'_, str> {
    if text.starts_with(['=', '+', '-', '@', '\t', '\r']) {
        return format!("'{text}").into();
    }
    text.into()
}

/// Fills a file under a passing name and gives it its own once it is complete.
fn write_whole(
    path: &Path,
    fill: impl FnOnce(&mut BufWriter<File>) -> PolarsResult<()>,
) -> PolarsResult<()> {
    let partial = Partial::of(path);
    let mut file = BufWriter::new(partial.create()?);
    fill(&mut file)?;
    file.flush()?;
    drop(file);
    Ok(fs::rename(&partial.path, path)?)
}

/// A file that is not complete yet; it is removed unless it has got another name.
struct Partial {
    path: PathBuf,
}

impl Partial {
    /// A hidden neighbour of the file, so that giving it the name is one step.
    fn of(path: &Path) -> Self {
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        Self { path: path.with_file_name(format!(".{name}.{}.partial", process::id())) }
    }

    /// Never follows a link: what stands there is a leftover and is removed.
    fn create(&self) -> PolarsResult<File> {
        let _ = fs::remove_file(&self.path);
        Ok(File::create_new(&self.path)?)
    }
}

impl Drop for Partial {
    fn drop(&mut self) {
        let _ = fs::remove_file(&self.path);
    }
}
