//! How attempts to reach a server went, for the detectors that judge them.

use std::collections::{BTreeMap, HashSet};

use logscan_model::timeline::{Fault, Moment, Subject};
use logscan_model::{
    EventKind, Finding, Place, Resource, ResourceKind, Rule, Severity, Stamp, Timeline,
};

use super::drift::drifting;
use super::passed_beside::{is_starting, without_witness};
use super::pool_exhausted::was_full;
use super::server_stopped::stopped;
use super::support::{before, failed_later, failed_tests, faults, list, names, span_of};
use super::too_early::too_early;

/// Errors of somebody who comes too early, or to nobody.
const UNREACHED: [EventKind; 2] = [EventKind::ConnectionRefused, EventKind::ServerStarting];
/// Errors that only a server gives that answers, or one that did.
const ANSWERED: [EventKind; 9] = [
    EventKind::Deadlock,
    EventKind::LockTimeout,
    EventKind::WriteConflict,
    EventKind::MissingObject,
    EventKind::DuplicateObject,
    EventKind::DuplicateDatabase,
    EventKind::DuplicateRow,
    EventKind::ConnectionLost,
    EventKind::ServerStopped,
];
/// Servers that are told apart: the ports of containers differ from test to test.
const SERVERS: usize = 50;

/// Attempts that reached nobody at one address, and what became of them.
pub(super) struct Readiness<'t> {
    /// The attempts, in the order of the log.
    pub(super) faults: Vec<&'t Fault>,
    /// Tests that failed by them.
    pub(super) victims: Vec<String>,
    /// When it is known to answer, if the log tells.
    pub(super) ready: Option<Moment>,
    pub(super) course: Course,
}

/// How it went on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Course {
    /// Nobody was there at first, later somebody was.
    BecameReady(Witness),
    /// Somebody was there at first, later nobody was.
    WasLost,
    /// Nobody was ever there.
    NeverReady,
    /// The server says that it was ready before; the attempts did not reach it.
    ReadyElsewhere,
    /// The log does not tell.
    Unknown,
}

/// What shows that a server became ready after the attempts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Witness {
    /// A connection that works.
    Connection,
    /// The server's log says that it is ready.
    ServerLog,
    /// An error that only a server gives that answers.
    Answer,
    /// The server answers that it is starting.
    ServerItself,
    /// The server's log shows it starting, and ends before it is ready.
    StillStarting,
    /// Tests that ran later passed.
    LaterTests,
    /// Who tried tries no more, and tests begin.
    LaterWork,
}

/// What the log tells of attempts that reached nobody, by address.
pub(super) fn readiness(timeline: &Timeline) -> Vec<Readiness<'_>> {
    if !stopped(timeline).is_empty() {
        // A server that goes down in the middle refuses connections, too.
        return Vec::new();
    }
    let drifts = drifting(timeline);
    let mut attempts: Vec<&Fault> =
        faults(timeline, &UNREACHED).filter(|fault| !drifts(fault) && !is_nowhere(fault)).collect();
    attempts.extend(too_early(timeline));
    let servers = by_server(attempts);
    let only_one = servers.len() == 1;
    let servers = servers.into_iter().map(|faults| Readiness::of(timeline, faults, only_one));
    servers.chain(named_wrongly(timeline)).collect()
}

/// Whether somebody went to a port where no server ever listens, to be refused.
fn is_nowhere(fault: &Fault) -> bool {
    let port = fault.endpoint.as_deref().and_then(|endpoint| endpoint.rsplit_once(':'));
    port.is_some_and(|(_, port)| ["0", "1", "9"].contains(&port))
}

/// Whether a server is ready, and nobody reaches any: then a host whose name means nothing is one
/// that is known by another name.
pub(super) fn is_named_wrongly(timeline: &Timeline) -> bool {
    // Where a connection broke there was one: the name went with the server.
    let broke = faults(timeline, &[EventKind::ConnectionLost]).next().is_some();
    !timeline.server_ready.is_empty() && timeline.first_success.is_none() && !broke
}

fn named_wrongly(timeline: &Timeline) -> Option<Readiness<'_>> {
    let drifts = drifting(timeline);
    let unknown = faults(timeline, &[EventKind::HostUnknown]).filter(|fault| !drifts(fault));
    let unknown: Vec<&Fault> = unknown.collect();
    (is_named_wrongly(timeline) && !unknown.is_empty()).then(|| Readiness {
        victims: failed_tests(timeline, &unknown),
        faults: unknown,
        ready: timeline.server_ready.first().copied(),
        course: Course::ReadyElsewhere,
    })
}

