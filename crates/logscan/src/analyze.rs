//! The main job: logs in, report out.

use std::process::ExitCode;

use logscan_model::Report;
use logscan_report::Options;

use crate::args::Analyze;
use crate::explain;
use crate::inputs;
use crate::outputs::Outputs;
use crate::pipeline;
use crate::problem::{Problem, status, tell};
use crate::saved;
use crate::taken::Taken;

/// `logscan analyze`.
pub(crate) fn run(args: &Analyze) -> Result<ExitCode, Problem> {
    args.show.select.iter().chain(&args.show.ignore).try_for_each(|rule| explain::check(rule))?;
    let how = &args.read.how;
    let mut settings = pipeline::prepare(how)?;
    settings.baseline = args.baseline.as_deref().map(saved::baseline).transpose()?;
    let options = Options {
        verbose: args.verbose,
        quiet: args.quiet,
        csv_raw: args.csv_raw,
        rules: logscan_analysis::rules(),
        ..Options::default()
    };
    let found = inputs::find(&args.read.paths, &args.read.exclude)?;
    let mut taken = Taken::by(&settings, &how.own, args.baseline.as_deref());
    taken.inputs(&found);
    let outputs = Outputs::open::<Report>(&args.format, &args.answer, &mut taken, options)?;
    let inputs = found.unpack(settings.limits)?;
    let done = pipeline::read(inputs, how, &settings, &args.show)?;
    let read_to_end = outputs.write(&done.report)?;
    // These have no place for it.
    let silent = ["csv", "sarif", "gitlab"].contains(&args.format.as_str());
    if let Some(hidden) = logscan_report::hidden(&done.report).filter(|_| silent) {
        tell(&format!("logscan: {hidden}"));
    }
    let fails = args.answer.fail_on.fails(done.worst);
    Ok(status(read_to_end, done.complete, fails))
}
