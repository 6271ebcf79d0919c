//! The axis of the chart: time where the log has it, else the order of its lines.
//!
//! Logs often print whole seconds while tests take milliseconds. Points of one printed
//! time are spread over it in the order of their lines, so that what happened in order
//! is drawn in order.

use std::collections::BTreeSet;

use logscan_model::timeline::Moment;
use logscan_model::{Finding, InputId, Place, Report, Stamp, Timeline};

use crate::text::visible;

/// Maps moments to positions from 0 to [`Axis::length`].
pub(super) struct Axis {
    scale: Scale,
    length: f64,
}

enum Scale {
    /// Seconds since `first`; `points` are the places of each second, in order.
    Time { first: Stamp, points: Vec<(f64, Place)>, coarse: bool },
    /// Lines of one input since `first`.
    Lines { input: InputId, first: u64 },
}

impl Axis {
    /// The axis on which most can be drawn; `None` if nothing can.
    pub(super) fn of(timeline: &Timeline) -> Option<Self> {
        let moments = moments(timeline);
        let stamped = moments.iter().filter(|moment| moment.time.is_some()).count();
        let tested = timeline.tests.iter().filter(|test| test.start.is_some()).count();
        let timed = stamped * 2 >= moments.len() && stamped + tested > 0;
        if timed { Self::time(timeline, &moments) } else { Self::lines(&moments) }
    }

    fn time(timeline: &Timeline, moments: &[Moment]) -> Option<Self> {
        let tests = timeline.tests.iter().flat_map(|test| [test.start, test.end]).flatten();
        // Another source may run on another clock.
        let inputs: BTreeSet<InputId> = moments.iter().map(|moment| moment.place.input).collect();
        let told = |moment: &Moment| inputs.contains(&moment.place.input);
        let services = timeline.services.iter();
        let services =
            services.filter(|one| [one.first_failure, one.ready_at].iter().flatten().all(told));
        let services = services.flat_map(|one| [one.first_attempt, one.ready]).flatten();
        let stamps = moments.iter().filter_map(|moment| moment.time).chain(tests).chain(services);
        let stamps: Vec<Stamp> = stamps.collect();
        let any = *stamps.first()?;
        let first = stamps.iter().copied().fold(any, earlier);
        let seconds = |stamp: Stamp| stamp.seconds_since(first).filter(|seconds| *seconds >= 0.0);
        let at = |moment: &Moment| Some((seconds(moment.time?)?, moment.place));
        let mut points: Vec<_> = moments.iter().filter_map(at).collect();
        points.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        points.dedup();
        let coarse = stamps.iter().all(|stamp| stamp.resolution_s() >= 0.5);
        let last = stamps.iter().filter_map(|stamp| seconds(*stamp)).fold(0.0, f64::max);
        let length = (last + first.resolution_s()).max(1e-3);
        Some(Self { scale: Scale::Time { first, points, coarse }, length })
    }

    fn lines(moments: &[Moment]) -> Option<Self> {
        let mut inputs: Vec<InputId> = moments.iter().map(|moment| moment.place.input).collect();
        inputs.sort_unstable();
        let biggest = inputs.chunk_by(|a, b| a == b).rev().max_by_key(|chunk| chunk.len())?;
        let input = *biggest.first()?;
        let lines = moments.iter().map(|moment| moment.place).filter(|place| place.input == input);
        let lines: Vec<u64> = lines.map(|place| place.line).collect();
        let (first, last) = (*lines.iter().min()?, *lines.iter().max()?);
        let length = (last - first + 1) as f64;
        Some(Self { scale: Scale::Lines { input, first }, length })
    }

    pub(super) fn length(&self) -> f64 {
        self.length
    }

    /// Where a line stands; `None` where the axis does not know it.
    pub(super) fn at(&self, time: Option<Stamp>, place: Place) -> Option<f64> {
        match &self.scale {
            Scale::Time { points, .. } => {
                let seconds = self.seconds(time?)?;
                Some(seconds + spread(points, seconds, place) * time?.resolution_s())
            }
            Scale::Lines { input, first } if place.input == *input => {
                Some(place.line.checked_sub(*first)? as f64)
            }
            Scale::Lines { .. } => None,
        }
    }

    pub(super) fn moment(&self, moment: Moment) -> Option<f64> {
        self.at(moment.time, moment.place)
    }

    /// Where a time without a line stands; only a time axis knows.
    pub(super) fn seconds(&self, time: Stamp) -> Option<f64> {
        match &self.scale {
            Scale::Time { first, .. } => {
                time.seconds_since(*first).filter(|seconds| (0.0..=self.length).contains(seconds))
            }
            Scale::Lines { .. } => None,
        }
    }

    /// From when to when a finding lasts; `None` where the axis does not know it.
    pub(super) fn span(&self, finding: &Finding) -> Option<[f64; 2]> {
        if let Scale::Lines { input, first } = &self.scale {
            let of_input = finding.evidence.iter().filter(|line| line.place.input == *input);
            let lines = of_input.filter_map(|line| line.place.line.checked_sub(*first));
            let lines: Vec<u64> = lines.collect();
            return Some([*lines.iter().min()? as f64, *lines.iter().max()? as f64]);
        }
        let start = finding.start.and_then(|start| self.seconds(start));
        let end = finding.end.and_then(|end| self.seconds(end));
        let (start, end) = (start.or(end)?, end.or(start)?);
        Some([start, end.max(start) + finding.start?.resolution_s()])
    }

