//! W101: see the page.

use std::collections::BTreeSet;

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{
    context, counted, failed_tests, fault_lines, faults, list, names, prove, runs_in_parallel,
    same_row, severity, span_of,
};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "W101",
        name: "worker-collision",
        class: Class::Collision,
        page: include_str!("worker_collision.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// What only happens when two make, or drop, the same thing at once.
const CONFLICTS: [EventKind; 3] =
    [EventKind::DuplicateObject, EventKind::DuplicateDatabase, EventKind::CatalogueConflict];

/// What such conflicts look like where workers share rows, not tables.
const SHARED: [EventKind; 4] = [
    EventKind::MissingObject,
    EventKind::Deadlock,
    EventKind::LockTimeout,
    EventKind::DuplicateRow,
];

fn find(timeline: &Timeline) -> Vec<Finding> {
    if !collides(timeline) {
        return Vec::new();
    }
    let mut conflicts: Vec<&Fault> = faults(timeline, &CONFLICTS).collect();
    let missing: Vec<&Fault> = faults(timeline, &[EventKind::MissingObject]).collect();
    let rows: Vec<&Fault> = faults(timeline, &[EventKind::DuplicateRow]).collect();
    let files: Vec<&Fault> = faults(timeline, &[EventKind::FileLocked]).collect();
    if conflicts.is_empty() && !files.is_empty() {
        return vec![file_finding(timeline, &files)];
    }
    let over_rows = conflicts.is_empty();
    if over_rows {
        conflicts = rows;
    }
    let made_by: Vec<_> = timeline.table_makers.keys().map(Some).collect();
    let met_by = conflicts.iter().map(|fault| fault.worker.as_ref());
    let workers = names(made_by.into_iter().chain(met_by));
    vec![match over_rows && missing.is_empty() {
        true => row_finding(timeline, &conflicts, workers),
        false => finding(timeline, &conflicts, &missing, workers),
    }]
}

/// Whether workers fight for the objects of one database.
pub(super) fn collides(timeline: &Timeline) -> bool {
    let conflicts: Vec<&Fault> = faults(timeline, &CONFLICTS).collect();
    // A table may be there from before; the catalogue is only in conflict with somebody else.
    let proven = conflicts.iter().any(|fault| fault.kind == EventKind::CatalogueConflict);
    let made_by: Vec<_> = timeline.table_makers.keys().map(Some).collect();
    let met_by = conflicts.iter().map(|fault| fault.worker.as_ref());
    let workers = names(made_by.into_iter().chain(met_by)).len();
    if proven || !conflicts.is_empty() && (workers > 1 || runs_in_parallel(timeline)) {
        return true;
    }
    if contradict(timeline, &conflicts) {
        return true;
    }
    // One kind of conflict over rows is a test's own affair, several are not.
    let kinds: BTreeSet<EventKind> = faults(timeline, &SHARED).map(|fault| fault.kind).collect();
    let files = faults(timeline, &[EventKind::FileLocked]).next().is_some();
    if files && runs_in_parallel(timeline) {
        return true;
    }
    let rows = kinds.contains(&EventKind::DuplicateRow);
    rows && (kinds.len() > 1 || same_row(timeline).is_some()) && runs_in_parallel(timeline)
}

/// Whether something is there for one and missing, or in use, for another.
fn contradict(timeline: &Timeline, conflicts: &[&Fault]) -> bool {
    let made: BTreeSet<&str> =
        conflicts.iter().filter_map(|fault| fault.relation.as_deref()).collect();
    let elsewhere = [
        EventKind::MissingObject,
        EventKind::DatabaseMissing,
        EventKind::ResourceInUse,
        EventKind::CleanupFailed,
    ];
    let mut others = faults(timeline, &elsewhere).filter_map(|fault| fault.relation.as_deref());
    others.any(|name| made.contains(name))
}

fn finding(
    timeline: &Timeline,
    conflicts: &[&Fault],
    missing: &[&Fault],
    workers: Vec<String>,
) -> Finding {
    let all: Vec<&Fault> = conflicts.iter().chain(missing).copied().collect();
    let relations = relations(&all);
    let objects =
        if relations.is_empty() { "the same objects".into() } else { relations.join(", ") };
    let who = if workers.len() < 2 { "Several sessions".to_owned() } else { list(&workers) };
    let title = format!("{who} make and drop {objects} in one database at the same time");
    let mut finding =
        Finding::of(&DETECTOR.rule, severity(timeline, conflicts, Severity::Info), title);
    finding.affected_tests = failed_tests(timeline, &all);
    finding.count = all.len() as u64;
    finding.numbers.insert("conflicts", conflicts.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Table, name: objects });
    span_of(&mut finding, all.iter().map(|fault| fault.moment));
    explain(&mut finding, workers.len());
    finding.workers = workers;
    let mut evidence = fault_lines(conflicts, "somebody else made it at the same time");
    let gone = missing.iter().map(|fault| fault.moment.place);
    evidence.extend(context(gone, "somebody else dropped it"));
    prove(&mut finding, evidence);
    finding
}

