//! What can go wrong, each as one sentence: what was attempted, where, and why.

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
    /// A file cannot be written.
    #[error("cannot write {name}: {cause}")]
    File {
        /// Its name.
        name: String,
        /// What polars or the operating system says.
        cause: PolarsError,
    },
}