    /// Number of the first line, where the axis is the order of lines.
    pub(super) fn first_line(&self) -> Option<u64> {
        match &self.scale {
            Scale::Lines { first, .. } => Some(*first),
            Scale::Time { .. } => None,
        }
    }

    /// Whether printed times are too coarse to tell tests apart.
    pub(super) fn is_coarse(&self) -> bool {
        matches!(self.scale, Scale::Time { coarse: true, .. })
    }

    /// What the axis shows, for the reader.
    pub(super) fn sentence(&self, report: &Report) -> String {
        match &self.scale {
            Scale::Time { coarse: false, .. } => "The axis is time as the log prints it.".into(),
            Scale::Time { coarse: true, .. } => "The axis is time. The log prints whole seconds; \
                 within a second, things stand in the order of their lines."
                .into(),
            Scale::Lines { input, .. } => {
                let input = report.inputs.get(input.index());
                let name = input.map_or("the log".into(), |input| visible(&input.name));
                format!("The log has no times; the axis is the order of the lines of {name}.")
            }
        }
    }

    /// Positions to label, with their labels.
    pub(super) fn ticks(&self) -> Vec<(f64, String)> {
        let step = round_step(self.length / 8.0);
        let step = if self.in_lines() { step.max(1.0) } else { step };
        let count = (self.length / step).floor() as usize;
        (0..=count).map(|n| n as f64 * step).map(|at| (at, self.label(at))).collect()
    }

    pub(super) fn in_lines(&self) -> bool {
        matches!(self.scale, Scale::Lines { .. })
    }

    fn label(&self, at: f64) -> String {
        match &self.scale {
            Scale::Time { first, .. } if at == 0.0 => first.to_string(),
            Scale::Time { .. } => format!("+{} s", crate::view::number(at)),
            Scale::Lines { first, .. } => format!("line {}", first + at as u64),
        }
    }
}

/// Everything of the timeline that has a line.
fn moments(timeline: &Timeline) -> Vec<Moment> {
    let sessions = timeline.sessions.iter();
    let sessions = sessions.flat_map(|session| [session.opened, session.closed]).flatten();
    let samples = timeline.pools.iter().flat_map(|pool| &pool.samples);
    let samples = samples.map(|sample| Moment { time: sample.0, place: sample.2 });
    let mut all: Vec<Moment> = sessions.chain(samples).collect();
    all.sort_by_key(|moment| moment.place);
    all
}

fn earlier(a: Stamp, b: Stamp) -> Stamp {
    match b.seconds_since(a) {
        // A distance of more than half a day backwards is a run that passes midnight.
        Some(seconds) if seconds < 0.0 => b,
        Some(seconds) if !a.is_dated() && seconds > 43_200.0 => b,
        _ => a,
    }
}

/// How far into its printed time a line stands, from 0 to 1.
fn spread(points: &[(f64, Place)], seconds: f64, place: Place) -> f64 {
    let from = points.partition_point(|point| point.0 < seconds);
    let to = points.partition_point(|point| point.0 <= seconds);
    let before = points[from..to].partition_point(|point| point.1 < place);
    before as f64 / (to - from).max(1) as f64
}

/// The next 1, 2 or 5 times a power of ten.
fn round_step(rough: f64) -> f64 {
    let power = 10f64.powf(rough.max(1e-6).log10().floor());
    let steps = [1.0, 2.0, 5.0, 10.0];
    steps.iter().map(|step| step * power).find(|step| *step >= rough).unwrap_or(10.0 * power)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn steps_are_round() {
        assert_eq!([round_step(0.9), round_step(13.0), round_step(30.0)], [1.0, 20.0, 50.0]);
    }

    #[test]
    fn lines_of_one_printed_second_stand_in_their_order() {
        let place = |line| Place { input: InputId::new(0), line };
        let points = [(0.0, place(1)), (1.0, place(2)), (1.0, place(3))];
        assert_eq!(spread(&points, 1.0, place(2)), 0.0);
        assert_eq!(spread(&points, 1.0, place(3)), 0.5);
    }

    #[test]
    fn a_log_without_times_is_drawn_by_lines() {
        let mut report = fixture::failed_run();
        fixture::without_times(&mut report);
        let axis = Axis::of(&report.timeline).unwrap();
        let said = axis.sentence(&report);
        assert!(said.ends_with("the order of the lines of test_debug.log."), "{said}");
        assert_eq!(axis.ticks()[0].1, "line 120");
    }

    #[test]
    fn a_run_may_pass_midnight() {
        let before = Stamp::time_of_day(86_399_000_000, 0);
        let after = Stamp::time_of_day(1_000_000, 0);
        assert_eq!(earlier(after, before), before);
        assert_eq!(earlier(before, after), before);
    }
}
