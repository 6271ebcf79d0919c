//! Whose line is it? Every worker counts its sessions from 1, and most lines name no worker.

use logscan_model::{EventKind, Stamp};

use super::{Hint, Live, Sessions, Stage};

/// A lead in score that is no more than a guess: who was named last.
const DOUBT: i32 = 1;

/// Seconds between two lines that tell of one error of a session.
const SAME_ERROR_S: f64 = 0.1;

impl Sessions {
    /// The open session that the line is about.
    pub(super) fn resolve(&self, kind: EventKind, number: u32, hint: Hint) -> Option<usize> {
        if let Some(process) = hint.process {
            return self.open.of(process, number);
        }
        let mut slots = self.open.latest(number);
        let first = slots.next()?;
        let Some(second) = slots.next() else { return Some(first) };
        let scored = |slot: usize| (self.score(&self.live[slot], kind, hint), slot);
        // Of equals the one that was opened first.
        let better =
            |best: (i32, usize), next: (i32, usize)| if next.0 >= best.0 { next } else { best };
        let others = std::iter::once(second).chain(slots);
        Some(others.map(scored).fold(scored(first), better).1)
    }

    /// Other sessions that may be the one that is closed, almost as well as this one.
    pub(super) fn rivals(&self, slot: usize, number: u32, hint: Hint) -> Vec<usize> {
        if hint.process.is_some() {
            return Vec::new();
        }
        let score = |slot: usize| self.score(&self.live[slot], EventKind::SessionClosed, hint);
        let own = score(slot);
        let others = self.open.latest(number).filter(|other| *other != slot);
        others.filter(|other| own - score(*other) <= DOUBT).collect()
    }

    fn score(&self, live: &Live, kind: EventKind, hint: Hint) -> i32 {
        let mut score = 0;
        if live.stage == expected(kind) {
            score += 16;
        }
        if live.session.epoch == self.processes[live.process].epoch {
            score += 4;
        }
        score += match hint.seconds.and_then(|seconds| duration_fits(live, hint.time, seconds)) {
            Some(true) => 3,
            Some(false) => -6,
            None => 0,
        };
        if kind == EventKind::SessionError && has_failed_after(live, hint.seconds) {
            score += 32;
        }
        if hint.context == Some(live.process) {
            score += 1;
        }
        score
    }
}

/// Whether the session met an error already, as long after it was opened as the line says.
fn has_failed_after(live: &Live, seconds: Option<f64>) -> bool {
    let known = live.session.error.and(live.session.duration_s);
    known.zip(seconds).is_some_and(|(known, seconds)| (known - seconds).abs() < SAME_ERROR_S)
}

fn expected(kind: EventKind) -> Stage {
    match kind {
        EventKind::SessionCreated => Stage::Opened,
        EventKind::SessionConnected | EventKind::SessionConnectFailed => Stage::Created,
        EventKind::SessionCompleted => Stage::Connected,
        _ => Stage::Done,
    }
}

/// Whether the session was opened as long ago as the line says.
fn duration_fits(live: &Live, now: Option<Stamp>, seconds: f64) -> Option<bool> {
    let opened = live.session.opened?.time?;
    let now = now?;
    let tolerance = 2.0 * now.resolution_s() + 0.05 + seconds * 0.1;
    Some((now.seconds_since(opened)? - seconds).abs() <= tolerance)
}
