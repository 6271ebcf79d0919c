//! Worker processes as a source shows them.

use logscan_model::Stamp;
use logscan_model::timeline::Name;

/// A worker as one source shows it. Another process of the same name is another one.
#[derive(Debug)]
pub(super) struct Process {
    pub(super) name: Name,
    pub(super) pid: Option<u32>,
    /// Set-ups of tests seen so far.
    pub(super) epoch: u32,
    pub(super) start: Option<Stamp>,
    pub(super) end: Option<Stamp>,
    /// Sessions closed so far.
    pub(super) closed: u32,
}

impl Process {
    /// A worker of which only the name is known.
    pub(super) fn named(name: Name) -> Self {
        Self { name, pid: None, epoch: 0, start: None, end: None, closed: 0 }
    }
}

/// Index of a [`Process`].
pub(super) type ProcessId = usize;
