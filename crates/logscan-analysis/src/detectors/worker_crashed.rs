//! W201: see the page.

use logscan_model::timeline::{EndedBy, Fault, Worker};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, faults, names, of_faults, prove, whose};
use super::{Detector, Together};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W201",
        name: "worker-crashed",
        class: Class::Crash,
        page: include_str!("worker_crashed.md"),
        since: "0.1.0",
    },
    find,
    together: Some(Together {
        alike: &[],
        may: |finding| finding.tests.is_empty(),
        resource: "several workers",
        title: word,
    }),
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let crashed = timeline.workers.iter().filter(|worker| worker.ended_by == EndedBy::Crash);
    let told: Vec<&Fault> = faults(timeline, &[EventKind::RunnerCrashed]).collect();
    let unnamed = (!told.is_empty()).then(|| of_unnamed(timeline, &told));
    crashed.map(finding).chain(unnamed).collect()
}

/// Runners that do not name their workers only tell of the loss.
fn of_unnamed(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let title = "A worker process of the test runner died".to_owned();
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Error, title);
    finding.severity = Severity::Error;
    finding.resource = Some(Resource { kind: ResourceKind::Worker, name: "worker".into() });
    finding.detail = "The process ended without telling the runner why.".into();
    finding.confidence_reason = "the runner reports the loss".into();
    finding.suggestion =
        "Look for the kernel's out-of-memory killer at that time; run with one worker.".into();
    finding.would_refute = "an orderly end of the worker".into();
    prove(&mut finding, fault_lines(told, "the runner lost a worker"));
    finding
}

fn finding(worker: &Worker) -> Finding {
    let title = match &worker.crashed_in {
        Some(test) => format!("Worker {} died while it ran {test}", worker.id),
        None => format!("Worker {} died", worker.id),
    };
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = names([Some(&worker.id)]);
    finding.tests = names([worker.crashed_in.as_ref()]);
    finding.affected_tests = finding.tests.clone();
    finding.resource = Some(Resource { kind: ResourceKind::Worker, name: worker.id.to_string() });
    finding.start = worker.end;
    finding.detail = "The process ended without telling the runner why: a crash of native code, a \
                      kill for memory, or an exit inside a test. Its open sessions are no leaks."
        .into();
    finding.confidence_reason = "the runner reports the loss".into();
    finding.suggestion = format!(
        "Run {} alone with -p no:xdist and PYTHONFAULTHANDLER=1; look for the kernel's \
         out-of-memory killer at that time.",
        whose(&finding.tests)
    );
    finding.would_refute = "an orderly end of the worker in its own log".into();
    let lines = worker.crash.map(|place| Evidence::primary(place, "the runner lost the worker"));
    prove(&mut finding, lines.into_iter().collect());
    finding
}

fn word(finding: &mut Finding) {
    finding.title = format!("{} died", counted(finding.workers.len(), "worker"));
    finding.detail =
        "The processes ended without telling the runner why. Their open sessions are no leaks."
            .into();
}
