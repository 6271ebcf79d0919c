//! JSON reports of earlier runs, read back.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;

use logscan_model::comparison::RunSummary;
use logscan_model::report::SCHEMA;

use crate::problem::Problem;

/// A report that tells which findings are known.
pub(crate) struct Baseline {
    pub(crate) name: String,
    pub(crate) run: RunSummary,
}

/// Reads the report for `--baseline`.
pub(crate) fn baseline(path: &Path) -> Result<Baseline, Problem> {
    let name = path.display().to_string();
    if !path.is_file() {
        let what = if path.exists() { "it is no regular file" } else { "there is no such file" };
        return Err(Problem::new(format!("cannot read {name}: {what}")));
    }
    match summary(path)? {
        Some(run) => Ok(Baseline { name, run }),
        None => Err(Problem::new(format!("{name} is no JSON report of logscan"))
            .hint("`logscan analyze LOG -o report.json` writes one")),
    }
}

/// What a JSON report tells of its run; `None` if the file is something else.
pub(crate) fn summary(path: &Path) -> Result<Option<RunSummary>, Problem> {
    let name = path.display();
    let unreadable = |cause| Problem::new(format!("cannot read {name}: {cause}"));
    if !path.is_file() {
        return Ok(None);
    }
    let mut file = BufReader::new(File::open(path).map_err(unreadable)?);
    let head = String::from_utf8_lossy(file.fill_buf().map_err(unreadable)?).into_owned();
    if !head.trim_start().starts_with('{') {
        return Ok(None);
    }
    // A log whose records are JSON is given up at its first record.
    match serde_json::from_reader::<_, RunSummary>(file) {
        Ok(run) if run.schema == SCHEMA => Ok(Some(run)),
        Ok(run) => Err(Problem::new(format!("{name} is a {}, not a {SCHEMA}", run.schema))),
        Err(cause) if head.contains(SCHEMA) => {
            Err(Problem::new(format!("{name} is no whole report: {cause}")))
        }
        Err(_) => Ok(None),
    }
}
