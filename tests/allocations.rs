//! What each stage allocates on two samples, to the byte: a guard that does not flicker.
//!
//! `INSTA_UPDATE=always cargo nextest run --test allocations` takes over new figures; a change
//! that raises them should know why.

#![allow(clippy::unwrap_used, reason = "a test may panic")]

use std::fmt::Write as _;
use std::path::Path;

use allocation_counter::{AllocationInfo, measure};
use logscan_analysis::{Correlator, SourceFold, judge};
use logscan_ingest::{Catalogue, Chunk, Options, Reader, Source};
use logscan_model::settings::Settings;
use logscan_model::{Event, InputId};

type Events = Vec<(Vec<Event>, String)>;

fn events(source: &Source) -> Events {
    let reader = Reader::new(source, Catalogue::builtin(), &Options::default()).unwrap();
    let mut events = Events::new();
    let take = |chunk: &Chunk| events.push((chunk.events.clone(), chunk.text.clone()));
    reader.read(InputId(0), take).unwrap();
    events
}

fn read(source: &Source) {
    let reader = Reader::new(source, Catalogue::builtin(), &Options::default()).unwrap();
    reader.read(InputId(0), |_| ()).unwrap();
}

fn fold(events: &Events) -> SourceFold {
    let mut fold = SourceFold::default();
    for (events, text) in events {
        events.iter().for_each(|event| fold.take(event, text));
    }
    fold
}

fn line(stage: &str, info: &AllocationInfo) -> String {
    format!(
        "{stage:10} {:>7} allocations, at most {:>9} bytes at once\n",
        info.count_total, info.bytes_max
    )
}

/// The stages of one log, after a run that fills what is filled once.
fn stages(log: &str) -> String {
    let source = Source::file(log);
    let mut page = format!("{log}\n");
    read(&source);
    page.push_str(&line("read", &measure(|| read(&source))));
    let events = events(&source);
    _ = fold(&events);
    page.push_str(&line("fold", &measure(|| _ = fold(&events))));
    let run = |events: &Events| {
        let mut correlator = Correlator::default();
        correlator.add(Box::new(fold(events)));
        correlator.finish(false, &Settings::default())
    };
    page.push_str(&line("correlate", &measure(|| _ = run(&events))));
    let run = run(&events);
    page.push_str(&line("judge", &measure(|| _ = judge(&run.timeline))));
    _ = writeln!(page);
    page
}

#[test]
fn each_stage_allocates_what_it_did() {
    std::env::set_current_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")).unwrap();
    // Everything on this thread, where allocations are counted.
    let pool = rayon::ThreadPoolBuilder::new().num_threads(1).use_current_thread().build().unwrap();
    let page = pool.install(|| {
        ["samples/leak-exhaustion/test_debug.log", "samples/healthy/pytest_stdout.log"]
            .map(stages)
            .concat()
    });
    insta::assert_snapshot!(page);
}
