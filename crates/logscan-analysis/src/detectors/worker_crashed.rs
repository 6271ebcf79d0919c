//! W201: see the page.

use logscan_model::timeline::{EndedBy, Fault, Worker};
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{context, counted, fault_lines, faults, names, of_faults, prove, whose};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W201",
        name: "worker-crashed",
        class: Class::Crash,
        page: include_str!("worker_crashed.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let crashed = timeline.workers.iter().filter(|worker| worker.ended_by == EndedBy::Crash);
    let told: Vec<&Fault> = faults(timeline, &[EventKind::RunnerCrashed]).collect();
    // One test may take down a worker after the other.
    let mut crashed: Vec<&Worker> = crashed.collect();
    crashed.sort_by_key(|worker| &worker.crashed_in);
    let by_test = crashed.chunk_by(|a, b| a.crashed_in == b.crashed_in);
    let mut findings: Vec<Finding> = by_test.map(finding).collect();
    match findings.as_mut_slice() {
        [] if told.is_empty() => {}
        [] => findings.push(of_unnamed(timeline, &told)),
        // What the process itself says as it dies.
        [one] => {
            let mut evidence = fault_lines(&told, "the process dies");
            evidence.append(&mut one.evidence);
            prove(one, evidence);
        }
        _ => findings.sort_by_key(|finding| finding.evidence.first().map(|line| line.place)),
    }
    findings
}

/// Whether a name is a test's, not how jest titles a file that did not run.
fn is_one(test: &str) -> bool {
    test != "Test suite failed to run"
}

/// Runners that do not name their workers only tell of the loss.
fn of_unnamed(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let title = "A worker process of the test runner died".to_owned();
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Error, title);
    finding.severity = Severity::Error;
    finding.tests = finding.affected_tests.iter().filter(|test| is_one(test)).cloned().collect();
    finding.resource = Some(Resource { kind: ResourceKind::Worker, name: "worker".into() });
    finding.detail = "The process ended without telling the runner why.".into();
    finding.confidence_reason = "the runner reports the loss".into();
    finding.suggestion =
        "Look for the kernel's out-of-memory killer at that time; run with one worker.".into();
    finding.would_refute = "an orderly end of the worker".into();
    let mut evidence = fault_lines(told, "the runner lost a worker");
    if let Some(place) = timeline.outcome.out_of_memory {
        // Its own memory ran out: no database is to blame.
        finding.severity = Severity::Info;
        finding.detail =
            "The test process ran out of its own memory; no database is to blame.".into();
        finding.suggestion = "Give the test process more memory, or run fewer workers.".into();
        evidence.extend(context([place], "it ran out of memory"));
    }
    prove(&mut finding, evidence);
    finding
}

/// The workers that died in one test, or all of which nobody knows what they ran.
fn finding(workers: &[&Worker]) -> Finding {
    let crashed_in = workers.first().and_then(|worker| worker.crashed_in.as_ref());
    let title = match (workers, crashed_in) {
        ([one], Some(test)) => format!("Worker {} died while it ran {test}", one.id),
        ([one], None) => format!("Worker {} died", one.id),
        (_, Some(test)) => {
            format!("{} died while they ran {test}", counted(workers.len(), "worker"))
        }
        _ => format!("{} died", counted(workers.len(), "worker")),
    };
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.workers = names(workers.iter().map(|worker| Some(&worker.id)));
    finding.tests = names([crashed_in]);
    finding.affected_tests = finding.tests.clone();
    finding.count = workers.len() as u64;
    let name =
        if workers.len() == 1 { workers[0].id.to_string() } else { "several workers".into() };
    finding.resource = Some(Resource { kind: ResourceKind::Worker, name });
    finding.start = workers.iter().find_map(|worker| worker.end);
    finding.detail = "A worker that ends without telling the runner why crashed in native code, was \
                      killed for memory, or met an exit inside a test. Its open sessions are no leaks."
        .into();
    finding.confidence_reason = "the runner reports the loss".into();
    finding.suggestion = format!(
        "Run {} alone with -p no:xdist and PYTHONFAULTHANDLER=1; look for the kernel's \
         out-of-memory killer at that time.",
        whose(&finding.tests)
    )
    .into();
    finding.would_refute = "an orderly end of the worker in its own log".into();
    let lost = workers.iter().filter_map(|worker| worker.crash);
    let lines = lost.map(|place| Evidence::primary(place, "the runner lost the worker"));
    prove(&mut finding, lines.collect());
    finding
}
