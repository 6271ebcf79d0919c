//! P101: see the page.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::{Fault, Name, Subject, Test};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::readiness::readiness;
use super::support::{
    Ends, context, counted, failed_tests, fault_lines, faults, names, on, prove, ran_out_of_time,
    severity_in, span_of, whose,
};
use super::{Detector, Find, Together};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P101",
        name: "pool-exhausted",
        class: Class::Exhaustion,
        page: include_str!("pool_exhausted.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: Some(Together {
        alike: &["size", "max_overflow", "tests_at_once"],
        may: |_| true,
        resource: "pools of several workers",
        title: word,
    }),
};

/// What keeps a pool from opening a connection.
const UNSERVED: [EventKind; 6] = [
    EventKind::ConnectionRefused,
    EventKind::ServerStarting,
    EventKind::ServerFull,
    EventKind::HostUnknown,
    EventKind::LoginRefused,
    EventKind::DatabaseMissing,
];
/// Lines within which the text of one error may give its cause.
const BESIDE: u64 = 40;

/// One finding for each worker: every process has a pool of its own. Those with the same causes
/// are put together later.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let mut by_worker: BTreeMap<Option<&Name>, Vec<&Fault>> = BTreeMap::new();
    let unserved = Unserved::of(timeline);
    for fault in faults(timeline, &[EventKind::PoolTimeout]).filter(|f| !unserved.explains(f)) {
        by_worker.entry(fault.worker.as_ref()).or_default().push(fault);
    }
    let run = Run { timeline, ends: Ends::of(timeline), out_of_time: ran_out_of_time(timeline) };
    by_worker.into_iter().map(|(worker, faults)| finding(&run, worker, &faults)).collect()
}

/// Pools also time out when they cannot open a connection at all. Then that error stands beside
/// it: in the same test, or a few lines away.
#[derive(Default)]
pub(super) struct Unserved<'t> {
    /// Tests that met such an error.
    tests: BTreeSet<&'t Name>,
    /// Where they met it.
    of_tests: BTreeSet<Place>,
    /// Where such errors stand that are of no test.
    of_nobody: BTreeSet<Place>,
    /// Whether the only server was never there.
    never: bool,
}

impl<'t> Unserved<'t> {
    pub(super) fn of(timeline: &'t Timeline) -> Self {
        let courses = readiness(timeline);
        let mut unserved =
            Self { never: courses.len() == 1 && courses[0].starves_pools(), ..Self::default() };
        let in_earnest = |fault: &&Fault| fault.subject != Subject::ServiceAttempt;
        for fault in faults(timeline, &UNSERVED).filter(in_earnest) {
            let place = fault.moment.place;
            match &fault.test {
                Some(test) => {
                    unserved.tests.insert(test);
                    unserved.of_tests.insert(place)
                }
                None => unserved.of_nobody.insert(place),
            };
        }
        unserved
    }

    pub(super) fn explains(&self, fault: &Fault) -> bool {
        let place = fault.moment.place;
        let same = match &fault.test {
            Some(test) => self.tests.contains(test),
            None => is_near(&self.of_tests, place),
        };
        same || self.never && !was_full(fault) || is_near(&self.of_nobody, place)
    }
}

/// Whether a time-out tells of connections, all in use: some server did give them.
pub(super) fn was_full(fault: &Fault) -> bool {
    fault.size.is_some_and(|size| size > 0)
}

fn is_near(places: &BTreeSet<Place>, Place { input, line }: Place) -> bool {
    let first = Place { input, line: line.saturating_sub(BESIDE) };
    places.range(first..=Place { input, line: line + BESIDE }).next().is_some()
}

/// What is asked of the run once, for all workers.
struct Run<'t> {
    timeline: &'t Timeline,
    ends: Ends,
    out_of_time: Vec<&'t Test>,
}

