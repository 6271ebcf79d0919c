//! P103: see the page.

use logscan_model::timeline::{Fault, Name};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, names, of_faults, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P103",
        name: "pooler-timed-out",
        class: Class::Exhaustion,
        page: include_str!("pooler_timed_out.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let told: Vec<&Fault> = of_kind(timeline, EventKind::PoolerTimeout);
    if told.is_empty() { Vec::new() } else { vec![finding(timeline, &told)] }
}

/// Poolers tell of their clients in a log of their own, so it counts here whoever wrote it.
fn of_kind(timeline: &Timeline, kind: EventKind) -> Vec<&Fault> {
    timeline.faults.iter().filter(|fault| fault.kind == kind).collect()
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let clients = counted(told.len(), "client");
    let title = format!("The pooler let {clients} wait for a server connection in vain");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    // What some clients see is no more than a closed connection.
    let closed = of_kind(timeline, EventKind::ConnectionLost);
    let victims = |test: &&Name| timeline.failed(test);
    let met = told.iter().chain(&closed).filter_map(|fault| fault.test.as_ref());
    finding.affected_tests = names(met.filter(victims).map(Some));
    finding.resource = Some(Resource { kind: ResourceKind::Pool, name: "pooler".into() });
    finding.detail = "Its clients asked for more server connections at once than the pool has; \
                      each that waited too long was cut off. The server itself has room."
        .into();
    finding.confidence_reason = "the pooler says so itself".into();
    finding.suggestion =
        "Raise default_pool_size, or use transaction pooling so that a connection \
                          is free between transactions; open fewer clients at once in the test; \
                          raise query_wait_timeout only if waiting is meant."
            .into();
    finding.would_refute = "pooler statistics with free server connections at that time".into();
    let mut evidence = fault_lines(told, "the client waited too long and is cut off");
    let seen = closed.iter().filter(|fault| fault.test.is_some());
    evidence.extend(seen.map(|f| Evidence::context(f.moment.place, "what the client sees of it")));
    prove(&mut finding, evidence);
    finding
}
