//! When everything of a run happened, for formats that draw it themselves.

use logscan_model::Report;
use logscan_model::timeline::{Moment, PoolSample, Session};

use super::axis::Axis;
use super::lanes::{session_bar, test_bars};

/// Nanoseconds that stand for a line where the log has no times.
const LINE: f64 = 1e6;
const SECOND: f64 = 1e9;

/// Positions in nanoseconds from the beginning of the run.
pub(crate) struct Course {
    axis: Axis,
    tests: Vec<Option<(u64, u64)>>,
    unit: f64,
}

impl Course {
    /// The course of a run; `None` if the log tells neither times nor an order.
    pub(crate) fn of(report: &Report) -> Option<Self> {
        let axis = Axis::of(&report.timeline)?;
        let unit = if axis.in_lines() { LINE } else { SECOND };
        let bars = test_bars(&report.timeline, &axis).into_iter();
        let tests = bars.map(|bar| bar.map(|bar| span(bar.from, bar.to, unit))).collect();
        Some(Self { axis, tests, unit })
    }

    /// From when to when the test with this index ran.
    pub(crate) fn test(&self, index: usize) -> Option<(u64, u64)> {
        self.tests.get(index).copied().flatten()
    }

    /// From when to when a session was open; one that stays open lasts to the end.
    pub(crate) fn session(&self, session: &Session) -> Option<(u64, u64)> {
        session_bar(session, 0, &self.axis).map(|bar| span(bar.from, bar.to, self.unit))
    }

    pub(crate) fn sample(&self, sample: &PoolSample) -> Option<u64> {
        self.axis.at(sample.0, sample.2).map(|at| nanos(at, self.unit))
    }

    pub(crate) fn moment(&self, moment: Moment) -> Option<u64> {
        self.axis.moment(moment).map(|at| nanos(at, self.unit))
    }

    /// What the positions mean.
    pub(crate) fn sentence(&self, report: &Report) -> String {
        let sentence = self.axis.sentence(report);
        if self.axis.in_lines() {
            sentence + " A line is shown as a millisecond."
        } else {
            sentence
        }
    }
}

fn span(from: f64, to: f64, unit: f64) -> (u64, u64) {
    let from = nanos(from, unit);
    (from, nanos(to, unit).max(from))
}

fn nanos(at: f64, unit: f64) -> u64 {
    (at * unit).round() as u64
}