/// Whether a moment is after another one. What a server says of itself is often printed when the
/// tests are over, so that its times count before its lines.
pub(super) fn is_after(timeline: &Timeline, first: Moment, second: Moment) -> Option<bool> {
    let since = |(a, b): (Stamp, Stamp)| match b.seconds_since(a) {
        // A server writes the date, where a client of the same log writes the time alone.
        None if first.place.input == second.place.input => Some(b.seconds_of_day_since(a)),
        seconds => seconds,
    };
    let seconds = first.time.zip(second.time).and_then(since);
    match seconds {
        Some(seconds) if seconds != 0.0 => Some(seconds > 0.0),
        Some(_) => before(timeline, first, second),
        // What is printed behind the runner's last line was written any time before.
        None if timeline
            .outcome
            .ended_at
            .or(timeline.outcome.job_failed)
            .is_some_and(|end| end.input == second.place.input && end < second.place) =>
        {
            None
        }
        None if first.place.input == second.place.input => Some(first.place < second.place),
        None => None,
    }
}

/// The attempts at each address; those that name none belong to the only one there is.
fn by_server(mut attempts: Vec<&Fault>) -> Vec<Vec<&Fault>> {
    attempts.sort_by_key(|fault| fault.moment.place);
    let port = |fault: &Fault| {
        let endpoint = fault.endpoint.as_deref()?;
        Some(endpoint.rsplit(':').next().unwrap_or(endpoint).to_owned())
    };
    let mut servers: BTreeMap<Option<String>, Vec<&Fault>> = BTreeMap::new();
    for fault in attempts {
        servers.entry(port(fault)).or_default().push(fault);
    }
    if servers.len() == 2
        && let Some(nameless) = servers.remove(&None)
    {
        for server in servers.values_mut() {
            server.extend(nameless.iter().copied());
            server.sort_by_key(|fault| fault.moment.place);
        }
    }
    let mut servers = servers.into_values();
    let mut told_apart: Vec<Vec<&Fault>> = servers.by_ref().take(SERVERS).collect();
    let mut others: Vec<&Fault> = servers.flatten().collect();
    others.sort_by_key(|fault| fault.moment.place);
    told_apart.extend((!others.is_empty()).then_some(others));
    told_apart
}

impl<'t> Readiness<'t> {
    fn of(timeline: &'t Timeline, faults: Vec<&'t Fault>, only_one: bool) -> Self {
        let mut victims = failed_tests(timeline, &faults);
        victims.retain(|test| !failed_later(timeline, test, &faults));
        let (course, ready) = course(timeline, &faults, &victims, only_one);
        let mut server = Self { faults, victims, ready, course };
        if only_one && server.starves_pools() {
            // Pools that could open no connection let their tests wait in vain.
            let waited = self::faults(timeline, &[EventKind::PoolTimeout]);
            let waited: Vec<&Fault> = waited.filter(|fault| !was_full(fault)).collect();
            server.victims.extend(failed_tests(timeline, &waited));
            server.victims.sort_unstable();
            server.victims.dedup();
        }
        server
    }

    /// Whether pools of connections may have waited for this server: a cache is none of theirs.
    pub(super) fn starves_pools(&self) -> bool {
        self.course == Course::NeverReady && !self.faults.iter().any(|fault| speaks_no_sql(fault))
    }

    /// Whether work failed by it: not only attempts of a set-up that tries again, or of somebody
    /// whom only the server saw.
    pub(super) fn work_failed(&self) -> bool {
        let retried = [Subject::ServiceAttempt, Subject::Server];
        self.faults.iter().any(|fault| !retried.contains(&fault.subject))
    }

    /// A finding of these attempts: who tried, how often, to reach what, from when to when.
    pub(super) fn finding(
        &self,
        rule: &'static Rule,
        severity: Severity,
        title: String,
        endpoint: String,
    ) -> Finding {
        let mut finding = Finding::of(rule, severity, title);
        finding.workers = names(self.faults.iter().map(|fault| fault.worker.as_ref()));
        finding.affected_tests.clone_from(&self.victims);
        finding.count = self.faults.len() as u64;
        finding.resource = Some(Resource { kind: ResourceKind::Service, name: endpoint });
        finding.numbers.insert("failed_attempts", self.faults.len() as f64);
        span_of(&mut finding, self.faults.iter().map(|fault| fault.moment));
        finding
    }

