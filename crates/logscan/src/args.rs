//! The command line.

mod limits;

use std::path::PathBuf;

use bytesize::ByteSize;
use clap::{Parser, Subcommand, ValueEnum};
use logscan_model::Severity;

use crate::filter::{self, Point};
pub(crate) use limits::LimitArgs;

const EXAMPLES: &str = "\
Examples:
  logscan analyze test_debug.log            what went wrong first, and what to do
  logscan analyze ci-logs.zip -o report.html -o findings.sarif
  logscan diff before.log after.log         what a change made better or worse
  logscan bundle logs/ -o ticket.zip        everything that a bug ticket needs
  logscan explain P101                      what a rule finds and why it matters

Exit status: 0 nothing at or above --fail-on, 1 findings, 2 the job was not done.";

const ANALYZE: &str = "\
Examples:
  logscan analyze test_debug.log pytest_stdout.log
  gh run view --log | logscan analyze -
  logscan analyze logs/ --format github                      annotations of the run
  logscan analyze logs/ -o report.html -o run.pftrace -o junit:logscan.xml
  logscan analyze logs/ --exclude '*.old' --baseline main.json --fail-on warning
  logscan analyze test_debug.log --worker gw1 --since -10m    a part of the report";

const DIFF: &str = "\
Examples:
  logscan diff before.log after.log
  logscan diff main.json logs/ --format markdown

Exit status: 1 if something is new or worse at or above --fail-on.";

const BUNDLE: &str = "\
Examples:
  logscan bundle logs/ -o ticket.zip
  logscan bundle test_debug.log --max-size 25MB";

/// Post-mortem of database trouble in test runs.
///
/// What went wrong first, in which worker and test, proven by which lines, and what
/// to change.
#[derive(Debug, Parser)]
#[command(version, max_term_width = 100, after_help = EXAMPLES)]
pub(crate) struct Args {
    #[command(subcommand)]
    pub(crate) command: Command,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Find what went wrong in the logs of a run
    #[command(after_help = ANALYZE)]
    Analyze(Analyze),
    /// Compare two runs: what is new, gone, worse and better
    #[command(after_help = DIFF)]
    Diff(Diff),
    /// Pack what a bug ticket needs into one archive
    #[command(after_help = BUNDLE)]
    Bundle(Bundle),
    /// Write the timeline and the findings as Parquet and CSV tables
    Export(Export),
    /// Print what a rule finds, why it matters and what to do
    Explain {
        /// Code or name: P101, pool-exhausted
        rule: String,
    },
    /// List the rules
    Rules,
    /// List the line formats, or explain which one a file has
    Formats {
        /// Explain the choice for this file
        #[arg(long, value_name = "FILE")]
        why: Option<PathBuf>,
    },
    /// List the signatures: which lines are understood
    Signatures {
        /// Only their number
        #[arg(long)]
        count: bool,
        #[command(flatten)]
        own: Own,
    },
    /// Propose signatures for prefixed lines of a log that nobody understands yet
    Init {
        /// The log
        log: PathBuf,
    },
    /// Print a completion script
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
    /// Print the manual page
    Man,
}

/// What users add of their own.
#[derive(Debug, clap::Args)]
pub(crate) struct Own {
    /// Folder with signatures of your own, as `logscan init` writes them
    #[arg(long, value_name = "DIR")]
    pub(crate) signatures: Vec<PathBuf>,

    /// Read errors by the codes of vendors and by vocabulary alone, to measure both
    #[arg(long, hide = true, conflicts_with = "signatures")]
    pub(crate) by_words: bool,

    /// Settings: pools, thresholds, folders with signatures [default: ./logscan.toml, if there]
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Do not read ./logscan.toml
    #[arg(long, conflicts_with = "config")]
    pub(crate) isolated: bool,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Read {
    /// Files, directories or globs of one run, also packed ones; - is standard input
    #[arg(required = true, value_name = "PATH")]
    pub(crate) paths: Vec<String>,

    /// Leave out files that match, of directories, globs and archives: *.json, old/**
    #[arg(long, value_name = "GLOB")]
    pub(crate) exclude: Vec<String>,

    #[command(flatten)]
    pub(crate) how: How,
}

/// How logs are read.
#[derive(Debug, clap::Args)]
pub(crate) struct How {
    /// Read all inputs in this line format (see `logscan formats`)
    #[arg(long, value_name = "NAME")]
    pub(crate) input_format: Option<String>,

    /// Threads that parse; the result does not depend on it
    #[arg(long, value_name = "N")]
    pub(crate) threads: Option<usize>,

    #[command(flatten)]
    pub(crate) own: Own,

    #[command(flatten)]
    pub(crate) limits: LimitArgs,

    /// Mask passwords, tokens and keys in all outputs; `emails` masks addresses of people too
    #[arg(long, value_enum, default_value_t = Redact::On)]
    pub(crate) redact: Redact,
}

/// Where the answer goes, and what it means for the exit status.
#[derive(Debug, clap::Args)]
pub(crate) struct Answer {
    /// Also write a file; its format follows from the extension, or from FORMAT:FILE.
    /// `analyze` writes the CSV tables into a directory
    #[arg(short, long, value_name = "FILE")]
    pub(crate) output: Vec<String>,

