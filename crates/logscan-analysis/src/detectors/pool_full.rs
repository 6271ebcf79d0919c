//! P102: see the page.

use std::collections::HashSet;

use logscan_model::timeline::{Pool, Session};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{counted, faults, list, names, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P102",
        name: "pool-full",
        class: Class::Exhaustion,
        page: include_str!("pool_full.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let waited: HashSet<_> =
        faults(timeline, &[EventKind::PoolTimeout]).map(|fault| &fault.worker).collect();
    // A full pool that may be another worker's is that of whoever had to wait, or has the sessions.
    let of_others =
        |pool: &&Pool| pool.peak_in_doubt && (!waited.is_empty() || !has_sessions(timeline, pool));
    let waited = |pool: &&Pool| waited.contains(&pool.worker);
    let full: Vec<&Pool> = timeline
        .pools
        .iter()
        .filter(|pool| !pool.at_capacity.is_empty() && !waited(pool) && !of_others(pool))
        .collect();
    if !full.is_empty() {
        return vec![finding(&full)];
    }
    let pools = timeline.pools.iter().filter(|pool| !waited(pool));
    pools.filter(|pool| stays_at_size(timeline, pool)).map(at_size).collect()
}

/// Whether the worker had about as many sessions when its pool was fullest: one more may just be
/// opened. Where no session is told of, nobody knows better.
fn has_sessions(timeline: &Timeline, pool: &Pool) -> bool {
    let Some(peak) = pool.peak_at else { return true };
    let own = |session: &&Session| session.worker == pool.worker;
    let open = |session: &&Session| {
        let begun = session.opened.is_some_and(|at| at.place <= peak.place);
        begun && session.closed.is_none_or(|at| at.place > peak.place)
    };
    let sessions = || timeline.sessions.iter().filter(own);
    let in_use = pool.peak_checked_out.unwrap_or_default() as usize;
    sessions().next().is_none() || sessions().filter(open).count() + 1 >= in_use
}

/// Whether the log breaks off while as many connections are in use as the pool has without
/// overflow, and does not tell how many more it may open.
fn stays_at_size(timeline: &Timeline, pool: &Pool) -> bool {
    let last = pool.samples.last().map(|sample| sample.1);
    let at_size = pool.size.is_some_and(|size| size > 0 && last == Some(size));
    at_size
        && pool.max_overflow.is_none()
        && pool.peak_checked_out == last
        && !timeline.outcome.ended
        && timeline.tests.is_empty()
        && timeline.sessions.is_empty()
}

fn at_size(pool: &Pool) -> Finding {
    let size = pool.size.unwrap_or_default();
    let title =
        format!("All {} of the pool's size are in use", counted(size as usize, "connection"));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.numbers.insert("size", f64::from(size));
    finding.count = 1;
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: pool.name.clone() });
    finding.start = pool.peak_at.and_then(|peak| peak.time);
    finding.detail =
        "The log ends with as many connections in use as the pool holds. It tells neither \
                      how many more may be opened nor whether somebody waits."
            .into();
    finding.confidence = Confidence::Possible;
    finding.confidence_reason = "max_overflow is not in this log".into();
    finding.may_be(
        "max_overflow is 0, and whoever comes next waits",
        "the settings of the engine, or a line that prints max_overflow",
    );
    finding.may_be(
        "max_overflow is SQLAlchemy's default of 10, and ten more can be opened",
        "a later pool state with an overflow above 0",
    );
    finding.suggestion =
        "Log max_overflow and the next pool states; if sessions stay open, see who \
                          opened them."
            .into();
    finding.would_refute = "a later pool state with fewer connections in use".into();
    let peak = pool.peak_at.map(|peak| Evidence::primary(peak.place, "as many as its size"));
    prove(&mut finding, peak.into_iter().collect());
    finding
}

fn finding(full: &[&Pool]) -> Finding {
    let workers = names(full.iter().map(|pool| pool.worker.as_ref()));
    let title = format!("The pool was full on {}, and nobody had to wait", list(&workers));
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Info, title);
    let times: usize = full.iter().map(|pool| pool.at_capacity.len()).sum();
    finding.numbers.insert("times_at_capacity", times as f64);
    finding.count = times as u64;
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: full[0].name.clone() });
    finding.start = full.iter().find_map(|pool| pool.at_capacity[0][0]);
    finding.detail =
        "All connections that size and max_overflow allow were checked out at once.".into();
    finding.confidence_reason = "pool states show it, and no time-out is printed".into();
    if full.iter().any(|pool| pool.peak_in_doubt) {
        finding.confidence = Confidence::Likely;
        finding.confidence_reason = "pool states of several workers are printed into each other, \
                                     and their counts name no worker"
            .into();
    }
    finding.suggestion =
        "Nothing has to be done; one more session at that moment would wait.".into();
    finding.would_refute = "a printed time-out of this pool".into();
    finding.workers = workers;
    let peaks = full.iter().filter_map(|pool| pool.peak_at);
    let lines = peaks.map(|peak| Evidence::primary(peak.place, "all connections are checked out"));
    prove(&mut finding, lines.collect());
    finding
}
