//! Sessions: which line belongs to which worker's session.
//!
//! `Session #7` exists once per process, and after "Creating session" the lines do
//! not name their worker. A line is given to the open session of that number which
//! fits best: the process in the head, the stage that must come before, the worker's
//! present test, the printed duration.

mod confirm;
mod open;
mod resolve;

use std::collections::HashMap;

use foldhash::fast::RandomState;
use logscan_model::timeline::{Moment, Name, Session, SessionOutcome};
use logscan_model::{EventKind, Stamp};
use rustc_hash::FxHashMap;

use super::durations::Durations;
use super::process::{Process, ProcessId};
use confirm::{Closes, Unconfirmed};
use open::Open;

/// Closed sessions that are kept one by one; beyond it only their durations are.
pub(super) const KEPT: usize = 10_000;
/// Open or failed sessions that are followed; beyond it they are only counted.
const FOLLOWED: usize = 100_000;
/// Later sessions that a worker must have closed to show that it went on.
const WENT_ON: u32 = 3;

/// How far a session has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    Opened,
    Created,
    Connected,
    Done,
    RolledBack,
}

#[derive(Clone, Debug)]
struct Live {
    process: ProcessId,
    stage: Stage,
    /// Sessions that its process had closed when it was opened.
    closed_before: u32,
    session: Session,
}

/// What is known about a line beside its text.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Hint {
    /// The process that certainly wrote it.
    pub(super) process: Option<ProcessId>,
    /// The process that was named last.
    pub(super) context: Option<ProcessId>,
    /// When it was written.
    pub(super) time: Option<Stamp>,
    /// Seconds since the session was opened, as the line says.
    pub(super) seconds: Option<f64>,
}

/// The processes of one name.
#[derive(Debug, Default)]
struct Named {
    last: Option<ProcessId>,
    by_pid: FxHashMap<u32, ProcessId>,
}

/// The sessions of one source.
#[derive(Debug, Default)]
pub(super) struct Sessions {
    pub(super) processes: Vec<Process>,
    /// Names come from the log, so that they are hashed with a key nobody knows.
    by_name: HashMap<Name, Named, RandomState>,
    by_pid: HashMap<u32, ProcessId, RandomState>,
    /// Processes that are told apart.
    most_processes: usize,
    /// Lines of processes beyond them.
    left_out: u64,
    live: Vec<Live>,
    open: Open,
    free: Vec<usize>,
    unconfirmed: Closes,
    pub(super) done: Vec<Session>,
    pub(super) durations: Durations,
    pub(super) count: u64,
    unfollowed: u64,
    /// Whether the program says when a session got its connection.
    tells_connection: bool,
    /// Whether the program logs when a session without a number ends.
    logs_unnumbered_ends: bool,
    /// Numbers seen, by process: smallest, largest, how many.
    numbers: FxHashMap<ProcessId, (u32, u32, u32)>,
}

impl Sessions {
    /// Sessions of no more processes than so many.
    pub(super) fn within(most_processes: usize) -> Self {
        Self { most_processes, ..Self::default() }
    }

    /// Gives back what was taken in advance, and what only further lines need.
    pub(super) fn shrink(&mut self) {
        self.processes.shrink_to_fit();
        self.forget_ended();
        self.live.shrink_to_fit();
        self.done.shrink_to_fit();
        self.unconfirmed = Closes::default();
        self.by_name = HashMap::default();
        self.by_pid = HashMap::default();
        self.open = Open::default();
    }

    /// The process of a worker, unless there are too many already to tell it apart.
    pub(super) fn follow(&mut self, worker: &str, pid: Option<u32>) -> Option<ProcessId> {
        let known = self.known(worker, pid);
        if known.is_none() && self.processes.len() >= self.most_processes {
            self.left_out += 1;
            return None;
        }
        Some(self.identify(known, worker, pid))
    }

    /// The process of a worker; a new one if its process id is new.
    pub(super) fn process(&mut self, worker: &str, pid: Option<u32>) -> ProcessId {
        self.identify(self.known(worker, pid), worker, pid)
    }

