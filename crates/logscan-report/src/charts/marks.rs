//! What stands behind each bar of the chart, so that the page can point at it.
//!
//! The chart merges what cannot be told apart on a screen; here everything stands by
//! itself, so that a reader who picks a part of the run sees all of it.

use std::collections::HashMap;

use logscan_model::timeline::{Ending, Name};
use logscan_model::{Place, Report};
use serde::Serialize;

use super::lanes::{Bar, Lane, Of};
use super::{LEFT, Picture, RIGHT, ROW, SESSION, TEST, TOP, WIDTH, height};
use crate::view;

/// Most bars that are told one by one.
const MARKS: usize = 20_000;
/// Most bytes of the names of tests, and most inputs.
const NAMES: usize = 1_000_000;
const INPUTS: usize = 500;

/// The geometry of the chart, and what each bar is.
#[derive(Serialize)]
pub(crate) struct Marks {
    /// Columns between which the axis lies, and the height of the chart.
    frame: [i32; 3],
    /// Length of the axis, in seconds or lines.
    length: f64,
    /// Number of the first line, where the axis is the order of lines.
    first_line: Option<u64>,
    /// Whether every bar is told; else neighbours share one.
    whole: bool,
    inputs: Vec<String>,
    /// Name, top and bottom of each lane.
    lanes: Vec<(String, i32, i32)>,
    tests: Vec<String>,
    bars: Bars,
}

/// All bars, as columns of one length.
#[derive(Default, Serialize)]
struct Bars {
    kind: Vec<Kind>,
    /// Index of the lane; services have none.
    lane: Vec<Option<usize>>,
    top: Vec<i32>,
    height: Vec<i32>,
    from: Vec<f64>,
    to: Vec<f64>,
    /// What became of it.
    end: Vec<&'static str>,
    /// Index of the test.
    test: Vec<Option<usize>>,
    /// What it is called: the number of a session, the name of a service.
    name: Vec<Option<String>>,
    input: Vec<u32>,
    /// Lines of its beginning, its end and its error; 0 if the log shows none.
    lines: Vec<[u64; 3]>,
}

#[derive(Clone, Copy, Serialize)]
#[serde(rename_all = "kebab-case")]
enum Kind {
    Test,
    Session,
    Service,
}

impl Marks {
    pub(super) fn of(report: &Report, picture: &Picture<'_>, all: &[Lane]) -> Self {
        let whole = all.iter().map(Lane::bars).sum::<usize>() <= MARKS;
        let told = if whole { all } else { picture.lanes };
        let tests = names(report);
        let named = report.timeline.tests.iter().take(tests.len()).enumerate();
        let named = named.map(|(index, test)| (&test.id, index)).collect();
        let inputs = report.inputs.iter().take(INPUTS).map(|input| view::name(&input.name));
        let mut bars = Bars::default();
        bars.services(report, picture);
        let mut lanes = Vec::new();
        for (index, (lane, top)) in told.iter().zip(picture.tops()).enumerate() {
            lanes.push((lane.worker.clone(), top, top + height(lane)));
            lane.tests.iter().for_each(|bar| bars.bar(report, &named, bar, (index, top)));
            for (row, top) in lane.sessions.iter().zip((top + TEST + 2..).step_by(SESSION as usize))
            {
                row.iter().for_each(|bar| bars.bar(report, &named, bar, (index, top)));
            }
        }
        Self {
            frame: [LEFT, WIDTH - RIGHT, picture.height()],
            length: picture.axis.length(),
            first_line: picture.axis.first_line(),
            whole,
            inputs: inputs.collect(),
            lanes,
            tests,
            bars,
        }
    }
}

/// The first tests, as many as there is room for.
fn names(report: &Report) -> Vec<String> {
    let mut room = NAMES;
    let names = report.timeline.tests.iter().map(|test| view::name(&test.id));
    let fits = names.take_while(|name| {
        room = room.saturating_sub(name.len());
        room > 0
    });
    fits.collect()
}

