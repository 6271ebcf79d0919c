//! P104: see the page.

use std::collections::HashSet;

use logscan_model::timeline::{Pool, Session};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{counted, faults, list, names, prove, span_of};
use super::{Detector, Find, Together};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P104",
        name: "waiting-when-cut-off",
        class: Class::Exhaustion,
        page: include_str!("waiting_when_cut_off.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: Some(Together {
        alike: &[],
        may: |_| true,
        resource: "pools of several workers",
        title: word,
    }),
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let over = timeline.outcome.ended || timeline.service_stopped || timeline.damaged;
    let gave_up: HashSet<_> =
        faults(timeline, &[EventKind::PoolTimeout]).map(|fault| &fault.worker).collect();
    let full = timeline.pools.iter().filter(|pool| is_full_at_the_end(pool));
    let full = full.filter(|pool| !gave_up.contains(&pool.worker));
    let waiting = |pool: &Pool| -> Vec<&Session> {
        let of_worker = timeline.sessions_of(pool.worker.as_deref()).iter();
        of_worker.filter(|session| is_waiting(session)).collect()
    };
    let hung = full.map(|pool| (pool, waiting(pool))).filter(|(_, sessions)| !sessions.is_empty());
    if over { Vec::new() } else { hung.map(|(pool, sessions)| finding(pool, &sessions)).collect() }
}

fn is_full_at_the_end(pool: &Pool) -> bool {
    let last = pool.samples.last().map(|sample| sample.1);
    pool.capacity().is_some_and(|capacity| last >= Some(capacity))
}

/// It was opened, and has neither a connection nor an error.
fn is_waiting(session: &Session) -> bool {
    session.closed.is_none() && !session.connected && session.error.is_none() && session.in_stream
}

fn finding(pool: &Pool, sessions: &[&Session]) -> Finding {
    let workers = names([pool.worker.as_ref()]);
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, String::new());
    finding.workers = workers;
    finding.tests = names(sessions.iter().map(|session| session.test.as_ref()));
    finding.count = sessions.len() as u64;
    finding.numbers.insert("waiting", sessions.len() as f64);
    word(&mut finding);
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

/// Says how many wait, and where.
fn word(finding: &mut Finding) {
    let count = counted(finding.count as usize, "session");
    let (wait, pool) = match (finding.count, finding.workers.len()) {
        (1, _) => ("waits", "the full pool"),
        (_, 0 | 1) => ("wait", "the full pool"),
        _ => ("wait", "full pools"),
    };
    let workers = list(&finding.workers);
    finding.title = format!("The log ends while {count} on {workers} still {wait} for {pool}");
}
