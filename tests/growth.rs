//! Twice the log costs twice the work, whatever it tells: for the examples of every rule and the
//! samples of every producer, repeated with other workers, tests and numbers.
//!
//! What is allocated is counted, because seconds of a shared machine prove nothing. The writers
//! are held to the same law in their own crate.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use allocation_counter::measure;
use logscan_analysis::{Correlator, SourceFold, judge, rules, verdict};
use logscan_ingest::catalogue::BUILTIN;
use logscan_ingest::{Catalogue, formats, stages};
use logscan_model::settings::Settings;
use logscan_report::redact;

/// How much more may be allocated for twice the text.
const MOST: f64 = 2.3;
/// Bytes of the shorter text.
const SHORT: usize = 100_000;

/// The whole way from text to a verdict, on this thread.
fn analyze(text: &str) {
    let chunks = stages::parse(formats::plain(), &[text.as_bytes()], true);
    let mut fold = SourceFold::default();
    for chunk in &chunks {
        chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
    }
    let mut correlator = Correlator::default();
    correlator.add(Box::new(fold));
    let run = correlator.finish(false, &Settings::default());
    let findings = judge(&run.timeline);
    let _ = verdict(&run.timeline, &run.notes, &findings);
    redact::text(&mut text.to_owned());
}

/// A text of about so many bytes: the lines again and again, each time of other workers, tests,
/// hosts and numbers.
fn repeated(lines: &str, bytes: usize) -> String {
    let mut text = String::with_capacity(bytes + lines.len() * 2);
    for number in 1.. {
        if text.len() >= bytes {
            break;
        }
        let other = |word: &str| format!("{word}{number}0");
        let mut copy = lines.replace("gw", &other("gw")).replace("test_", &other("test_"));
        for word in
            ["#", "localhost", "relation \"", "database \"", "Worker: ", "(0x", "pid ", "PID: "]
        {
            copy = copy.replace(word, &format!("{word}{number}"));
        }
        text.push_str(&copy);
        text.push('\n');
    }
    text
}

/// Checks one kind of lines.
fn grows_as_its_text(lines: &str, of: &str) {
    let cost = |bytes: usize| {
        let text = repeated(lines, bytes);
        let counted = measure(|| analyze(&text));
        (counted.bytes_total as f64, counted.count_total as f64, text.len() as f64)
    };
    let (short, long) = (cost(SHORT), cost(2 * SHORT));
    let text = long.2 / short.2 / 2.0;
    for (what, before, after) in [("bytes", short.0, long.0), ("pieces", short.1, long.1)] {
        let ratio = after / before / text;
        assert!(ratio <= MOST, "{of}: {ratio:.2} times as many {what} for twice the text");
    }
}

/// Runs the check on a pool of one thread, so that everything is counted.
fn alone(check: impl FnOnce() + Send) {
    // What is made once is no growth.
    let _ = Catalogue::builtin().signatures().count();
    rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(check);
}

/// The logs in the examples of a page, one after the other.
fn examples(page: &str) -> String {
    let mut inside = false;
    let mut lines = String::new();
    for line in page.lines() {
        match line {
            _ if line.starts_with("```") => inside = line.starts_with("```log"),
            line if inside && !line.trim_start().starts_with("^^^") => {
                lines.push_str(line);
                lines.push('\n');
            }
            _ => {}
        }
    }
    lines
}

#[test]
fn every_rule() {
    alone(|| {
        for rule in rules() {
            grows_as_its_text(&examples(rule.page), rule.code);
        }
    });
}

#[test]
fn every_producer_and_runner() {
    alone(|| {
        for (file, text) in BUILTIN {
            let catalogue = Catalogue::load(&[(*file, *text)]).unwrap();
            let samples = catalogue.signatures().flat_map(|signature| signature.samples.clone());
            grows_as_its_text(&samples.collect::<Vec<_>>().join("\n"), file);
        }
    });
}

#[test]
fn one_line_that_repeats_itself() {
    alone(|| {
        for words in ["pwd=a ", "password='x' ", "a://b:c@d ", "::error::x ", "\"a\":\"b\", "] {
            let line = |bytes: usize| {
                format!("QueuePool limit reached {}", words.repeat(bytes / words.len()))
            };
            let cost = |bytes| measure(|| analyze(&line(bytes))).bytes_total as f64;
            // What is made once, at the first need, is made now.
            cost(SHORT);
            let ratio = cost(2 * SHORT) / cost(SHORT);
            assert!(ratio <= MOST, "{words}: {ratio:.2}");
        }
    });
}
