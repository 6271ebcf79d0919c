//! L105: see the page.

use logscan_model::timeline::ConnectionCount;
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{counted, faults, list, names, prove, whose};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L105",
        name: "connection-count-rising",
        class: Class::Leak,
        page: include_str!("connection_count_rising.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let readings = timeline.connection_counts.as_slice();
    let full = faults(timeline, &[EventKind::ServerFull]).next().is_some();
    let rises = if full { 1 } else { RISES };
    steps(readings, rises).map(|steps| finding(readings, &steps)).into_iter().collect()
}

/// A count that never falls and rises so often shows a leak, though none is the first one of a run;
/// where the server has no slot left at last, one rise does.
const RISES: usize = 3;

/// The readings at which the count rose for good; `None` if it came back to where it began.
fn steps(readings: &[ConnectionCount], rises: usize) -> Option<Vec<&ConnectionCount>> {
    let initial = readings.iter().find(|reading| reading.initial);
    let initial = initial.or_else(|| watched(readings, rises))?;
    let mut floor = u64::MAX;
    // The lowest count from each reading on: what rises in it never falls again.
    let mut floors: Vec<u64> = Vec::with_capacity(readings.len());
    for reading in readings.iter().rev() {
        floor = floor.min(reading.count);
        floors.push(floor);
    }
    floors.reverse();
    let mut known = initial.count;
    let mut steps = Vec::new();
    for (reading, floor) in readings.iter().zip(floors) {
        if floor > known {
            known = floor;
            steps.push(reading);
        }
    }
    (!steps.is_empty()).then_some(steps)
}

/// The first count of a watch that was begun without one: it never falls, and rises often enough.
fn watched(readings: &[ConnectionCount], least: usize) -> Option<&ConnectionCount> {
    let falls = readings.windows(2).any(|pair| pair[0].count > pair[1].count);
    let rises = readings.windows(2).filter(|pair| pair[0].count < pair[1].count).count();
    readings.first().filter(|_| !falls && rises >= least)
}

fn finding(readings: &[ConnectionCount], steps: &[&ConnectionCount]) -> Finding {
    let initial = readings.iter().find(|reading| reading.initial);
    let first = initial.or(readings.first()).map_or(0, |first| first.count);
    let last = readings.last().map_or(first, |last| last.count);
    let kept = last.saturating_sub(first) as usize;
    let tests = names(steps.iter().map(|step| step.test.as_ref()));
    let by = if tests.is_empty() { String::new() } else { format!(", since {}", list(&tests)) };
    let count = counted(kept, "connection");
    let title = format!("{count} more than at first, and not closed: from {first} to {last}{by}");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.tests = tests;
    finding.count = kept as u64;
    finding.numbers.insert("initial", first as f64);
    finding.numbers.insert("final", last as f64);
    finding.numbers.insert("steps", steps.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Server, name: "connections".into() });
    finding.start = steps.first().and_then(|step| step.time);
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "counts do not tell whose connections they are; another client of \
                                 the server could have opened them"
        .into();
    (finding.detail, finding.suggestion) = match steps.len() {
        1 => (
            "The count rises once and stays: one object keeps its connection to the end.".into(),
            format!(
                "Look for a singleton, pool or engine that {} makes first, and close it when all \
                 tests are over.",
                whose(&finding.tests)
            )
            .into(),
        ),
        _ => (
            "The count rises again and again: every one of these tests leaves something open."
                .into(),
            format!(
                "Close what {}, or a fixture that they use, opens; compare counts after each \
                 fixture to find it.",
                whose(&finding.tests)
            )
            .into(),
        ),
    };
    finding.would_refute = "a later count as low as the first one".into();
    let mut evidence: Vec<Evidence> = steps
        .iter()
        .map(|step| Evidence::primary(step.place, "from here on it stays up"))
        .collect();
    let initial = readings.iter().filter(|reading| reading.initial);
    evidence.extend(initial.map(|first| Evidence::context(first.place, "the first count")));
    prove(&mut finding, evidence);
    finding
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps_of(counts: &[u64]) -> Option<Vec<u64>> {
        let reading = |(index, count): (usize, &u64)| ConnectionCount {
            time: None,
            count: *count,
            test: None,
            line: index as u64,
            initial: index == 0,
            place: logscan_model::Place::default(),
        };
        let readings: Vec<_> = counts.iter().enumerate().map(reading).collect();
        steps(&readings, RISES).map(|steps| steps.iter().map(|step| step.line).collect())
    }

    #[test]
    fn only_what_stays_is_a_step() {
        assert_eq!(steps_of(&[9, 9, 10, 10]), Some(vec![2]));
        assert_eq!(steps_of(&[9, 10, 11, 12]), Some(vec![1, 2, 3]));
        assert_eq!(steps_of(&[9, 12, 10, 10]), Some(vec![1]));
        assert_eq!(steps_of(&[9, 11, 9]), None);
        assert_eq!(steps_of(&[9]), None);
    }
}
