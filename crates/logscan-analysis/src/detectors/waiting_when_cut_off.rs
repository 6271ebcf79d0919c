//! P104: see the page.

use logscan_model::timeline::{Pool, Session};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::Detector;
use super::support::{counted, faults, list, names, prove, span_of};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P104",
        name: "waiting-when-cut-off",
        class: Class::Exhaustion,
        page: include_str!("waiting_when_cut_off.md"),
        since: "0.2.0",
    },
    find,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let over = timeline.outcome.ended || timeline.service_stopped || timeline.damaged;
    let full = timeline.pools.iter().filter(|pool| is_full_at_the_end(timeline, pool));
    let waiting = |pool: &Pool| -> Vec<&Session> {
        let of_worker = timeline.sessions.iter().filter(|session| session.worker == pool.worker);
        of_worker.filter(|session| is_waiting(session)).collect()
    };
    let hung = full.map(|pool| (pool, waiting(pool))).filter(|(_, sessions)| !sessions.is_empty());
    if over { Vec::new() } else { hung.map(|(pool, sessions)| finding(pool, &sessions)).collect() }
}

/// All its connections are in use in its last state, and nobody has given up on it.
fn is_full_at_the_end(timeline: &Timeline, pool: &Pool) -> bool {
    let last = pool.samples.last().map(|sample| sample.1);
    let gave_up =
        faults(timeline, &[EventKind::PoolTimeout]).any(|fault| fault.worker == pool.worker);
    !gave_up && pool.capacity().is_some_and(|capacity| last >= Some(capacity))
}

/// It was opened, and has neither a connection nor an error.
fn is_waiting(session: &Session) -> bool {
    session.closed.is_none() && !session.connected && session.error.is_none() && session.in_stream
}

fn finding(pool: &Pool, sessions: &[&Session]) -> Finding {
    let workers = names([pool.worker.as_ref()]);
    let count = counted(sessions.len(), "session");
    let title =
        format!("The log ends while {count} on {} still waits for the full pool", list(&workers));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = workers;
    finding.tests = names(sessions.iter().map(|session| session.test.as_ref()));
    finding.count = sessions.len() as u64;
    finding.numbers.insert("waiting", sessions.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: pool.name.clone() });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "no time-out is printed: the run was cut off first, or the log was".into();
    finding.detail =
        "All connections of the pool are in use, the sessions have none, and the runner's \
                      last line is missing: a run that hung until it was killed."
            .into();
    finding.suggestion =
        "Set pool_timeout to a few seconds in tests, so that a wait fails with its \
                          reason; then look at who holds the connections."
            .into();
    finding.would_refute =
        "the rest of the log, in which these sessions get their connection".into();
    span_of(&mut finding, sessions.iter().filter_map(|session| session.opened));
    finding.end = None;
    let opened = sessions.iter().filter_map(|session| session.opened);
    let mut evidence: Vec<Evidence> =
        opened.map(|at| Evidence::primary(at.place, "waits for a connection")).collect();
    let last = pool.samples.last().map(|sample| sample.2);
    evidence.extend(last.map(|place| Evidence::context(place, "all connections are in use")));
    prove(&mut finding, evidence);
    finding
}