impl Bars {
    fn bar(
        &mut self,
        report: &Report,
        named: &HashMap<&Name, usize>,
        bar: &Bar,
        (lane, top): (usize, i32),
    ) {
        let timeline = &report.timeline;
        self.lane.push(Some(lane));
        self.extent(top, bar.from, bar.to);
        match bar.of {
            Of::Test(index) => {
                let test = &timeline.tests[index];
                self.kind.push(Kind::Test);
                self.height.push(TEST - 3);
                self.end.push(test.outcome.map_or("outcome unknown", |outcome| outcome.name()));
                self.test.push(named.get(&test.id).copied());
                self.name.push(None);
                self.places([Some(test.place), None, None]);
            }
            Of::Session(index) => {
                let session = &timeline.sessions[index];
                self.kind.push(Kind::Session);
                self.height.push(SESSION - 2);
                self.end.push(match session.ending() {
                    Ending::Open => "still open",
                    Ending::Failed => "failed",
                    Ending::Closed => "closed",
                    Ending::Unknown => "end unknown",
                });
                self.test.push(session.test.as_ref().and_then(|test| named.get(test).copied()));
                self.name.push(session.number.map(|number| format!("#{number}")));
                let moments = [session.opened, session.closed, session.error];
                self.places(moments.map(|moment| moment.map(|moment| moment.place)));
            }
        }
    }

    fn services(&mut self, report: &Report, picture: &Picture<'_>) {
        for (wait, top) in picture.waits.iter().zip((TOP..).step_by(ROW as usize)) {
            let service = &report.timeline.services[wait.service];
            let [first, ready] = [service.first_failure, service.ready_at]
                .map(|moment| moment.map(|moment| moment.place));
            let until = wait.ready.filter(|_| wait.from.is_some());
            self.kind.push(Kind::Service);
            self.lane.push(None);
            self.height.push(TEST - 3);
            self.extent(
                top,
                wait.from.or(wait.ready).unwrap_or_default(),
                until.unwrap_or(picture.axis.length()),
            );
            self.end.push(if wait.ready.is_some() { "ready" } else { "never ready" });
            self.test.push(None);
            let at = service.endpoint.as_ref().map(|at| format!(" at {at}")).unwrap_or_default();
            self.name.push(Some(view::name(&format!("{}{at}", service.name))));
            self.places([first.or(ready), ready, None]);
        }
    }

    fn extent(&mut self, top: i32, from: f64, to: f64) {
        self.top.push(top);
        self.from.push(round(from));
        self.to.push(round(to));
    }

    /// Lines of another input than the first one's are not told.
    fn places(&mut self, places: [Option<Place>; 3]) {
        let input = places.into_iter().flatten().next().unwrap_or_default().input;
        let told = |place: Option<Place>| place.filter(|place| place.input == input);
        self.input.push(input.into());
        self.lines.push(places.map(|place| told(place).map_or(0, |place| place.line)));
    }
}

/// Digits that a screen cannot show only cost room.
fn round(at: f64) -> f64 {
    (at * 1e4).round() / 1e4
}

#[cfg(test)]
mod tests {
    use crate::charts::chart;
    use crate::fixture;

    #[test]
    fn every_bar_is_told_with_its_lines() {
        let marks = chart(&fixture::failed_run()).unwrap().marks;
        assert!(marks.whole);
        let bars = &marks.bars;
        let count = bars.kind.len();
        assert_eq!(count, 1 + 14 + 14);
        let columns = [bars.lane.len(), bars.top.len(), bars.height.len(), bars.from.len()];
        let more = [bars.to.len(), bars.end.len(), bars.test.len(), bars.name.len()];
        let rest = [bars.input.len(), bars.lines.len()];
        let all = columns.into_iter().chain(more).chain(rest);
        assert!(all.into_iter().all(|length| length == count));
        assert_eq!(bars.end.iter().filter(|end| **end == "still open").count(), 5);
        assert!(bars.lines.iter().skip(1).all(|lines| lines[0] > 0));
    }

    #[test]
    fn a_huge_run_is_told_in_shared_bars() {
        let mut report = fixture::failed_run();
        fixture::repeat(&mut report, 2000);
        let marks = chart(&report).unwrap().marks;
        assert!(!marks.whole && marks.bars.kind.len() < 2100, "{}", marks.bars.kind.len());
    }
}
