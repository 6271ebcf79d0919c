//! The main job: logs in, report out.

use std::process::ExitCode;

use logscan_model::{Finding, Severity};

use crate::args::{Analyze, FailOn};
use crate::outputs::Outputs;
use crate::pipeline::{self, Done};
use crate::problem::{NOT_DONE, Problem};

/// `logscan analyze`.
pub(crate) fn run(args: &Analyze) -> Result<ExitCode, Problem> {
    args.select.iter().chain(&args.ignore).try_for_each(|code| known(code))?;
    let outputs = Outputs::open(args)?;
    let keep = |finding: &Finding| is_wanted(args, finding);
    let done = pipeline::read(&args.read, keep)?;
    let read_to_end = outputs.write(&done.report)?;
    Ok(if read_to_end { exit_code(args.fail_on, &done) } else { ExitCode::SUCCESS })
}

fn exit_code(fail_on: FailOn, done: &Done) -> ExitCode {
    let worst = done.report.findings.iter().map(|finding| finding.severity).max();
    let fails = match fail_on {
        FailOn::Error => worst >= Some(Severity::Error),
        FailOn::Warning => worst >= Some(Severity::Warning),
        FailOn::Never => false,
    };
    if done.complete { ExitCode::from(u8::from(fails)) } else { ExitCode::from(NOT_DONE) }
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
