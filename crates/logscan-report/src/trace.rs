//! A run as tracks of slices, marks and counters: what trace viewers draw.
//!
//! Slices of one row never overlap, so that every session keeps its own extent. Whoever
//! waited in vain for a connection is linked to the session that held one longest.

use std::borrow::Cow;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};

use logscan_model::timeline::{Ending, Fault, Name, Pool, Session, Subject, Test};
use logscan_model::{EventKind, Report};

use crate::charts::Course;
use crate::text::{clip, visible};

const NAME: usize = 300;

/// Everything that is drawn.
pub(crate) struct Trace<'r> {
    /// What the time axis shows.
    pub(crate) sentence: String,
    pub(crate) groups: Vec<Group<'r>>,
}

/// The tracks of one worker, or of the server.
pub(crate) struct Group<'r> {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row<'r>>,
    pub(crate) counters: Vec<Counter>,
}

/// Slices that do not overlap, and marks between them.
pub(crate) struct Row<'r> {
    pub(crate) name: &'static str,
    pub(crate) slices: Vec<Slice<'r>>,
    pub(crate) marks: Vec<Mark>,
}

/// Nanoseconds from the start of the axis.
pub(crate) struct Slice<'r> {
    pub(crate) from: u64,
    pub(crate) to: u64,
    of: Of<'r>,
}

/// What lasts. Its texts are made when they are written: there may be hundreds of thousands.
enum Of<'r> {
    Test(&'r Test),
    Session(&'r Session),
}

impl Slice<'_> {
    pub(crate) fn name(&self) -> String {
        match self.of {
            Of::Test(test) => shown(&test.id),
            Of::Session(session) => {
                let number = session.number.map_or(String::new(), |number| format!(" #{number}"));
                let open = session.ending() == Ending::Open;
                format!("session{number}{}", if open { " (still open)" } else { "" })
            }
        }
    }

    pub(crate) fn details(&self) -> Vec<(&'static str, Cow<'static, str>)> {
        match self.of {
            Of::Test(test) => {
                let outcome = test.outcome.map_or("unknown", |outcome| outcome.name());
                vec![("outcome", outcome.into())]
            }
            Of::Session(session) => {
                let ended = match session.ending() {
                    Ending::Open => "still open",
                    Ending::Failed => "error",
                    Ending::Closed => "closed",
                    Ending::Unknown => "unknown",
                };
                let test = session.test.as_ref().map(|test| ("test", shown(test).into()));
                [("ended", ended.into())].into_iter().chain(test).collect()
            }
        }
    }
}

/// Something that happened at a moment.
pub(crate) struct Mark {
    pub(crate) name: Cow<'static, str>,
    pub(crate) at: u64,
    pub(crate) flow: Option<Flow>,
}

/// A link between two marks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Flow {
    /// From who waits …
    From(u64),
    /// … to who holds.
    To(u64),
}

/// A value over time.
pub(crate) struct Counter {
    pub(crate) name: String,
    pub(crate) points: Vec<(u64, u32)>,
}

/// The tracks of a run; `None` if the log tells neither times nor an order.
pub(crate) fn trace(report: &Report) -> Option<Trace<'_>> {
    let course = Course::of(report)?;
    let mut flows = 0;
    let mut groups: Vec<Group> = owned(report)
        .into_iter()
        .map(|(worker, own)| group(&course, worker, own, &mut flows))
        .collect();
    groups.extend(locks(report, &course, &mut flows));
    groups.retain(|group| !group.rows.is_empty() || !group.counters.is_empty());
    Some(Trace { sentence: course.sentence(report), groups })
}

/// What belongs to one worker, in the report's order.
#[derive(Default)]
struct Own<'r> {
    tests: Vec<(usize, &'r Test)>,
    sessions: Vec<&'r Session>,
    pools: Vec<&'r Pool>,
    timeouts: Vec<&'r Fault>,
}

/// Everything by its worker, each looked at once: workers may be thousands.
fn owned(report: &Report) -> BTreeMap<Option<&Name>, Own<'_>> {
    let timeline = &report.timeline;
    let mut all: BTreeMap<Option<&Name>, Own> = BTreeMap::new();
    for worker in &timeline.workers {
        all.entry(Some(&worker.id)).or_default();
    }
    for (index, test) in timeline.tests.iter().enumerate() {
        all.entry(test.worker.as_ref()).or_default().tests.push((index, test));
    }
    for session in &timeline.sessions {
        all.entry(session.worker.as_ref()).or_default().sessions.push(session);
    }
    for pool in &timeline.pools {
        all.entry(pool.worker.as_ref()).or_default().pools.push(pool);
    }
    let timed_out =
        |fault: &&Fault| fault.kind == EventKind::PoolTimeout && fault.subject != Subject::Server;
    for fault in timeline.faults.iter().filter(timed_out) {
        if let Some(own) = all.get_mut(&fault.worker.as_ref()) {
            own.timeouts.push(fault);
        }
    }
    all
}

