//! Whose errors they are that any program prints: those of the client that stands beside them.

use logscan_model::Event;

use super::SourceFold;
use crate::correlate::beside::Waiting;

impl SourceFold {
    /// Counts errors of nobody's driver where a database is named and no other client: nothing
    /// follows that could tell whose they are.
    pub(in crate::correlate) fn finish_waiting(&mut self, named: bool) {
        for Waiting { told, captured, .. } in self.beside.finish(named) {
            self.keep(captured, told);
        }
    }

    pub(super) fn other_client_seen(&mut self, event: &Event) {
        self.beside.other_client(event.place, self.frame.block());
    }

    pub(super) fn driver_seen(&mut self, event: &Event) {
        for Waiting { told, captured, .. } in self.beside.driver(event.place, self.frame.block()) {
            self.keep(captured, told);
        }
    }
}
