//! The timeline and the findings as tables for other tools.

use crate::args::Export;
use crate::problem::Problem;

/// `logscan export`.
#[cfg(feature = "tables")]
pub(crate) fn run(args: &Export) -> Result<(), Problem> {
    use crate::pipeline;
    use crate::problem::tell;

    let settings = pipeline::prepare(&args.read.how)?;
    let done = pipeline::read(&args.read.paths, &args.read.how, &settings, |_| true)?;
    let written = logscan_tables::export(&done.report, &args.tables)
        .map_err(|error| Problem::new(error.to_string()))?;
    tell(&format!("logscan: wrote {} files to {}", written.len(), args.tables.display()));
    if done.complete { Ok(()) } else { Err(Problem::new("not all inputs could be read")) }
}

/// `logscan export`, in a program that was built without it.
#[cfg(not(feature = "tables"))]
pub(crate) fn run(args: &Export) -> Result<(), Problem> {
    let tables = args.tables.display();
    Err(Problem::new(format!("cannot write {tables}: this program was built without tables"))
        .hint("build it with the feature `tables`, which is on by default")
        .hint("`logscan analyze -o DIR/` writes CSV tables without it"))
}
