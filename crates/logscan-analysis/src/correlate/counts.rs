//! Printed counts of connections: a first reading, and those after each test.

use std::collections::BTreeSet;

use logscan_model::timeline::{ConnectionCount, Name};
use logscan_model::{Event, EventKind, Field};

use super::frame::Frame;

/// Readings that are kept one by one.
const KEPT: usize = 10_000;

/// The readings of one source; each first reading begins a series.
#[derive(Debug, Default)]
pub(super) struct Counts {
    series: Vec<Vec<ConnectionCount>>,
    kept: usize,
}

impl Counts {
    /// Takes a reading; a last count alone tells nothing. `test` is the test that runs, or
    /// that ended last.
    pub(super) fn take(&mut self, event: &Event, test: Option<Name>) {
        let count = event.int(Field::Count).and_then(|count| u64::try_from(count).ok());
        let initial = event.kind == EventKind::CountInitial;
        let Some(count) = count.filter(|_| self.kept < KEPT) else { return };
        let watched = self.series.is_empty() && event.kind == EventKind::CountReading;
        if initial || watched {
            self.series.push(Vec::new());
        }
        let Some(series) = self.series.last_mut() else { return };
        self.kept += 1;
        series.push(ConnectionCount {
            time: event.time,
            count,
            test: test.filter(|_| event.kind == EventKind::CountReading),
            line: event.place.line,
            initial,
            place: event.place,
        });
    }

    /// The series of this source that tells most of tests, and how many it names.
    pub(super) fn best(&mut self) -> (usize, Vec<ConnectionCount>) {
        let named = |series: &Vec<ConnectionCount>| {
            let tests: BTreeSet<&Name> = series.iter().filter_map(|r| r.test.as_ref()).collect();
            (tests.len(), series.len())
        };
        let all = std::mem::take(&mut self.series);
        let best = all.into_iter().max_by_key(named).unwrap_or_default();
        (named(&best).0, best)
    }
}

/// The readings of the source that knows most of their tests: several print the same ones.
pub(super) fn of<'s>(
    sources: impl Iterator<Item = (&'s mut Counts, &'s Frame)>,
) -> Vec<ConnectionCount> {
    let mut best: (usize, Vec<ConnectionCount>) = (0, Vec::new());
    for (counts, frame) in sources {
        let (named, mut readings) = counts.best();
        for reading in &mut readings {
            reading.test = reading.test.take().map(|test| frame.full_name(&test));
        }
        if (named, readings.len()) > (best.0, best.1.len()) {
            best = (named, readings);
        }
    }
    best.1
}
