//! Closes that were given to a session by its score, until a line says whose they were.

use std::collections::VecDeque;

use logscan_model::timeline::{Moment, Session};

use super::{Live, Sessions};
use crate::correlate::process::ProcessId;

/// Closes that are remembered until a line confirms them.
const UNCONFIRMED: usize = 256;

/// A close that was given to a session by its score.
#[derive(Debug)]
pub(super) struct Unconfirmed {
    pub(super) live: Live,
    pub(super) at: Moment,
    pub(super) rivals: Vec<usize>,
    /// Whether the session is among those that are done, or was only counted.
    pub(super) kept: bool,
}

/// The latest closes that no line has confirmed yet.
#[derive(Debug, Default)]
pub(super) struct Closes {
    /// Number and process of each: only these are searched, and the closes are large.
    keys: VecDeque<(u32, ProcessId)>,
    closes: VecDeque<Unconfirmed>,
}

impl Closes {
    /// Remembers a close, if its session has a number by which it can be confirmed.
    pub(super) fn remember(&mut self, close: Unconfirmed) {
        let Some(number) = close.live.session.number else { return };
        if self.keys.len() == UNCONFIRMED {
            self.keys.pop_front();
            self.closes.pop_front();
        }
        self.keys.push_back((number, close.live.process));
        self.closes.push_back(close);
    }

    fn remove(&mut self, index: usize) -> Option<Unconfirmed> {
        self.keys.remove(index);
        self.closes.remove(index)
    }
}

impl Sessions {
    /// A worker says that it has just closed its session of this number. If the close was
    /// given to another worker, that one is opened again.
    pub(in crate::correlate) fn confirm_closed(&mut self, process: ProcessId, number: u32) {
        let closes = &self.unconfirmed.keys;
        if let Some(index) = closes.iter().rposition(|key| *key == (number, process)) {
            self.clear_doubt(index);
            return;
        }
        let open = self.open.of(process, number);
        let wrong = closes.iter().rposition(|(other, _)| *other == number);
        if let (Some(slot), Some(wrong)) = (open, wrong) {
            self.give_close_to(slot, wrong);
        }
    }

    /// The close was given to the right session, so its rivals are still open.
    fn clear_doubt(&mut self, index: usize) {
        let Some(close) = self.unconfirmed.remove(index) else { return };
        let number = close.live.session.number;
        for rival in close.rivals {
            let live = &mut self.live[rival];
            if live.session.number == number {
                live.session.ambiguous = false;
            }
        }
    }

    fn give_close_to(&mut self, slot: usize, wrong: usize) {
        let Some(close) = self.unconfirmed.remove(wrong) else { return };
        let is_wrong = |session: &Session| {
            session.number == close.live.session.number
                && session.worker == close.live.session.worker
                && session.pid == close.live.session.pid
        };
        if close.kept
            && let Some(index) = self.done.iter().rposition(is_wrong)
        {
            self.done.swap_remove(index);
        }
        let session = &mut self.live[slot].session;
        session.outcome = session.outcome.or(close.live.session.outcome);
        session.connected |= close.live.session.connected;
        session.duration_s = session.duration_s.or(close.live.session.duration_s);
        session.ambiguous = false;
        self.processes[close.live.process].closed -= 1;
        self.reopen(close.live);
        self.end(slot, close.at, false);
    }

    fn reopen(&mut self, mut live: Live) {
        live.session.duration_s = None;
        live.session.outcome = None;
        let (process, number) = (live.process, live.session.number);
        let slot = self.keep(live);
        self.open.add(process, number, slot);
    }
}