/// Workers that write the same rows, as errors of several kinds show.
fn row_finding(timeline: &Timeline, rows: &[&Fault], workers: Vec<String>) -> Finding {
    let who = if workers.len() < 2 { "Several sessions".to_owned() } else { list(&workers) };
    let title = format!("{who} write the same rows of one database at the same time");
    let mut finding = Finding::of(&DETECTOR.rule, severity(timeline, rows, Severity::Info), title);
    finding.affected_tests = failed_tests(timeline, rows);
    finding.count = rows.len() as u64;
    finding.numbers.insert("conflicts", rows.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: "shared rows".into() });
    span_of(&mut finding, rows.iter().map(|fault| fault.moment));
    finding.workers = workers;
    finding.detail =
        "A row that one session writes is there already, or locked, for another one.".into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "tests that run at the same time meet a key that exists and each other's locks".into();
    finding.suggestion =
        "Give each worker a database or schema of its own, or each test keys that \
                          no other one uses."
            .into();
    finding.would_refute = "workers that are bound to different databases".into();
    prove(&mut finding, fault_lines(rows, "somebody else wrote it"));
    finding
}

/// Processes of tests that open one file, which an embedded database lets only one of them have.
fn file_finding(timeline: &Timeline, files: &[&Fault]) -> Finding {
    let workers = names(files.iter().map(|fault| fault.worker.as_ref()));
    let times = counted(files.len(), "time");
    let title = format!("Workers open one database file at the same time: {times} it was locked");
    let mut finding = Finding::of(&DETECTOR.rule, severity(timeline, files, Severity::Info), title);
    finding.affected_tests = failed_tests(timeline, files);
    finding.count = files.len() as u64;
    finding.numbers.insert("conflicts", files.len() as f64);
    finding.resource = Some(Resource { kind: ResourceKind::Database, name: "shared file".into() });
    span_of(&mut finding, files.iter().map(|fault| fault.moment));
    finding.workers = workers;
    finding.detail =
        "The file of an embedded database belongs to the one process that opened it for \
                      writing."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the tests run in several processes; which of them holds the file is not said".into();
    finding.suggestion =
        "Give each worker a copy of the file, or a database in memory; open shared \
                          data read-only."
            .into();
    finding.would_refute = "the same error with one worker".into();
    prove(&mut finding, fault_lines(files, "another process has it"));
    finding
}

fn explain(finding: &mut Finding, workers: usize) {
    let who = if workers < 2 { "Several sessions".into() } else { counted(workers, "worker") };
    finding.detail = format!(
        "{who} run the same DDL against one database. What one has just made the other cannot make, \
         and what one drops the other misses."
    ).into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "the errors only occur when several make the same object; the \
                                 statement of the other worker is not printed"
        .into();
    finding.suggestion = match finding.severity {
        Severity::Info => "Nothing failed by it; a database or schema for each worker ends it.".into(),
        _ => "Give each worker a database or schema of its own (name it after \
              PYTEST_XDIST_WORKER), or make the tables once, under a lock, before the workers start."
            .into(),
    };
    finding.would_refute = "workers that are bound to different databases".into();
}

/// Names of relations, without those of system indexes.
fn relations(faults: &[&Fault]) -> Vec<String> {
    let named = faults.iter().filter(|fault| fault.kind != EventKind::CatalogueConflict);
    let unique: BTreeSet<&str> = named.filter_map(|fault| fault.relation.as_deref()).collect();
    unique.into_iter().map(str::to_owned).collect()
}
