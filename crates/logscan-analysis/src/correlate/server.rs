//! What servers tell of themselves: clients that come and go, locks, stops.

use logscan_model::timeline::{LockWait, Moment, Name};
use logscan_model::{Event, EventKind, Field, Place, Stamp};
use rustc_hash::FxHashMap;

/// Waits for locks that are kept one by one.
const KEPT: usize = 10_000;
/// Backends that wait at one time.
const OPEN: usize = 64;

/// The servers' part of one source.
#[derive(Debug, Default)]
pub(super) struct Server {
    /// Its last record that has a time.
    last: Option<(Place, Stamp)>,
    pub(super) starts: Vec<Moment>,
    pub(super) ready: Vec<Moment>,
    pub(super) stops: Vec<Moment>,
    /// When a server that ran for the set-up of its data alone had ended.
    pub(super) initialized: Option<Moment>,
    pub(super) waits: Vec<LockWait>,
    /// Backends that wait, and for which of the waits.
    waiting: Vec<(u32, usize)>,
    /// What clients call themselves, by process id of their backend.
    names: FxHashMap<u32, Name>,
    /// Whether a client came, and one has gone.
    pub(super) clients_left: bool,
    /// Backends whose client went away in the middle of a transaction.
    left: FxHashMap<u32, Moment>,
}

impl Server {
    /// Takes a line of a server's log; `false` if the event is none.
    pub(super) fn take(&mut self, event: &Event, chunk: &str) -> bool {
        // The line right behind a record, without a head of its own, was written with it.
        let above = self.last.filter(|(place, _)| place.line + 1 == event.place.line);
        let at = Moment { time: event.time.or(above.map(|(_, time)| time)), place: event.place };
        if event.by_server {
            self.last = event.time.map(|time| (event.place, time)).or(self.last);
        }
        match event.kind {
            // A server that listens on no port sets itself up yet.
            EventKind::ServerReady if event.int(Field::Port) == Some(0) => self.starts.push(at),
            EventKind::ServerReady => self.ready.push(at),
            EventKind::ServerBegins | EventKind::ServerRecovers => self.starts.push(at),
            EventKind::ServerStopping => self.stops.push(at),
            EventKind::ServerInitialized => {
                self.initialized = Some(at);
                self.starts.append(&mut self.ready);
                self.stops.clear();
            }
            EventKind::BackendStart => self.name(event, chunk),
            EventKind::BackendEnd => self.clients_left = true,
            EventKind::BackendLeftTransaction => {
                self.left.extend(event.pid.map(|pid| (pid, at)));
            }
            EventKind::LockWait => self.waits(event, chunk, at),
            EventKind::LockHolder => self.holder(event, at),
            EventKind::LockAcquired => self.acquired(event),
            EventKind::WorkTimeout => {
                self.gives_up(event, at);
                return false;
            }
            _ => return false,
        }
        true
    }

    fn name(&mut self, event: &Event, chunk: &str) {
        let text = event.text(Field::Application, chunk).unwrap_or_default();
        let name = text.split_once("application_name=").map(|(_, name)| name);
        let word = name.and_then(|name| name.split(' ').next());
        self.names.extend(event.pid.zip(word.map(Name::from)));
    }

    fn waits(&mut self, event: &Event, chunk: &str, at: Moment) {
        let pid = event.int(Field::Pid).and_then(|pid| u32::try_from(pid).ok());
        let Some(waiter) = pid.filter(|_| self.waits.len() < KEPT) else { return };
        let object = event.text(Field::Relation, chunk).map(Into::into);
        if self.waiting.len() < OPEN {
            self.waiting.push((waiter, self.waits.len()));
        }
        self.waits.push(LockWait {
            waiter,
            holder: None,
            holder_name: None,
            object,
            at,
            holder_at: None,
            left_open: None,
            given_up: None,
            got: false,
        });
    }

    fn holder(&mut self, event: &Event, at: Moment) {
        let pid = event.int(Field::Holder).and_then(|pid| u32::try_from(pid).ok());
        if let Some(wait) = self.waits.last_mut().filter(|wait| wait.holder.is_none()) {
            wait.holder = pid;
            wait.holder_at = Some(at);
        }
    }

    /// A wait ends well; what is cancelled later did not wait any more.
    fn acquired(&mut self, event: &Event) {
        let pid = event.int(Field::Pid).and_then(|pid| u32::try_from(pid).ok());
        let (waits, waiting) = (&mut self.waits, &mut self.waiting);
        for (_, wait) in waiting.extract_if(.., |(waiter, _)| Some(*waiter) == pid) {
            waits[wait].got = true;
        }
    }

    fn gives_up(&mut self, event: &Event, at: Moment) {
        let waiting = self.waiting.iter().position(|(waiter, _)| Some(*waiter) == event.pid);
        if let Some(wait) = waiting.map(|index| self.waiting.swap_remove(index).1) {
            self.waits[wait].given_up = Some(at);
        }
    }

    /// The waits, with what became known of the holders later.
    pub(super) fn finish(&mut self) -> Vec<LockWait> {
        for wait in &mut self.waits {
            if let Some(holder) = wait.holder {
                wait.holder_name = self.names.get(&holder).cloned();
                wait.left_open = self.left.get(&holder).copied();
            }
        }
        std::mem::take(&mut self.waits)
    }
}
