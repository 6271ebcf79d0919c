//! What each stage allocates on two samples: a guard of speed and memory that needs no clock.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use allocation_counter::{AllocationInfo, measure};
use logscan_analysis::{Correlator, SourceFold, judge};
use logscan_ingest::{Catalogue, Chunk, Options, Reader, Source};
use logscan_model::settings::Settings;
use logscan_model::{Event, InputId};

/// Allocations, and the most bytes held at once, of reading, folding, correlating and judging.
const KNOWN: [(&str, [(u64, u64); 4]); 2] = [
    (
        "samples/leak-exhaustion/test_debug.log",
        [(1511, 779_589), (347, 32_865), (436, 44_070), (352, 13_551)],
    ),
    ("samples/healthy/pytest_stdout.log", [(133, 335_441), (87, 7_768), (113, 13_512), (2, 812)]),
];

type Events = Vec<(Vec<Event>, String)>;

fn events(source: &Source) -> Events {
    let reader = Reader::new(source, Catalogue::builtin(), &Options::default()).unwrap();
    let mut events = Events::new();
    let take = |chunk: &Chunk| events.push((chunk.events.clone(), chunk.text.clone()));
    reader.read(InputId::new(0), take).unwrap();
    events
}

fn read(source: &Source) {
    let reader = Reader::new(source, Catalogue::builtin(), &Options::default()).unwrap();
    reader.read(InputId::new(0), |_| ()).unwrap();
}

fn fold(events: &Events) -> SourceFold {
    let mut fold = SourceFold::default();
    for (events, text) in events {
        events.iter().for_each(|event| fold.take(event, text));
    }
    fold
}

/// What the stages of one log allocate, after a run that fills what is filled once.
fn stages(log: &str) -> [(&'static str, AllocationInfo); 4] {
    let source = Source::file(log);
    read(&source);
    let events = events(&source);
    _ = fold(&events);
    let run = || {
        let mut correlator = Correlator::default();
        correlator.add(Box::new(fold(&events)));
        correlator.finish(false, &Settings::default())
    };
    let timeline = run().timeline;
    [
        ("read", measure(|| read(&source))),
        ("fold", measure(|| _ = fold(&events))),
        ("correlate", measure(|| _ = run())),
        ("judge", measure(|| _ = judge(&timeline))),
    ]
}

#[test]
fn no_stage_allocates_a_tenth_more_than_it_did() {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    // Everything on this thread, where allocations are counted.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
    let mut grown = String::new();
    for (log, known) in KNOWN {
        for ((stage, now), (count, bytes)) in pool.install(|| stages(log)).iter().zip(known) {
            if now.count_total * 10 > count * 11 || now.bytes_max * 10 > bytes * 11 {
                _ = writeln!(
                    grown,
                    "{log}, {stage}: {} allocations and at most {} bytes at once, were {count} and {bytes}",
                    now.count_total, now.bytes_max
                );
            }
        }
    }
    assert!(grown.is_empty(), "a change that raises these figures should know why:\n{grown}");
}
