//! W203: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::server_stopped::stopped;
use super::support::{counted, fault_lines, faults, of_faults, prove};
use super::too_early::answered_too_early;
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W203",
        name: "connection-lost",
        class: Class::Crash,
        page: include_str!("connection_lost.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let explained = !stopped(timeline).is_empty()
        || timeline.faults.iter().any(|fault| fault.kind == EventKind::PoolerTimeout);
    let early = answered_too_early(timeline);
    let is_early = |fault: &&Fault| early.contains(&(fault.moment.place, fault.kind));
    let told = faults(timeline, &[EventKind::ConnectionLost]).filter(|fault| !is_early(fault));
    let told: Vec<&Fault> = told.collect();
    if told.is_empty() || explained { Vec::new() } else { vec![finding(timeline, &told)] }
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let lost = counted(told.len(), "connection");
    let title = format!("{lost} broke while in use: the other side closed");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource = Some(Resource { kind: ResourceKind::Server, name: "database".into() });
    finding.detail = "The server, a pooler or something between closed the connection without a \
                      message that the client could read."
        .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "that it was closed is certain; who closed it is only in the other \
                                 side's log"
            .into();
    finding.suggestion = "Look at the server's and the pooler's log at that time; check pooled \
                          connections before use (pool_pre_ping, keepalive), and keep them shorter \
                          than the idle limit of whatever stands between."
        .into();
    finding.would_refute =
        "a log of the other side that shows an orderly close by the client".into();
    prove(&mut finding, fault_lines(told, "closed by the other side"));
    finding
}
