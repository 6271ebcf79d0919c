//! How often the program is right: its answers on labelled recordings and excerpts.
//!
//! `samples/recordings.toml` names the folders with what really happened in them,
//! `samples/excerpts.toml` holds texts as people paste them.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use serde::Deserialize;
use serde_json::Value;

use crate::{read, root};

mod answer;
mod lab;
mod ledger;
mod misses;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Samples {
    sample: Vec<Sample>,
}

/// What is to be found in a folder, or in a text.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    folder: Option<String>,
    name: Option<String>,
    text: Option<String>,
    producer: String,
    /// Classes that an error or a warning must have, the first cause first.
    expected: Vec<String>,
    /// Classes that may stand for the expected ones.
    #[serde(default)]
    also: Vec<String>,
}

/// What the program found, as classes of errors and warnings.
struct Answer {
    loud: Vec<String>,
    first: Option<String>,
}

/// Right, false and missed.
#[derive(Clone, Copy, Default)]
struct Tally {
    right: u32,
    wrong: u32,
    missed: u32,
}

#[derive(Default)]
struct Scores {
    classes: BTreeMap<String, Tally>,
    producers: BTreeMap<String, (u32, u32)>,
    first_cause: (u32, u32),
    silent: (u32, u32),
    wrong: Vec<String>,
}

/// The page, made by asking the program about every sample.
pub(crate) fn page(program: &Path) -> Result<String, String> {
    let recorded = score(program, "samples/recordings.toml")?;
    let pasted = score(program, "samples/excerpts.toml")?;
    let mut page = String::from(HEAD);
    summary(&mut page, &recorded, &pasted);
    section(&mut page, "Recorded runs", &recorded);
    section(&mut page, "Excerpts", &pasted);
    page.push_str(&ledger::section()?);
    Ok(page)
}

/// Scores a folder of the laboratory; writes a page of what was missed, and a row of the ledger if asked.
pub(crate) fn laboratory(program: &Path, folder: &Path, to_ledger: bool) -> Result<String, String> {
    let scores = lab::score(program, folder)?;
    let page = misses::page(&scores);
    let path = folder.join("accuracy.md");
    std::fs::write(&path, &page).map_err(|cause| format!("{}: {cause}", path.display()))?;
    if to_ledger {
        let open = sum(&score(program, "samples/recordings.toml")?.classes);
        ledger::append(folder, &scores, &open)?;
    }
    Ok(page)
}

const HEAD: &str = "# Accuracy

Made by `cargo xtask accuracy`. A class counts as found if an error or a warning has it. Precision is
the share of what was found that is there, recall the share of what is there that was found; the first
cause is the finding that heads the answer. The samples were looked at while the program was written,
so these figures tell that nothing got worse, not how it does on logs that nobody has seen.
";

fn score(program: &Path, file: &str) -> Result<Scores, String> {
    let samples: Samples =
        toml::from_str(&read(file)?).map_err(|error| format!("{file}: {error}"))?;
    let mut scores = Scores::default();
    for sample in &samples.sample {
        let answer = ask(program, sample)?;
        scores.take(sample, &answer);
    }
    Ok(scores)
}

fn ask(program: &Path, sample: &Sample) -> Result<Answer, String> {
    let folder = tempfile::tempdir().map_err(|cause| cause.to_string())?;
    let path = match (&sample.folder, &sample.text) {
        (Some(name), None) => root().join("samples").join(name),
        (None, Some(text)) => {
            let path = folder.path().join("excerpt.log");
            std::fs::write(&path, text).map_err(|cause| cause.to_string())?;
            path
        }
        _ => return Err(format!("{} has neither folder nor text", sample.label())),
    };
    let output = Command::new(program)
        .args(["analyze", "--isolated", "--format", "json"])
        .arg(&path)
        .output()
        .map_err(|cause| format!("{}: {cause}", program.display()))?;
    let report: Value = serde_json::from_slice(&output.stdout)
        .map_err(|error| format!("{}: {error}", sample.label()))?;
    Ok(Answer::of(&report))
}

impl Sample {
    fn label(&self) -> &str {
        self.folder.as_deref().or(self.name.as_deref()).unwrap_or("a sample")
    }
}

impl Answer {
    fn of(report: &Value) -> Self {
        let findings = report["findings"].as_array().cloned().unwrap_or_default();
        let class = |finding: &Value| finding["class"].as_str().unwrap_or_default().to_owned();
        let loud = findings.iter().filter(|finding| finding["severity"] != "info");
        let mut loud: Vec<String> = loud.map(class).collect();
        loud.sort();
        loud.dedup();
        let root = &report["verdict"]["root_causes"][0];
        let first = findings.iter().find(|finding| finding["id"] == *root).map(class);
        Self { loud, first }
    }
}

