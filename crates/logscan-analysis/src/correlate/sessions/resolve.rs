//! Whose line is it? Every worker counts its sessions from 1, and most lines name no worker.

use logscan_model::{EventKind, Stamp};

use super::{Hint, Live, Sessions, Stage};

/// A lead in score that is no more than a guess: who was named last.
const DOUBT: i32 = 1;

impl Sessions {
    /// The open session that the line is about, and those it might be about as well.
    pub(super) fn resolve(
        &self,
        kind: EventKind,
        number: u32,
        hint: Hint,
    ) -> Option<(usize, Vec<usize>)> {
        let slots = self.by_number.get(&number)?;
        let fits =
            |slot: &&usize| hint.process.is_none_or(|process| self.live[**slot].process == process);
        if let [only] = slots.as_slice() {
            return fits(&only).then(|| (*only, Vec::new()));
        }
        let scored: Vec<(i32, usize)> = slots
            .iter()
            .filter(fits)
            .map(|&slot| (self.score(&self.live[slot], kind, hint), slot))
            .collect();
        let best = scored.iter().map(|(score, _)| *score).max()?;
        let slot = scored.iter().find(|(score, _)| *score == best)?.1;
        let near = |(score, other): &&(i32, usize)| *other != slot && best - score <= DOUBT;
        Some((slot, scored.iter().filter(near).map(|(_, other)| *other).collect()))
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
