//! The whole report for programs: schema `logscan.report/1`.
//!
//! The model's own field names are the contract, so there is nothing to decide here.

use std::io::{self, Write};

use logscan_model::Report;
use serde::{Serialize, Serializer};

use crate::escape::Json;

/// Writes the report, indented, with a newline at its end.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(Json(&mut *out), report)?;
    writeln!(out)
}

/// A list that is written element by element and never stands in memory as a whole.
pub(crate) struct Each<F>(pub(crate) F);

impl<F, I> Serialize for Each<F>
where
    F: Fn() -> I,
    I: IntoIterator<Item: Serialize>,
{
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq((self.0)())
    }
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn the_report_as_json() {
        insta::assert_snapshot!(fixture::written(Format::Json, &fixture::failed_run()));
    }

    #[test]
    fn what_is_unknown_is_null_and_never_left_out() {
        let text = fixture::written(Format::Json, &fixture::healthy_run());
        let report: serde_json::Value = serde_json::from_str(&text).unwrap();
        assert!(text.ends_with("}\n"));
        assert!(report["inputs"][0]["wrapper"].is_null());
        assert!(report["timeline"]["tests"][0].get("worker").is_some());
        assert_eq!(report["schema"], "logscan.report/1");
    }
}
