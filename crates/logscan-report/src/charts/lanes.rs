//! What the chart draws: one lane per worker with its tests, sessions and pools.
//!
//! A run may hold more tests and sessions than anybody can see. Bars that would
//! touch are then drawn as one, in the look of the worst of them, and what is cut is
//! said.

use std::collections::BTreeMap;

use logscan_model::timeline::{Ending, Name, Pool, Session, Test, TestOutcome};
use logscan_model::{Report, Timeline};

use super::axis::Axis;
use crate::text::visible;
use crate::view;

/// Most bars that are drawn.
const BARS: usize = 2000;
/// Most workers, rows of sessions per worker, and pools per worker.
const LANES: usize = 12;
const ROWS: usize = 8;
const CURVES: usize = 2;
/// Columns that can be told apart on the screen.
const RESOLUTION: f64 = 1000.0;

/// How a bar looks, from harmless to worst.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Look {
    Skipped,
    Unknown,
    Fine,
    Failed,
    Error,
    /// A session that was never closed.
    Open,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Bar {
    pub(super) from: f64,
    pub(super) to: f64,
    pub(super) look: Look,
    pub(super) of: Of,
}

impl Bar {
    /// Index of the test that the bar stands for.
    pub(super) fn test(&self) -> Option<usize> {
        match self.of {
            Of::Test(index) => Some(index),
            Of::Session(_) => None,
        }
    }
}

/// What a bar stands for, as an index of the timeline.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Of {
    Test(usize),
    Session(usize),
}

#[derive(Clone)]
pub(super) struct Curve {
    pub(super) name: String,
    pub(super) points: Vec<(f64, u32)>,
    pub(super) size: Option<u32>,
    pub(super) capacity: Option<u32>,
}

#[derive(Clone, Default)]
pub(super) struct Lane {
    pub(super) worker: String,
    pub(super) tests: Vec<Bar>,
    pub(super) sessions: Vec<Vec<Bar>>,
    pub(super) curves: Vec<Curve>,
}

/// The lanes, and what was left out of them.
pub(super) fn lanes(report: &Report, axis: &Axis) -> (Vec<Lane>, Vec<String>) {
    let timeline = &report.timeline;
    let mut cuts = Vec::new();
    let tests = test_bars(timeline, axis);
    let undrawn = tests.iter().filter(|bar| bar.is_none()).count() as u64;
    if undrawn > 0 {
        let tests = view::count(undrawn, "test");
        cuts.push(format!("{tests} not drawn: the log does not say when they ran."));
    }
    let (kept, seen) = (timeline.sessions.len() as u64, report.stats.sessions);
    if kept < seen {
        cuts.push(format!(
            "{kept} of {seen} sessions are drawn: the first ones, and all that failed or stayed open."
        ));
    }
    let all = workers(timeline, tests).into_iter();
    let all = all.map(|(id, own)| lane(axis, id, own, &mut cuts));
    let all = all.filter(|lane| !lane.is_empty()).collect();
    let kept = most_troubled(all, &mut cuts);
    (kept, cuts)
}

/// Lanes with trouble are what the reader looks for; the order stays.
fn most_troubled(all: Vec<Lane>, cuts: &mut Vec<String>) -> Vec<Lane> {
    if all.len() > LANES {
        cuts.push(format!("{LANES} of {} workers are drawn.", all.len()));
    }
    let mut lanes: Vec<(usize, Lane)> = all.into_iter().enumerate().collect();
    lanes.sort_by_key(|(_, lane)| std::cmp::Reverse(lane.worst()));
    lanes.truncate(LANES);
    lanes.sort_by_key(|(index, _)| *index);
    lanes.into_iter().map(|(_, lane)| lane).collect()
}

impl Lane {
    fn is_empty(&self) -> bool {
        self.tests.is_empty() && self.sessions.is_empty() && self.curves.is_empty()
    }

    /// How many bars there are.
    pub(super) fn bars(&self) -> usize {
        self.tests.len() + self.sessions.iter().map(Vec::len).sum::<usize>()
    }

    fn rows_mut(&mut self) -> impl Iterator<Item = &mut Vec<Bar>> {
        std::iter::once(&mut self.tests).chain(&mut self.sessions)
    }

    fn worst(&self) -> Option<Look> {
        let rows = std::iter::once(&self.tests).chain(&self.sessions);
        rows.flatten().map(|bar| bar.look).max()
    }
}

