//! Connections that were not given back: the same one in several sources, and whose it was.

use std::collections::{BTreeSet, HashMap, HashSet};

use logscan_model::timeline::{Checkout, Fault, Name, Test, Timeline};
use logscan_model::{EventKind, InputId, Stamp};

use super::source::SourceFold;

/// How much of what happened a part of a source shows.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seen {
    /// Whether it tells of connections at all.
    pub(super) all: bool,
    /// Whether the output of tests that passed is shown.
    pub(super) passes: bool,
}

/// The connections that were taken in so far, as places in the timeline.
#[derive(Debug, Default)]
pub(super) struct Known {
    by_name: HashMap<Name, Vec<usize>>,
    by_test: HashMap<(Name, Option<Name>, InputId), Vec<usize>>,
    inputs: BTreeSet<InputId>,
}

impl Known {
    /// Takes in the connections of one part of a source.
    ///
    /// What happened as it was logged decides whether a connection came back; what was captured
    /// knows worker and test. Captured output alone counts if that of all tests is shown.
    pub(super) fn checkouts(
        &mut self,
        timeline: &mut Timeline,
        found: Vec<Checkout>,
        in_stream: bool,
        seen: Seen,
    ) {
        if in_stream {
            timeline.connections_logged |= seen.all;
            found.into_iter().for_each(|checkout| self.add(timeline, checkout));
            return;
        }
        for checkout in found {
            let mut named = self.by_name.get(&checkout.connection).into_iter().flatten();
            match named.find(|at| is_same(&timeline.checkouts[**at], &checkout)) {
                Some(at) => {
                    let known = &mut timeline.checkouts[*at];
                    known.worker = known.worker.take().or(checkout.worker);
                    known.test = known.test.take().or(checkout.test);
                }
                None if seen.passes && !timeline.connections_logged => {
                    self.add(timeline, checkout);
                }
                None => {}
            }
        }
    }

    /// The same log may be given in several files.
    fn add(&mut self, timeline: &mut Timeline, checkout: Checkout) {
        let input = checkout.taken.place.input;
        let key = |input| (checkout.connection.clone(), checkout.test.clone(), input);
        let others = self.inputs.iter().filter(|other| **other != input);
        let mut twins = others.filter_map(|other| self.by_test.get(&key(*other))).flatten();
        if twins.any(|at| is_same(&timeline.checkouts[*at], &checkout)) {
            return;
        }
        let at = timeline.checkouts.len();
        self.by_test.entry(key(input)).or_default().push(at);
        self.by_name.entry(checkout.connection.clone()).or_default().push(at);
        self.inputs.insert(input);
        timeline.checkouts.push(checkout);
    }
}

fn is_same(known: &Checkout, other: &Checkout) -> bool {
    let worker = known.worker.is_none() || other.worker.is_none() || known.worker == other.worker;
    known.connection == other.connection && worker
}

/// Names the tests that took the connections of which pools report that they did not come
/// back: those that ran when the connection was taken, which the pool's threshold tells.
pub(super) fn owners(timeline: &mut Timeline, sources: &[Box<SourceFold>]) {
    let retracted: HashSet<&Name> = sources.iter().flat_map(|source| &source.retracted).collect();
    timeline.faults.retain(|fault| {
        let back = fault.connection.as_ref().is_some_and(|name| retracted.contains(name));
        fault.kind != EventKind::LeakReported || !back
    });
    let threshold = sources.iter().find_map(|source| source.leak_threshold_s);
    let Some(threshold) = threshold.filter(|_| timeline.sequential == Some(true)) else { return };
    // One test runs at a time, so that they begin in their order.
    let begun = timeline.tests.iter().filter_map(|test| Some((test.start?, test)));
    let begun: Vec<(Stamp, &Test)> = begun.collect();
    let reported = timeline.faults.iter_mut().filter(|f| f.kind == EventKind::LeakReported);
    for fault in reported.filter(|fault| fault.test.is_none()) {
        let owner = owner(&begun, fault, threshold);
        fault.test = owner.map(|test| test.id.clone());
        fault.worker = owner.and_then(|test| test.worker.clone());
    }
}

fn owner<'t>(begun: &[(Stamp, &'t Test)], fault: &Fault, threshold: f64) -> Option<&'t Test> {
    let reported = fault.moment.time?;
    let before = |(start, _): &(Stamp, &Test)| {
        let since = reported.seconds_since(*start);
        since.is_some_and(|since| since + reported.resolution_s() >= threshold)
    };
    let (_, test) = begun[..begun.partition_point(before)].last()?;
    Some(test)
}
