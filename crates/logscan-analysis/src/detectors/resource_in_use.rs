//! W102: see the page.

use logscan_model::timeline::{Fault, Subject};
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, faults, of_faults, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W102",
        name: "resource-in-use",
        class: Class::Collision,
        page: include_str!("resource_in_use.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

const KINDS: [EventKind; 1] = [EventKind::ResourceInUse];

fn find(timeline: &Timeline) -> Vec<Finding> {
    let of_clients: Vec<&Fault> = faults(timeline, &KINDS).collect();
    if !of_clients.is_empty() {
        return vec![finding(timeline, &of_clients)];
    }
    // A server whose port is taken never meets a client that could tell of it.
    let of_servers = timeline.faults.iter().filter(|fault| KINDS.contains(&fault.kind));
    let of_servers: Vec<&Fault> = of_servers.collect();
    if of_servers.is_empty() { Vec::new() } else { vec![finding(timeline, &of_servers)] }
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let named = told.iter().find_map(|fault| fault.relation.as_ref().or(fault.name.as_ref()));
    // What a server cannot have when it starts is its address.
    let of_server = told.iter().all(|fault| fault.subject == Subject::Server);
    let unnamed = if of_server { "The server's port" } else { "Something that the tests need" };
    let what = named.map_or(unnamed.to_owned(), ToString::to_string);
    let times = counted(told.len(), "time");
    let title = format!("{what} is in use by somebody else: {times} it could not be had");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: what });
    finding.detail =
        "A database can only be dropped or copied when nobody is connected to it; a port \
                      or a container's name can be taken once."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the error tells that it is in use, not by whom; pg_stat_activity at \
                                 that moment would"
            .into();
    finding.suggestion = match of_server {
        true => {
            "Find who listens there (a server of the system, one of an earlier run) and stop it, or \
             let this one listen on another port."
        }
        false => {
            "Close all pools before databases are dropped (or drop WITH (FORCE)), give each worker a \
             database, port and container name of its own, and remove what an earlier run left."
        }
    }
    .into();
    finding.would_refute = "a later attempt that works without any change".into();
    prove(&mut finding, fault_lines(told, "somebody else uses it"));
    finding
}