    /// The addresses that were tried.
    pub(super) fn endpoint(&self, timeline: &Timeline) -> String {
        let endpoints = self.faults.iter().filter_map(|fault| fault.endpoint.as_deref());
        let mut seen = HashSet::new();
        let mut tried: Vec<&str> = endpoints.filter(|tried| seen.insert(host(tried))).collect();
        // A host and the address behind its name are two words for one server.
        if tried.iter().any(|endpoint| !is_number(endpoint)) {
            tried.retain(|endpoint| !is_number(endpoint));
        }
        let announced = || timeline.services.iter().find_map(|service| service.endpoint.clone());
        match tried.as_slice() {
            [] => announced().unwrap_or_else(|| "the database server".into()),
            tried => list(&tried.iter().map(|endpoint| (*endpoint).to_owned()).collect::<Vec<_>>()),
        }
    }

    /// Seconds from the first attempt to the first success.
    pub(super) fn late_by(&self) -> Option<f64> {
        let first = self.faults.first()?.moment.time?;
        self.ready?.time?.seconds_since(first).filter(|seconds| *seconds >= 0.0)
    }
}

/// The host of an address; what means this machine is one.
fn host(endpoint: &str) -> &str {
    let host = endpoint.rsplit_once(':').map_or(endpoint, |(host, _)| host);
    let host = host.trim_matches(['[', ']']);
    if ["127.0.0.1", "::1", "0.0.0.0"].contains(&host) { "localhost" } else { host }
}

fn is_number(endpoint: &str) -> bool {
    host(endpoint).parse::<std::net::IpAddr>().is_ok()
}

fn course(
    timeline: &Timeline,
    faults: &[&Fault],
    victims: &[String],
    only_one: bool,
) -> (Course, Option<Moment>) {
    let (Some(first), Some(last)) = (faults.first(), faults.last()) else {
        return (Course::Unknown, None);
    };
    let one_kind = only_one && !faults.iter().any(|fault| speaks_no_sql(fault));
    let success = timeline.first_success.filter(|_| one_kind || is_bound(timeline, faults));
    // What a program logs is often printed behind the failures of its tests.
    let behind = |success: Moment| {
        let told = |fault: &&Fault| fault.subject == Subject::Test && fault.moment.time.is_none();
        success.time.is_some() && first.moment.place < success.place && faults.iter().all(told)
    };
    if let Some(success) = success.filter(|success| behind(*success)) {
        return (without_witness(timeline, faults, victims, true), Some(success));
    }
    if let Some(success) = success {
        // Attempts in another log may have no order with it.
        let mut orders = faults.iter().map(|fault| before(timeline, fault.moment, success));
        let last = faults.iter().rev().find(|fault| fault.moment.time.is_some());
        let after = |ready: &Moment| {
            last.is_some_and(|last| is_after(timeline, *ready, last.moment) == Some(true))
        };
        let course = match orders.find_map(|order| order) {
            Some(true) => Course::BecameReady(Witness::Connection),
            Some(false) => Course::WasLost,
            // Who is refused when the server has been ready came too late for it.
            None if timeline.server_ready.iter().any(after) => Course::WasLost,
            None => Course::Unknown,
        };
        return (course, Some(success));
    }
    if let Some(answer) = answer(timeline, faults).filter(|_| only_one) {
        return answer;
    }
    let ready = timeline.server_ready.as_slice();
    let started = only_one && !timeline.server_starts.is_empty();
    if let Some(ready) =
        ready.last().filter(|_| started && faults.iter().all(|f| is_listed(timeline, f)))
    {
        return (Course::BecameReady(Witness::ServerLog), Some(*ready));
    }
    // Where tests passed, runners only repeat behind them what failed before.
    let some_passed = timeline.outcome.tests > timeline.outcome.failures;
    let repeated = |fault: &Fault| some_passed && fault.moment.time.is_none();
    let is_before = |fault: &Fault, at| is_after(timeline, fault.moment, at) == Some(true);
    let after = |at: &&Moment| {
        is_before(first, **at) && faults.iter().all(|it| repeated(it) || is_before(it, **at))
    };
    if let Some(ready) = ready.iter().find(after) {
        return (Course::BecameReady(Witness::ServerLog), Some(*ready));
    }
    let earlier = |at: &Moment| is_after(timeline, first.moment, *at) == Some(false);
    match ready {
        [] if only_one && is_still_starting(timeline) => {
            (Course::BecameReady(Witness::StillStarting), None)
        }
        [] => (without_witness(timeline, faults, victims, false), None),
        // Nothing tells which was first, but it did start in this run.
        [.., last] if !timeline.server_starts.is_empty() && !ready.iter().any(earlier) => {
            (Course::BecameReady(Witness::ServerLog), Some(*last))
        }
        // A server that says that it is starting is the one that was meant.
        [.., last] if only_one && ready.iter().any(earlier) && !faults.iter().all(is_starting) => {
            (Course::ReadyElsewhere, Some(*last))
        }
        // A server that tells that it is ready did answer; nothing tells which was first.
        [.., ready] if only_one && is_after(timeline, last.moment, *ready).is_none() => {
            (Course::BecameReady(Witness::ServerLog), Some(*ready))
        }
        _ => (without_witness(timeline, faults, victims, false), None),
    }
}

