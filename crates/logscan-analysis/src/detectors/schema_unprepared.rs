//! R204: see the page.

use std::collections::BTreeSet;

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, faults, list, nothing_failed, of_faults, prove};
use super::worker_collision::collides;
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R204",
        name: "schema-unprepared",
        class: Class::InitFailure,
        page: include_str!("schema_unprepared.md"),
        since: "0.2.0",
    },
    find: Find::In(find),
    together: None,
};

/// Objects that are missing, or there already, where no other worker is in sight.
fn find(timeline: &Timeline) -> Vec<Finding> {
    if collides(timeline) {
        return Vec::new();
    }
    let missing = [EventKind::MissingObject];
    let there = [EventKind::DuplicateObject];
    let hurts = |fault: &&Fault| fault.test.is_some() || !nothing_failed(timeline);
    let told = |kinds| faults(timeline, kinds).filter(hurts).collect::<Vec<_>>();
    let all = [told(&missing), told(&there)];
    let told = all.into_iter().filter(|told| !told.is_empty());
    told.map(|told| finding(timeline, &told)).collect()
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let missing = told.iter().all(|fault| fault.kind == EventKind::MissingObject);
    let names: BTreeSet<&str> = told.iter().filter_map(|fault| fault.relation.as_deref()).collect();
    let names: Vec<String> = names.into_iter().map(str::to_owned).collect();
    let what = if names.is_empty() { "Objects of the schema".to_owned() } else { list(&names) };
    let are = if names.len() == 1 { "is" } else { "are" };
    let times = counted(told.len(), "time");
    let title = match missing {
        true => format!("{what} {are} missing in the database, {times}"),
        false => format!("{what} {are} in the database already, {times}"),
    };
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Info, title);
    let name = names.first().cloned().unwrap_or_else(|| "schema".to_owned());
    finding.resource = Some(Resource { kind: ResourceKind::Table, name });
    finding.detail = match missing {
        true => "The server answers, but the schema that the tests need is not there.",
        false => "What set-up makes is there before: the database is not as empty as it expects.",
    }
    .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "what is missing or there is certain; why it is so stands elsewhere".into();
    finding.suggestion = match missing {
        true => {
            "Run the migrations against the database that the tests use, before the first test."
        }
        false => "Start from an empty database, or make set-up skip what is there (IF NOT EXISTS).",
    }
    .into();
    finding.would_refute = "a test that expects this error".into();
    suppose(&mut finding, missing);
    prove(&mut finding, fault_lines(told, if missing { "it is missing" } else { "it is there" }));
    finding
}

/// What may be the reason.
fn suppose(finding: &mut Finding, missing: bool) {
    if missing {
        finding.may_be(
            "the migrations did not run, or failed",
            "the output of the step that migrates the test database",
        );
        finding.may_be(
            "the tests are connected to another database than the one that was migrated",
            "the URL of both, printed when they connect",
        );
        finding.may_be(
            "another worker or an earlier test dropped it",
            "the server's log with log_statement = ddl, or the run with one worker",
        );
    } else {
        finding.may_be("an earlier run left it", "the same run against a new, empty database");
        finding.may_be(
            "two set-ups make it at once",
            "the run with one worker, or the server's log of DDL statements",
        );
    }
}
