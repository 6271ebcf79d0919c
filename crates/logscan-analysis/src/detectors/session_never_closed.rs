//! L101: see the page.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::timeline::{Ending, Name, Pool, PoolSample, Session, Subject};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Stamp,
    Timeline,
};

use super::support::{counted, faults, list, names, prove, span_of, whose};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "L101",
        name: "session-never-closed",
        class: Class::Leak,
        page: include_str!("session_never_closed.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// One finding for each culprit: a fixture, a test file, or tests that are unknown.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let orphans = Orphans::of(timeline);
    let leaked = |session: &&Session| is_leaked(session) && !orphans.holds(session);
    let leaked: Vec<&Session> = timeline.sessions.iter().filter(leaked).collect();
    if leaked.is_empty() || timeline.damaged {
        return Vec::new();
    }
    let never_closed = timeline.sessions.iter().all(|session| session.closed.is_none());
    let doubtful = timeline.sessions.len() > 1 && never_closed && !timeline.pools.iter().any(fills);
    let left = if doubtful { "not seen to close" } else { "never closed" };
    let mut findings = if is_fixture(timeline, &leaked) {
        vec![finding(&leaked, &Culprit::Fixture, left)]
    } else {
        let mut groups: BTreeMap<&str, Vec<&Session>> = BTreeMap::new();
        for session in leaked {
            groups.entry(group(session)).or_default().push(session);
        }
        groups.values().map(|sessions| finding(sessions, &culprit(sessions), left)).collect()
    };
    if doubtful {
        findings.iter_mut().for_each(doubt);
    }
    if let [finding] = findings.as_mut_slice() {
        tell_others(finding, timeline);
    }
    findings
}

/// Other sessions are open at the end of the log, too, and may yet be closed.
fn tell_others(finding: &mut Finding, timeline: &Timeline) {
    let open = timeline.sessions.iter().filter(|session| session.ending() == Ending::Open);
    let others = open.count().saturating_sub(finding.count as usize);
    if others > 0 {
        let were = if others == 1 { "was" } else { "were" };
        let sentence = format!(" {others} more {were} still open when the log ended.");
        finding.detail.to_mut().push_str(&sentence);
    }
}

/// Whether the pool's own counts show that what was taken stays away.
fn fills(pool: &Pool) -> bool {
    let in_use = |sample: Option<&PoolSample>| sample.map_or(0, |sample| sample.1);
    in_use(pool.samples.last()) > in_use(pool.samples.first()) + 1
}

/// No session of this log is closed: perhaps it does not say when one is.
fn doubt(finding: &mut Finding) {
    finding.detail =
        "The log tells when sessions are opened, and of none that it is closed.".into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the log shows no session that is closed".into();
    finding.may_be(
        "the sessions leak",
        "give a log in which a session is closed, or the pool's checked-out connections",
    );
    finding.may_be(
        "the program does not log when a session is closed, or not at this level",
        "log the close of sessions at the level of their opening",
    );
}

/// It held a connection, its worker went on or ended in order, and no close was printed
/// in a log that goes on.
fn is_leaked(session: &Session) -> bool {
    session.ending() == Ending::Open && session.connected && session.outlived && session.in_stream
}

/// Seconds within which sessions are opened at once, by one piece of work.
const AT_ONCE: f64 = 0.02;

/// Sessions that were opened together with others that found the pool empty: when these fail, the
/// work that opened all of them is given up, and nobody closes the rest. That is no leak.
struct Orphans<'t> {
    /// When sessions were opened that found the pool empty, by worker and by the tests that it
    /// had seen.
    waited: BTreeMap<(Option<&'t Name>, u32), Vec<Stamp>>,
}

impl<'t> Orphans<'t> {
    fn of(timeline: &'t Timeline) -> Self {
        let mut waited: BTreeMap<_, Vec<Stamp>> = BTreeMap::new();
        let met: BTreeSet<(Option<&Name>, u32)> = faults(timeline, &[EventKind::PoolTimeout])
            .filter_map(|fault| match fault.subject {
                Subject::Session(number) => Some((fault.worker.as_ref(), number)),
                _ => None,
            })
            .collect();
        for session in &timeline.sessions {
            let worker = session.worker.as_ref();
            let opened = session.opened.and_then(|at| at.time);
            if let (Some(number), Some(opened)) = (session.number, opened)
                && met.contains(&(worker, number))
            {
                waited.entry((worker, session.epoch)).or_default().push(opened);
            }
        }
        Self { waited }
    }

    fn holds(&self, session: &Session) -> bool {
        let Some(opened) = session.opened.and_then(|at| at.time) else { return false };
        let key = (session.worker.as_ref(), session.epoch);
        let of_worker = self.waited.get(&key).into_iter().flatten();
        let mut seconds = of_worker.filter_map(|other| opened.seconds_since(*other));
        seconds.any(|seconds| seconds.abs() <= AT_ONCE)
    }
}