    fn identify(&mut self, known: Option<ProcessId>, worker: &str, pid: Option<u32>) -> ProcessId {
        let id = known.unwrap_or_else(|| {
            let name = Name::from(worker);
            let id = self.processes.len();
            self.by_name.entry(name.clone()).or_default().last = Some(id);
            self.processes.push(Process::named(name));
            id
        });
        if let (None, Some(pid)) = (self.processes[id].pid, pid) {
            self.processes[id].pid = Some(pid);
            if let Some(named) = self.by_name.get_mut(&self.processes[id].name) {
                named.by_pid.insert(pid, id);
            }
            let latest = self.by_pid.entry(pid).or_insert(id);
            *latest = id.max(*latest);
        }
        id
    }

    /// Of the processes of a name the one with this process id, or the last one, of which none
    /// is known.
    fn known(&self, worker: &str, pid: Option<u32>) -> Option<ProcessId> {
        let named = self.by_name.get(worker)?;
        match pid {
            Some(pid) => named
                .by_pid
                .get(&pid)
                .copied()
                .or_else(|| named.last.filter(|id| self.processes[*id].pid.is_none())),
            None => named.last,
        }
    }

    /// The process with this process id.
    pub(super) fn by_pid(&self, pid: u32) -> Option<ProcessId> {
        self.by_pid.get(&pid).copied()
    }

    /// Opens a session.
    pub(super) fn open(&mut self, process: ProcessId, number: Option<u32>, at: Moment) {
        self.count += 1;
        if self.live.len() - self.free.len() >= FOLLOWED {
            self.unfollowed += 1;
            return;
        }
        let owner = &self.processes[process];
        let session = Session {
            worker: Some(owner.name.clone()),
            number,
            test: None,
            opened: Some(at),
            closed: None,
            outcome: None,
            duration_s: None,
            pid: owner.pid,
            end_unlogged: false,
            connected: false,
            error: None,
            epoch: owner.epoch,
            outlived: false,
            in_stream: true,
            ambiguous: false,
        };
        let live = Live { process, stage: Stage::Opened, closed_before: owner.closed, session };
        let slot = self.keep(live);
        self.open.add(process, number, slot);
        if let Some(number) = number {
            let seen = self.numbers.entry(process).or_insert((number, number, 0));
            *seen = (seen.0.min(number), seen.1.max(number), seen.2 + 1);
        }
    }

    /// Takes a line about session `number`; returns the process that it is given to.
    pub(super) fn line(
        &mut self,
        kind: EventKind,
        number: u32,
        at: Moment,
        hint: Hint,
    ) -> Option<ProcessId> {
        // A log that tells of failures alone may leave out what worked.
        self.tells_connection |= kind == EventKind::SessionConnected;
        let slot = self.resolve(kind, number, hint)?;
        let live = &mut self.live[slot];
        let process = live.process;
        match kind {
            EventKind::SessionCreated => live.stage = Stage::Created,
            EventKind::SessionConnected => {
                live.stage = Stage::Connected;
                live.session.connected = true;
            }
            EventKind::SessionCompleted => {
                live.stage = Stage::Done;
                live.session.connected = true;
                live.session.outcome.get_or_insert(SessionOutcome::Ok);
                live.session.duration_s = hint.seconds;
            }
            EventKind::SessionConnectFailed | EventKind::SessionError => {
                live.stage = Stage::Done;
                live.session.outcome = Some(SessionOutcome::Error);
                live.session.error.get_or_insert(at);
                live.session.duration_s = hint.seconds;
            }
            EventKind::SessionRolledBack => live.stage = Stage::RolledBack,
            EventKind::SessionClosed => self.close(slot, at, self.rivals(slot, number, hint)),
            _ => {
                live.session.outcome = Some(SessionOutcome::Error);
                live.session.error.get_or_insert(at);
            }
        }
        Some(process)
    }