impl Scores {
    fn take(&mut self, sample: &Sample, answer: &Answer) {
        let expected = &sample.expected;
        let stands_in = answer.loud.iter().any(|class| sample.also.contains(class));
        let found = |class: &String| answer.loud.contains(class) || stands_in;
        for class in expected {
            let tally = self.classes.entry(class.clone()).or_default();
            if found(class) { tally.right += 1 } else { tally.missed += 1 }
        }
        let allowed = |class: &&String| expected.contains(class) || sample.also.contains(class);
        let inherited = |class: &&String| *class == "cascade" && !expected.is_empty();
        let spare: Vec<&String> =
            answer.loud.iter().filter(|class| !allowed(class) && !inherited(class)).collect();
        for class in &spare {
            self.classes.entry((*class).clone()).or_default().wrong += 1;
        }
        let whole = spare.is_empty() && expected.iter().all(found);
        let of_producer = self.producers.entry(sample.producer.clone()).or_default();
        count(of_producer, whole);
        match expected.first() {
            None => count(&mut self.silent, answer.loud.is_empty()),
            Some(root) => {
                let first = answer.first.as_ref();
                let right = first.is_some_and(|first| first == root || sample.also.contains(first));
                count(&mut self.first_cause, right);
            }
        }
        if !whole {
            self.wrong.push(format!("{}: found {}", sample.label(), answer.loud.join(", ")));
        }
    }
}

fn count((right, all): &mut (u32, u32), is_right: bool) {
    *right += u32::from(is_right);
    *all += 1;
}

/// The table that README shows.
fn summary(page: &mut String, recorded: &Scores, pasted: &Scores) {
    _ = writeln!(page, "\n| | samples | precision | recall | first cause | silent where healthy |");
    _ = writeln!(page, "|---|---|---|---|---|---|");
    for (title, scores) in [("recorded runs", recorded), ("pasted excerpts", pasted)] {
        let all = sum(&scores.classes);
        let precision = share(all.right, all.right + all.wrong);
        let recall = share(all.right, all.right + all.missed);
        let (first, roots) = scores.first_cause;
        let (silent, quiet) = scores.silent;
        let samples = roots + quiet;
        _ = writeln!(
            page,
            "| {title} | {samples} | {precision} | {recall} | {first} of {roots} | {silent} of {quiet} |"
        );
    }
}

fn sum(classes: &BTreeMap<String, Tally>) -> Tally {
    classes.values().fold(Tally::default(), |all, one| Tally {
        right: all.right + one.right,
        wrong: all.wrong + one.wrong,
        missed: all.missed + one.missed,
    })
}

fn section(page: &mut String, title: &str, scores: &Scores) {
    _ = writeln!(page, "\n## {title}\n");
    _ = writeln!(page, "| class | samples | precision | recall |\n|---|---|---|---|");
    for (class, tally) in &scores.classes {
        let there = tally.right + tally.missed;
        let precision = share(tally.right, tally.right + tally.wrong);
        _ = writeln!(page, "| {class} | {there} | {precision} | {} |", share(tally.right, there));
    }
    let (first, of) = scores.first_cause;
    let (silent, quiet) = scores.silent;
    _ = writeln!(
        page,
        "\nFirst cause: {first} of {of}. Silent where nothing is wrong: {silent} of {quiet}."
    );
    let producers = scores.producers.iter();
    let list: Vec<String> =
        producers.map(|(name, (right, all))| format!("{name} {right}/{all}")).collect();
    _ = writeln!(page, "\nWholly right, by producer: {}.", list.join(", "));
    if !scores.wrong.is_empty() {
        _ = writeln!(page, "\nNot right: {}.", scores.wrong.join("; "));
    }
}

fn share(part: u32, whole: u32) -> String {
    if whole == 0 { "–".to_owned() } else { format!("{:.2}", f64::from(part) / f64::from(whole)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(expected: &[&str]) -> Sample {
        Sample {
            folder: Some("x".into()),
            name: None,
            text: None,
            producer: "p".into(),
            expected: expected.iter().map(ToString::to_string).collect(),
            also: vec!["timeout".into()],
        }
    }

    fn answer(loud: &[&str]) -> Answer {
        let loud: Vec<String> = loud.iter().map(ToString::to_string).collect();
        Answer { first: loud.first().cloned(), loud }
    }

    #[test]
    fn what_is_spare_and_what_is_missing_both_count() {
        let mut scores = Scores::default();
        scores.take(&sample(&["leak", "exhaustion"]), &answer(&["leak", "crash"]));
        scores.take(&sample(&["leak"]), &answer(&["timeout"]));
        scores.take(&sample(&[]), &answer(&["leak"]));
        let tally = |class: &str| {
            let tally = scores.classes[class];
            (tally.right, tally.wrong, tally.missed)
        };
        assert_eq!(
            (tally("leak"), tally("exhaustion"), tally("crash")),
            ((2, 1, 0), (0, 0, 1), (0, 1, 0))
        );
        assert_eq!((scores.first_cause, scores.silent), ((2, 2), (0, 1)));
        assert_eq!(scores.wrong.len(), 2);
    }
}
