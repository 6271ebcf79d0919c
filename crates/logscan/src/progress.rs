//! How far reading has come, on a terminal, if it takes long.

use std::io::{self, IsTerminal, Write};
use std::time::{Duration, Instant};

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// Time between two updates.
const PAUSE: Duration = Duration::from_millis(100);

/// A line on standard error that is erased at the end.
pub(crate) struct Progress {
    started: Instant,
    updated: Option<Instant>,
    visible: bool,
}

impl Progress {
    pub(crate) fn new() -> Self {
        Self { started: Instant::now(), updated: None, visible: io::stderr().is_terminal() }
    }

    /// Lines that were read of an input.
    pub(crate) fn lines(&mut self, name: &str, lines: u64) {
        let now = Instant::now();
        let recent = self.updated.is_some_and(|updated| now - updated < PAUSE);
        if !self.visible || now - self.started < PATIENCE || recent {
            return;
        }
        self.updated = Some(now);
        _ = write!(io::stderr().lock(), "\r\x1b[Kreading {name}: {lines} lines");
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if self.updated.is_some() {
            _ = write!(io::stderr().lock(), "\r\x1b[K");
        }
    }
}