/// Whether all tests of the leaking workers leak one session each.
fn is_fixture(timeline: &Timeline, leaked: &[&Session]) -> bool {
    let tests: Vec<&str> = leaked.iter().filter_map(|session| session.test.as_deref()).collect();
    let unique: BTreeSet<&str> = tests.iter().copied().collect();
    let functions: BTreeSet<&str> = unique.iter().map(|test| function(test)).collect();
    let workers: BTreeSet<_> = leaked.iter().map(|session| &session.worker).collect();
    let with_session: BTreeSet<&str> = timeline
        .sessions
        .iter()
        .filter(|session| workers.contains(&session.worker))
        .filter_map(|session| session.test.as_deref())
        .collect();
    functions.len() >= timeline.settings.thresholds.fixture_functions
        && tests.len() == leaked.len()
        && unique.len() == tests.len()
        && unique.len() * 10 >= with_session.len() * 9
}

enum Culprit {
    Fixture,
    Test(String),
    File(String),
    Unknown,
}

fn culprit(sessions: &[&Session]) -> Culprit {
    let tests: BTreeSet<&str> = sessions.iter().filter_map(|s| s.test.as_deref()).collect();
    let functions: BTreeSet<&str> = tests.iter().map(|test| function(test)).collect();
    match functions.first() {
        None => Culprit::Unknown,
        Some(one) if functions.len() == 1 => Culprit::Test((*one).to_owned()),
        Some(one) => Culprit::File(file(one).to_owned()),
    }
}

fn group(session: &Session) -> &str {
    session.test.as_deref().map(file).unwrap_or_default()
}

/// The test without its parameters.
fn function(test: &str) -> &str {
    test.split('[').next().unwrap_or(test)
}

fn file(test: &str) -> &str {
    test.split("::").next().unwrap_or(test)
}

/// `left` says what became of the sessions: `never closed`.
fn finding(sessions: &[&Session], culprit: &Culprit, left: &str) -> Finding {
    let workers = names(sessions.iter().map(|session| session.worker.as_ref()));
    let count = counted(sessions.len(), "session");
    let were = if sessions.len() == 1 { "was" } else { "were" };
    let title = match culprit {
        Culprit::Fixture => {
            format!("{count} {were} {left}: one for each test, as a fixture would")
        }
        Culprit::Test(test) => format!("{count} {were} {left}, opened by {test}"),
        Culprit::File(file) => format!("{count} {were} {left}, opened by tests of {file}"),
        Culprit::Unknown => format!("{count} {were} {left} on {}", list(&workers)),
    };
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.tests = names(sessions.iter().map(|session| session.test.as_ref()));
    finding.count = sessions.len() as u64;
    finding.numbers.insert("sessions", sessions.len() as f64);
    finding.resource = Some(resource(sessions));
    finding.workers = workers;
    let opened = sessions.iter().filter_map(|session| session.opened);
    span_of(&mut finding, opened.clone());
    finding.end = None;
    explain(&mut finding, sessions, culprit);
    prove(&mut finding, opened.map(|at| Evidence::primary(at.place, left.to_owned())).collect());
    finding
}

fn resource(sessions: &[&Session]) -> Resource {
    let worker = |s: &Session| s.worker.as_deref().unwrap_or("?").to_owned();
    let name = |s: &&Session| Some(format!("{} #{}", worker(s), s.number?));
    let shown: Vec<String> = sessions.iter().take(5).filter_map(name).collect();
    Resource { kind: ResourceKind::Session, name: shown.join(", ") }
}

fn explain(finding: &mut Finding, sessions: &[&Session], culprit: &Culprit) {
    let (they, their) = if sessions.len() == 1 { ("It", "its") } else { ("They", "their") };
    finding.detail = format!(
        "{they} got a connection and never gave it back, although {their} worker went on to other \
         tests or ended in order."
    )
    .into();
    if sessions.iter().any(|session| session.ambiguous) {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason = "sessions of several workers have the same number, and the \
                                     lines that close them do not name the worker"
            .into();
    } else {
        let are = if sessions.len() == 1 { "it is" } else { "they are" };
        finding.confidence_reason =
            format!("{are} opened and used in the log, and never closed").into();
    }
    finding.suggestion = match culprit {
        Culprit::Fixture => "Look at the fixtures that all these tests use: one opens a session \
                             and does not close it after yield."
            .into(),
        _ => format!(
            "Open the session with `async with` (or close it in `finally`) in {} or in the code \
             that it calls.",
            whose(&finding.tests)
        )
        .into(),
    };
    finding.would_refute = "a line that closes one of these sessions".into();
}
