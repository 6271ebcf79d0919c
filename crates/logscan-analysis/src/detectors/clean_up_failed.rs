//! R301: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline};

use super::Detector;
use super::support::{counted, fault_lines, if_told, of_faults, prove};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R301",
        name: "clean-up-failed",
        class: Class::Cleanup,
        page: include_str!("clean_up_failed.md"),
        since: "0.1.0",
    },
    find,
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    if_told(timeline, &[EventKind::CleanupFailed], finding)
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let times = counted(told.len(), "time");
    let title = format!("Clean-up failed {times}");
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    if finding.affected_tests.is_empty() {
        finding.severity = finding.severity.min(Severity::Warning);
    }
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: "test data".into() });
    finding.detail =
        "What a test or a run leaves behind was not taken away, or the one who should do \
                      it came when the connection's owner was gone."
            .into();
    finding.confidence_reason = "the error says so itself".into();
    finding.suggestion = "Clean up while the owner of the connection still lives (before the test \
                          ends, or with a connection of its own), and start from a clean state \
                          instead of relying on the end of the last run."
        .into();
    finding.would_refute = "a later clean-up of the same data that works".into();
    prove(&mut finding, fault_lines(told, "clean-up fails here"));
    finding
}
