//! What detectors share: naming things, and evidence in reading order.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::{Fault, Moment, Name, Subject, Test};
use logscan_model::{Domain, EventKind, Evidence, Finding, Place, Rule, Severity, Timeline};

use crate::failures::domain;

/// Lines of evidence that a finding carries; their number is told in full.
pub(super) const SHOWN: usize = 12;

/// The faults of these kinds that happened to the run. What only a server's log tells counts
/// where there is no other log; and where no client tells of an error of a database, the server's
/// deadlocks and its refusals for want of slots are what the tests met that tell of no error.
pub(super) fn faults<'t>(
    timeline: &'t Timeline,
    kinds: &'t [EventKind],
) -> impl Iterator<Item = &'t Fault> {
    let told = timeline.faults.iter().filter(move |fault| kinds.contains(&fault.kind));
    // That a server cannot start nobody else tells.
    let by_client = |fault: &Fault| {
        fault.subject != Subject::Server || fault.kind == EventKind::ServerNotStarted
    };
    let silent =
        timeline.outcome.ended && !timeline.faults.iter().any(by_client) && !all_tell_why(timeline);
    let met = |fault: &Fault| matches!(fault.kind, EventKind::Deadlock | EventKind::ServerFull);
    told.filter(move |fault| timeline.servers_only || by_client(fault) || silent && met(fault))
}

/// Whether tests failed, and each of them tells of an error.
fn all_tell_why(timeline: &Timeline) -> bool {
    let failed = || timeline.tests.iter().filter(|test| test.failed());
    let told = failed().filter(|test| timeline.first_errors.contains_key(&test.id)).count() as u64;
    told > 0 && told >= timeline.outcome.failures
}

/// The finding of a rule that judges all faults of some kinds together, if there are any.
pub(super) fn if_told(
    timeline: &Timeline,
    kinds: &[EventKind],
    finding: impl Fn(&Timeline, &[&Fault]) -> Finding,
) -> Vec<Finding> {
    let told: Vec<&Fault> = faults(timeline, kinds).collect();
    if told.is_empty() { Vec::new() } else { vec![finding(timeline, &told)] }
}

/// A finding with what all findings of faults have in common; `survived` is its severity if
/// no test failed by them.
pub(super) fn of_faults(
    timeline: &Timeline,
    rule: &Rule,
    told: &[&Fault],
    survived: Severity,
    title: String,
) -> Finding {
    let mut finding = Finding::of(rule, severity(timeline, told, survived), title);
    finding.workers = names(told.iter().map(|fault| fault.worker.as_ref()));
    finding.affected_tests = failed_tests(timeline, &with_aftermath(timeline, told));
    finding.count = told.len() as u64;
    finding.numbers.insert("errors", told.len() as f64);
    span_of(&mut finding, told.iter().map(|fault| fault.moment));
    finding
}

/// Whether the run is known to have several workers or processes.
pub(super) fn runs_in_parallel(timeline: &Timeline) -> bool {
    timeline.sequential == Some(false)
        || timeline.tests_at_once.is_some_and(|(tests, _)| tests > 1)
        || timeline.workers.len() > 1
}

/// Tests that must meet one row: one alone may make it twice itself.
const OF_ONE_ROW: usize = 2;

/// Tests that failed because a row was there already: the same one, where the errors name it.
pub(super) struct SameRow<'t> {
    pub(super) faults: Vec<&'t Fault>,
    /// Their names; a runner may print one error below the titles of several.
    pub(super) tests: Vec<String>,
}

/// What several tests met, if there is such a row.
pub(super) fn same_row(timeline: &Timeline) -> Option<SameRow<'_>> {
    let mut met: BTreeMap<Option<&str>, Vec<&Fault>> = BTreeMap::new();
    for fault in faults(timeline, &[EventKind::DuplicateRow]) {
        if fault.test.as_deref().is_some_and(|test| timeline.failed(test)) {
            met.entry(fault.relation.as_deref()).or_default().push(fault);
        }
    }
    let place = |test: &str| timeline.first_errors.get(test).map(|error| error.place);
    let mut rows = met.into_values().map(|faults| {
        let named: BTreeSet<&str> =
            faults.iter().filter_map(|fault| fault.test.as_deref()).collect();
        let places: BTreeSet<Place> = named.iter().filter_map(|test| place(test)).collect();
        let same = |test: &&Test| place(&test.id).is_some_and(|at| places.contains(&at));
        let same = timeline.tests.iter().filter(same).map(|test| &*test.id);
        let tests: BTreeSet<&str> = named.iter().copied().chain(same).collect();
        SameRow { faults, tests: tests.into_iter().map(str::to_owned).collect() }
    });
    rows.find(|row| row.tests.len() >= OF_ONE_ROW)
}

