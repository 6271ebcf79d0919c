//! How a runner tells that its tests begin.

use logscan_model::{Event, Field};

use super::words::test_id;
use super::{Frame, Section};

impl Frame {
    pub(super) fn begin(&mut self, event: &Event) {
        self.begun = true;
        let told = event.int(Field::Count).and_then(|tests| u32::try_from(tests).ok());
        self.at_once = self.at_once.or(told.map(|tests| (tests, event.place)));
        self.enter(Section::Progress);
    }

    pub(super) fn parallel(&mut self, event: &Event) {
        // The first of several may be the only one.
        if event.int(Field::Number).is_some_and(|number| number < 2) {
            return;
        }
        // A runner of runners prints what each of them says of one failed test.
        if event.float(Field::Seconds).is_some() {
            self.leave_loose();
        }
        self.sequential = Some(event.float(Field::Seconds) == Some(0.0));
    }

    pub(super) fn start(&mut self, event: &Event, chunk: &str) {
        self.leave_loose();
        if self.sequential != Some(false) {
            self.prints(event, chunk);
        }
    }

    /// Whose output follows, whatever else runs.
    pub(super) fn prints(&mut self, event: &Event, chunk: &str) {
        let printer = test_id(event, chunk);
        if printer != self.running {
            self.leave_loose();
            self.running = printer;
            self.began = event.time;
        }
        self.tells_starts = true;
    }
}
