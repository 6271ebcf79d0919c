//! When a finding explains another one.
//!
//! A cause must be there before its effect, and be able to hold what it explains. Nothing earlier,
//! or nothing on the same worker, pool or server: no edge.

use logscan_model::timeline::{Fault, Pool};
use logscan_model::{
    EventKind, Evidence, Finding, Place, Resource, ResourceKind, Severity, Timeline,
};

use super::known::Known;

pub(super) fn always(_: &Known<'_>, _: usize, _: &Finding) -> bool {
    true
}

/// The leak held at least half of the pool when it ran dry.
pub(super) fn fills_pool(known: &Known<'_>, leak: usize, exhausted: &Finding) -> bool {
    let Some(first) = first_line(exhausted) else { return false };
    let worker = exhausted.workers.first().map(String::as_str);
    let number = |name| exhausted.numbers.get(name).copied().unwrap_or_default();
    let capacity = number("size") + number("max_overflow");
    let held = known.held_before(leak, worker, first);
    held > 0 && held as f64 * 2.0 >= capacity
}

/// Connections that are not given back leave at most half of the pool, or the garbage collector
/// met some of them: it tells of few of those that are lost. Or the test that keeps one is the one
/// that waits.
pub(super) fn loses_connections(known: &Known<'_>, leak: usize, exhausted: &Finding) -> bool {
    let waits = || known.finding(leak).tests.iter().any(|test| exhausted.tests.contains(test));
    meets_collector(known) || empties_pool(known, leak, exhausted) || waits()
}

/// The same of the connections that the server accepts.
pub(super) fn loses_slots(known: &Known<'_>, leak: usize, exhausted: &Finding) -> bool {
    meets_collector(known) || fills_server(known, leak, exhausted)
}

fn meets_collector(known: &Known<'_>) -> bool {
    let collected = |fault: &Fault| fault.kind == EventKind::ConnectionCollected;
    known.timeline.faults.iter().any(collected)
}

/// Connections that are not given back leave at most half of the pool.
pub(super) fn empties_pool(known: &Known<'_>, leak: usize, exhausted: &Finding) -> bool {
    let number = |name| exhausted.numbers.get(name).copied();
    let printed = number("size").map(|size| size + number("max_overflow").unwrap_or_default());
    let configured = || known.timeline.pools.iter().find_map(Pool::capacity);
    let capacity = printed.or_else(|| configured().map(f64::from));
    capacity.is_none_or(|capacity| known.finding(leak).count as f64 * 2.0 >= capacity)
}

/// The leak keeps at least half of the connections that the server accepts.
pub(super) fn fills_server(known: &Known<'_>, leak: usize, _: &Finding) -> bool {
    let limit = known.timeline.server_limit;
    limit.is_some_and(|(limit, _)| known.finding(leak).count * 2 >= limit)
}

/// What PostgreSQL accepts unless it is told otherwise.
const DEFAULT_LIMIT: u64 = 100;

/// The same of a server whose limit the log need not tell.
pub(super) fn fills_any_server(known: &Known<'_>, leak: usize, _: &Finding) -> bool {
    let limit = known.timeline.server_limit.map_or(DEFAULT_LIMIT, |(limit, _)| limit);
    known.finding(leak).count * 2 >= limit
}

/// Sessions of the leak were open before the first line of the effect.
pub(super) fn opened_before(known: &Known<'_>, leak: usize, effect: &Finding) -> bool {
    first_line(effect).is_some_and(|first| known.held_before(leak, None, first) > 0)
}

/// The cause, which is earlier, keeps everybody from opening a connection.
pub(super) fn keeps_out(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let resource = known.finding(cause).resource.as_ref();
    let of_server = resource.is_some_and(|resource| {
        matches!(resource.kind, ResourceKind::Server | ResourceKind::Database)
            || resource.name == "set-up"
    });
    of_server && known.timeline.first_success.is_none() && is_earlier(known, cause, effect)
}

