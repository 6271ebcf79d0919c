//! W202: see the page.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Moment, Subject};
use logscan_model::{
    Class, EventKind, Evidence, Finding, InputId, Place, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use super::support::{before, counted, faults, of_faults, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W202",
        name: "server-stopped",
        class: Class::Crash,
        page: include_str!("server_stopped.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let told = stopped(timeline);
    if told.is_empty() { Vec::new() } else { vec![finding(timeline, &told)] }
}

/// Faults that show that the server stopped in the middle of the run, not at its end: what it
/// tells its clients, a process of it that died, and what clients met after it said that it stops.
pub(super) fn stopped(timeline: &Timeline) -> Vec<&Fault> {
    let comes_back = coming_back(timeline);
    let of_server = |fault: &Fault| fault.subject == Subject::Server;
    let crashed = timeline.faults.iter().filter(|fault| fault.kind == EventKind::ServerCrashed);
    let ended = faults(timeline, &[EventKind::ServerStopped]);
    let ended = ended.filter(|fault| !of_server(fault) || comes_back(fault.moment));
    let mut told: Vec<&Fault> = crashed.chain(ended).collect();
    if told.is_empty() {
        told.extend(after_a_stop(timeline));
    }
    told
}

/// What clients met after a server said that it stops, if any met anything.
fn after_a_stop(timeline: &Timeline) -> impl Iterator<Item = &Fault> {
    let met = faults(timeline, &[EventKind::ConnectionLost, EventKind::ConnectionRefused]);
    met.filter(|fault| {
        let after = |stop: &Moment| before(timeline, *stop, fault.moment) == Some(true);
        timeline.server_stops.iter().any(after)
    })
}

/// Tells whether a server is ready again behind a moment.
fn coming_back(timeline: &Timeline) -> impl Fn(Moment) -> bool + use<> {
    let ready = timeline.server_ready.iter().map(|ready| (ready.place.input, ready.place));
    let mut last: BTreeMap<InputId, Place> = BTreeMap::new();
    for (input, place) in ready {
        last.entry(input).and_modify(|last| *last = place.max(*last)).or_insert(place);
    }
    move |stop| last.get(&stop.place.input).is_some_and(|last| *last > stop.place)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let is_crash = |fault: &&&Fault| fault.kind == EventKind::ServerCrashed;
    let crashed = told.iter().any(|fault| is_crash(&fault));
    let met = told.iter().filter(|fault| !is_crash(fault)).count();
    let clients = counted(met, "connection");
    let title = match (crashed, met) {
        (true, 0) => "A process of the server died".to_owned(),
        (true, _) => format!("A process of the server died and took {clients} down"),
        (false, _) => {
            format!("The server was stopped in the middle of the run and ended {clients}")
        }
    };
    // A server that dies is sick, even if every test was lucky.
    let least = if crashed { Severity::Warning } else { Severity::Info };
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, least, title);
    finding.resource =
        Some(Resource { kind: ResourceKind::Server, name: "database server".into() });
    finding.detail =
        "Whoever was connected lost the connection and the open transaction; pools keep \
                      dead connections until they are checked."
            .into();
    finding.confidence_reason = "the server tells its clients so".into();
    finding.suggestion = match crashed {
        true => {
            "Look at the server's log for the signal: 9 is mostly the memory killer; give the \
                 container more memory or shared memory (--shm-size)."
        }
        false => {
            "Find who stopped it: a fixture of one worker may restart a container that others \
                  use; use pool_pre_ping where restarts are meant."
        }
    }
    .into();
    finding.would_refute = "a server log without a stop at that time".into();
    let label = |fault: &Fault| match fault.kind {
        EventKind::ServerCrashed => "the server died",
        _ => "the server ends this connection",
    };
    let lines = told.iter().map(|fault| Evidence::primary(fault.moment.place, label(fault)));
    let mut evidence: Vec<Evidence> = lines.collect();
    let comes_back = coming_back(timeline);
    let stops = timeline.server_stops.iter().filter(|stop| comes_back(**stop));
    evidence.extend(stops.map(|stop| Evidence::context(stop.place, "the server begins to stop")));
    prove(&mut finding, evidence);
    finding
}