/// What belongs to one worker.
#[derive(Default)]
struct Own<'t> {
    tests: Vec<Bar>,
    sessions: Vec<(usize, &'t Session)>,
    pools: Vec<&'t Pool>,
}

/// Everybody who did something, in the report's order, with what they did; `None` for what
/// nobody owns. Everything is looked at once: workers may be thousands.
fn workers(timeline: &Timeline, tests: Vec<Option<Bar>>) -> Vec<(Option<&Name>, Own<'_>)> {
    let (mut all, mut places) = (Vec::<(Option<&Name>, Own)>::new(), BTreeMap::new());
    let mut of = |id| {
        let place = *places.entry(id).or_insert(all.len());
        if place == all.len() {
            all.push((id, Own::default()));
        }
        place
    };
    let listed = timeline.workers.iter().map(|worker| Some(&worker.id));
    listed.for_each(|id| _ = of(id));
    let tests: Vec<_> = timeline
        .tests
        .iter()
        .zip(tests)
        .map(|(test, bar)| (of(test.worker.as_ref()), bar))
        .collect();
    let sessions = timeline.sessions.iter().enumerate();
    let sessions: Vec<_> =
        sessions.map(|(index, session)| (of(session.worker.as_ref()), (index, session))).collect();
    let pools: Vec<_> =
        timeline.pools.iter().map(|pool| (of(pool.worker.as_ref()), pool)).collect();
    tests.into_iter().for_each(|(place, bar)| all[place].1.tests.extend(bar));
    sessions.into_iter().for_each(|(place, session)| all[place].1.sessions.push(session));
    pools.into_iter().for_each(|(place, pool)| all[place].1.pools.push(pool));
    all
}

fn lane(axis: &Axis, id: Option<&Name>, own: Own<'_>, cuts: &mut Vec<String>) -> Lane {
    let Own { mut tests, sessions, pools } = own;
    tests.sort_by(|a, b| a.from.total_cmp(&b.from));
    let sessions = sessions.into_iter();
    let sessions = sessions.filter_map(|(index, session)| session_bar(session, index, axis));
    let sessions = sessions.collect();
    let worker = id.map_or("worker unknown".into(), |id| visible(id).into_owned());
    let sessions = rows(sessions, &worker, cuts);
    let curves = curves(pools, axis, &worker, cuts);
    Lane { worker, tests, sessions, curves }
}

/// One bar per test, where the log tells when it ran.
pub(super) fn test_bars(timeline: &Timeline, axis: &Axis) -> Vec<Option<Bar>> {
    let hulls = hulls(timeline, axis);
    let mut bars: Vec<_> = timeline
        .tests
        .iter()
        .enumerate()
        .map(|(index, test)| {
            let hull = hulls.get(&(test.worker.as_ref(), &test.id)).copied();
            let (from, to) = extent(test, axis, hull)?;
            Some(Bar { from, to, look: look(test), of: Of::Test(index) })
        })
        .collect();
    if axis.is_coarse() {
        share_seconds(timeline, &mut bars, |test| {
            !hulls.contains_key(&(test.worker.as_ref(), &test.id))
        });
    }
    bars
}

type Hulls<'t> = BTreeMap<(Option<&'t Name>, &'t Name), (f64, f64)>;

/// From the first to the last that sessions show of each test.
fn hulls<'t>(timeline: &'t Timeline, axis: &Axis) -> Hulls<'t> {
    let mut hulls = Hulls::new();
    for session in &timeline.sessions {
        let Some(test) = &session.test else { continue };
        let moments = [session.opened, session.closed].into_iter().flatten();
        for at in moments.filter_map(|moment| axis.moment(moment)) {
            let hull = hulls.entry((session.worker.as_ref(), test)).or_insert((at, at));
            *hull = (hull.0.min(at), hull.1.max(at));
        }
    }
    hulls
}

fn extent(test: &Test, axis: &Axis, hull: Option<(f64, f64)>) -> Option<(f64, f64)> {
    let start = test.start.and_then(|start| axis.seconds(start));
    let end = test.end.and_then(|end| axis.seconds(end));
    let timed = match (start, end) {
        (Some(start), Some(end)) => Some((start, end.max(start))),
        (Some(one), None) | (None, Some(one)) => Some((one, one)),
        (None, None) => None,
    };
    if axis.is_coarse() {
        return hull.or(timed);
    }
    let line = || axis.at(None, test.place).map(|at| (at, at));
    timed.or(hull).or_else(line)
}

