//! Two runs side by side: before a change and after it.

use std::process::ExitCode;

use logscan_analysis::compare;
use logscan_model::comparison::{Change, Comparison, RunSummary};
use logscan_report::Options;
use logscan_report::redact::Redactor;

use crate::args::{Diff, How, Redact};
use crate::outputs::Outputs;
use crate::pipeline;
use crate::problem::{Problem, status};
use crate::saved;
use crate::settings::Settings;

/// `logscan diff`.
pub(crate) fn run(args: &Diff) -> Result<ExitCode, Problem> {
    let inputs = [args.before.as_str(), args.after.as_str()];
    let options = Options::default();
    let outputs = Outputs::open::<Comparison>(&args.format, &args.answer, &inputs, options)?;
    let settings = pipeline::prepare(&args.how)?;
    let before = side(&args.before, &args.how, &settings)?;
    let after = side(&args.after, &args.how, &settings)?;
    let tool = pipeline::tool();
    let mut comparison = compare(tool, (&args.before, &before.run), (&args.after, &after.run));
    if args.how.redact != Redact::Off {
        Redactor::new(args.how.redact == Redact::Emails).comparison(&mut comparison);
    }
    let read_to_end = outputs.write(&comparison)?;
    let worse = comparison.findings.iter();
    let worse = worse.filter(|one| matches!(one.change, Change::New | Change::Worse));
    let fails = args.answer.fail_on.fails(worse.map(|one| one.severity));
    Ok(status(read_to_end, before.complete && after.complete, fails))
}

struct Side {
    run: RunSummary,
    complete: bool,
}

/// A JSON report is taken as it is; everything else is read as logs.
fn side(path: &str, how: &How, settings: &Settings) -> Result<Side, Problem> {
    if let Some(run) = saved::summary(path.as_ref())? {
        return Ok(Side { run, complete: true });
    }
    let done = pipeline::read(&[path.to_owned()], how, settings, |_| true)?;
    if done.report.inputs.iter().all(|input| input.lines_understood == 0) {
        return Err(Problem::new(format!("cannot compare: nothing was understood of {path}")));
    }
    let run = serde_json::to_value(&done.report).and_then(serde_json::from_value);
    let run = run.map_err(|cause| Problem::new(format!("cannot compare {path}: {cause}")))?;
    Ok(Side { run, complete: done.complete })
}
