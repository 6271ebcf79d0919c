//! P102: see the page.

use std::collections::HashSet;

use logscan_model::timeline::Pool;
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{faults, list, names, prove};
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
    let waited = |pool: &&Pool| waited.contains(&pool.worker);
    let full: Vec<&Pool> = timeline
        .pools
        .iter()
        .filter(|pool| !pool.at_capacity.is_empty() && !waited(pool))
        .collect();
    if full.is_empty() { Vec::new() } else { vec![finding(&full)] }
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
