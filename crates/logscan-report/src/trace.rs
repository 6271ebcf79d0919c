//! A run as tracks of slices, marks and counters: what trace viewers draw.
//!
//! Slices of one row never overlap, so that every session keeps its own extent. Whoever
//! waited in vain for a connection is linked to the session that held one longest.

use logscan_model::timeline::{Ending, Name, Session, Subject};
use logscan_model::{EventKind, Report};

use crate::charts::Course;
use crate::text::{clip, visible};

const NAME: usize = 300;

/// Everything that is drawn.
pub(crate) struct Trace {
    /// What the time axis shows.
    pub(crate) sentence: String,
    pub(crate) groups: Vec<Group>,
}

/// The tracks of one worker, or of the server.
pub(crate) struct Group {
    pub(crate) name: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) counters: Vec<Counter>,
}

/// Slices that do not overlap, and marks between them.
pub(crate) struct Row {
    pub(crate) name: &'static str,
    pub(crate) slices: Vec<Slice>,
    pub(crate) marks: Vec<Mark>,
}

pub(crate) struct Slice {
    pub(crate) name: String,
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) details: Vec<(&'static str, String)>,
}

/// Something that happened at a moment.
pub(crate) struct Mark {
    pub(crate) name: String,
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
pub(crate) fn trace(report: &Report) -> Option<Trace> {
    let course = Course::of(report)?;
    let mut flows = 0;
    let workers = workers(report).into_iter();
    let mut groups: Vec<Group> =
        workers.map(|worker| group(report, &course, worker, &mut flows)).collect();
    groups.extend(locks(report, &course, &mut flows));
    groups.retain(|group| !group.rows.is_empty() || !group.counters.is_empty());
    Some(Trace { sentence: course.sentence(report), groups })
}

fn workers(report: &Report) -> Vec<Option<&Name>> {
    let timeline = &report.timeline;
    let listed = timeline.workers.iter().map(|worker| Some(&worker.id));
    let tests = timeline.tests.iter().map(|test| test.worker.as_ref());
    let sessions = timeline.sessions.iter().map(|session| session.worker.as_ref());
    let pools = timeline.pools.iter().map(|pool| pool.worker.as_ref());
    let mut all: Vec<_> = listed.chain(tests).chain(sessions).chain(pools).collect();
    all.sort_unstable();
    all.dedup();
    all
}

fn group(report: &Report, course: &Course, worker: Option<&Name>, flows: &mut u64) -> Group {
    let timeline = &report.timeline;
    let tests = timeline.tests.iter().enumerate();
    let tests = tests.filter(|(_, test)| test.worker.as_ref() == worker);
    let tests = tests.filter_map(|(index, test)| {
        let outcome = test.outcome.map_or("unknown", |outcome| outcome.name());
        let details = vec![("outcome", outcome.to_owned())];
        Some(slice(&test.id, course.test(index)?, details))
    });
    let mut rows = in_rows("tests", tests.collect());
    let own = |session: &&Session| session.worker.as_ref() == worker;
    let sessions = timeline.sessions.iter().filter(own);
    let sessions = sessions.filter_map(|it| Some(session(it, course.session(it)?)));
    let mut held = in_rows("sessions", sessions.collect());
    rows.extend(waits(report, course, worker, &mut held, flows));
    rows.extend(held);
    let pools = timeline.pools.iter().filter(|pool| pool.worker.as_ref() == worker);
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

fn slice(name: &str, (from, to): (u64, u64), details: Vec<(&'static str, String)>) -> Slice {
    Slice { name: shown(name), from, to, details }
}

fn session(session: &Session, span: (u64, u64)) -> Slice {
    let number = session.number.map_or(String::new(), |number| format!(" #{number}"));
    let ended = match session.ending() {
        Ending::Open => "never closed",
        Ending::Failed => "error",
        Ending::Closed => "closed",
        Ending::Unknown => "unknown",
    };
    let mut details = vec![("ended", ended.to_owned())];
    details.extend(session.test.as_ref().map(|test| ("test", shown(test))));
    let open = if session.ending() == Ending::Open { " (never closed)" } else { "" };
    slice(&format!("session{number}{open}"), span, details)
}

/// As few rows as the slices fit into without overlapping.
fn in_rows(name: &'static str, mut slices: Vec<Slice>) -> Vec<Row> {
    slices.sort_by_key(|slice| (slice.from, slice.to));
    let mut rows: Vec<Row> = Vec::new();
    for slice in slices {
        let free = |row: &Row| row.slices.last().is_none_or(|last| last.to <= slice.from);
        match rows.iter().position(free) {
            Some(row) => rows[row].slices.push(slice),
            None => rows.push(Row { name, slices: vec![slice], marks: Vec::new() }),
        }
    }
    rows
}

/// Checkouts that timed out, each linked to the session that held a connection longest.
fn waits(
    report: &Report,
    course: &Course,
    worker: Option<&Name>,
    held: &mut [Row],
    flows: &mut u64,
) -> Option<Row> {
    let faults = report.timeline.faults.iter();
    let timed_out = faults.filter(|fault| {
        fault.kind == EventKind::PoolTimeout
            && fault.worker.as_ref() == worker
            && fault.subject != Subject::Server
    });
    let mut at: Vec<u64> = timed_out.filter_map(|fault| course.moment(fault.moment)).collect();
    at.sort_unstable();
    let mut marks = Vec::new();
    for at in at {
        let holds = |slice: &&Slice| slice.from < at && slice.to > at;
        let rows = held.iter_mut().filter_map(|row| {
            let from = row.slices.iter().find(holds)?.from;
            Some((from, row))
        });
        let flow = rows.min_by_key(|(from, _)| *from).map(|(_, row)| {
            *flows += 1;
            let name = "holds a connection that others wait for".to_owned();
            row.marks.push(Mark { name, at, flow: Some(Flow::To(*flows)) });
            Flow::From(*flows)
        });
        marks.push(Mark { name: "checkout timed out".to_owned(), at, flow });
    }
    (!marks.is_empty()).then(|| Row { name: "waits", slices: Vec::new(), marks })
}

/// Who waits for whose lock, by the server's log.
fn locks(report: &Report, course: &Course, flows: &mut u64) -> Option<Group> {
    let mut waits = Vec::new();
    let mut holds = Vec::new();
    for wait in &report.timeline.lock_waits {
        let Some(at) = course.moment(wait.at) else { continue };
        let object = wait.object.as_ref().map_or(String::new(), |object| format!(" of {object}"));
        let flow = wait.holder.map(|holder| {
            *flows += 1;
            let name = format!("backend {holder} holds the lock{object}");
            holds.push(Mark { name: shown(&name), at, flow: Some(Flow::To(*flows)) });
            Flow::From(*flows)
        });
        let name = shown(&format!("backend {} waits for the lock{object}", wait.waiter));
        waits.push(Mark { name, at, flow });
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
        let trace = trace(&fixture::failed_run()).unwrap();
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