fn finding(run: &Run<'_>, worker: Option<&Name>, faults: &[&Fault]) -> Finding {
    let timeline = run.timeline;
    let limits = limits(timeline, worker, faults);
    let severity = severity_in(timeline, || run.ends, faults, Severity::Info);
    let mut finding = Finding::of(&DETECTOR.rule, severity, String::new());
    finding.workers = names([worker]);
    finding.affected_tests = failed_tests(timeline, faults);
    finding.tests = finding.affected_tests.clone();
    let of_worker =
        |test: &&&Test| worker.is_none_or(|worker| test.worker.as_ref() == Some(worker));
    let out_of_time = run.out_of_time.iter().filter(of_worker).map(|test| test.id.to_string());
    finding.affected_tests.extend(out_of_time);
    finding.affected_tests.sort_unstable();
    finding.affected_tests.dedup();
    finding.count = faults.len() as u64;
    finding.resource =
        Some(Resource { kind: ResourceKind::Pool, name: pool_name(timeline, worker) });
    finding.confidence_reason = "the pool itself reports that no connection came free".into();
    span_of(&mut finding, faults.iter().map(|fault| fault.moment));
    explain(&mut finding, faults, limits);
    word(&mut finding);
    let mut evidence = evidence(timeline, worker, faults);
    if let Some((tests, place)) = crowd(timeline, limits) {
        finding.numbers.insert("tests_at_once", f64::from(tests));
        let crowded = format!(" Up to {tests} tests run at once, more than it has.");
        finding.detail.to_mut().push_str(&crowded);
        finding.suggestion = "Run as many tests at once as the pool has connections, or give it \
                              one for each of them and for every process that they start."
            .into();
        evidence.extend(context([place], "so many tests may run at once"));
    }
    prove(&mut finding, evidence);
    finding
}

/// Says how many waited for which pools.
fn word(finding: &mut Finding) {
    let number = |name| finding.numbers.get(name).map(|number| *number as usize);
    let whose = if finding.workers.len() > 1 { "each pool's" } else { "the pool's" };
    let all = match number("size").zip(number("max_overflow")) {
        None => "all connections of the pool were in use".to_owned(),
        Some((1, 0)) => format!("{whose} only connection was in use"),
        Some((size, 0)) => format!("{whose} {size} connections were in use"),
        Some((size, overflow)) => format!(
            "{whose} {} ({size} + {overflow} overflow) were all in use",
            counted(size + overflow, "connection")
        ),
    };
    let waits = counted(finding.count as usize, "checkout");
    finding.title = format!("{waits} timed out{}: {all}", on(&finding.workers));
}

/// Size and overflow limit, as the time-outs tell them or the pool's settings do.
fn limits(timeline: &Timeline, worker: Option<&Name>, faults: &[&Fault]) -> Option<(u32, u32)> {
    let told = faults.iter().find_map(|fault| fault.size.zip(fault.max_overflow.or(Some(0))));
    let mut pools = timeline.pools_of(worker.map(|worker| &**worker)).iter();
    let set = timeline.settings.pools;
    told.or_else(|| pools.find_map(|pool| pool.size.zip(pool.max_overflow)))
        .or_else(|| Some((set.size?, set.max_overflow.unwrap_or(0))))
}

/// More tests at once than the pool has connections, and the line that says so.
fn crowd(timeline: &Timeline, limits: Option<(u32, u32)>) -> Option<(u32, Place)> {
    let (size, overflow) = limits?;
    timeline.tests_at_once.filter(|(tests, _)| *tests > size.saturating_add(overflow))
}

fn explain(finding: &mut Finding, faults: &[&Fault], limits: Option<(u32, u32)>) {
    finding.numbers.insert("timeouts", faults.len() as f64);
    let waited = faults.iter().filter_map(|fault| fault.timeout_s).reduce(f64::max);
    if let Some(seconds) = waited {
        finding.numbers.insert("timeout_s", seconds);
    }
    if let Some((size, overflow)) = limits {
        finding.numbers.insert("size", f64::from(size));
        finding.numbers.insert("max_overflow", f64::from(overflow));
    }
    finding.detail = "Every connection that size and max_overflow allow was checked out, and none \
                      came back before the waiters gave up."
        .into();
    finding.suggestion = match finding.severity {
        Severity::Info => {
            "The tests that met it passed: they expect it, or tried again. If not on \
                           purpose, open fewer sessions at once."
                .into()
        }
        _ => format!(
            "Open fewer sessions at once in {}, or share one; raise pool_size or max_overflow only \
             if that many connections are really needed.",
            whose(&finding.tests)
        )
        .into(),
    };
    finding.would_refute = "a pool state at the time of the wait with fewer connections checked \
                            out than size + max_overflow"
        .into();
}

fn pool_name(timeline: &Timeline, worker: Option<&Name>) -> String {
    let pools = timeline.pools_of(worker.map(|worker| &**worker));
    pools.last().map_or("pool".to_owned(), |pool| pool.name.clone())
}

fn evidence(timeline: &Timeline, worker: Option<&Name>, faults: &[&Fault]) -> Vec<Evidence> {
    let mut evidence = fault_lines(faults, "no connection came free in time");
    let pools = timeline.pools_of(worker.map(|worker| &**worker)).iter();
    let full =
        pools.filter(|pool| pool.capacity().is_some_and(|c| pool.peak_checked_out >= Some(c)));
    let peaks = full.filter_map(|pool| pool.peak_at).map(|peak| peak.place);
    evidence.extend(context(peaks, "all connections are checked out"));
    evidence
}
