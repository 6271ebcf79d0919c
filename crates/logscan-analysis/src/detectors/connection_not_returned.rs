//! L103: see the page.

use std::collections::BTreeSet;

use logscan_model::timeline::{Checkout, Fault, Name};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::runner_kept_running::left_open;
use super::support::{counted, fault_lines, faults, list, names, prove, span_of};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L103",
        name: "connection-not-returned",
        class: Class::Leak,
        page: include_str!("connection_not_returned.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let waits = Waits::of(timeline);
    // Who finds the pool empty himself gives up, and nobody gives back what he has: no leak.
    let kept = timeline.checkouts.iter().filter(|checkout| !waits.met(checkout.test.as_ref()));
    let kept = kept.filter(|checkout| is_kept(timeline, &waits, checkout));
    let kept: Vec<&Checkout> = kept.collect();
    let reported: Vec<&Fault> = faults(timeline, &[EventKind::LeakReported]).collect();
    let open: Vec<&Fault> = faults(timeline, &[EventKind::HandlesOpen]).collect();
    let collected: Vec<&Fault> = faults(timeline, &[EventKind::ConnectionCollected]).collect();
    let numbered = timeline.sessions.iter().any(|session| session.number.is_some());
    match (kept.is_empty() || timeline.damaged, reported.is_empty(), collected.is_empty()) {
        (false, _, _) => vec![of_checkouts(&kept)],
        (true, false, _) => vec![of_reports(&reported)],
        (true, true, false) if !numbered => vec![of_collected(&collected)],
        // Beside tests that failed it tells nothing of a leak.
        _ if timeline.outcome.all_passed() && !open.is_empty() => vec![of_open(&open)],
        _ => Vec::new(),
    }
}

/// It never came back although its test is over, or it was missing when somebody waited.
fn is_kept(timeline: &Timeline, waits: &Waits<'_>, checkout: &Checkout) -> bool {
    let over = |test: &str| timeline.test(test).is_some_and(|test| test.outcome.is_some());
    match checkout.returned {
        None => timeline.outcome.ended || checkout.test.as_deref().is_some_and(over),
        Some(returned) => waits.of_others(checkout, returned.place),
    }
}

/// Where somebody waited in vain, in the order of the lines, with the test that did.
struct Waits<'t> {
    all: Vec<(Place, Option<&'t Name>)>,
    /// The tests that waited.
    tests: BTreeSet<&'t Name>,
    /// For each of them, the next one of another test.
    next_other: Vec<usize>,
}

impl<'t> Waits<'t> {
    fn of(timeline: &'t Timeline) -> Self {
        let waits = faults(timeline, &[EventKind::PoolTimeout]);
        let mut all: Vec<_> = waits.map(|f| (f.moment.place, f.test.as_ref())).collect();
        all.sort_unstable();
        let mut next_other = vec![all.len(); all.len()];
        for at in (0..all.len().saturating_sub(1)).rev() {
            let same = all[at].1 == all[at + 1].1;
            next_other[at] = if same { next_other[at + 1] } else { at + 1 };
        }
        let tests = all.iter().filter_map(|(_, test)| *test).collect();
        Self { all, tests, next_other }
    }

    /// Whether this test waited.
    fn met(&self, test: Option<&Name>) -> bool {
        test.is_some_and(|test| self.tests.contains(test))
    }

    /// Whether another test waited between a checkout and its return.
    fn of_others(&self, checkout: &Checkout, returned: Place) -> bool {
        let taken = checkout.taken.place;
        let first = self.all.partition_point(|(place, _)| *place <= taken);
        let within = |at: usize| self.all.get(at).filter(|(place, _)| *place < returned);
        let other = match within(first) {
            Some((_, test)) if *test == checkout.test.as_ref() => within(self.next_other[first]),
            first => first,
        };
        taken.input == returned.input && other.is_some()
    }
}

