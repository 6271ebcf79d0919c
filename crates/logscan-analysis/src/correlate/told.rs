//! A fault as its source tells it, before it is known whether others tell the same one.

use logscan_model::EventKind;
use logscan_model::timeline::Fault;

use super::block::BlockId;
use super::process::ProcessId;

/// A fault as its source tells it.
#[derive(Clone, Debug)]
pub(super) struct Told {
    pub(super) fault: Fault,
    pub(super) process: Option<ProcessId>,
    /// Set-ups of tests that the process had seen.
    pub(super) epoch: u32,
    pub(super) block: Option<BlockId>,
    /// Whether the line has not the form of an error: another one near it tells of a failure.
    pub(super) by_neighbour: bool,
    /// Whether it is an error only if its test failed.
    pub(super) if_its_test_failed: bool,
}

impl Told {
    /// Whether it may be the title of a test: where all tests passed, a leak in such words is one.
    pub(super) fn may_be_a_title(&self) -> bool {
        let Fault { kind, moment, .. } = &self.fault;
        self.by_neighbour && is_of_open(*kind) && moment.time.is_none()
    }
}

/// Whether an error tells of something that is open yet.
pub(super) fn is_of_open(kind: EventKind) -> bool {
    matches!(kind, EventKind::LeakReported | EventKind::HandlesOpen)
}
