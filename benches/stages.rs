//! Bytes per second of each stage: `cargo bench -p logscan`.

#![allow(clippy::unwrap_used, reason = "a bench may panic")]

use std::io::Write;

use divan::counter::BytesCount;
use divan::{Bencher, black_box};
use logscan_analysis::{Correlator, Run, SourceFold, judge, verdict};
use logscan_ingest::{Catalogue, Chunk, Options, Reader, Source, formats, stages};
use logscan_model::report::{Input, Redaction, Report, SCHEMA, Tool};
use logscan_model::settings::Settings;
use logscan_model::{Event, InputId};
use logscan_report::redact::Redactor;
use logscan_report::{Format, Options as Look};
use tempfile::NamedTempFile;

const SAMPLE: &str = include_str!("../samples/leak-exhaustion/test_debug.log");
/// Big enough for several chunks.
const BYTES: usize = 8 << 20;

fn main() {
    divan::main();
}

fn text() -> String {
    SAMPLE.repeat(BYTES / SAMPLE.len() + 1)
}

fn file() -> NamedTempFile {
    let mut file = NamedTempFile::new().unwrap();
    file.write_all(text().as_bytes()).unwrap();
    file
}

fn bytes() -> BytesCount {
    BytesCount::of_str(&text())
}

#[divan::bench]
fn split(bencher: Bencher) {
    let text = text();
    bencher
        .counter(bytes())
        .bench(|| stages::split(black_box(text.as_bytes()), 256 << 10, 1 << 20));
}

#[divan::bench]
fn decode(bencher: Bencher) {
    let text = text();
    let input = || text.clone().into_bytes();
    bencher.counter(bytes()).with_inputs(input).bench_values(stages::decode);
}

#[divan::bench]
fn prefilter(bencher: Bencher) {
    let text = text();
    let catalogue = Catalogue::builtin();
    bencher.counter(bytes()).bench(|| stages::prefilter(catalogue, black_box(&text)));
}

#[divan::bench]
fn heads(bencher: Bencher) {
    let text = text();
    let format = formats::by_name("pytest-log-file").unwrap();
    bencher.counter(bytes()).bench(|| stages::heads(format, black_box(&text)));
}

/// Everything from file to events, on all cores.
#[divan::bench]
fn read(bencher: Bencher) {
    let file = file();
    let source = Source::file(file.path());
    bencher.counter(bytes()).bench(|| {
        let reader = Reader::new(&source, Catalogue::builtin(), &Options::default()).unwrap();
        reader.read(InputId::new(0), |chunk| _ = black_box(chunk)).unwrap()
    });
}

/// The events of the log, with the text that they point into.
fn events() -> Vec<(Vec<Event>, String)> {
    let file = file();
    let source = Source::file(file.path());
    let reader = Reader::new(&source, Catalogue::builtin(), &Options::default()).unwrap();
    let mut events = Vec::new();
    let take = |chunk: &Chunk| events.push((chunk.events.clone(), chunk.text.clone()));
    reader.read(InputId::new(0), take).unwrap();
    events
}

fn run(events: &[(Vec<Event>, String)]) -> Run {
    let mut fold = SourceFold::default();
    for (events, text) in events {
        events.iter().for_each(|event| fold.take(event, text));
    }
    let mut correlator = Correlator::default();
    correlator.add(Box::new(fold));
    correlator.finish(false, &Settings::default())
}

#[divan::bench]
fn correlate(bencher: Bencher) {
    let events = events();
    bencher.counter(bytes()).bench(|| run(black_box(&events)));
}

#[divan::bench]
fn detect(bencher: Bencher) {
    let run = run(&events());
    bencher.counter(bytes()).bench(|| judge(black_box(&run.timeline)));
}

fn report() -> Report {
    let run = run(&events());
    let findings = judge(&run.timeline);
    let verdict = verdict(&run.timeline, &run.notes, &findings);
    Report {
        schema: SCHEMA,
        tool: Tool { name: "logscan", version: "bench" },
        verdict,
        inputs: vec![Input { name: "test_debug.log".into(), ..Input::default() }],
        findings,
        failures: logscan_model::Failures::default(),
        filter: None,
        notes: run.notes,
        timeline: run.timeline,
        stats: run.stats,
        redaction: Redaction::default(),
    }
}

#[divan::bench]
fn redact(bencher: Bencher) {
    let report = report();
    bencher.with_inputs(|| report.clone()).bench_values(|mut report| {
        Redactor::new(false).report(&mut report);
        report
    });
}

#[divan::bench(args = Format::ALL.map(Format::name))]
fn write(bencher: Bencher, format: &str) {
    let (report, format) = (report(), Format::from_name(format).unwrap());
    bencher.bench(|| {
        let mut bytes = Vec::new();
        logscan_report::write(format, &report, &Look::default(), &mut bytes).unwrap();
        bytes
    });
}
