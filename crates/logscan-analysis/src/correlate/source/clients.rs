//! Whose errors they are that any program prints: those of the client that stands beside them.

use logscan_model::timeline::{Checkout, Subject};
use logscan_model::{Event, EventKind, Place};

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

    /// What was taken and did not come back, in the words of any program.
    pub(in crate::correlate) fn lived(&mut self, ran_dry: bool) -> Vec<Checkout> {
        self.lifecycles.finish(ran_dry, &self.frame.tests)
    }

    /// Somebody tries again; the error may stand before or behind the words that say so.
    pub(super) fn retry_seen(&mut self, event: &Event) {
        self.retry = Some(event.place);
        for facts in self.records.parts() {
            if let Some(told) = facts.faults.last_mut().filter(|told| {
                let fault = &told.fault;
                fault.moment.place == event.place
                    && fault.subject == Subject::Unknown
                    && fault.kind.is_tried_again()
            }) {
                told.fault.subject = Subject::ServiceAttempt;
            }
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

    /// What follows an error tells that it is another one.
    pub(super) fn turn(&mut self, place: Place, kind: EventKind) {
        for facts in self.records.parts() {
            let last = facts.faults.iter_mut().rev().take(8);
            for told in last.filter(|told| told.fault.moment.place == place) {
                told.fault.kind = kind;
            }
        }
    }
}
