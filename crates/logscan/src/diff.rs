//! Two runs side by side: before a change and after it.

use std::process::ExitCode;

use logscan_analysis::compare;
use logscan_model::comparison::{Change, Comparison, RunSummary};
use logscan_report::Options;
use logscan_report::redact::Redactor;

use crate::args::{Diff, How, Redact, Show};
use crate::inputs::{self, Found};
use crate::outputs::Outputs;
use crate::pipeline;
use crate::problem::{Problem, status};
use crate::saved;
use crate::settings::Settings;
use crate::taken::Taken;

/// `logscan diff`.
pub(crate) fn run(args: &Diff) -> Result<ExitCode, Problem> {
    let settings = pipeline::prepare(&args.how)?;
    let mut taken = Taken::by(&settings, &args.how.own, None);
    let before = Side::of(&args.before, &mut taken)?;
    let after = Side::of(&args.after, &mut taken)?;
    let options = Options::default();
    let outputs = Outputs::open::<Comparison>(&args.format, &args.answer, &mut taken, options)?;
    let before = before.read(&args.how, &settings)?;
    let after = after.read(&args.how, &settings)?;
    let tool = pipeline::tool();
    let mut comparison = compare(tool, (&args.before, &before.run), (&args.after, &after.run));
    if args.how.redact != Redact::Off {
        Redactor::new(args.how.redact == Redact::Emails).comparison(&mut comparison);
    }
    let read_to_end = outputs.write(&comparison)?;
    let worse = comparison.findings.iter();
    let worse = worse.filter(|one| matches!(one.change, Change::New | Change::Worse));
    let fails = args.answer.fail_on.fails(worse.map(|one| one.severity).max());
    Ok(status(read_to_end, before.complete && after.complete, fails))
}

/// One of the two things that are compared.
enum Side<'a> {
    Report(RunSummary),
    Logs(&'a str, Found),
}

struct Read {
    run: RunSummary,
    complete: bool,
}

impl<'a> Side<'a> {
    /// A JSON report is taken as it is; everything else is read as logs.
    fn of(path: &'a str, taken: &mut Taken) -> Result<Self, Problem> {
        if let Some(run) = saved::summary(path.as_ref())? {
            taken.reads(path.as_ref());
            return Ok(Self::Report(run));
        }
        let found = inputs::find(&[path.to_owned()], &[])?;
        taken.inputs(&found);
        Ok(Self::Logs(path, found))
    }

    fn read(self, how: &How, settings: &Settings) -> Result<Read, Problem> {
        let (path, found) = match self {
            Self::Report(run) => return Ok(Read { run, complete: true }),
            Self::Logs(path, found) => (path, found),
        };
        let inputs = found.unpack(settings.limits)?;
        let done = pipeline::read(inputs, how, settings, &Show::default())?;
        if done.report.inputs.iter().all(|input| input.lines_understood == 0) {
            return Err(Problem::new(format!("cannot compare: nothing was understood of {path}")));
        }
        Ok(Read { run: done.report.into(), complete: done.complete })
    }
}
