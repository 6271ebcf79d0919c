//! What the program says about one recording: its loud findings, and the tests that it names.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// The loud findings of a report, and what is said of the failed tests.
pub(super) struct Answer {
    pub loud: Vec<Finding>,
    pub first: Option<Finding>,
    pub named: String,
}

#[derive(Clone)]
pub(super) struct Finding {
    pub class: String,
    pub tests: Vec<String>,
    pub affected: Vec<String>,
    pub line: Option<(String, i64)>,
}

/// The program's report about the logs of one run.
pub(super) fn ask(program: &Path, run: &Path) -> Result<Answer, String> {
    let mut command = Command::new(program);
    command.args(["analyze", "--isolated", "--format", "json"]);
    let mut logs: Vec<PathBuf> = std::fs::read_dir(run.join("logs"))
        .map_err(|cause| cause.to_string())?
        .flatten()
        .map(|entry| entry.path())
        .collect();
    logs.sort();
    let output = command.args(&logs).output().map_err(|cause| cause.to_string())?;
    serde_json::from_slice(&output.stdout).map(|report| Answer::of(&report)).map_err(|error| {
        let said = String::from_utf8_lossy(&output.stderr);
        format!("no report ({error}): {}", said.lines().next().unwrap_or_default())
    })
}

impl Answer {
    pub(super) fn of(report: &Value) -> Self {
        let empty = Vec::new();
        let all = report["findings"].as_array().unwrap_or(&empty);
        let inputs = &report["inputs"];
        let root = &report["verdict"]["root_causes"][0];
        let first = all.iter().find(|finding| finding["id"] == *root);
        let loud = all.iter().filter(|finding| finding["severity"] != "info");
        let mut named: Vec<String> = all.iter().flat_map(tests_of).collect();
        for group in report["failures"]["groups"].as_array().unwrap_or(&empty) {
            named.extend(strings(&group["tests"]));
        }
        Self {
            loud: loud.map(|finding| Finding::of(finding, inputs)).collect(),
            first: first.map(|finding| Finding::of(finding, inputs)),
            named: named.iter().map(|name| plain(name) + "\n").collect(),
        }
    }
}

fn tests_of(finding: &Value) -> Vec<String> {
    let mut tests = strings(&finding["tests"]);
    tests.extend(strings(&finding["affected_tests"]));
    tests
}

fn strings(value: &Value) -> Vec<String> {
    let list = value.as_array().map(Vec::as_slice).unwrap_or_default();
    list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

impl Finding {
    fn of(finding: &Value, inputs: &Value) -> Self {
        let evidence = finding["evidence"].as_array().map(Vec::as_slice).unwrap_or_default();
        let primary = evidence.iter().find(|one| one["role"] == "primary").or(evidence.first());
        let line = primary.and_then(|one| {
            let input = usize::try_from(one["input"].as_u64()?).ok()?;
            let name = inputs[input]["name"].as_str()?;
            let file = name.rsplit('/').next().unwrap_or(name);
            Some((file.to_owned(), one["line"].as_i64()?))
        });
        Self {
            class: finding["class"].as_str().unwrap_or_default().to_owned(),
            tests: strings(&finding["tests"]),
            affected: strings(&finding["affected_tests"]),
            line,
        }
    }
}

/// A name without case and punctuation, as the lab's own `leaf`.
pub(super) fn plain(name: &str) -> String {
    name.chars().filter(char::is_ascii_alphanumeric).map(|c| c.to_ascii_lowercase()).collect()
}
