//! The laws of sentences, on every recording, every file of one, and every excerpt.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

#[path = "support/laws.rs"]
mod laws;
mod support;

use std::path::{Path, PathBuf};

use serde_json::Value;
use support::{logscan, root, temporary};

/// The report of a log, if it is one at all.
fn report(path: &Path) -> Option<Value> {
    let output = logscan(&["analyze", "--format", "json", path.to_str().unwrap()]);
    serde_json::from_slice(&output.stdout).ok()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let entries = std::fs::read_dir(folder).unwrap();
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    paths
}

#[test]
fn recordings_and_each_of_their_files() {
    let folders = entries(&root().join("samples")).into_iter().filter(|path| path.is_dir());
    let mut checked = 0;
    for folder in folders {
        for path in std::iter::once(folder.clone()).chain(entries(&folder)) {
            let report = report(&path).unwrap_or_else(|| panic!("{}", path.display()));
            laws::check(&report, &path.display().to_string());
            checked += 1;
        }
    }
    assert!(checked > 80, "{checked}");
}

#[test]
fn excerpts() {
    let text = std::fs::read_to_string(root().join("samples/excerpts.toml")).unwrap();
    let excerpts: toml::Table = text.parse().unwrap();
    let samples = excerpts["sample"].as_array().unwrap();
    assert!(samples.len() > 80);
    for sample in samples {
        let (_kept, path) = temporary("excerpt.log", sample["text"].as_str().unwrap().as_bytes());
        let name = sample["name"].as_str().unwrap();
        laws::check(&report(Path::new(&path)).unwrap_or_else(|| panic!("{name}")), name);
    }
}
