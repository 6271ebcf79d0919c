//! The picture of a run: who did what when, and how full the pools were.
//!
//! One lane per worker, all on one axis: tests as bars, sessions as thin bars below
//! them, and the connections in use below those. Colour is never alone: failures carry
//! a numbered cross, skipped tests are hollow, sessions that stay open end in an arrow.

mod axis;
mod course;
mod lanes;
mod marks;
mod services;
mod spark;

use std::collections::BTreeMap;

use logscan_model::{Finding, Report};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::text_anchor::{HPos, Pos, VPos};
use serde::Serialize;

use crate::text::{clip, visible};
use axis::Axis;
pub(crate) use course::Course;
use lanes::{Bar, Curve, Lane, Look};
pub(crate) use marks::Marks;
use services::Wait;
pub(crate) use spark::sparklines;

type Canvas<'a> = DrawingArea<SVGBackend<'a>, Shift>;
type Drawn = Result<(), Box<dyn std::error::Error>>;

const WIDTH: i32 = 1120;
const LEFT: i32 = 110;
const RIGHT: i32 = 84;
const TEST: i32 = 18;
const SESSION: i32 = 6;
const POOL: i32 = 46;
const GAP: i32 = 18;
/// Height of a service with the room below it.
const ROW: i32 = TEST + 8;
const TOP: i32 = 22;
const BOTTOM: i32 = 26;

// The style sheet knows these colours by their values and gives each its dark twin.
const FINE: RGBColor = RGBColor(0x4C, 0x9A, 0x6A);
const FAILED: RGBColor = RGBColor(0xC7, 0x3E, 0x3A);
const ERROR: RGBColor = RGBColor(0x8E, 0x3B, 0x8A);
const HOLLOW: RGBColor = RGBColor(0x8A, 0x91, 0x9C);
const SESSION_FINE: RGBColor = RGBColor(0x9D, 0xB8, 0xD9);
const SESSION_OPEN: RGBColor = RGBColor(0xD9, 0x82, 0x2B);
const POOL_LINE: RGBColor = RGBColor(0x2F, 0x6F, 0xB0);
const POOL_AREA: RGBColor = RGBColor(0xD6, 0xE4, 0xF3);
const SIZE: RGBColor = RGBColor(0xA8, 0x8B, 0x4A);
const CAPACITY: RGBColor = RGBColor(0xB5, 0x4A, 0x3F);
const INK: RGBColor = RGBColor(0x1F, 0x29, 0x33);
const MUTED: RGBColor = RGBColor(0x6A, 0x73, 0x80);
const GRID: RGBColor = RGBColor(0xE4, 0xE7, 0xEC);

#[cfg(test)]
pub(crate) const PALETTE: [RGBColor; 13] = [
    FINE,
    FAILED,
    ERROR,
    HOLLOW,
    SESSION_FINE,
    SESSION_OPEN,
    POOL_LINE,
    POOL_AREA,
    SIZE,
    CAPACITY,
    INK,
    MUTED,
    GRID,
];

/// The chart and what must be said next to it.
#[derive(Serialize)]
pub(crate) struct Chart {
    pub(crate) svg: String,
    /// What the axis shows.
    pub(crate) axis: String,
    /// Failed tests in the order of their numbers in the chart, as indexes of the tests.
    pub(crate) marked: Vec<usize>,
    /// What was left out.
    pub(crate) cuts: Vec<String>,
    /// What stands behind each bar.
    #[serde(skip)]
    pub(crate) marks: Marks,
    /// From when to when the findings last, on the axis of the chart.
    #[serde(skip)]
    pub(crate) spans: BTreeMap<String, [f64; 2]>,
    /// The same of failed tests, by their indexes.
    #[serde(skip)]
    pub(crate) tests: BTreeMap<usize, [f64; 2]>,
}

