//! What can go wrong, each as one sentence: what was attempted, where, and why.

use std::io;
use std::path::PathBuf;

use polars::error::PolarsError;

/// Why there are no tables.
#[derive(Debug, thiserror::Error)]
pub enum TablesError {
    /// A data frame was refused.
    #[error("cannot build the table `{table}`: {cause}")]
    Build {
        /// The table.
        table: &'static str,
        /// What polars says.
        cause: PolarsError,
    },
    /// The directory cannot be made.
    #[error("cannot create the directory {path}: {cause}", path = path.display())]
    Directory {
        /// The directory.
        path: PathBuf,
        /// What the operating system says.
        cause: io::Error,
    },
    /// A file cannot be written.
    #[error("cannot write {path}: {cause}", path = path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What polars or the operating system says.
        cause: PolarsError,
    },
}
