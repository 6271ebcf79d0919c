//! Sessions that several parts of a log tell of: each once.

use logscan_model::timeline::{Session, SessionOutcome};

use super::super::durations::Durations;
use super::super::sessions;
use super::Join;

impl Join {
    pub(super) fn session(&mut self, session: Session) {
        let Some(key) = session.worker.clone().zip(session.number) else {
            self.keep(session);
            return;
        };
        let same = self
            .index
            .get(&key)
            .into_iter()
            .flatten()
            .copied()
            .find(|index| is_one(&self.timeline.sessions[*index], &session));
        match same {
            Some(index) => {
                merge(&mut self.timeline.sessions[index], session);
            }
            None => {
                if self.keep(session) {
                    let index = self.timeline.sessions.len() - 1;
                    self.index.entry(key).or_default().push(index);
                }
            }
        }
    }

    /// Whether there is room for a session: of those that just ended well there are no more
    /// than one source keeps.
    fn keep(&mut self, session: Session) -> bool {
        let ended_well = session.outcome == Some(SessionOutcome::Ok);
        let room = !ended_well || self.ended_well < sessions::KEPT;
        if room {
            self.ended_well += usize::from(ended_well);
            self.timeline.sessions.push(session);
        }
        room
    }

    /// Where all sessions were kept they are counted as they stand, each once.
    pub(super) fn count_sessions(&mut self) {
        let kept = self.timeline.sessions.len() as u64;
        if self.all_kept() {
            self.stats.sessions = kept;
            self.durations = Durations::default();
            let closed = self.timeline.sessions.iter().filter(|session| session.closed.is_some());
            closed.filter_map(|session| session.duration_s).for_each(|s| self.durations.add(s));
        }
        self.stats.sessions = self.stats.sessions.max(kept);
    }

    fn all_kept(&self) -> bool {
        self.stats.sessions <= sessions::KEPT as u64
    }
}

/// Whether two sessions of one worker and number are the same one. Another process of that name,
/// or another run, has its own.
fn is_one(known: &Session, other: &Session) -> bool {
    let pids = known.pid.zip(other.pid).is_none_or(|(known, other)| known == other);
    let times = known.opened.zip(other.opened).and_then(|(a, b)| b.time?.seconds_since(a.time?));
    pids && times.is_none_or(|distance| distance.abs() <= 1.0)
}

fn merge(known: &mut Session, other: Session) {
    known.test = known.test.take().or(other.test);
    known.closed = known.closed.or(other.closed);
    known.outcome = known.outcome.or(other.outcome);
    known.error = known.error.or(other.error);
    known.pid = known.pid.or(other.pid);
    known.connected |= other.connected;
    known.in_stream |= other.in_stream;
    known.outlived |= other.outlived;
}
