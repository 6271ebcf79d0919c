//! Perfetto's own format: packets of tracks, slices, counters and flows.
//!
//! The messages are the few fields of Perfetto's `trace_packet.proto`, `track_event.proto`
//! and `track_descriptor.proto` that a trace of this kind needs.

use std::io::{self, Write};

use logscan_model::Report;
use prost::Message;

use crate::trace::{self, Counter, Flow, Group, Mark, Row, Slice};

const SLICE_BEGIN: i32 = 1;
const SLICE_END: i32 = 2;
const INSTANT: i32 = 3;
const COUNTER: i32 = 4;
const UNIT_COUNT: i32 = 2;
/// All packets come from one writer.
const SEQUENCE: u32 = 1;

/// Writes the packets.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let Some(trace) = trace::trace(report) else { return Ok(()) };
    let mut packets = Packets { out, tracks: 0 };
    trace.groups.iter().try_for_each(|group| packets.group(group))
}

#[derive(Clone, PartialEq, Message)]
struct File {
    #[prost(message, repeated, tag = "1")]
    packets: Vec<Packet>,
}

#[derive(Clone, PartialEq, Message)]
struct Packet {
    #[prost(uint64, optional, tag = "8")]
    timestamp: Option<u64>,
    #[prost(uint32, tag = "10")]
    sequence: u32,
    #[prost(message, optional, tag = "11")]
    event: Option<Event>,
    #[prost(message, optional, tag = "60")]
    track: Option<Track>,
}

#[derive(Clone, PartialEq, Message)]
struct Track {
    #[prost(uint64, tag = "1")]
    uuid: u64,
    #[prost(string, tag = "2")]
    name: String,
    #[prost(uint64, optional, tag = "5")]
    parent: Option<u64>,
    #[prost(message, optional, tag = "8")]
    counter: Option<CounterTrack>,
}

#[derive(Clone, PartialEq, Message)]
struct CounterTrack {
    #[prost(int32, tag = "3")]
    unit: i32,
}

#[derive(Clone, PartialEq, Message)]
struct Event {
    #[prost(message, repeated, tag = "4")]
    details: Vec<Detail>,
    #[prost(int32, tag = "9")]
    kind: i32,
    #[prost(uint64, tag = "11")]
    track: u64,
    #[prost(string, repeated, tag = "22")]
    categories: Vec<String>,
    #[prost(string, optional, tag = "23")]
    name: Option<String>,
    #[prost(int64, optional, tag = "30")]
    value: Option<i64>,
    #[prost(fixed64, repeated, packed = "false", tag = "47")]
    flows: Vec<u64>,
    #[prost(fixed64, repeated, packed = "false", tag = "48")]
    ending_flows: Vec<u64>,
}

#[derive(Clone, PartialEq, Message)]
struct Detail {
    #[prost(string, tag = "6")]
    text: String,
    #[prost(string, tag = "10")]
    name: String,
}

/// Where packets go, and the number of the last track.
struct Packets<'o> {
    out: &'o mut dyn Write,
    tracks: u64,
}

/// What happens on a row, in its order.
enum Step<'t> {
    Begin(&'t Slice<'t>),
    End,
    Mark(&'t Mark),
}

impl Packets<'_> {
    fn track(
        &mut self,
        name: &str,
        parent: Option<u64>,
        counter: Option<CounterTrack>,
    ) -> io::Result<u64> {
        self.tracks += 1;
        let track = Track { uuid: self.tracks, name: name.to_owned(), parent, counter };
        self.push(Packet { sequence: SEQUENCE, track: Some(track), ..Packet::default() })?;
        Ok(self.tracks)
    }

    fn event(&mut self, at: u64, event: Event) -> io::Result<()> {
        let event = Some(event);
        self.push(Packet { timestamp: Some(at), sequence: SEQUENCE, event, track: None })
    }

    /// A file is its packets one after another: each is encoded as a file with one.
    fn push(&mut self, packet: Packet) -> io::Result<()> {
        self.out.write_all(&File { packets: vec![packet] }.encode_to_vec())
    }

    fn group(&mut self, group: &Group) -> io::Result<()> {
        let parent = self.track(&group.name, None, None)?;
        group.rows.iter().try_for_each(|row| self.row(row, parent))?;
        group.counters.iter().try_for_each(|counter| self.counter(counter, parent))
    }

    fn row(&mut self, row: &Row, parent: u64) -> io::Result<()> {
        let track = self.track(row.name, Some(parent), None)?;
        let slices = row.slices.iter();
        let slices =
            slices.flat_map(|slice| [(slice.from, Step::Begin(slice)), (slice.to, Step::End)]);
        let marks = row.marks.iter().map(|mark| (mark.at, Step::Mark(mark)));
        let mut steps: Vec<(u64, Step)> = slices.chain(marks).collect();
        // Stable: what begins where another one ends comes after it.
        steps.sort_by_key(|(at, _)| *at);
        steps.into_iter().try_for_each(|(at, step)| self.event(at, event(row.name, track, &step)))
    }

    fn counter(&mut self, counter: &Counter, parent: u64) -> io::Result<()> {
        let unit = CounterTrack { unit: UNIT_COUNT };
        let track = self.track(&counter.name, Some(parent), Some(unit))?;
        counter.points.iter().try_for_each(|(at, value)| {
            let value = Some(i64::from(*value));
            self.event(*at, Event { kind: COUNTER, track, value, ..Event::default() })
        })
    }
}

fn event(category: &str, track: u64, step: &Step) -> Event {
    let plain = |kind| Event { kind, track, ..Event::default() };
    match step {
        Step::Begin(slice) => {
            let details = slice.details().into_iter();
            let details = details
                .map(|(name, text)| Detail { name: name.to_owned(), text: text.into_owned() })
                .collect();
            let categories = vec![category.to_owned()];
            Event { details, categories, name: Some(slice.name()), ..plain(SLICE_BEGIN) }
        }
        Step::End => plain(SLICE_END),
        Step::Mark(mark) => {
            let mut event = Event { name: Some(mark.name.to_string()), ..plain(INSTANT) };
            match mark.flow {
                Some(Flow::From(id)) => event.flows.push(id),
                Some(Flow::To(id)) => event.ending_flows.push(id),
                None => {}
            }
            event
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn what_begins_ends_on_its_track() {
        let mut bytes = Vec::new();
        write(&fixture::failed_run(), &mut bytes).unwrap();
        let file = File::decode(&*bytes).unwrap();
        let events: Vec<&Event> = file.packets.iter().filter_map(|p| p.event.as_ref()).collect();
        let count = |kind| events.iter().filter(|event| event.kind == kind).count();
        assert!(count(SLICE_BEGIN) > 20);
        assert_eq!(count(SLICE_BEGIN), count(SLICE_END));
        assert!(count(COUNTER) > 0);
        let known = file.packets.iter().filter_map(|p| p.track.as_ref()).count() as u64;
        assert!(events.iter().all(|event| (1..=known).contains(&event.track)));
    }
}
