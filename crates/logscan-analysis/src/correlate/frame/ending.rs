//! The last lines of runners, and what follows them.

use logscan_model::{Event, EventKind, Field};

use super::{Frame, Section, counts};

impl Frame {
    /// Another run may begin behind the end of one; if it does not end, nobody knows how it went.
    pub(super) fn goes_on_behind_its_end(&mut self, kind: EventKind) {
        use EventKind::{
            FileResult, RunStart, RunnerSeen, TestPassed, TestPrints, TestResult, TestStart,
        };
        let begins =
            [FileResult, RunStart, RunnerSeen, TestPassed, TestPrints, TestResult, TestStart];
        self.goes_on |= self.ended && begins.contains(&kind);
    }

    pub(super) fn total(&mut self, event: &Event) {
        let number = |field| event.int(field).and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
        // What another runner says of its one test stands within the block of that test.
        if number(Field::Count).max(number(Field::Number)) > 1 {
            self.leave_loose();
        } else if self.within_block && self.loose {
            return;
        }
        self.count((number(Field::Count), number(Field::Number)));
        self.ended = true;
        self.goes_on = false;
        self.ended_at = Some(event.place);
    }

    pub(super) fn end(&mut self, event: &Event, chunk: &str) {
        self.enter(Section::Progress);
        self.ended = true;
        self.goes_on = false;
        self.ended_at = Some(event.place);
        self.took_s = event.float(Field::Seconds);
        if let Some(context) = event.text(Field::Context, chunk) {
            self.count(counts(context));
        }
    }

    /// A run that failed does not pass because another one does.
    fn count(&mut self, (tests, failures): (u64, u64)) {
        let known = self.counted.unwrap_or_default();
        self.counted = Some((known.0.max(tests), known.1.max(failures)));
    }

    /// Whether an outcome stands there alone while no test runs: somebody else tells of trouble.
    pub(in crate::correlate) fn is_outcome_of_none(&self, event: &Event) -> bool {
        let named = event.fields.get(Field::Test).is_some();
        event.kind == EventKind::TestResult && !named && self.running.is_none()
    }
}