/// Whether a test failed by a comparison of its own, and met the faults in what it printed before,
/// which runners show behind its error.
pub(super) fn failed_later(timeline: &Timeline, test: &str, faults: &[&Fault]) -> bool {
    let error = timeline.first_errors.get(test);
    let compared = |text: &str| {
        let text = text.trim_start_matches(['E', ' ']);
        let compares = text.starts_with("AssertionError") || text.starts_with("assert ");
        // A request that failed tells no more than its status.
        let number = |part: &str| part.parse::<u16>().is_ok_and(|n| (400..600).contains(&n));
        compares && !text.split(|c: char| !c.is_ascii_digit()).any(number) && !text.contains("None")
    };
    let Some(error) = error.filter(|error| compared(&error.text)) else {
        return false;
    };
    let mut of_test = faults.iter().filter(|fault| fault.test.as_deref() == Some(test));
    of_test.all(|fault| {
        let mut beside = fault.places.iter().filter(|place| place.input == error.place.input);
        beside.clone().next().is_some() && beside.all(|place| *place > error.place)
    })
}

/// These faults, and what tests met later whose connection broke by them, and that tell of nothing
/// else. Where the server itself went down, that connections broke or were refused is no more.
fn with_aftermath<'t>(timeline: &'t Timeline, told: &[&'t Fault]) -> Vec<&'t Fault> {
    use EventKind::{Aftermath, ConnectionLost, ConnectionRefused, ServerCrashed, ServerStopped};
    let mut all = told.to_vec();
    let Some(first) = told.iter().find(|fault| fault.kind.breaks_connections()) else {
        return all;
    };
    let down = told.iter().any(|fault| matches!(fault.kind, ServerCrashed | ServerStopped));
    let follows: &[EventKind] =
        if down { &[Aftermath, ConnectionLost, ConnectionRefused] } else { &[Aftermath] };
    let others = timeline.faults.iter().filter(|fault| !follows.contains(&fault.kind));
    let otherwise: BTreeSet<&Name> = others.filter_map(|fault| fault.test.as_ref()).collect();
    let workers: BTreeSet<Option<&Name>> = told.iter().map(|broke| broke.worker.as_ref()).collect();
    let anybody = down || workers.contains(&None);
    // Who was at work when the server went down lost the connection before others were told so.
    let first_to_lose =
        |fault: &Fault| down && fault.kind == ConnectionLost && fault.moment.time.is_none();
    let same = |fault: &&Fault| {
        fault.test.as_ref().is_none_or(|test| !otherwise.contains(test))
            && (anybody || workers.contains(&fault.worker.as_ref()))
            && (first_to_lose(fault) || before(timeline, first.moment, fault.moment) != Some(false))
    };
    all.extend(faults(timeline, follows).filter(same));
    all
}

/// Names without repetition, sorted.
pub(super) fn names<'t>(names: impl IntoIterator<Item = Option<&'t Name>>) -> Vec<String> {
    let unique: BTreeSet<&str> = names.into_iter().flatten().map(|name| &**name).collect();
    unique.into_iter().map(str::to_owned).collect()
}

/// The tests of these faults that failed, if only once.
pub(super) fn failed_tests(timeline: &Timeline, faults: &[&Fault]) -> Vec<String> {
    let tests = faults.iter().map(|fault| fault.test.as_ref());
    names(tests).into_iter().filter(|test| timeline.ever_failed(test)).collect()
}

/// How the tests of a run ended, asked once where many findings need it.
#[derive(Clone, Copy, Debug)]
pub(super) struct Ends {
    nothing_failed: bool,
    failed_of_their_own: bool,
}

impl Ends {
    pub(super) fn of(timeline: &Timeline) -> Self {
        Self {
            nothing_failed: nothing_failed(timeline),
            failed_of_their_own: failed_of_their_own(timeline),
        }
    }
}

/// How much faults matter: an error explains failed tests; `survived` is for faults of
/// which it is known that all tests that met them passed.
pub(super) fn severity(timeline: &Timeline, faults: &[&Fault], survived: Severity) -> Severity {
    severity_in(timeline, || Ends::of(timeline), faults, survived)
}

