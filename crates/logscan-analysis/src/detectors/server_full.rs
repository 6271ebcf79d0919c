//! P201: see the page.

use logscan_model::timeline::{Ending, Fault, Subject};
use logscan_model::{Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::support::{
    context, counted, failed_tests, fault_lines, faults, names, nothing_failed, prove, severity,
    span_of,
};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "P201",
        name: "server-out-of-slots",
        class: Class::Exhaustion,
        page: include_str!("server_full.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// Tests that are refused are few if so many times as many ran.
const FEW: u64 = 5;

fn find(timeline: &Timeline) -> Vec<Finding> {
    let told: Vec<&Fault> = faults(timeline, &[EventKind::ServerFull]).collect();
    let by_server: Vec<&Fault> = timeline
        .faults
        .iter()
        .filter(|fault| fault.kind == EventKind::ServerFull && fault.subject == Subject::Server)
        .collect();
    if told.is_empty() && by_server.is_empty() {
        return Vec::new();
    }
    vec![finding(timeline, &told, &by_server)]
}

fn finding(timeline: &Timeline, told: &[&Fault], by_server: &[&Fault]) -> Finding {
    let main = if told.is_empty() { by_server } else { told };
    let refused = counted(main.len().max(by_server.len()), "connection");
    let title = format!("The server refused {refused}: it had no slot left");
    // What only the server tells may be what some test failed by.
    let unseen = told.is_empty() && !nothing_failed(timeline);
    let survived = if unseen { Severity::Warning } else { Severity::Info };
    let severity = severity(timeline, told, survived);
    let mut finding = Finding::of(&DETECTOR.rule, severity, title);
    finding.workers = names(told.iter().map(|fault| fault.worker.as_ref()));
    finding.affected_tests = failed_tests(timeline, told);
    // Where tests run one by one, the only one that is refused took the others itself; and so did
    // each of several if all that was taken came back. Where no pools share the slots and most
    // tests get what they need, the few that do not ask for much at once.
    let alone = timeline.workers.len() <= 1 && timeline.pools.len() <= 1;
    let refused_tests = finding.affected_tests.len() as u64;
    if alone && (refused_tests == 1 || all_came_back(timeline))
        || timeline.pools.is_empty() && timeline.outcome.tests >= refused_tests * FEW
    {
        finding.tests = finding.affected_tests.clone();
    }
    finding.count = main.len() as u64;
    finding.resource =
        Some(Resource { kind: ResourceKind::Server, name: "database server".into() });
    finding.confidence_reason = "the server says so itself".into();
    explain(&mut finding, timeline);
    span_of(&mut finding, main.iter().map(|fault| fault.moment));
    let mut evidence = fault_lines(main, "the server has no slot left");
    let others = by_server.iter().map(|fault| fault.moment.place);
    evidence.extend(context(others, "the server refuses a client"));
    prove(&mut finding, evidence);
    finding
}

/// Whether the log tells what was taken and given back, and nothing stayed out.
fn all_came_back(timeline: &Timeline) -> bool {
    let ends = |ending| timeline.sessions.iter().any(|session| session.ending() == ending);
    timeline.sequential != Some(false) && ends(Ending::Closed) && !ends(Ending::Open)
}

fn explain(finding: &mut Finding, timeline: &Timeline) {
    let capacities: Vec<u32> = timeline.pools.iter().filter_map(|pool| pool.capacity()).collect();
    let wanted: u64 = capacities.iter().map(|capacity| u64::from(*capacity)).sum();
    if !capacities.is_empty() {
        finding.numbers.insert("pools", capacities.len() as f64);
        finding.numbers.insert("sum_of_capacities", wanted as f64);
    }
    if let Some((limit, _)) = timeline.server_limit {
        finding.numbers.insert("max_connections", limit as f64);
    }
    finding.detail = match capacities.len() {
        0 => {
            "All connections that the server accepts were in use when somebody asked for one more."
                .into()
        }
        pools => format!(
            "{} may open {wanted} connections together, and the server accepts fewer than were \
             asked for.",
            counted(pools, "pool")
        )
        .into(),
    };
    finding.suggestion = "Lower pool_size and max_overflow so that workers × (pool_size + \
                          max_overflow) stays below the server's max_connections, or raise \
                          max_connections, or run fewer workers."
        .into();
    finding.would_refute = "a server log with free slots at that time".into();
}
