//! Clocks of several inputs: aligned where the same events stand in two of them, never
//! guessed.
//!
//! A server's log and its clients' tell of the same refusals, locks and stops. If these are
//! as many in both and lie whole hours apart, the distance is a time zone that one of the
//! logs does not print.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Subject, Timeline};
use logscan_model::{EventKind, InputId, Note, NoteKind, Stamp};

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Seconds by which two logs may tell the same event apart.
const NEAR: i64 = 2;

/// What clients and servers both tell.
const SHARED: [EventKind; 7] = [
    EventKind::ServerFull,
    EventKind::LockTimeout,
    EventKind::Deadlock,
    EventKind::DatabaseMissing,
    EventKind::DuplicateObject,
    EventKind::DuplicateDatabase,
    EventKind::ServerStopped,
];

/// Compares the clocks of servers with those of their clients, and says what it found.
pub(super) fn align(timeline: &mut Timeline) -> Vec<Note> {
    let mut offsets: BTreeMap<InputId, Option<i64>> = BTreeMap::new();
    for kind in SHARED {
        for (client, server) in pairs(timeline, kind) {
            let found = offset(&client, &server);
            let known = offsets.entry(server[0].0).or_insert(found);
            // Events that contradict each other prove nothing.
            *known = known.filter(|known| Some(*known) == found);
        }
    }
    let mut notes = Vec::new();
    for (input, offset) in offsets {
        match offset {
            Some(0) => {}
            Some(seconds) => {
                timeline.clocks.insert(input, seconds);
                notes.push(shifted(seconds));
            }
            None => notes.push(unaligned()),
        }
    }
    notes
}

type Told = Vec<(InputId, Stamp)>;

/// The times at which the clients and at which each server's log tell of events of a kind.
fn pairs(timeline: &Timeline, kind: EventKind) -> Vec<(Told, Told)> {
    let told = |by_server: bool| -> Told {
        let of_kind = timeline.faults.iter().filter(|fault| fault.kind == kind);
        let side = of_kind.filter(|fault| (fault.subject == Subject::Server) == by_server);
        let mut all: Told = side.filter_map(at).collect();
        all.sort_by_key(|(input, time)| (*input, time.micros()));
        all
    };
    let (clients, servers) = (told(false), told(true));
    let mut inputs: Vec<InputId> = servers.iter().map(|(input, _)| *input).collect();
    inputs.dedup();
    let of = |input: &InputId| servers.iter().filter(|(of, _)| of == input).copied().collect();
    let pairs = inputs.iter().map(|input| (clients.clone(), of(input)));
    pairs
        .filter(|(clients, server): &(Told, Told)| {
            !clients.is_empty() && clients.len() == server.len()
        })
        .collect()
}

fn at(fault: &Fault) -> Option<(InputId, Stamp)> {
    fault.moment.time.map(|time| (fault.moment.place.input, time))
}

/// Whole hours, in seconds, by which the server's clock is ahead in all of the events.
fn offset(clients: &[(InputId, Stamp)], server: &[(InputId, Stamp)]) -> Option<i64> {
    let distance = |(client, server): (&(InputId, Stamp), &(InputId, Stamp))| {
        let seconds = (server.1.micros() - client.1.micros()).div_euclid(1_000_000);
        let within_day = (seconds + DAY / 2).rem_euclid(DAY) - DAY / 2;
        let hours = (within_day + HOUR / 2).div_euclid(HOUR) * HOUR;
        ((within_day - hours).abs() <= NEAR).then_some(hours)
    };
    let mut distances = clients.iter().zip(server).map(distance);
    let first = distances.next()??;
    distances.all(|distance| distance == Some(first)).then_some(first)
}

fn shifted(seconds: i64) -> Note {
    let hours = seconds / HOUR;
    let sentence = format!(
        "The clock of a server's log is {hours:+} h from that of its clients: the same errors stand \
         in both. Times are shown as printed and compared with this in mind."
    );
    Note::new(NoteKind::ClockOffset, 1, sentence, None)
}

fn unaligned() -> Note {
    let sentence =
        "The clocks of a server's log and its clients' could not be aligned; what happened \
                    first is only judged within each of them."
            .to_owned();
    Note::new(NoteKind::UnalignedClocks, 1, sentence, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at_seconds(seconds: &[i64]) -> Vec<(InputId, Stamp)> {
        let stamp = |s: &i64| (InputId::new(0), Stamp::time_of_day(s * 1_000_000, 0));
        seconds.iter().map(stamp).collect()
    }

    #[test]
    fn only_whole_hours_prove_a_zone() {
        let clients = at_seconds(&[3600, 3700]);
        assert_eq!(offset(&clients, &at_seconds(&[10_800, 10_901])), Some(7200));
        assert_eq!(offset(&clients, &at_seconds(&[3601, 3700])), Some(0));
        assert_eq!(offset(&clients, &at_seconds(&[3900, 4000])), None);
        assert_eq!(offset(&clients, &at_seconds(&[10_800, 7300])), None);
    }
}