/// How much faults matter in a run of which `ends` tells how it ended.
pub(super) fn severity_in(
    timeline: &Timeline,
    ends: impl FnOnce() -> Ends,
    faults: &[&Fault],
    survived: Severity,
) -> Severity {
    let known =
        |fault: &&&Fault| fault.test.as_deref().is_some_and(|test| timeline.test(test).is_some());
    let passed = |fault: &Fault| fault.subject == Subject::PassedTest;
    let failed = failed_tests(timeline, faults);
    if failed.iter().any(|test| timeline.failed(test)) {
        Severity::Error
    } else if !failed.is_empty() {
        Severity::Warning
    } else if faults.iter().all(|fault| known(&fault) || is_retried(fault) || passed(fault)) {
        survived
    } else {
        let ends = ends();
        let harmless = ends.nothing_failed
            || ends.failed_of_their_own && are_logged(faults)
            || faults.iter().all(|fault| is_harmless(timeline, ends, fault));
        if harmless { survived } else { Severity::Error }
    }
}

/// Whether nobody failed by these errors: they are only logged, and every test that failed did so
/// of its own.
pub(super) fn is_only_logged(timeline: &Timeline, faults: &[&Fault]) -> bool {
    are_logged(faults) && failed_of_their_own(timeline)
}

fn are_logged(faults: &[&Fault]) -> bool {
    let logged = |fault: &&Fault| {
        let printed = fault.subject == Subject::PassedTest;
        fault.test.is_none() && (printed || fault.moment.time.is_some())
    };
    faults.iter().all(logged)
}

/// Whether an error of a statement stands above the end of a run in which no test failed by it: all
/// passed, so that what the job failed by came later, or those that failed tell of something else.
fn is_harmless(timeline: &Timeline, ends: Ends, fault: &Fault) -> bool {
    use EventKind::{Deadlock, DuplicateRow, FileLocked, LockTimeout, WriteConflict};
    let (outcome, place) = (&timeline.outcome, fault.moment.place);
    let of_statement =
        matches!(fault.kind, Deadlock | DuplicateRow | FileLocked | LockTimeout | WriteConflict);
    of_statement
        && outcome.ended_at.is_some_and(|end| end.input == place.input && place < end)
        && (all_passed(timeline) || fault.test.is_none() && ends.failed_of_their_own)
}

/// Whether a test that failed says what it expected instead, and not of a request that failed:
/// behind that may be anything.
pub(super) fn failed_of_its_own(timeline: &Timeline, test: &Test) -> bool {
    let error = timeline.first_errors.get(&test.id).map(|error| &*error.text);
    let of_server = |text: &str| {
        let numbers = text.split(|c: char| !c.is_ascii_digit()).filter_map(|it| it.parse().ok());
        numbers.into_iter().any(|status: u64| (500..600).contains(&status))
    };
    error.is_some_and(|text| domain(text) == Domain::Test && !of_server(text))
}

/// Whether every test that failed did so of its own.
fn failed_of_their_own(timeline: &Timeline) -> bool {
    let failed = || timeline.tests.iter().filter(|test| test.failed());
    let set_up = faults(timeline, &[EventKind::SetupFailed]).next().is_some();
    timeline.outcome.ended
        && timeline.outcome.failures > 0
        && !set_up
        && failed().count() as u64 == timeline.outcome.failures
        && failed().all(|test| failed_of_its_own(timeline, test))
}

/// Whether somebody says beside the error of a connection, transaction or statement that he tries
/// it again.
fn is_retried(fault: &Fault) -> bool {
    use EventKind::{ConnectionLost, Deadlock, WorkTimeout, WriteConflict};
    fault.subject == Subject::ServiceAttempt
        && matches!(fault.kind, ConnectionLost | Deadlock | WorkTimeout | WriteConflict)
}

/// Whether the outcomes of the tests are known and none of them failed, or the job says that all
/// passed. A job may fail all the same, of what it checks beside the tests.
pub(super) fn nothing_failed(timeline: &Timeline) -> bool {
    let outcome = &timeline.outcome;
    (outcome.job_failed.is_none() || outcome.check_failed.is_some())
        && (all_passed(timeline) || outcome.job_passed && none_failed(timeline))
}

/// Whether the outcomes of the tests are known, and all passed.
fn all_passed(timeline: &Timeline) -> bool {
    timeline.outcome.ended && timeline.outcome.tests > 0 && none_failed(timeline)
}

fn none_failed(timeline: &Timeline) -> bool {
    timeline.outcome.failures == 0
        && !timeline.tests.iter().any(logscan_model::timeline::Test::failed)
}

