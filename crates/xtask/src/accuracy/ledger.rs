//! The ledger of figures on runs that nobody had seen: kept as data, shown in docs/accuracy.md.

use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;

use super::lab::{Scores, Share};
use super::{Tally, share};
use crate::root;

const FILE: &str = "docs/accuracy.ledger.toml";
const PAGE: &str = "docs/accuracy.md";
const TITLE: &str = "\n## Ledger\n";

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Ledger {
    #[serde(default)]
    row: Vec<Row>,
}

/// One scoring of fresh runs.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    commit: String,
    date: String,
    seed: u64,
    runs: u32,
    stacks: u32,
    precision: String,
    recall: String,
    f1: String,
    first_cause: String,
    culprits_f1: String,
    victims_f1: String,
    first_line: String,
    silent: String,
    explained: String,
    open_set_f1: String,
}

/// What `tests/lab/record` says of a whole recording.
#[derive(Deserialize)]
struct Recording {
    seed: u64,
}

/// Appends a row for runs that were drawn after the code was committed, and never scored before.
pub(super) fn append(folder: &Path, scores: &Scores, open: &Tally) -> Result<(), String> {
    let text = std::fs::read_to_string(folder.join("recording.json"))
        .map_err(|cause| format!("{}/recording.json: {cause}", folder.display()))?;
    let recording: Recording = serde_json::from_str(&text).map_err(|error| error.to_string())?;
    let mut ledger = read()?;
    check(&ledger, recording.seed)?;
    ledger.row.push(Row::of(recording.seed, scores, open)?);
    let text: String = ledger.row.iter().map(Row::text).collect();
    std::fs::write(root().join(FILE), HEAD.to_owned() + &text)
        .map_err(|cause| format!("{FILE}: {cause}"))?;
    let page = crate::read(PAGE)?;
    let kept = page.split(TITLE).next().unwrap_or(&page);
    std::fs::write(root().join(PAGE), kept.to_owned() + &section()?)
        .map_err(|cause| format!("{PAGE}: {cause}"))
}

const HEAD: &str = "# Written by `cargo xtask accuracy --lab DIR --ledger`: one row for each first scoring of fresh runs.\n\n";

/// The rule of CONTRIBUTING: fresh seeds, committed code, one scoring.
fn check(ledger: &Ledger, seed: u64) -> Result<(), String> {
    if ledger.row.iter().any(|row| row.seed == seed) {
        return Err(format!(
            "seed {seed} stands in the ledger already: only a first scoring counts, draw new runs"
        ));
    }
    if !git(&["status", "--porcelain", "--untracked-files=no"])?.is_empty() {
        return Err("the work tree has changes: commit first, then draw a seed and record".into());
    }
    let committed: u64 = git(&["log", "-1", "--format=%ct"])?.parse().unwrap_or(u64::MAX);
    if seed < committed {
        return Err(format!(
            "seed {seed} is older than the commit: draw it afterwards, `--seed $(date +%s)`"
        ));
    }
    Ok(())
}

fn git(arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").current_dir(root()).args(arguments).output();
    let output = output.map_err(|cause| format!("git: {cause}"))?;
    Ok(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn read() -> Result<Ledger, String> {
    if !root().join(FILE).exists() {
        return Ok(Ledger::default());
    }
    toml::from_str(&crate::read(FILE)?).map_err(|error| format!("{FILE}: {error}"))
}

impl Row {
    /// The row as it stands in the file.
    fn text(&self) -> String {
        let numbers =
            [("seed", self.seed), ("runs", self.runs.into()), ("stacks", self.stacks.into())];
        let words = [
            ("commit", &self.commit),
            ("date", &self.date),
            ("precision", &self.precision),
            ("recall", &self.recall),
            ("f1", &self.f1),
            ("first_cause", &self.first_cause),
            ("culprits_f1", &self.culprits_f1),
            ("victims_f1", &self.victims_f1),
            ("first_line", &self.first_line),
            ("silent", &self.silent),
            ("explained", &self.explained),
            ("open_set_f1", &self.open_set_f1),
        ];
        let mut text = String::from("[[row]]\n");
        for (key, value) in numbers {
            _ = writeln!(text, "{key} = {value}");
        }
        for (key, value) in words {
            _ = writeln!(text, "{key} = {value:?}");
        }
        text.push('\n');
        text
    }

    fn of(seed: u64, scores: &Scores, open: &Tally) -> Result<Self, String> {
        let all = super::sum(&scores.classes);
        let stacks: std::collections::BTreeSet<&String> =
            scores.cells.keys().map(|(stack, _)| stack).collect();
        let of = |(right, all): Share| format!("{right} of {all}");
        Ok(Self {
            commit: git(&["rev-parse", "--short", "HEAD"])?,
            date: git(&["log", "-1", "--format=%cs"])?,
            seed,
            runs: scores.runs,
            stacks: u32::try_from(stacks.len()).unwrap_or_default(),
            precision: share(all.right, all.right + all.wrong),
            recall: share(all.right, all.right + all.missed),
            f1: f1(&all),
            first_cause: of(scores.first_cause),
            culprits_f1: f1(&scores.culprits),
            victims_f1: f1(&scores.victims),
            first_line: of(scores.first_line),
            silent: of(scores.silent),
            explained: of(scores.explained),
            open_set_f1: f1(open),
        })
    }
}

pub(super) fn f1(tally: &Tally) -> String {
    share(2 * tally.right, 2 * tally.right + tally.wrong + tally.missed)
}

/// The ledger as it stands on the page.
pub(super) fn section() -> Result<String, String> {
    let ledger = read()?;
    let mut text = format!("{TITLE}\n{INTRODUCTION}\n");
    text.push_str("| commit | date | seed | runs | stacks | precision | recall | F1 | first cause | culprits F1 | victims F1 | first line | silent where healthy | failed tests mentioned | open set F1 |\n");
    text.push_str("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|\n");
    for row in &ledger.row {
        let Row { commit, date, seed, runs, stacks, precision, recall, f1, .. } = row;
        let Row {
            first_cause,
            culprits_f1,
            victims_f1,
            first_line,
            silent,
            explained,
            open_set_f1,
            ..
        } = row;
        _ = writeln!(
            text,
            "| {commit} | {date} | {seed} | {runs} | {stacks} | {precision} | {recall} | {f1} | {first_cause} | {culprits_f1} | {victims_f1} | {first_line} | {silent} | {explained} | {open_set_f1} |"
        );
    }
    Ok(text)
}

const INTRODUCTION: &str = "On runs of the laboratory (`tests/lab`) that nobody had seen: each row is the first scoring of runs
whose seed was drawn after the commit it names. Only such figures may be quoted. Classes that the given
files cannot show are not asked for; the last column is the same program on the open samples.
";