/// Draws the run; `None` if there is nothing to draw.
pub(crate) fn chart(report: &Report) -> Option<Chart> {
    let axis = Axis::of(&report.timeline)?;
    let (all, mut cuts) = lanes::lanes(report, &axis);
    let waits = services::waits(&report.timeline, &axis);
    if all.is_empty() && waits.is_empty() {
        return None;
    }
    let mut lanes = all.clone();
    lanes::thin(&mut lanes, axis.length(), &mut cuts);
    let marked = marked(&lanes);
    let picture = Picture { axis: &axis, lanes: &lanes, waits: &waits, marked: &marked };
    let mut svg = String::new();
    // A string takes everything that is drawn into it, so there is no failure to tell.
    picture.draw(&mut svg).ok()?;
    let span = |finding: &Finding| Some((finding.id.clone(), axis.span(finding)?));
    Some(Chart {
        svg: described(&svg),
        axis: axis.sentence(report),
        marks: Marks::of(report, &picture, &all),
        spans: report.findings.iter().filter_map(span).collect(),
        tests: failed(&all),
        marked,
        cuts,
    })
}

/// The drawing as a screen reader should announce it.
fn described(svg: &str) -> String {
    let head = "<svg role=\"img\" aria-labelledby=\"chart-title\" ";
    let title = "<title id=\"chart-title\">Tests, sessions and pools of each worker</title>\n";
    let svg = svg.replacen("<svg ", head, 1);
    svg.replacen(">\n", &format!(">\n{title}"), 1)
}

fn failed(lanes: &[Lane]) -> BTreeMap<usize, [f64; 2]> {
    let failed = |bar: &&Bar| matches!(bar.look, Look::Failed | Look::Error);
    let tests = lanes.iter().flat_map(|lane| lane.tests.iter().filter(failed));
    tests.filter_map(|bar| Some((bar.test()?, [bar.from, bar.to]))).collect()
}

fn marked(lanes: &[Lane]) -> Vec<usize> {
    let failed = |bar: &&Bar| matches!(bar.look, Look::Failed | Look::Error);
    let tests = lanes.iter().flat_map(|lane| lane.tests.iter().filter(failed));
    tests.filter_map(Bar::test).collect()
}

fn height(lane: &Lane) -> i32 {
    let sessions = lane.sessions.len() as i32 * SESSION;
    TEST + sessions + lane.curves.len() as i32 * (POOL + 6)
}

struct Picture<'a> {
    axis: &'a Axis,
    lanes: &'a [Lane],
    waits: &'a [Wait],
    marked: &'a [usize],
}