/// Tests of one worker that begin in the same printed second stand side by side in it.
fn share_seconds(timeline: &Timeline, bars: &mut [Option<Bar>], shares: impl Fn(&Test) -> bool) {
    let mut seconds: BTreeMap<_, Vec<&mut Bar>> = BTreeMap::new();
    for (test, bar) in timeline.tests.iter().zip(bars) {
        if let Some(bar) = bar.as_mut().filter(|_| shares(test)) {
            seconds.entry((test.worker.as_ref(), bar.from as u64)).or_default().push(bar);
        }
    }
    for (_, mut bars) in seconds {
        let width = 1.0 / bars.len() as f64;
        for (index, bar) in bars.iter_mut().enumerate() {
            let from = bar.from + index as f64 * width;
            bar.to = bar.to.max(from + width);
            bar.from = from;
        }
    }
}

fn look(test: &Test) -> Look {
    match test.outcome {
        Some(TestOutcome::Passed) => Look::Fine,
        Some(TestOutcome::Skipped) => Look::Skipped,
        Some(TestOutcome::Failed) => Look::Failed,
        Some(TestOutcome::Error) => Look::Error,
        None => Look::Unknown,
    }
}

pub(super) fn session_bar(session: &Session, index: usize, axis: &Axis) -> Option<Bar> {
    let opened = session.opened.and_then(|moment| axis.moment(moment));
    let failed = session.error.filter(|_| session.ending() == Ending::Failed);
    let closed = session.closed.or(failed).and_then(|moment| axis.moment(moment));
    let (from, to) = match (opened, closed) {
        (Some(opened), Some(closed)) => (opened, closed.max(opened)),
        (None, Some(one)) => (one, one),
        (Some(opened), None) if session.ending() == Ending::Unknown => (opened, opened),
        (Some(opened), None) => (opened, axis.length()),
        (None, None) => return None,
    };
    let look = match session.ending() {
        Ending::Open => Look::Open,
        Ending::Failed => Look::Error,
        Ending::Closed => Look::Fine,
        Ending::Unknown => Look::Unknown,
    };
    Some(Bar { from, to, look, of: Of::Session(index) })
}

/// Sessions in as few rows as they fit into without covering each other.
fn rows(mut bars: Vec<Bar>, worker: &str, cuts: &mut Vec<String>) -> Vec<Vec<Bar>> {
    bars.sort_by(|a, b| a.from.total_cmp(&b.from).then(a.to.total_cmp(&b.to)));
    let mut rows: Vec<Vec<Bar>> = Vec::new();
    let mut crowded = 0;
    for bar in bars {
        let free = |row: &Vec<Bar>| row.last().is_none_or(|last| last.to <= bar.from);
        match rows.iter().position(free) {
            Some(row) => rows[row].push(bar),
            None if rows.len() < ROWS => rows.push(vec![bar]),
            None => {
                rows[ROWS - 1].push(bar);
                crowded += 1;
            }
        }
    }
    if crowded > 0 {
        let sessions = view::count(crowded, "session");
        cuts.push(format!("{sessions} of {worker} drawn over others in the last row."));
    }
    rows
}

fn curves(mut pools: Vec<&Pool>, axis: &Axis, worker: &str, cuts: &mut Vec<String>) -> Vec<Curve> {
    pools.retain(|pool| !pool.samples.is_empty());
    pools.sort_by_key(|pool| std::cmp::Reverse(pool.peak_checked_out));
    if pools.len() > CURVES {
        cuts.push(format!("{CURVES} of {} pools of {worker} are drawn, the fullest.", pools.len()));
    }
    let curves = pools.into_iter().take(CURVES).map(|pool| curve(pool, axis));
    curves.filter(|curve| !curve.points.is_empty()).collect()
}

pub(super) fn curve(pool: &Pool, axis: &Axis) -> Curve {
    let at = |sample: &logscan_model::timeline::PoolSample| {
        Some((axis.at(sample.0, sample.2)?, sample.1))
    };
    let mut points: Vec<_> = pool.samples.iter().filter_map(at).collect();
    points.sort_by(|a, b| a.0.total_cmp(&b.0));
    Curve {
        name: pool.name.clone(),
        points: peaks(points, axis.length() / RESOLUTION),
        size: pool.size,
        capacity: pool.capacity(),
    }
}

/// The highest point of each column of the screen, where there are more than columns.
fn peaks(points: Vec<(f64, u32)>, column: f64) -> Vec<(f64, u32)> {
    if points.len() as f64 <= RESOLUTION {
        return points;
    }
    let same = |a: &(f64, u32), b: &(f64, u32)| (a.0 / column).floor() == (b.0 / column).floor();
    let highest = |chunk: &[(f64, u32)]| chunk.iter().copied().max_by_key(|point| point.1);
    points.chunk_by(same).filter_map(highest).collect()
}

