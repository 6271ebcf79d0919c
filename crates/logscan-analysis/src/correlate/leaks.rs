//! Connections that were not given back: the same one in several sources, and whose it was.

use logscan_model::EventKind;
use logscan_model::timeline::{Checkout, Fault, Name, Test, Timeline};

use super::source::SourceFold;

/// How much of what happened a part of a source shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Whether it tells of connections at all.
    pub(super) all: bool,
    /// Whether the output of tests that passed is shown.
    pub(super) passes: bool,
}

/// Takes in the connections of one part of a source.
///
/// What happened as it was logged decides whether a connection came back; what was captured
/// knows worker and test. Captured output alone counts if that of all tests is shown.
pub(super) fn checkouts(
    timeline: &mut Timeline,
    found: Vec<Checkout>,
    in_stream: bool,
    seen: Seen,
) {
    if in_stream {
        timeline.connections_logged |= seen.all;
        found.into_iter().for_each(|checkout| add(timeline, checkout));
        return;
    }
    for checkout in found {
        match timeline.checkouts.iter_mut().find(|known| is_same(known, &checkout)) {
            Some(known) => {
                known.worker = known.worker.take().or(checkout.worker);
                known.test = known.test.take().or(checkout.test);
            }
            None if seen.passes && !timeline.connections_logged => add(timeline, checkout),
            None => {}
        }
    }
}

/// The same log may be given in several files.
fn add(timeline: &mut Timeline, checkout: Checkout) {
    let input = checkout.taken.place.input;
    let twin = |known: &&Checkout| {
        known.taken.place.input != input && is_same(known, &checkout) && known.test == checkout.test
    };
    if !timeline.checkouts.iter().any(|known| twin(&known)) {
        timeline.checkouts.push(checkout);
    }
}

fn is_same(known: &Checkout, other: &Checkout) -> bool {
    let worker = known.worker.is_none() || other.worker.is_none() || known.worker == other.worker;
    known.connection == other.connection && worker
}

/// Names the tests that took the connections of which pools report that they did not come
/// back: those that ran when the connection was taken, which the pool's threshold tells.
pub(super) fn owners(timeline: &mut Timeline, sources: &[SourceFold]) {
    let retracted: Vec<&Name> = sources.iter().flat_map(|source| &source.retracted).collect();
    timeline.faults.retain(|fault| {
        let back = fault.connection.as_ref().is_some_and(|name| retracted.contains(&name));
        fault.kind != EventKind::LeakReported || !back
    });
    let threshold = sources.iter().find_map(|source| source.leak_threshold_s);
    let Some(threshold) = threshold.filter(|_| timeline.sequential == Some(true)) else { return };
    let tests = std::mem::take(&mut timeline.tests);
    let reported = timeline.faults.iter_mut().filter(|f| f.kind == EventKind::LeakReported);
    for fault in reported.filter(|fault| fault.test.is_none()) {
        let owner = owner(&tests, fault, threshold);
        fault.test = owner.map(|test| test.id.clone());
        fault.worker = owner.and_then(|test| test.worker.clone());
    }
    timeline.tests = tests;
}

/// The last test that had begun when the connection was taken.
fn owner<'t>(tests: &'t [Test], fault: &Fault, threshold: f64) -> Option<&'t Test> {
    let reported = fault.moment.time?;
    let before = |test: &&Test| {
        let since = test.start.and_then(|start| reported.seconds_since(start));
        since.is_some_and(|since| since + reported.resolution_s() >= threshold)
    };
    tests.iter().rfind(before)
}