impl Picture<'_> {
    fn draw(&self, svg: &mut String) -> Drawn {
        let size = (WIDTH as u32, self.height() as u32);
        let canvas = SVGBackend::with_string(svg, size).into_drawing_area();
        self.ticks(&canvas)?;
        for (wait, top) in self.waits.iter().zip((TOP..).step_by(ROW as usize)) {
            self.wait(&canvas, wait, top)?;
        }
        for (lane, top) in self.lanes.iter().zip(self.tops()) {
            self.lane(&canvas, lane, top)?;
        }
        canvas.present()?;
        Ok(())
    }

    /// Where each lane begins.
    fn tops(&self) -> Vec<i32> {
        let mut next = TOP + self.waits.len() as i32 * ROW;
        let top = |lane: &Lane| {
            let top = next;
            next += height(lane) + GAP;
            top
        };
        self.lanes.iter().map(top).collect()
    }

    fn height(&self) -> i32 {
        let lanes: i32 = self.lanes.iter().map(|lane| height(lane) + GAP).sum();
        TOP + self.waits.len() as i32 * ROW + lanes + BOTTOM
    }

    /// How long a service kept everybody waiting, and from when on it was ready.
    fn wait(&self, canvas: &Canvas, wait: &Wait, top: i32) -> Drawn {
        write(canvas, &clip(&wait.name, 14), (LEFT - 10, top + 3), &INK, HPos::Right)?;
        let end = self.x(self.axis.length());
        let ready = wait.ready.map(|ready| self.x(ready));
        if let Some(from) = wait.from {
            let (from, to) = (self.x(from), ready.unwrap_or(end));
            let to = to.max(from + 2);
            canvas.draw(&Rectangle::new([(from, top), (to, top + TEST - 3)], SIZE.filled()))?;
        }
        let Some(ready) = ready else {
            return write(canvas, "never ready", (end + 6, top), &CAPACITY, HPos::Left);
        };
        let middle = top + TEST / 2 - 1;
        let line = PathElement::new([(ready, middle), (end, middle)], FINE.stroke_width(2));
        canvas.draw(&line)?;
        write(canvas, "ready", (end + 6, top), &MUTED, HPos::Left)
    }

    fn x(&self, at: f64) -> i32 {
        let share = (at / self.axis.length()).clamp(0.0, 1.0);
        LEFT + (share * f64::from(WIDTH - LEFT - RIGHT)).round() as i32
    }

    fn ticks(&self, canvas: &Canvas) -> Drawn {
        let bottom = self.height() - BOTTOM;
        for (at, label) in self.axis.ticks() {
            let x = self.x(at);
            canvas.draw(&PathElement::new([(x, TOP - 8), (x, bottom)], GRID))?;
            write(canvas, &label, (x, bottom + 6), &MUTED, HPos::Center)?;
        }
        Ok(())
    }

    fn lane(&self, canvas: &Canvas, lane: &Lane, top: i32) -> Drawn {
        let name = clip(&lane.worker, 14);
        write(canvas, &name, (LEFT - 10, top + 3), &INK, HPos::Right)?;
        let mut last_mark = 0;
        for bar in &lane.tests {
            self.test(canvas, bar, top)?;
            self.mark(canvas, bar, top, &mut last_mark)?;
        }
        let mut y = top + TEST + 2;
        for row in &lane.sessions {
            row.iter().try_for_each(|bar| self.session(canvas, bar, y))?;
            y += SESSION;
        }
        for curve in &lane.curves {
            self.curve(canvas, curve, y + 6)?;
            y += POOL + 6;
        }
        Ok(())
    }

    /// Both ends of a bar; never less than two columns, so that nothing vanishes.
    fn ends(&self, bar: &Bar) -> (i32, i32) {
        let from = self.x(bar.from);
        (from, self.x(bar.to).max(from + 3) - 1)
    }

    fn test(&self, canvas: &Canvas, bar: &Bar, top: i32) -> Drawn {
        let (from, to) = self.ends(bar);
        let style = match bar.look {
            Look::Skipped | Look::Unknown => HOLLOW.stroke_width(1),
            Look::Failed => FAILED.filled(),
            Look::Error => ERROR.filled(),
            Look::Fine | Look::Open => FINE.filled(),
        };
        canvas.draw(&Rectangle::new([(from, top), (to, top + TEST - 3)], style))?;
        Ok(())
    }

    /// The number of a failed test above its bar, unless it would cover the one before.
    fn mark(&self, canvas: &Canvas, bar: &Bar, top: i32, last: &mut i32) -> Drawn {
        if !matches!(bar.look, Look::Failed | Look::Error) {
            return Ok(());
        }
        let (from, to) = self.ends(bar);
        let middle = (from + to) / 2;
        // Few fit beside each other, so that few are looked for.
        let test = bar.test().filter(|_| middle - *last >= 26);
        let number = test.and_then(|test| self.marked.iter().position(|one| *one == test));
        let Some(number) = number else { return Ok(()) };
        *last = middle;
        let color = if bar.look == Look::Failed { FAILED } else { ERROR };
        write(canvas, &format!("✕{}", number + 1), (middle, top - 14), &color, HPos::Center)
    }

    fn session(&self, canvas: &Canvas, bar: &Bar, y: i32) -> Drawn {
        let (from, to) = self.ends(bar);
        let color = match bar.look {
            Look::Open => SESSION_OPEN,
            Look::Error => FAILED,
            _ => SESSION_FINE,
        };
        canvas.draw(&Rectangle::new([(from, y), (to, y + SESSION - 2)], color.filled()))?;
        if bar.look == Look::Open {
            let tip = [(to, y - 1), (to + 6, y + SESSION / 2 - 1), (to, y + SESSION - 1)];
            canvas.draw(&Polygon::new(tip, color))?;
        }
        Ok(())
    }

    fn curve(&self, canvas: &Canvas, curve: &Curve, top: i32) -> Drawn {
        let peak = curve.points.iter().map(|point| point.1).max();
        let most = [peak, curve.size, curve.capacity].into_iter().flatten().max().unwrap_or(1);
        let bottom = top + POOL - 4;
        let y = |count: u32| bottom - (POOL - 10) * count as i32 / most.max(1) as i32;
        let steps = self.steps(&curve.points, &y);
        let ends = [(self.x(self.axis.length()), bottom), (steps[0].0, bottom)];
        let area: Vec<_> = steps.iter().copied().chain(ends).collect();
        canvas.draw(&Polygon::new(area, POOL_AREA))?;
        self.limits(canvas, curve, &y)?;
        canvas.draw(&PathElement::new(steps, POOL_LINE.stroke_width(2)))?;
        let name = clip(&visible(&curve.name), 16);
        write(canvas, &name, (LEFT - 10, bottom - 14), &MUTED, HPos::Right)
    }

    /// The lines of size and capacity; one label where both are the same.
    fn limits(&self, canvas: &Canvas, curve: &Curve, y: &dyn Fn(u32) -> i32) -> Drawn {
        let capacity = curve.capacity.map(|count| (count, "capacity", CAPACITY));
        let size = curve.size.map(|count| (count, "size", SIZE));
        let size = size.filter(|_| curve.capacity != curve.size);
        for (count, word, color) in [capacity, size].into_iter().flatten() {
            let (from, to) = (self.x(0.0), self.x(self.axis.length()));
            canvas.draw(&PathElement::new([(from, y(count)), (to, y(count))], color))?;
            let at = (to + 6, y(count) - 6);
            write(canvas, &format!("{word} {count}"), at, &color, HPos::Left)?;
        }
        Ok(())
    }

    /// A count stays until the next one is printed.
    fn steps(&self, points: &[(f64, u32)], y: &dyn Fn(u32) -> i32) -> Vec<(i32, i32)> {
        let ends = points.iter().skip(1).map(|point| point.0).chain([self.axis.length()]);
        let steps = points.iter().zip(ends);
        steps
            .flat_map(|((at, count), end)| [(self.x(*at), y(*count)), (self.x(end), y(*count))])
            .collect()
    }
}

