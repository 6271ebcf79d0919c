//! Reports of this program in the log of the job that ran it: what they quote was counted where it
//! happened.

use logscan_model::{Event, EventKind};

/// Lines that a report is taken to have at most, if its end is not seen.
const LONGEST: u64 = 400;

/// Whether a report is being read.
#[derive(Debug, Default)]
pub(super) struct OwnReport {
    /// The last line that may belong to it.
    until: Option<u64>,
}

impl OwnReport {
    /// Whether an event is a part of a report.
    pub(super) fn holds(&mut self, event: &Event) -> bool {
        match event.kind {
            EventKind::OwnReport => self.until = Some(event.place.line + LONGEST),
            EventKind::OwnReportEnd => self.until = Some(event.place.line),
            _ => return self.until.is_some_and(|until| event.place.line <= until),
        }
        true
    }
}
