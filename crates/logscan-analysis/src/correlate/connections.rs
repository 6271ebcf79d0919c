//! Connections: who took which one from its pool, and whether it came back.

use logscan_model::timeline::{Moment, Name};
use logscan_model::{Event, Field};
use memchr::memrchr_iter;
use rustc_hash::FxHashMap;

use super::block::BlockId;
use super::process::ProcessId;

/// Connections that came back late and are kept one by one.
const KEPT: usize = 10_000;
/// Connections of pools that do not name theirs, followed at once.
const FOLLOWED: usize = 10_000;

/// A connection that was taken.
#[derive(Clone, Debug)]
pub(super) struct Held {
    pub(super) connection: Name,
    pub(super) process: Option<ProcessId>,
    pub(super) block: Option<BlockId>,
    /// The test in which it was taken.
    pub(super) test: Option<Name>,
    pub(super) taken: Moment,
    pub(super) returned: Option<Moment>,
    transaction: Option<Name>,
    /// Whether the test was found by the result that was printed next, which a runner that
    /// prints late may have printed for the test before.
    fresh: bool,
    /// Whether that was corrected.
    moved: bool,
    outlived: bool,
}

type Key = (Option<Name>, Name);

/// The connections of one source, as far as it tells of single ones.
#[derive(Debug, Default)]
pub(super) struct Connections {
    open: FxHashMap<Key, Vec<Held>>,
    /// Those that came back after their test.
    late: Vec<Held>,
    /// The transaction for which the next connection is taken.
    starting: Option<Name>,
    followed: usize,
    pub(super) taken: u64,
    pub(super) returned: u64,
}

/// Who takes a connection.
#[derive(Clone, Debug, Default)]
pub(super) struct Taker {
    pub(super) process: Option<ProcessId>,
    pub(super) worker: Option<Name>,
    pub(super) block: Option<BlockId>,
    pub(super) test: Option<Name>,
}

impl Connections {
    /// A transaction begins; it will take a connection.
    pub(super) fn transaction(&mut self, event: &Event, chunk: &str) {
        self.starting = event.text(Field::Transaction, chunk).map(Into::into);
    }

    /// A connection is taken. Some logs print it twice; then it is taken once.
    pub(super) fn take(&mut self, event: &Event, chunk: &str, taker: Taker) {
        let Some((connection, named)) = identity(event, chunk) else { return };
        self.taken += 1;
        let key = (taker.worker, connection.clone());
        if self.followed >= FOLLOWED || named && self.open.contains_key(&key) {
            return;
        }
        self.followed += 1;
        self.open.entry(key).or_default().push(Held {
            connection,
            process: taker.process,
            block: taker.block,
            test: taker.test,
            taken: Moment { time: event.time, place: event.place },
            returned: None,
            transaction: self.starting.take(),
            fresh: false,
            moved: false,
            outlived: false,
        });
    }

    /// A connection is given back, or closed.
    pub(super) fn give_back(&mut self, event: &Event, chunk: &str, worker: Option<Name>) {
        let Some((connection, _)) = identity(event, chunk) else { return };
        let key = (worker, connection);
        let Some(open) = self.open.get_mut(&key) else { return };
        let Some(mut held) = open.pop() else { return };
        self.returned += 1;
        if open.is_empty() {
            self.open.remove(&key);
        }
        self.followed -= 1;
        if held.outlived && self.late.len() < KEPT {
            held.returned = Some(Moment { time: event.time, place: event.place });
            self.late.push(held);
        }
    }

    /// A statement on a transaction that has a name. What is not in one is no concern.
    pub(super) fn statement(&mut self, event: &Event, chunk: &str, taker: Taker) {
        let name = event.text(Field::Connection, chunk).unwrap_or_default();
        let statement = event.text(Field::Context, chunk).unwrap_or_default();
        let verb = statement.split([' ', ';']).next().unwrap_or_default();
        match verb {
            _ if name == "default" => {}
            "START" | "BEGIN" => self.take(event, chunk, taker),
            "COMMIT" | "ROLLBACK" => self.give_back(event, chunk, taker.worker),
            _ => self.corrects(|held| *held.connection == *name),
        }
    }