/// Seconds that a runner gave a test which ran out of them: `Test timed out in 5000ms.`
pub(super) fn time_limit(error: &str) -> Option<f64> {
    let said = ["timed out in ", "imeout of "];
    let behind = said.iter().find_map(|words| Some(error.split_once(words)?.1))?;
    let digits = behind.find(|c: char| !c.is_ascii_digit())?;
    let millis: f64 = behind[..digits].parse().ok()?;
    behind[digits..].trim_start().starts_with("ms").then_some(millis / 1e3)
}

/// Tests of a worker that the runner ended since they took too long, and that say no more: what
/// others waited for in vain there, they waited for, too.
pub(super) fn ran_out_of_time(timeline: &Timeline) -> Vec<&Test> {
    let timed_out = |test: &&Test| {
        let error = timeline.first_errors.get(&test.id);
        error.is_some_and(|error| time_limit(&error.text).is_some())
    };
    let tests = timeline.tests.iter().filter(|test| test.failed());
    tests.filter(timed_out).collect()
}

/// Gives a finding its evidence, sorted and capped, and its count of lines.
pub(crate) fn prove(finding: &mut Finding, mut evidence: Vec<Evidence>) {
    evidence.sort_by_key(|line| (line.role, line.place));
    let mut seen = BTreeSet::new();
    evidence.retain(|line| seen.insert(line.place));
    finding.evidence_total = evidence.len() as u64;
    evidence.truncate(SHOWN);
    finding.evidence = evidence;
}

/// First and last time of some moments, as far as they have times.
pub(super) fn span_of(finding: &mut Finding, moments: impl IntoIterator<Item = Moment>) {
    let mut moments: Vec<Moment> = moments.into_iter().collect();
    moments.sort_by_key(|moment| moment.place);
    finding.start = moments.iter().find_map(|moment| moment.time);
    finding.end = moments.iter().rev().find_map(|moment| moment.time);
}

/// `1 session`, `5 sessions`.
pub(super) fn counted(count: usize, noun: &str) -> String {
    format!("{count} {noun}{}", if count == 1 { "" } else { "s" })
}

/// What advice calls the tests of a finding: those that it names, or whoever it was.
pub(crate) fn whose(tests: &[String]) -> &'static str {
    match tests {
        [] => "the test that ran then",
        [_] => "the named test",
        _ => "the named tests",
    }
}

/// ` on gw0`, or nothing if no worker is known.
pub(super) fn on(workers: &[String]) -> String {
    if workers.is_empty() { String::new() } else { format!(" on {}", list(workers)) }
}

/// `gw0`, `gw0 and gw1`, `gw0, gw1 and 3 more`.
pub(super) fn list(names: &[String]) -> String {
    match names {
        [] => "an unnamed worker".to_owned(),
        [one] => one.clone(),
        [one, two] => format!("{one} and {two}"),
        [one, two, three] => format!("{one}, {two} and {three}"),
        [one, two, rest @ ..] => format!("{one}, {two} and {} more", rest.len()),
    }
}

/// Whether `a` was before `b`; `None` if the logs do not tell.
pub(super) fn before(timeline: &Timeline, a: Moment, b: Moment) -> Option<bool> {
    if timeline.told_later.contains(&a.place) || timeline.told_later.contains(&b.place) {
        return None;
    }
    if a.place.input == b.place.input {
        return Some(a.place < b.place);
    }
    let ahead = |moment: Moment| timeline.clocks.get(&moment.place.input).copied().unwrap_or(0);
    let distance = b.time?.seconds_since(a.time?)? - (ahead(b) - ahead(a)) as f64;
    // A time in whole seconds may be of any moment of its second.
    let whole = |moment: Moment| moment.time.is_some_and(|time| time.micros() % 1_000_000 == 0);
    if distance > 0.0 {
        (!whole(a) || distance >= 1.0).then_some(true)
    } else if distance < 0.0 {
        (!whole(b) || distance <= -1.0).then_some(false)
    } else {
        None
    }
}

/// A primary line for every fault, where it is told best.
pub(super) fn fault_lines(faults: &[&Fault], label: &'static str) -> Vec<Evidence> {
    faults.iter().map(|fault| Evidence::primary(fault.moment.place, label)).collect()
}

/// Context for places that repeat a fact.
pub(super) fn context(
    places: impl IntoIterator<Item = Place>,
    label: &'static str,
) -> Vec<Evidence> {
    places.into_iter().map(|place| Evidence::context(place, label)).collect()
}
