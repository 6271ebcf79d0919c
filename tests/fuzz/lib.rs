//! What the fuzz targets share: a log made of what the fuzzer says, and the laws.

use logscan_analysis::{Correlator, SourceFold, judge, verdict};
use logscan_ingest::{Chunk, Format, formats, stages};
use logscan_model::note::NoteSeverity;
use logscan_model::report::{Input, Redaction, Report, SCHEMA, Tool};
use logscan_model::settings::Settings;
use logscan_model::{Class, Confidence};

/// Pieces of real lines; a byte of the input stands for one of them.
const WORDS: [&str; 32] = [
    "\n", "2026-03-05 14:22:01,003 [   DEBUG] src.core.database: ", "[DB_SESSION] ", "Creating session #",
    " - Worker: gw", "Session #", " created successfully in 0.001s", " completed successfully in 0.1s",
    " closed in 0.001s", "[DB_POOL_STATE] ", "Pool size: ", "Checked out: ", "Checked in: ", "Overflow: ",
    "QueuePool limit of size 3 overflow 2 reached, connection timed out, timeout 1.00", "FAILED tests/a.py::test_",
    " - sqlalchemy.exc.TimeoutError: ", "10:00:00.123 ", "[gw0] [ 12%] PASSED ", "{\"message\": \"", "\"}", "\u{0}",
    "\u{fffd}", "\u{1b}[31m", "postgresql://u:p@h:5432/a ", "<script>", "=1+1", "::error::", "1", "7", "0", " ",
];

/// The line format that a byte stands for.
pub fn format(byte: u8) -> &'static Format {
    &formats::FORMATS[usize::from(byte) % formats::FORMATS.len()]
}

/// A log: bytes below 128 stand for themselves, the others for a piece of a real line.
pub fn log(data: &[u8]) -> String {
    let piece = |byte: &u8| match byte {
        128.. => WORDS[usize::from(byte - 128) % WORDS.len()].to_owned(),
        byte => char::from(*byte).to_string(),
    };
    data.iter().map(piece).collect()
}

/// That a chunk keeps the accounting law, and that what it points to is there.
pub fn accounts(chunk: &Chunk) {
    let counts = chunk.counts;
    let taken = counts.understood + counts.ignored + counts.unknown + counts.damaged;
    assert_eq!(taken, counts.lines);
    for event in &chunk.events {
        assert!((1..=counts.lines).contains(&event.place.line));
        for (_, value) in event.fields.iter() {
            if let logscan_model::Value::Text(span) = value {
                assert!(chunk.text.get(span.start as usize..span.end as usize).is_some());
            }
        }
    }
}

/// The report of a log.
pub fn report(format: &'static Format, log: &str, lossy: bool) -> Report {
    let chunks = stages::parse(format, &[log.as_bytes()], true);
    let mut fold = SourceFold::default();
    for chunk in &chunks {
        accounts(chunk);
        chunk.events.iter().for_each(|event| fold.take(event, &chunk.text));
    }
    let mut correlator = Correlator::default();
    correlator.add(Box::new(fold));
    let run = correlator.finish(lossy, &Settings::default());
    let lossy = lossy || run.notes.iter().any(|note| note.severity == NoteSeverity::Loss);
    let findings = judge(&run.timeline);
    let verdict = verdict(&run.timeline, &run.notes, &findings);
    for finding in &findings {
        // The honesty law.
        assert!(!lossy || finding.class != Class::Leak || finding.confidence != Confidence::Certain);
    }
    for session in &run.timeline.sessions {
        assert!(session.duration_s.is_none_or(|seconds| seconds >= 0.0), "{session:?}");
    }
    Report {
        schema: SCHEMA,
        tool: Tool { name: "logscan", version: "fuzz" },
        verdict,
        inputs: vec![Input { name: log.chars().take(20).collect(), ..Input::default() }],
        findings,
        failures: Default::default(),
        filter: None,
        notes: run.notes,
        timeline: run.timeline,
        stats: run.stats,
        redaction: Redaction::default(),
    }
}