/// Merges neighbours until no more bars are left than can be drawn.
pub(super) fn thin(lanes: &mut [Lane], length: f64, cuts: &mut Vec<String>) {
    let total: usize = lanes.iter().map(Lane::bars).sum();
    if total <= BARS {
        return;
    }
    let rows = lanes.iter_mut().flat_map(Lane::rows_mut).count();
    let gap = length * rows as f64 / (BARS - rows) as f64;
    lanes.iter_mut().flat_map(Lane::rows_mut).for_each(|row| *row = merged(row, gap));
    cuts.push(format!(
        "{total} bars are drawn as fewer: neighbours share one, in the look of the worst."
    ));
}

fn merged(row: &[Bar], gap: f64) -> Vec<Bar> {
    let mut merged: Vec<Bar> = Vec::new();
    for bar in row {
        match merged.last_mut() {
            Some(last) if bar.from - last.from < gap => {
                if bar.look > last.look {
                    (last.look, last.of) = (bar.look, bar.of);
                }
                last.to = last.to.max(bar.to);
            }
            _ => merged.push(*bar),
        }
    }
    merged
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    fn bar(from: f64, to: f64, look: Look) -> Bar {
        Bar { from, to, look, of: Of::Test(0) }
    }

    #[test]
    fn sessions_that_overlap_get_rows_of_their_own() {
        let bars =
            vec![bar(0.0, 9.0, Look::Open), bar(1.0, 2.0, Look::Fine), bar(3.0, 4.0, Look::Fine)];
        let lengths: Vec<_> = rows(bars, "gw0", &mut Vec::new()).iter().map(Vec::len).collect();
        assert_eq!(lengths, [1, 2]);
    }

    #[test]
    fn a_merged_bar_looks_like_its_worst() {
        let row =
            [bar(0.0, 1.0, Look::Fine), bar(0.5, 2.0, Look::Failed), bar(5.0, 6.0, Look::Fine)];
        assert_eq!(merged(&row, 1.0), [bar(0.0, 2.0, Look::Failed), row[2]]);
    }

    #[test]
    fn a_huge_run_is_drawn_with_few_bars() {
        let mut report = fixture::failed_run();
        fixture::repeat(&mut report, 2000);
        let axis = Axis::of(&report.timeline).unwrap();
        let (mut lanes, mut cuts) = lanes(&report, &axis);
        thin(&mut lanes, axis.length(), &mut cuts);
        let bars: usize = lanes.iter().map(Lane::bars).sum();
        assert!(bars <= BARS, "{bars}");
        assert!(cuts.iter().any(|cut| cut.contains("drawn as fewer")), "{cuts:?}");
    }

    #[test]
    fn tests_of_one_printed_second_stand_side_by_side() {
        let mut report = fixture::healthy_run();
        let timeline = &mut report.timeline;
        timeline.sessions.clear();
        timeline.pools.clear();
        timeline.services.clear();
        timeline.tests.truncate(2);
        for test in &mut timeline.tests {
            test.start = Some(logscan_model::Stamp::time_of_day(5_000_000, 0));
            test.end = test.start;
        }
        let axis = Axis::of(&report.timeline).unwrap();
        let (lanes, _) = lanes(&report, &axis);
        let ends: Vec<_> = lanes[0].tests.iter().map(|bar| (bar.from, bar.to)).collect();
        assert_eq!(ends, [(0.0, 0.5), (0.5, 1.0)]);
    }

    #[test]
    fn workers_with_trouble_are_drawn_first() {
        let mut report = fixture::healthy_run();
        let tests = &mut report.timeline.tests;
        let one = tests[0].clone();
        let test = |n: usize| Test { worker: Some(format!("gw{n:02}").into()), ..one.clone() };
        *tests = (0..40).map(test).collect();
        tests[39].outcome = Some(TestOutcome::Failed);
        report.stats.sessions = 0;
        report.timeline.workers.clear();
        report.timeline.sessions.clear();
        report.timeline.pools.clear();
        let axis = Axis::of(&report.timeline).unwrap();
        let (lanes, cuts) = lanes(&report, &axis);
        assert_eq!(lanes.len(), LANES);
        assert_eq!(lanes[LANES - 1].worker, "gw39");
        assert_eq!(cuts, ["12 of 40 workers are drawn."]);
    }
}
