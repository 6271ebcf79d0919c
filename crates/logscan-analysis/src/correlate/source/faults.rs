//! Errors: which of them count, and whose they are.

use logscan_model::timeline::Subject;
use logscan_model::{Event, EventKind, Field, Place};

use super::SourceFold;
use crate::correlate::beside::{Counting, Waiting};
use crate::correlate::targets;
use crate::correlate::told::Told;

impl SourceFold {
    /// An error counts if what it needs stands beside it, now or in the next lines.
    pub(super) fn fault(&mut self, event: &Event, chunk: &str) {
        self.remember_error(event, "");
        self.learn_set_up_limit(event);
        let block = self.frame.block_of(event);
        let port = event.int(Field::Port).is_some_and(targets::is_database_port);
        let host = event.text(Field::Host, chunk).is_some_and(targets::is_database_host);
        // Pages and packages are fetched there.
        let of_web = !host && event.int(Field::Port).is_some_and(|port| port == 443 || port == 80);
        if of_web || self.comparisons.quotes(event.place) {
            return;
        }
        let alone = self.summary.as_ref().is_some_and(|(place, _)| *place == event.place);
        // What a session or a service says of itself is about the database.
        let counting = match self.fact == Some(event.place) {
            true => Counting::Now,
            false => {
                let runs = self.frame.running().is_some();
                self.beside.counting(event, block, port || host, alone, runs)
            }
        };
        if counting == Counting::Never {
            return;
        }
        let kind = self.beside.kind(event, block);
        if let Some((_, test)) =
            self.summary.as_ref().filter(|_| alone && self.frame.blocks.is_empty())
            && self.records.stream().is_claimed(kind, event.place, test)
        {
            return;
        }
        let Some((captured, mut told)) = self.told(event, chunk, kind) else { return };
        told.if_its_test_failed = counting == Counting::IfItsTestFailed;
        if counting == Counting::IfDriverFollows {
            let named_suffices = event.needs.log_names_database;
            self.beside.wait(Waiting { told, captured, block, named_suffices });
        } else {
            self.keep(captured, told);
        }
    }

    pub(super) fn keep(&mut self, captured: bool, told: Told) {
        self.errors.explained(told.fault.moment.place);
        self.records.part(captured).keep(told);
    }

    /// The fault of a line, and whether it was captured; `None` if the line told it already.
    fn told(&mut self, event: &Event, chunk: &str, kind: EventKind) -> Option<(bool, Told)> {
        let same_line = |(place, known): &(Place, EventKind)| {
            *place == event.place && (*known == kind || kind == EventKind::SetupFailed)
        };
        if self.last_fault.as_ref().is_some_and(same_line) {
            return None;
        }
        self.last_fault = Some((event.place, kind));
        let block = self.frame.block_of(event);
        let captured = block.is_some() && self.frame.captured;
        let facts = self.records.part(captured);
        let about = facts.about.filter(|about| about.place == event.place);
        let summary = self.summary.as_ref().filter(|(place, _)| *place == event.place);
        // Whoever reports a leak is not the one who made it.
        use EventKind::{ConnectionCollected, HandlesOpen, LeakReported};
        let bystander = matches!(kind, LeakReported | HandlesOpen | ConnectionCollected);
        let running = || {
            // Whose failure is told is told with it, whatever runs meanwhile.
            let told = block.is_some() || bystander || event.by_server;
            self.frame.running().filter(|_| !told).cloned()
        };
        let test = summary.map(|(_, test)| test.clone()).or_else(running);
        let (subject, process) = match about {
            Some(about) => (about.subject, about.process),
            None if event.by_server => (Subject::Server, None),
            None if self.retry == Some(event.place) && kind.is_tried_again() => {
                (Subject::ServiceAttempt, None)
            }
            None if block.is_some_and(|block| self.frame.blocks[block].passed) => {
                (Subject::PassedTest, None)
            }
            None if test.is_some() || block.is_some() => (Subject::Test, None),
            None => (Subject::Unknown, None),
        };
        Some((captured, facts.fault(event, chunk, kind, subject, process, test, block)))
    }
}
