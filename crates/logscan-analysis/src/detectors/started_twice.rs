//! R203: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::Detector;
use super::support::{counted, fault_lines, if_told, of_faults, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R203",
        name: "started-twice",
        class: Class::StartupRace,
        page: include_str!("started_twice.md"),
        since: "0.1.0",
    },
    find,
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::AlreadyStarted], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let starts = counted(told.len(), "start");
    let title = format!("{starts} found the process running already: two starters race");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    finding.resource = Some(Resource { kind: ResourceKind::Service, name: "process".into() });
    finding.detail =
        "One part of the suite starts a process by hand, another, or the application, \
                      starts it too; who comes second fails and takes its children down."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the error tells that it ran already, not who started it".into();
    finding.suggestion =
        "Leave starting to one place: the application, or start_supervised in the \
                          test; not both."
            .into();
    finding.would_refute = "a caller that treats this answer as success".into();
    prove(&mut finding, fault_lines(told, "it runs already"));
    finding
}