/// Whether a runner tells the attempt when its tests are over, so that its line says nothing of its
/// time, and the server is the one that was meant: the attempt went to another machine than this
/// one, where a port may be published elsewhere, or the server had clients, and tests passed.
fn is_listed(timeline: &Timeline, fault: &Fault) -> bool {
    let away = fault.endpoint.as_deref().is_some_and(|endpoint| host(endpoint) != "localhost");
    let outcome = &timeline.outcome;
    let reached = || outcome.work_ended && outcome.tests > outcome.failures;
    fault.subject == Subject::Test && fault.moment.time.is_none() && (away || reached())
}

/// Whether the server's log shows it starting, and neither ready nor stopping.
fn is_still_starting(timeline: &Timeline) -> bool {
    let gave_up = [EventKind::ServerCrashed, EventKind::SetupFailed];
    let crashed = faults(timeline, &gave_up).next().is_some();
    !timeline.server_starts.is_empty() && timeline.server_stops.is_empty() && !crashed
}

/// What errors tell that only a server gives that answers: one before all attempts, or one after
/// them.
fn answer(timeline: &Timeline, attempts: &[&Fault]) -> Option<(Course, Option<Moment>)> {
    let (first, last) = (attempts.first()?.moment, attempts.last()?.moment);
    let places: HashSet<Place> = attempts.iter().map(|fault| fault.moment.place).collect();
    let others = || faults(timeline, &ANSWERED).map(|fault| fault.moment);
    let answered = || others().filter(|at| !places.contains(&at.place));
    // What tests failed by stands in their order, also behind the runner's last line.
    let listed = |a: Moment, b: Moment| {
        (a.place.input == b.place.input && a.time.is_none() && b.time.is_none())
            .then(|| a.place < b.place)
    };
    let is = |a, b, order| is_after(timeline, a, b).or_else(|| listed(a, b)) == Some(order);
    let before = answered().find(|at| is(first, *at, false));
    let after = || answered().find(|at| is(last, *at, true));
    match before {
        Some(at) => Some((Course::WasLost, Some(at))),
        None => after().map(|at| (Course::BecameReady(Witness::Answer), Some(at))),
    }
}

/// Whether a server was tried that no pool of SQL connections reaches, by its usual port: MongoDB,
/// Redis, Elasticsearch, Cassandra, Neo4j, ClickHouse, memcached.
fn speaks_no_sql(fault: &Fault) -> bool {
    let port = fault.endpoint.as_deref().and_then(|endpoint| endpoint.rsplit_once(':'));
    port.is_some_and(|(_, port)| {
        ["27017", "6379", "9200", "9042", "7687", "8123", "11211"].contains(&port)
    })
}

/// Whether engines or services are known to use the address that was tried.
fn is_bound(timeline: &Timeline, faults: &[&Fault]) -> bool {
    let urls = timeline.engines.iter().filter_map(|engine| engine.url.as_deref());
    let services = timeline.services.iter().filter_map(|service| service.endpoint.as_deref());
    let known: Vec<&str> = urls.chain(services).collect();
    let tried = faults.iter().filter_map(|fault| fault.endpoint.as_deref());
    let mut ports = tried.filter_map(|endpoint| endpoint.rsplit(':').next());
    ports.any(|port| known.iter().any(|url| url.contains(&format!(":{port}"))))
}