    /// A transaction does something: it belongs to the test that is running, not to the one
    /// whose result was printed in between.
    pub(super) fn used(&mut self, event: &Event, chunk: &str) {
        let text = event.text(Field::Transaction, chunk).unwrap_or_default();
        let Some(name) = text.split_whitespace().next_back() else { return };
        self.corrects(|held| held.transaction.as_deref() == Some(name));
    }

    /// What still works behind a result is not that test's.
    fn corrects(&mut self, is_meant: impl Fn(&Held) -> bool) {
        let meant = self.open.values_mut().flatten().find(|held| is_meant(held));
        if let Some(held) = meant.filter(|held| held.fresh) {
            held.fresh = false;
            held.moved = true;
            held.test = None;
        }
    }

    /// A test ended. Connections that nobody claimed are its own; what other tests took and
    /// still hold has outlived them.
    pub(super) fn test_ended(&mut self, test: &Name) {
        for held in self.open.values_mut().flatten() {
            match &held.test {
                None => {
                    held.fresh = !held.moved;
                    held.test = Some(test.clone());
                }
                Some(owner) if owner == test => {}
                Some(_) => {
                    held.fresh = false;
                    held.outlived = true;
                }
            }
        }
    }

    /// What was never given back, or only after its test, in the order of the log.
    pub(super) fn finish(self) -> Vec<Held> {
        let mut held: Vec<Held> = self.open.into_values().flatten().chain(self.late).collect();
        held.sort_by_key(|held| held.taken.place);
        held
    }
}

/// What identifies the connection, and whether it is a name of its own.
///
/// The representations of drivers hold states that change; their address does not.
fn identity(event: &Event, chunk: &str) -> Option<(Name, bool)> {
    let Some(text) = event.text(Field::Connection, chunk) else {
        return Some((event.text(Field::Name, chunk)?.into(), false));
    };
    let address = memrchr_iter(b'x', text.as_bytes()).find_map(|x| {
        let begin = text[..x].strip_suffix('0')?.len();
        let digits = text[x + 1..].bytes().take_while(u8::is_ascii_hexdigit).count();
        Some(&text[begin..=x + digits])
    });
    Some((address.unwrap_or(text.trim()).into(), true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::event::{Fields, Needs};
    use logscan_model::{Basis, EventKind, Place, Span, Value};

    /// An event about a connection of this name, which is the whole chunk.
    fn taken(name: &str) -> Event {
        let mut fields = Fields::NONE;
        let whole = Span { start: 0, end: name.len() as u32 };
        fields.set(0, Field::Connection, Value::Text(whole));
        Event {
            kind: EventKind::ConnectionTaken,
            place: Place::default(),
            time: None,
            pid: None,
            by_server: false,
            basis: Basis::Signature,
            needs: Needs::default(),
            fields,
        }
    }

    #[test]
    fn only_so_many_connections_are_followed() {
        let mut connections = Connections::default();
        for number in 0..2 * FOLLOWED {
            let name = format!("connection {number}");
            connections.take(&taken(&name), &name, Taker::default());
        }
        assert_eq!((connections.open.len(), connections.taken), (FOLLOWED, 2 * FOLLOWED as u64));
    }

    #[test]
    fn a_connection_is_known_by_its_last_address() {
        let named = |name: &str| identity(&taken(name), name).map(|(name, _)| name.to_string());
        let shown = "<AdaptedConnection <asyncpg.Connection object at 0x7f01ab>>";
        assert_eq!(named(shown).as_deref(), Some("0x7f01ab"));
        assert_eq!(named("0x1 of pool 0x2f, x-large").as_deref(), Some("0x2f"));
        assert_eq!(named(" ax1 ").as_deref(), Some("ax1"));
    }
}
