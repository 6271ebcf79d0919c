//! Excerpts rebuilt after public reports: what was found in them is found, and where nothing is
//! wrong nothing is said. `tests/reports/README.md` holds the figures.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

mod support;

use std::collections::BTreeSet;
use std::path::Path;

use serde_json::Value;
use support::{logscan, root};

/// How many excerpts of a batch are answered rightly.
#[derive(Debug, Default, PartialEq)]
struct Right {
    hit: usize,
    first_cause: usize,
    silent: usize,
}

fn words(label: &Value, name: &str) -> BTreeSet<String> {
    let all = label[name].as_array().into_iter().flatten();
    all.map(|word| word.as_str().unwrap().to_owned()).collect()
}

/// The report of an excerpt; `Null` if nothing in it was understood.
fn report(file: &Path) -> Value {
    let output = logscan(&["analyze", "--isolated", "--format", "json", file.to_str().unwrap()]);
    serde_json::from_slice(&output.stdout).unwrap_or_default()
}

fn judge(batch: &Path) -> Right {
    let labels = std::fs::read_to_string(batch.join("labels.json")).unwrap();
    let labels: Vec<Value> = serde_json::from_str(&labels).unwrap();
    let mut right = Right::default();
    let folder = tempfile::tempdir().unwrap();
    for label in &labels {
        let name = label["file"].as_str().unwrap();
        // Short ones stand in the list of labels itself.
        let file = match label["text"].as_str() {
            Some(text) => {
                let file = folder.path().join(name);
                std::fs::write(&file, text).unwrap();
                file
            }
            None => batch.join(name),
        };
        let report = report(&file);
        let findings = report["findings"].as_array().into_iter().flatten();
        let loud = findings.clone().filter(|finding| finding["severity"] != "info");
        let loud: BTreeSet<&str> = loud.map(|finding| finding["class"].as_str().unwrap()).collect();
        let (expected, also) = (words(label, "expected"), words(label, "also_ok"));
        if expected.contains("none") {
            right.silent += usize::from(loud.iter().all(|class| also.contains(*class)));
            continue;
        }
        right.hit += usize::from(loud.iter().any(|class| expected.contains(*class)));
        let first = &report["verdict"]["root_causes"][0];
        let mut first = findings.filter(|finding| !first.is_null() && finding["id"] == *first);
        let mut causes = words(label, "root_class_also_ok");
        causes.extend(label["root_class"].as_str().map(str::to_owned));
        let class = first.next().and_then(|finding| finding["class"].as_str());
        right.first_cause += usize::from(class.is_some_and(|class| causes.contains(class)));
    }
    right
}

/// The last column of a batch's row.
fn stated(page: &str, batch: &str) -> Right {
    let row = page.lines().find(|line| line.starts_with(&format!("| {batch} |"))).unwrap();
    let last = row.trim_end_matches([' ', '|']).rsplit('|').next().unwrap();
    let figures: Vec<usize> = last.split(',').map(|n| n.trim().parse().unwrap()).collect();
    Right { hit: figures[0], first_cause: figures[1], silent: figures[2] }
}

#[test]
fn excerpts_of_reports_are_answered_as_their_page_says() {
    let folder = root().join("tests/reports");
    let page = std::fs::read_to_string(folder.join("README.md")).unwrap();
    let entries = std::fs::read_dir(&folder).unwrap().map(|entry| entry.unwrap().path());
    let batches: Vec<_> = entries.filter(|path| path.is_dir()).collect();
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    std::thread::scope(|scope| {
        for part in batches.chunks(batches.len().div_ceil(at_once)) {
            let page = &page;
            scope.spawn(move || {
                for batch in part {
                    let name = batch.file_name().unwrap().to_str().unwrap();
                    assert_eq!(judge(batch), stated(page, name), "batch {name}");
                }
            });
        }
    });
}