    /// Findings that make the exit status 1
    #[arg(long, value_enum, default_value_t = FailOn::Error)]
    pub(crate) fail_on: FailOn,

    /// Colours on standard output
    #[arg(long, value_enum, default_value_t = Colour::Auto)]
    pub(crate) color: Colour,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Analyze {
    #[command(flatten)]
    pub(crate) read: Read,

    /// Format on standard output: human, json, jsonl, csv, markdown, html, sarif, junit, github,
    /// gitlab, perfetto, chrome
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: String,

    #[command(flatten)]
    pub(crate) answer: Answer,

    /// JSON report of an earlier run: what it has already does not make the exit status 1
    #[arg(long, value_name = "FILE")]
    pub(crate) baseline: Option<PathBuf>,

    /// Leave CSV cells as they are, also those that a spreadsheet would run as a formula
    #[arg(long)]
    pub(crate) csv_raw: bool,

    #[command(flatten)]
    pub(crate) show: Show,

    /// Only the answer
    #[arg(short, long)]
    pub(crate) quiet: bool,

    /// Infos in full, and what was not understood
    #[arg(short, long, conflicts_with = "quiet")]
    pub(crate) verbose: bool,
}

/// What is shown. Nothing of it changes the answer or the exit status.
#[derive(Debug, Default, clap::Args)]
#[command(next_help_heading = "What is shown; the answer is that of the whole run")]
pub(crate) struct Show {
    /// Only findings of these rules: codes, families or names (P101,L,deadlock)
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) select: Vec<String>,

    /// No findings of these rules
    #[arg(long, value_name = "RULE", value_delimiter = ',')]
    pub(crate) ignore: Vec<String>,

    /// Only findings that name this worker
    #[arg(long)]
    pub(crate) worker: Option<String>,

    /// Only findings that name a test with this text in its id
    #[arg(long, value_name = "TEXT")]
    pub(crate) test: Option<String>,

    /// Only findings of this run, where the logs hold several
    #[arg(long, value_name = "N")]
    pub(crate) run: Option<u64>,

    /// Only what lasted beyond this time: 2026-03-01T10:00:00, 10:00:00, or -10m (before the end)
    #[arg(long, value_name = "TIME", value_parser = filter::point, allow_hyphen_values = true)]
    pub(crate) since: Option<Point>,

    /// Only what began before this time
    #[arg(long, value_name = "TIME", value_parser = filter::point, allow_hyphen_values = true)]
    pub(crate) until: Option<Point>,
}

impl Show {
    /// The options that were given, as they are written.
    pub(crate) fn options(&self) -> Vec<String> {
        let list = |name, list: &[String]| {
            (!list.is_empty()).then(|| format!("--{name} {}", list.join(",")))
        };
        let one = |name, value: Option<String>| value.map(|value| format!("--{name} {value}"));
        let all = [
            list("select", &self.select),
            list("ignore", &self.ignore),
            one("worker", self.worker.clone()),
            one("test", self.test.clone()),
            one("run", self.run.map(|run| run.to_string())),
            one("since", self.since.as_ref().map(Point::to_string)),
            one("until", self.until.as_ref().map(Point::to_string)),
        ];
        all.into_iter().flatten().collect()
    }
}

#[derive(Debug, clap::Args)]
pub(crate) struct Diff {
    /// The earlier run: a log, a directory, a glob, or a JSON report
    pub(crate) before: String,

    /// The later run
    pub(crate) after: String,

    #[command(flatten)]
    pub(crate) how: How,

    /// Format on standard output: human, json, markdown, html
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: String,

    #[command(flatten)]
    pub(crate) answer: Answer,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Bundle {
    #[command(flatten)]
    pub(crate) read: Read,

    /// The archive
    #[arg(short, long, value_name = "FILE", default_value = "ticket.zip")]
    pub(crate) output: PathBuf,

    /// What the tracker takes as one file; logs are cut closer to the evidence until it fits
    #[arg(long, value_name = "SIZE", default_value = "9.5MB")]
    pub(crate) max_size: ByteSize,
}

#[derive(Debug, clap::Args)]
pub(crate) struct Export {
    #[command(flatten)]
    pub(crate) read: Read,

    /// Directory for the tables
    #[arg(long, value_name = "DIR")]
    pub(crate) tables: PathBuf,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Redact {
    On,
    Off,
    Emails,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    Error,
    Warning,
    Never,
}

impl FailOn {
    /// Whether findings of at most this severity make the exit status 1.
    pub(crate) fn fails(self, worst: Option<Severity>) -> bool {
        match self {
            Self::Error => worst >= Some(Severity::Error),
            Self::Warning => worst >= Some(Severity::Warning),
            Self::Never => false,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Colour {
    Auto,
    Always,
    Never,
}

#[cfg(test)]
mod tests {
    use logscan_model::Limits;

    use super::*;
    use clap::CommandFactory;

    #[test]
    fn limits_are_those_of_the_library() {
        let args = Args::parse_from(["logscan", "analyze", "x"]);
        let Command::Analyze(analyze) = args.command else { panic!("another command") };
        assert_eq!(analyze.read.how.limits.limits(), Limits::default());
    }

    #[test]
    fn the_command_line_is_consistent() {
        Args::command().debug_assert();
    }
}