    /// Closes the last unnumbered session of a process.
    pub(super) fn close_unnumbered(&mut self, process: ProcessId, at: Moment) {
        if let Some(slot) = self.open.last_unnumbered(process) {
            self.live[slot].session.connected = true;
            self.logs_unnumbered_ends = true;
            self.close(slot, at, Vec::new());
        }
    }

    /// Keeps an open session; returns its slot.
    fn keep(&mut self, live: Live) -> usize {
        match self.free.pop() {
            Some(slot) => {
                self.live[slot] = live;
                slot
            }
            None => {
                self.live.push(live);
                self.live.len() - 1
            }
        }
    }

    fn close(&mut self, slot: usize, at: Moment, rivals: Vec<usize>) {
        for &rival in &rivals {
            self.live[rival].session.ambiguous = true;
        }
        let live = self.live[slot].clone();
        let kept = self.end(slot, at, true);
        self.unconfirmed.remember(Unconfirmed { live, at, rivals, kept });
    }

    /// Moves a session to those that are done, if there is room. `counts` says that its duration
    /// is a new one.
    fn end(&mut self, slot: usize, at: Moment, counts: bool) -> bool {
        let Live { process, session, .. } = &mut self.live[slot];
        self.processes[*process].closed += 1;
        session.closed = Some(at);
        session.outcome.get_or_insert(SessionOutcome::Ok);
        session.duration_s = session.duration_s.or_else(|| between(session.opened, at));
        if let Some(seconds) = session.duration_s.filter(|_| counts) {
            self.durations.add(seconds);
        }
        self.open.remove(*process, session.number, slot);
        self.free.push(slot);
        let failed = session.outcome == Some(SessionOutcome::Error);
        let room = self.done.len() < if failed { FOLLOWED } else { KEPT };
        if room {
            self.done.push(session.clone());
        }
        room
    }

    /// Leaves the sessions that are open; nothing can be told of them by slot any more.
    fn forget_ended(&mut self) {
        let mut open = vec![true; self.live.len()];
        std::mem::take(&mut self.free).into_iter().for_each(|slot| open[slot] = false);
        let mut open = open.into_iter();
        self.live.retain(|_| open.next() == Some(true));
    }

    /// All sessions, and the notes about numbers that are missing or in doubt.
    pub(super) fn finish(mut self) -> Finished {
        let (mut missing, mut ambiguous) = (0, 0);
        for (smallest, largest, seen) in self.numbers.values() {
            missing += u64::from((largest - smallest + 1).saturating_sub(*seen));
        }
        self.forget_ended();
        for live in &mut self.live {
            let process = &self.processes[live.process];
            live.session.outlived = process.epoch > live.session.epoch
                || (process.epoch == 0 && process.closed >= live.closed_before + WENT_ON);
            live.session.connected |= !self.tells_connection;
            live.session.end_unlogged = live.session.number.is_none() && !self.logs_unnumbered_ends;
            ambiguous += u64::from(live.session.ambiguous);
        }
        Finished {
            processes: self.processes,
            done: self.done,
            open: self.live,
            durations: self.durations,
            count: self.count,
            missing,
            ambiguous,
            unfollowed: self.unfollowed,
            left_out: self.left_out,
        }
    }
}

/// The sessions of a source when it has been read.
#[derive(Debug)]
pub(super) struct Finished {
    pub(super) processes: Vec<Process>,
    done: Vec<Session>,
    open: Vec<Live>,
    pub(super) durations: Durations,
    pub(super) count: u64,
    /// Numbers that are missing between seen ones.
    pub(super) missing: u64,
    /// Open sessions that might be the ones that were closed.
    pub(super) ambiguous: u64,
    /// Sessions that were counted and not followed.
    pub(super) unfollowed: u64,
    pub(super) left_out: u64,
}

impl Finished {
    /// Takes out all sessions.
    pub(super) fn sessions(&mut self) -> impl Iterator<Item = Session> {
        self.done.drain(..).chain(self.open.drain(..).map(|live| live.session))
    }
}

fn between(opened: Option<Moment>, closed: Moment) -> Option<f64> {
    closed.time?.seconds_since(opened?.time?).filter(|seconds| *seconds >= 0.0)
}
