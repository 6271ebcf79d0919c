//! Chores of the workspace: `gen` makes what is generated, `accuracy` asks how often the
//! program is right, `tidy` checks what must hold, `perf` measures, `new` writes what a newcomer would
//! have to copy.

mod accuracy;
mod generate;
mod perf;
mod scaffold;
mod tidy;

use std::path::{Path, PathBuf};
use std::process::ExitCode;

use clap::{Parser, Subcommand};

#[derive(Parser)]
struct Args {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Make docs/ and reports/
    Gen {
        /// Change nothing, fail if something is out of date
        #[arg(long)]
        check: bool,
    },
    /// Ask the program about all labelled samples; make docs/accuracy.md
    Accuracy {
        /// Score recordings of `tests/lab/record` instead; writes DIR/accuracy.md
        #[arg(long, value_name = "DIR")]
        lab: Option<PathBuf>,
        /// The program to ask; without it the workspace's own is built
        #[arg(long, value_name = "PATH", requires = "lab")]
        logscan: Option<PathBuf>,
        /// Append the figures to docs/accuracy.ledger.toml and its page
        #[arg(long, requires = "lab")]
        ledger: bool,
    },
    /// Check lists, pages, arrows between crates, sizes, and generated files
    Tidy,
    /// Measure the program beside others; make docs/perf.md
    Perf {
        /// Rounds that count
        #[arg(long, default_value_t = 5)]
        rounds: usize,
        /// Also 4 GB
        #[arg(long)]
        large: bool,
    },
    /// Write the files and list lines of something new
    #[command(subcommand)]
    New(scaffold::New),
}

fn main() -> ExitCode {
    let failures = match Args::parse().chore {
        Chore::Gen { check } => generate::run(check),
        Chore::Accuracy { lab: Some(folder), logscan, ledger } => {
            generate::laboratory(&folder, logscan, ledger)
        }
        Chore::Accuracy { .. } => generate::only_accuracy(),
        Chore::Tidy => tidy::run(),
        Chore::Perf { rounds, large } => perf::run(rounds, large),
        Chore::New(new) => scaffold::run(&new),
    };
    for failure in &failures {
        say(failure);
    }
    if failures.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The workspace's folder.
fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// The text of a file of the workspace; the error names it.
fn read(path: &str) -> Result<String, String> {
    std::fs::read_to_string(root().join(path)).map_err(|cause| format!("{path}: {cause}"))
}

/// Names of the files in a folder that end so, without the ending, sorted.
fn stems(folder: &str, ending: &str) -> Vec<String> {
    let entries = std::fs::read_dir(root().join(folder)).into_iter().flatten().flatten();
    let names = entries.map(|entry| entry.file_name().to_string_lossy().into_owned());
    let mut stems: Vec<String> =
        names.filter_map(|name| name.strip_suffix(ending).map(str::to_owned)).collect();
    stems.sort();
    stems
}

fn say(line: &str) {
    use std::io::Write;
    _ = writeln!(std::io::stderr().lock(), "{line}");
}
