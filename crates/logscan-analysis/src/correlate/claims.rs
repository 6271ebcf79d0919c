//! Errors of nobody who is known, which a later line of the runner ties to a test.

use logscan_model::timeline::{Fault, Name, Subject};
use logscan_model::{EventKind, Place};

use super::facts::Facts;

impl Facts {
    /// What was printed since the last result, by nobody who is known, is of the test that ended.
    pub(super) fn claim_faults(&mut self, test: &Name) {
        let new = self.faults.get_mut(self.claimed..).unwrap_or_default();
        for told in new.iter_mut().filter(|told| told.fault.subject == Subject::Unknown) {
            told.fault.subject = Subject::Test;
            told.fault.test = Some(test.clone());
        }
        self.claimed = self.faults.len();
    }

    /// A summary names the test of an error that stands above it, where the heading is cut off.
    pub(super) fn is_claimed(&mut self, kind: EventKind, place: Place, test: &Name) -> bool {
        let above = self.faults.iter_mut().rev().take(64).filter(|told| {
            let Fault { moment, subject, test, .. } = &told.fault;
            let told = told.fault.kind;
            // A summary is cut before the answer of the server.
            let cut = (told, kind) == (EventKind::ServerStarting, EventKind::ConnectionRefused);
            (told == kind || cut)
                && moment.place < place
                && moment.time.is_none()
                && matches!(subject, Subject::Unknown | Subject::Test)
                && test.is_none()
        });
        let Some(told) = above.last() else { return false };
        told.fault.subject = Subject::Test;
        told.fault.test = Some(test.clone());
        true
    }

    /// The results that follow are a list: what was printed before it is of any test.
    pub(super) fn claim_nothing(&mut self) {
        self.claimed = self.faults.len();
    }
}
