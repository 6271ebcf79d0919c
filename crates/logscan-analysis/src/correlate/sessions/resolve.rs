//! Whose line is it? Every worker counts its sessions from 1, and most lines name no worker.

use logscan_model::{EventKind, Stamp};

use super::{Hint, Live, Sessions, Stage};

/// A lead in score that is no more than a guess: who was named last.
const DOUBT: i32 = 1;

impl Sessions {
    /// The open session that the line is about.
    pub(super) fn resolve(&self, kind: EventKind, number: u32, hint: Hint) -> Option<usize> {
        let slots = self.of_number(number);
        let mut fitting = slots.iter().copied().filter(|slot| self.fits(*slot, hint));
        let first = fitting.next()?;
        if slots.len() == 1 {
            return Some(first);
        }
        let scored = |slot| (self.score(&self.live[slot], kind, hint), slot);
        let better =
            |best: (i32, usize), next: (i32, usize)| if next.0 > best.0 { next } else { best };
        Some(fitting.map(scored).fold(scored(first), better).1)
    }

    /// The open sessions that were closed as likely as the one in this slot.
    pub(super) fn rivals(&self, slot: usize, number: u32, hint: Hint) -> Vec<usize> {
        let score = |slot: usize| self.score(&self.live[slot], EventKind::SessionClosed, hint);
        let others = self.of_number(number).iter().copied().filter(|other| *other != slot);
        let near = |other: &usize| self.fits(*other, hint) && score(slot) - score(*other) <= DOUBT;
        others.filter(near).collect()
    }

    fn of_number(&self, number: u32) -> &[usize] {
        self.by_number.get(&number).map(Vec::as_slice).unwrap_or_default()
    }

    fn fits(&self, slot: usize, hint: Hint) -> bool {
        hint.process.is_none_or(|process| self.live[slot].process == process)
    }

    /// The stage outweighs everything else together: no session gets its connection twice.
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
        if hint.context == Some(live.process) {
            score += 1;
        }
        score
    }
}

fn expected(kind: EventKind) -> Stage {
    match kind {
        EventKind::SessionCreated => Stage::Opened,
        EventKind::SessionConnected | EventKind::SessionConnectFailed => Stage::Created,
        EventKind::SessionCompleted => Stage::Connected,
        EventKind::SessionRolledBack | EventKind::SessionError => Stage::Done,
        _ => Stage::RolledBack.min(Stage::Done),
    }
}

/// Whether the session was opened as long ago as the line says.
fn duration_fits(live: &Live, now: Option<Stamp>, seconds: f64) -> Option<bool> {
    let opened = live.session.opened?.time?;
    let now = now?;
    let tolerance = 2.0 * now.resolution_s() + 0.05 + seconds * 0.1;
    Some((now.seconds_since(opened)? - seconds).abs() <= tolerance)
}