fn of_checkouts(kept: &[&Checkout]) -> Finding {
    let tests = names(kept.iter().map(|checkout| checkout.test.as_ref()));
    let count = counted(kept.len(), "connection");
    let was = if kept.len() == 1 { "was" } else { "were" };
    let by = if tests.is_empty() { String::new() } else { format!(", taken by {}", list(&tests)) };
    let title = format!("{count} {was} taken and not given back{by}");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = names(kept.iter().map(|checkout| checkout.worker.as_ref()));
    finding.confidence_reason = "the pool logs each connection that is taken and given back".into();
    if tests.is_empty() {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason = "the log does not tell which test took them; with the \
                                     runner's output (-rA) beside it, tests are named"
            .into();
    }
    finding.tests = tests;
    span_of(&mut finding, kept.iter().map(|checkout| checkout.taken));
    finding.end = None;
    explain(&mut finding, kept.len());
    let lines = kept.iter().map(|c| Evidence::primary(c.taken.place, "taken and not given back"));
    prove(&mut finding, lines.collect());
    finding
}

fn of_reports(reported: &[&Fault]) -> Finding {
    let tests = names(reported.iter().map(|fault| fault.test.as_ref()));
    let count = counted(reported.len(), "connection");
    let by = if tests.is_empty() { String::new() } else { format!(", taken by {}", list(&tests)) };
    let title = format!("The pool misses {count} that did not come back{by}");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = names(reported.iter().map(|fault| fault.worker.as_ref()));
    finding.tests = tests;
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the pool reports what is held for longer than its threshold, and \
                                 none of these is reported as returned later"
        .into();
    span_of(&mut finding, reported.iter().map(|fault| fault.moment));
    explain(&mut finding, reported.len());
    let lines = reported.iter().map(|f| Evidence::primary(f.moment.place, "reported as leaked"));
    prove(&mut finding, lines.collect());
    finding
}

/// What a runner finds open when its tests are over.
fn of_open(open: &[&Fault]) -> Finding {
    let count = counted(open.len(), "connection");
    let was = if open.len() == 1 { "was" } else { "were" };
    let title = format!("{count} {was} still open when the tests were over");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.workers = names(open.iter().map(|fault| fault.worker.as_ref()));
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the runner or a tool lists what keeps the process running".into();
    span_of(&mut finding, open.iter().map(|fault| fault.moment));
    explain(&mut finding, open.len());
    finding.resource = Some(left_open());
    finding.detail = "Whoever opened it did not close it.".into();
    finding.suggestion =
        "Close the client or pool where it is made, or in the suite's tear-down.".into();
    prove(&mut finding, fault_lines(open, "open yet"));
    finding
}

/// The garbage collector meets a lost connection in whichever test happens to run.
fn of_collected(collected: &[&Fault]) -> Finding {
    let count = counted(collected.len(), "connection");
    let title = format!("The garbage collector met {count} that nobody gave back");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the warning is certain; it does not tell who took the connection, \
                                 and the test in which it is printed is a bystander"
            .into();
    span_of(&mut finding, collected.iter().map(|fault| fault.moment));
    explain(&mut finding, collected.len());
    finding.suggestion =
        "Log checkouts (echo_pool=\"debug\") to have the test named; close sessions \
                          and connections in `finally` or with a context manager."
            .into();
    let lines = collected.iter().map(|f| Evidence::primary(f.moment.place, "nobody gave it back"));
    prove(&mut finding, lines.collect());
    finding
}

fn explain(finding: &mut Finding, count: usize) {
    finding.count = count as u64;
    finding.numbers.insert("connections", count as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: "pool".into() });
    finding.detail = "Each one is missing in its pool until the process ends.".into();
    finding.suggestion =
        "Give the connection back in `finally`, or take it with a context manager \
                          (`with`, `async with`, try-with-resources, a transaction callback)."
            .into();
    finding.would_refute = "a line that gives one of these connections back".into();
}
