//! The pages of the detectors are their tests.
//!
//! A block that begins with ```` ```log ```` is an input; one that begins with
//! ```` ```log + ```` is a further input of the same run. Carets stand under the lines
//! that the finding must show as primary evidence; without carets the rule must be silent.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::io::Write;

use logscan_analysis::{Correlator, SourceFold, judge, rules};
use logscan_ingest::{Catalogue, Options, Reader, Source};
use logscan_model::settings::Settings;
use logscan_model::{InputId, Role, Rule};

/// One run of a page: its inputs, and the lines under which carets stand.
#[derive(Debug, Default, PartialEq)]
struct Example {
    inputs: Vec<String>,
    expected: Vec<(u32, u64)>,
}

fn examples(page: &str) -> Vec<Example> {
    let mut examples: Vec<Example> = Vec::new();
    let mut inside = false;
    for line in page.lines() {
        match (inside, line) {
            (false, "```log") => examples.push(Example::default()),
            (false, "```log +") => {}
            (true, "```") => inside = false,
            (true, _) => take(examples.last_mut().unwrap(), line),
            _ => continue,
        }
        if line.starts_with("```log") {
            examples.last_mut().unwrap().inputs.push(String::new());
            inside = true;
        }
    }
    examples
}

fn take(example: &mut Example, line: &str) {
    let input = example.inputs.len() as u32 - 1;
    let text = example.inputs.last_mut().unwrap();
    if line.trim_start().starts_with("^^^") {
        example.expected.push((input, text.lines().count() as u64));
    } else {
        text.push_str(line);
        text.push('\n');
    }
}

/// The lines that the findings of a rule show as primary evidence.
fn shown(rule: &Rule, inputs: &[String]) -> Vec<(u32, u64)> {
    let mut correlator = Correlator::default();
    for (index, text) in inputs.iter().enumerate() {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(text.as_bytes()).unwrap();
        let source = Source::file(file.path());
        let reader = Reader::new(&source, Catalogue::builtin(), &Options::default()).unwrap();
        let id = InputId::new(index as u32);
        let mut fold = SourceFold::default();
        let take = |chunk: &logscan_ingest::Chunk| {
            chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
        };
        reader.read(id, take).unwrap();
        correlator.add(Box::new(fold));
    }
    let findings = judge(&correlator.finish(false, &Settings::default()).timeline);
    let of_rule = findings.iter().filter(|finding| finding.code == rule.code);
    let primary = of_rule.flat_map(|f| &f.evidence).filter(|line| line.role == Role::Primary);
    let mut lines: Vec<_> =
        primary.map(|line| (u32::from(line.place.input), line.place.line)).collect();
    lines.sort_unstable();
    lines
}

#[test]
fn every_page_says_what_its_detector_does() {
    for rule in rules() {
        for example in examples(rule.page) {
            let found = shown(rule, &example.inputs);
            assert_eq!(found, example.expected, "{}: {}", rule.code, example.inputs.join("---\n"));
        }
    }
}

#[test]
fn every_page_has_its_headings_and_an_example_that_stays_silent() {
    for rule in rules() {
        for heading in ["What it finds", "Why it matters", "What to do", "Limits", "Examples"] {
            assert!(rule.page.contains(&format!("\n## {heading}\n")), "{}: {heading}", rule.code);
        }
        assert!(rule.page.starts_with(&format!("# {}: {}\n", rule.code, rule.name)));
        let examples = examples(rule.page);
        assert!(examples.iter().any(|e| e.expected.is_empty()), "{} is never silent", rule.code);
        assert!(examples.iter().any(|e| !e.expected.is_empty()), "{} never speaks", rule.code);
    }
}

#[test]
fn codes_and_names_are_unique() {
    for (index, rule) in rules().iter().enumerate() {
        let others = &rules()[index + 1..];
        assert!(others.iter().all(|other| other.code != rule.code && other.name != rule.name));
        assert!(!rule.summary().is_empty(), "{}", rule.code);
    }
}