/// Lines between a cause and what it does at once.
const AT_ONCE: u64 = 20;

/// The cause is told right before the effect.
pub(super) fn just_before(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let lines = first_line(known.finding(cause)).zip(first_line(effect));
    lines.is_some_and(|(before, line)| {
        before.input == line.input && before < line && line.line - before.line <= AT_ONCE
    })
}

/// The effect is that a set-up gave up, not before the cause.
pub(super) fn is_of_a_set_up(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let set_up = |resource: &Resource| resource.name == "set-up";
    effect.resource.as_ref().is_some_and(set_up) && not_later(known, cause, effect)
}

/// A runner that gave up names the tests that failed by the cause, or none, and the cause is earlier.
pub(super) fn keeps_from_running(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let earlier =
        || is_earlier(known, cause, effect) && known.finding(cause).severity == Severity::Error;
    shares_tests(known, cause, effect) || effect.affected_tests.is_empty() && earlier()
}

/// The effect names no address, so that it may be of the server that the cause names.
pub(super) fn names_no_address(_: &Known<'_>, _: usize, effect: &Finding) -> bool {
    effect.resource.as_ref().is_none_or(|resource| !resource.name.contains(':'))
}

/// The same tests failed by both.
pub(super) fn shares_tests(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let tests = &known.finding(cause).affected_tests;
    effect.affected_tests.iter().any(|test| tests.contains(test))
}

/// A line that proves the cause is one of the effect, too.
pub(super) fn tells_of_the_same(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let proves =
        |line: &Evidence| known.finding(cause).evidence.iter().any(|e| e.place == line.place);
    effect.evidence.iter().any(proves)
}

pub(super) fn same_resource(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    known.finding(cause).resource == effect.resource
}

pub(super) fn other_resource(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    !same_resource(known, cause, effect)
}

/// The same of a server that came late, if somebody failed by that: a retry that recovers explains
/// nothing.
pub(super) fn hurts_and_is_not_later(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    known.finding(cause).severity > Severity::Info && not_later(known, cause, effect)
}

/// The cause is not known to begin after its effect.
pub(super) fn not_later(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    order(known.timeline, known.finding(cause), effect) != Some(std::cmp::Ordering::Greater)
}

/// The cause is known to begin before its effect.
pub(super) fn is_earlier(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    order(known.timeline, known.finding(cause), effect) == Some(std::cmp::Ordering::Less)
}

/// The server, which stopped before, is there again, as far as its log is there.
pub(super) fn begins_anew(known: &Known<'_>, cause: usize, effect: &Finding) -> bool {
    let stopped = first_line(known.finding(cause));
    let ready = &known.timeline.server_ready;
    let again = stopped.is_none_or(|stopped| {
        ready.iter().any(|at| at.place.input != stopped.input || at.place > stopped)
    });
    (ready.is_empty() || again) && is_earlier(known, cause, effect)
}

/// Which of two findings begins first, by their times, or by their lines in one input. `None` if
/// the log does not tell.
fn order(timeline: &Timeline, a: &Finding, b: &Finding) -> Option<std::cmp::Ordering> {
    let (first_a, first_b) = (first_line(a)?, first_line(b)?);
    if [first_a, first_b].iter().any(|place| timeline.told_later.contains(place)) {
        return None;
    }
    let ahead = |place: Place| timeline.clocks.get(&place.input).copied().unwrap_or(0) as f64;
    let seconds = a.start.zip(b.start).and_then(|(a, b)| b.seconds_since(a));
    match seconds.map(|seconds| seconds - (ahead(first_b) - ahead(first_a))) {
        Some(seconds) if seconds != 0.0 => 0.0_f64.partial_cmp(&seconds),
        _ if first_a.input == first_b.input => Some(first_a.cmp(&first_b)),
        _ => None,
    }
}

fn first_line(finding: &Finding) -> Option<Place> {
    finding.first_evidence().map(|line| line.place)
}
