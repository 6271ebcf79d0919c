//! P202: see the page.

use logscan_model::timeline::Pool;
use logscan_model::{
    Class, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, names, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P202",
        name: "pools-oversubscribed",
        class: Class::Exhaustion,
        page: include_str!("pools_oversubscribed.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let Some((limit, place)) = timeline.server_limit else { return Vec::new() };
    let sized: Vec<(&Pool, u64)> = timeline
        .pools
        .iter()
        .filter_map(|pool| Some((pool, u64::from(pool.capacity()?))))
        .collect();
    let wanted: u64 = sized.iter().map(|(_, capacity)| capacity).sum();
    if wanted > limit { vec![finding(&sized, wanted, limit, place)] } else { Vec::new() }
}

fn finding(sized: &[(&Pool, u64)], wanted: u64, limit: u64, place: Option<Place>) -> Finding {
    let pools = counted(sized.len(), "pool");
    let title = format!("{pools} may open {wanted} connections, the server accepts {limit}");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Info, title);
    finding.workers = names(sized.iter().map(|(pool, _)| pool.worker.as_ref()));
    finding.numbers.insert("sum_of_capacities", wanted as f64);
    finding.numbers.insert("max_connections", limit as f64);
    finding.resource =
        Some(Resource { kind: ResourceKind::Server, name: "database server".into() });
    finding.detail =
        "If all pools fill at once, the server refuses some of their connections.".into();
    finding.confidence_reason = "settings of all pools and the server's limit are printed".into();
    finding.suggestion =
        "Lower pool_size and max_overflow, run fewer workers, or raise max_connections.".into();
    finding.would_refute = "pools of workers that never run at the same time".into();
    let pools = sized.iter().filter_map(|(pool, _)| pool.peak_at).map(|peak| peak.place);
    let limit = place.map(|place| Evidence::primary(place, "the server's limit"));
    let shown = pools.map(|place| Evidence::context(place, "one of the pools"));
    prove(&mut finding, limit.into_iter().chain(shown.take(4)).collect());
    finding
}
