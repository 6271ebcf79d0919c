//! The main job: logs in, report out.

use std::process::ExitCode;

use logscan_model::{Finding, Report};
use logscan_report::Options;

use crate::args::Analyze;
use crate::outputs::Outputs;
use crate::pipeline;
use crate::problem::{Problem, status};
use crate::saved;

/// `logscan analyze`.
pub(crate) fn run(args: &Analyze) -> Result<ExitCode, Problem> {
    args.select.iter().chain(&args.ignore).try_for_each(|code| known(code))?;
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
    let inputs: Vec<&str> = args.read.paths.iter().map(String::as_str).collect();
    let outputs = Outputs::open::<Report>(&args.format, &args.answer, &inputs, options)?;
    let keep = |finding: &Finding| is_wanted(args, finding);
    let done = pipeline::read(&args.read.paths, how, &settings, keep)?;
    let read_to_end = outputs.write(&done.report)?;
    let counted = done.report.findings.iter().filter(|finding| finding.accepted.is_none());
    let fails = args.answer.fail_on.fails(counted.map(|finding| finding.severity));
    Ok(status(read_to_end, done.complete, fails))
}

fn is_wanted(args: &Analyze, finding: &Finding) -> bool {
    let listed = |codes: &[String]| codes.iter().any(|code| begins(finding.code, code));
    let names = |list: &[String], text: &str| list.iter().any(|name| name.contains(text));
    let tests = |text: &String| names(&finding.tests, text) || names(&finding.affected_tests, text);
    (args.select.is_empty() || listed(&args.select))
        && !listed(&args.ignore)
        && args.worker.as_ref().is_none_or(|worker| finding.workers.contains(worker))
        && args.test.as_ref().is_none_or(tests)
}

/// Whether a code, or the beginning of one, means this rule; in capitals or not.
fn begins(rule: &str, code: &str) -> bool {
    !code.is_empty() && rule.get(..code.len()).is_some_and(|b| b.eq_ignore_ascii_case(code))
}

/// A slip in a code would leave out everything and look like success.
fn known(code: &str) -> Result<(), Problem> {
    match logscan_analysis::rules().iter().any(|rule| begins(rule.code, code)) {
        true => Ok(()),
        false => Err(Problem::new(format!("no rule has a code like {code:?}"))
            .hint("`logscan rules` lists them")),
    }
}
