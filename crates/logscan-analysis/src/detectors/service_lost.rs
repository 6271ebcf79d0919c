//! R103: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::readiness::{Course, Readiness, is_after, readiness};
use super::support::{counted, fault_lines, names, prove, span_of};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R103",
        name: "service-lost",
        class: Class::Crash,
        page: include_str!("service_lost.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let all = readiness(timeline);
    let lost = all.iter().filter(|readiness| readiness.course == Course::WasLost);
    let hurt = lost.filter(|lost| !lost.victims.is_empty() && is_own_server(timeline, lost));
    hurt.map(|readiness| finding(timeline, readiness)).collect()
}

/// A refusal by another server than the one that worked says nothing about this one. Where no
/// address is known it is taken for the same.
fn is_own_server(timeline: &Timeline, readiness: &Readiness<'_>) -> bool {
    let known = timeline.engines.iter().any(|engine| engine.url.is_some())
        || timeline.services.iter().any(|service| service.endpoint.is_some());
    if !known {
        return true;
    }
    let port = |endpoint: &str| endpoint.rsplit(':').next().map(str::to_owned);
    let mut refused = readiness.faults.iter().filter_map(|fault| port(fault.endpoint.as_ref()?));
    refused.any(|refused| {
        let marker = format!(":{refused}");
        let urls = timeline.engines.iter().filter_map(|engine| engine.url.as_ref());
        let services = timeline.services.iter().filter_map(|service| service.endpoint.as_ref());
        urls.chain(services).any(|url| url.contains(&marker))
    })
}

fn finding(timeline: &Timeline, readiness: &Readiness<'_>) -> Finding {
    let endpoint = readiness.endpoint(timeline);
    // Who came before the server was first ready met a server that was starting.
    let ready = timeline.server_ready.first();
    let early = |fault: &Fault| {
        ready.is_some_and(|ready| is_after(timeline, fault.moment, *ready) == Some(true))
    };
    let faults: Vec<&Fault> = readiness.faults.iter().copied().filter(|it| !early(it)).collect();
    let attempts = counted(faults.len(), "connection");
    let title = format!("{endpoint} worked and then refused {attempts}");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = names(faults.iter().map(|fault| fault.worker.as_ref()));
    finding.affected_tests.clone_from(&readiness.victims);
    finding.count = faults.len() as u64;
    finding.resource = Some(Resource { kind: ResourceKind::Service, name: endpoint });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "refusals show that nobody listened, not why".into();
    finding.detail = "Connections to the same port worked before: the server stopped or restarted \
                      in the middle of the run."
        .into();
    finding.suggestion = "Look at the server's own log at that time; a fixture of one worker may \
                          have stopped a container that others still use."
        .into();
    finding.would_refute = "a server log without a stop at that time".into();
    span_of(&mut finding, faults.iter().map(|fault| fault.moment));
    let mut evidence = fault_lines(&faults, "nobody answers any more");
    evidence.extend(readiness.ready.map(|at| Evidence::context(at.place, "it worked before")));
    prove(&mut finding, evidence);
    finding
}
