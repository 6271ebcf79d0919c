//! Printed counts of connections: a first reading, and those after each test.

use logscan_model::timeline::{ConnectionCount, Name};
use logscan_model::{Event, EventKind, Field};

/// Readings that are kept one by one.
const KEPT: usize = 10_000;

/// The readings of one source.
#[derive(Debug, Default)]
pub(super) struct Counts {
    pub(super) readings: Vec<ConnectionCount>,
}

impl Counts {
    /// Takes a reading; before the first one nothing counts. `test` is the test that runs, or
    /// that ended last.
    pub(super) fn take(&mut self, event: &Event, test: Option<Name>) {
        let count = event.int(Field::Count).and_then(|count| u64::try_from(count).ok());
        let initial = event.kind == EventKind::CountInitial;
        let Some(count) = count.filter(|_| initial || !self.readings.is_empty()) else { return };
        if self.readings.len() < KEPT {
            self.readings.push(ConnectionCount {
                time: event.time,
                count,
                test: test.filter(|_| event.kind == EventKind::CountReading),
                line: event.place.line,
                initial,
                place: event.place,
            });
        }
    }
}
