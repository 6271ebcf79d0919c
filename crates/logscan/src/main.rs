//! `logscan`: what went wrong first, in which worker and test, proven by which lines.

mod accept;
mod analyze;
mod args;
mod bundle;
mod context;
mod diff;
mod evidence;
mod explain;
mod export;
mod filter;
mod formats;
mod init;
mod inputs;
mod interrupted;
mod nearest;
mod outputs;
mod pipeline;
mod problem;
mod progress;
mod saved;
mod settings;
mod stdout;
mod taken;

use std::process::ExitCode;

use clap::{CommandFactory, Parser};

use args::{Args, Command};
use problem::Problem;

fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(wrong) if wrong.use_stderr() => return problem::usage(&wrong),
        Err(asked) => asked.exit(),
    };
    match run(&args) {
        Ok(code) => code,
        Err(problem) => problem.report(),
    }
}

fn run(args: &Args) -> Result<ExitCode, Problem> {
    interrupted::listen();
    match &args.command {
        Command::Analyze(analyze) => return analyze::run(analyze),
        Command::Diff(diff) => return diff::run(diff),
        Command::Bundle(bundle) => bundle::run(bundle)?,
        Command::Export(export) => export::run(export)?,
        Command::Explain { rule } => explain::page(rule)?,
        Command::Rules => explain::rules()?,
        Command::Formats { why } => formats::run(why.as_deref())?,
        Command::Init { log } => init::run(log)?,
        Command::Signatures { count, own } => formats::signatures(*count, own)?,
        Command::Completions { shell } => completions(*shell)?,
        Command::Man => man()?,
    }
    Ok(ExitCode::SUCCESS)
}

fn completions(shell: clap_complete::Shell) -> Result<(), Problem> {
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut Args::command(), "logscan", &mut script);
    stdout::print(&script)
}

fn man() -> Result<(), Problem> {
    let mut page = Vec::new();
    let rendered = clap_mangen::Man::new(Args::command()).render(&mut page);
    rendered.map_err(|cause| Problem::new(format!("cannot render the manual: {cause}")))?;
    stdout::print(&page)
}