fn group<'r>(course: &Course, worker: Option<&Name>, own: Own<'r>, flows: &mut u64) -> Group<'r> {
    let tests = own.tests.into_iter().filter_map(|(index, test)| {
        let (from, to) = course.test(index)?;
        Some(Slice { from, to, of: Of::Test(test) })
    });
    let mut rows = in_rows("tests", tests.collect());
    let sessions = own.sessions.into_iter().filter_map(|session| {
        let (from, to) = course.session(session)?;
        Some(Slice { from, to, of: Of::Session(session) })
    });
    let mut held = in_rows("sessions", sessions.collect());
    rows.extend(waits(course, &own.timeouts, &mut held, flows));
    rows.extend(held);
    let pools = own.pools.into_iter();
    let counters = pools.map(|pool| {
        let points = pool.samples.iter();
        let mut points: Vec<_> =
            points.filter_map(|sample| Some((course.sample(sample)?, sample.1))).collect();
        points.sort_by_key(|point| point.0);
        let size = pool.size.map_or(String::new(), |size| format!(", size {size}"));
        let most = pool.capacity().map_or(String::new(), |most| format!(", capacity {most}"));
        Counter { name: shown(&format!("{} in use{size}{most}", pool.name)), points }
    });
    let counters = counters.filter(|counter| !counter.points.is_empty()).collect();
    let name = worker.map_or("worker unknown".to_owned(), |worker| shown(worker));
    Group { name, rows, counters }
}

/// As few rows as the slices fit into without overlapping: each in the first that is free.
fn in_rows<'r>(name: &'static str, mut slices: Vec<Slice<'r>>) -> Vec<Row<'r>> {
    slices.sort_by_key(|slice| (slice.from, slice.to));
    let mut rows: Vec<Row> = Vec::new();
    let (mut free, mut busy) = (BTreeSet::new(), BinaryHeap::new());
    for slice in slices {
        while let Some(Reverse((_, row))) =
            busy.peek().copied().filter(|Reverse((to, _))| *to <= slice.from)
        {
            busy.pop();
            free.insert(row);
        }
        let row = free.pop_first().unwrap_or(rows.len());
        if row == rows.len() {
            rows.push(Row { name, slices: Vec::new(), marks: Vec::new() });
        }
        busy.push(Reverse((slice.to, row)));
        rows[row].slices.push(slice);
    }
    rows
}

/// Checkouts that timed out, each linked to the session that held a connection longest.
fn waits<'r>(
    course: &Course,
    timeouts: &[&Fault],
    held: &mut [Row],
    flows: &mut u64,
) -> Option<Row<'r>> {
    let mut at: Vec<u64> =
        timeouts.iter().filter_map(|fault| course.moment(fault.moment)).collect();
    at.sort_unstable();
    let rows = held.iter().enumerate();
    let slices = rows
        .flat_map(|(row, held)| held.slices.iter().map(move |slice| (slice.from, row, slice.to)));
    let mut slices: Vec<(u64, usize, u64)> = slices.collect();
    slices.sort_unstable();
    let (mut next, mut open) = (slices.into_iter().peekable(), BinaryHeap::new());
    let mut marks = Vec::new();
    for at in at {
        while let Some(slice) = next.next_if(|slice| slice.0 < at) {
            open.push(Reverse(slice));
        }
        // Times only grow: what has ended now holds nothing later.
        while open.peek().is_some_and(|Reverse((_, _, to))| *to <= at) {
            open.pop();
        }
        let flow = open.peek().map(|Reverse((_, row, _))| {
            *flows += 1;
            let name = "holds a connection that others wait for".into();
            held[*row].marks.push(Mark { name, at, flow: Some(Flow::To(*flows)) });
            Flow::From(*flows)
        });
        marks.push(Mark { name: "checkout timed out".into(), at, flow });
    }
    (!marks.is_empty()).then(|| Row { name: "waits", slices: Vec::new(), marks })
}

/// Who waits for whose lock, by the server's log.
fn locks<'r>(report: &Report, course: &Course, flows: &mut u64) -> Option<Group<'r>> {
    let mut waits = Vec::new();
    let mut holds = Vec::new();
    for wait in &report.timeline.lock_waits {
        let Some(at) = course.moment(wait.at) else { continue };
        let object = wait.object.as_ref().map_or(String::new(), |object| format!(" of {object}"));
        let flow = wait.holder.map(|holder| {
            *flows += 1;
            let name = format!("backend {holder} holds the lock{object}");
            holds.push(Mark { name: shown(&name).into(), at, flow: Some(Flow::To(*flows)) });
            Flow::From(*flows)
        });
        let name = shown(&format!("backend {} waits for the lock{object}", wait.waiter));
        waits.push(Mark { name: name.into(), at, flow });
    }
    waits.sort_by_key(|mark| mark.at);
    holds.sort_by_key(|mark| mark.at);
    let row = |name, marks: Vec<Mark>| Row { name, slices: Vec::new(), marks };
    let rows = vec![row("waits", waits), row("holders", holds)];
    let rows: Vec<Row> = rows.into_iter().filter(|row| !row.marks.is_empty()).collect();
    let name = "server: locks".to_owned();
    (!rows.is_empty()).then(|| Group { name, rows, counters: Vec::new() })
}

fn shown(text: &str) -> String {
    clip(&visible(text), NAME)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn slices_of_a_row_do_not_overlap() {
        let run = fixture::failed_run();
        let trace = trace(&run).unwrap();
        let rows: Vec<&Row> = trace.groups.iter().flat_map(|group| &group.rows).collect();
        assert!(rows.iter().any(|row| row.name == "sessions"));
        for row in rows {
            assert!(row.slices.is_sorted_by(|a, b| a.to <= b.from), "{}", row.name);
        }
    }

    #[test]
    fn a_run_without_order_has_no_tracks() {
        assert!(trace(&fixture::empty()).is_none());
    }
}