fn write(canvas: &Canvas, text: &str, at: (i32, i32), color: &RGBColor, side: HPos) -> Drawn {
    let style = ("sans-serif", 14).into_font().color(color).pos(Pos::new(side, VPos::Top));
    canvas.draw(&Text::new(text.to_owned(), at, style))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture;

    #[test]
    fn nothing_to_draw_is_no_chart() {
        assert!(chart(&fixture::empty()).is_none());
    }

    #[test]
    fn failed_tests_are_numbered() {
        let chart = chart(&fixture::failed_run()).unwrap();
        assert_eq!(chart.marked, [5, 6]);
        assert!(chart.svg.contains("✕1") && chart.svg.contains("✕2"));
        assert!(chart.svg.starts_with("<svg role=\"img\" aria-labelledby=\"chart-title\" "));
    }

    #[test]
    fn a_log_without_times_is_drawn_too() {
        let mut report = fixture::failed_run();
        fixture::without_times(&mut report);
        let chart = chart(&report).unwrap();
        assert!(chart.svg.contains("line 120"), "{}", chart.svg);
        assert!(chart.axis.starts_with("The log has no times"));
    }

    #[test]
    fn names_cannot_break_out_of_the_drawing() {
        let mut report = fixture::failed_run();
        for test in &mut report.timeline.tests {
            test.worker = Some("</svg><x>".into());
        }
        let svg = chart(&report).unwrap().svg;
        assert!(svg.contains("&lt;/svg&gt;&lt;x&gt;"), "{svg}");
    }
}
