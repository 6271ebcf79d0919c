//! How far reading has come: bytes and rate, on a terminal, if it takes long.

use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use logscan_report::redact;

/// Work that is done sooner shows nothing.
const PATIENCE: Duration = Duration::from_millis(500);

/// A line on standard error that is erased at the end.
pub(crate) struct Progress {
    bar: ProgressBar,
    /// The input that is shown.
    name: Mutex<String>,
    started: Instant,
}

impl Progress {
    /// Shows nothing yet, and nothing at all where standard error is no terminal.
    pub(crate) fn new() -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden());
        if let Ok(style) = ProgressStyle::with_template("reading {msg}: {bytes} at {bytes_per_sec}")
        {
            bar.set_style(style);
        }
        Self { bar, name: Mutex::default(), started: Instant::now() }
    }

    /// So many more bytes of an input were read.
    pub(crate) fn bytes(&self, name: &str, more: usize) {
        self.bar.inc(more as u64);
        if self.bar.is_hidden() && self.started.elapsed() > PATIENCE {
            self.bar.set_draw_target(ProgressDrawTarget::stderr());
        }
        let mut shown_now = self.name.lock().unwrap_or_else(PoisonError::into_inner);
        if *shown_now != name {
            name.clone_into(&mut shown_now);
            let mut shown = name.escape_debug().to_string();
            redact::text(&mut shown);
            self.bar.set_message(shown);
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
