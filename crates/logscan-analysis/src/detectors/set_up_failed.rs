//! R201: see the page.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Name};
use logscan_model::{
    Basis, Class, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::drift::drifting;
use super::readiness::is_named_wrongly;
use super::support::{fault_lines, faults, of_faults, on, prove};
use super::too_early::answered_too_early;
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R201",
        name: "set-up-failed",
        class: Class::InitFailure,
        page: include_str!("set_up_failed.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

/// What keeps a database from being used at all.
pub(super) const UNUSABLE: [EventKind; 8] = [
    EventKind::SetupFailed,
    EventKind::ConnectionFailed,
    EventKind::NotStarted,
    EventKind::ServerNotStarted,
    EventKind::DatabaseMissing,
    EventKind::LoginRefused,
    EventKind::PrivilegeMissing,
    EventKind::HostUnknown,
];

/// One finding for each kind of thing that is missing, by its name.
fn find(timeline: &Timeline) -> Vec<Finding> {
    let mut groups: BTreeMap<(EventKind, Option<String>), Vec<&Fault>> = BTreeMap::new();
    let drifts = drifting(timeline);
    let early = answered_too_early(timeline);
    let is_early = |fault: &Fault| early.contains(&(fault.moment.place, fault.kind));
    let named_wrongly = is_named_wrongly(timeline);
    let elsewhere = |fault: &Fault| named_wrongly && fault.kind == EventKind::HostUnknown;
    let told = faults(timeline, &UNUSABLE).filter(|fault| !drifts(fault) && !elsewhere(fault));
    for fault in told.filter(|fault| !is_early(fault)) {
        groups.entry((fault.kind, name(fault))).or_default().push(fault);
    }
    let named: Vec<_> = groups.iter().filter(|((_, name), _)| name.is_some()).collect();
    let nameless = groups.iter().filter(|((kind, name), _)| {
        // An error without a name beside one with it is the same one, cut short.
        name.is_none() && !named.iter().any(|((other, _), _)| other == kind)
    });
    let all = named.iter().copied().chain(nameless);
    all.map(|((kind, name), told)| finding(timeline, *kind, name.as_deref(), told)).collect()
}

/// What is missing, as the error calls it.
pub(super) fn name(fault: &Fault) -> Option<String> {
    let named: Option<&Name> = fault.relation.as_ref().or(fault.name.as_ref());
    let named = named.map(|name| name.trim_end_matches('.').to_owned());
    named.or_else(|| fault.endpoint.as_deref().map(str::to_owned))
}

/// What it is about, where the error names nothing.
pub(super) fn resource(kind: EventKind, name: Option<&str>) -> Resource {
    let (of, unnamed) = match kind {
        EventKind::DatabaseMissing => (ResourceKind::Database, "database"),
        EventKind::LoginRefused => (ResourceKind::Server, "login"),
        EventKind::PrivilegeMissing => (ResourceKind::Database, "privilege"),
        EventKind::HostUnknown => (ResourceKind::Server, "host"),
        EventKind::ConnectionFailed => (ResourceKind::Server, "connection"),
        EventKind::NotStarted => (ResourceKind::Service, "repository"),
        EventKind::ServerNotStarted => (ResourceKind::Server, "server"),
        _ => (ResourceKind::Service, "set-up"),
    };
    Resource { kind: of, name: name.unwrap_or(unnamed).to_owned() }
}

fn finding(timeline: &Timeline, kind: EventKind, name: Option<&str>, told: &[&Fault]) -> Finding {
    let (mut what, detail, suggestion) = words(kind, name.unwrap_or_default());
    if let Some(unanswered) = unanswered(kind, told) {
        what = unanswered;
    }
    // Tests that pass without the server whose log is given do not use it, or use another one.
    let unnoticed = kind == EventKind::ServerNotStarted && timeline.server_ready.is_empty();
    let survived = if unnoticed { Severity::Warning } else { Severity::Info };
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, survived, String::new());
    finding.title = format!("{what}{}", on(&finding.workers));
    finding.resource = Some(resource(kind, name));
    finding.detail = detail.into();
    finding.confidence_reason = "the error says so itself".into();
    finding.suggestion = suggestion.into();
    finding.would_refute = "a later use of the same thing that works".into();
    suppose(&mut finding, kind);
    prove(&mut finding, fault_lines(told, "cannot be used"));
    finding
}

/// The address that set-up waited for in vain, and how long.
fn unanswered(kind: EventKind, told: &[&Fault]) -> Option<String> {
    // Words that no signature knows do not tell that somebody waited for the address.
    let is_waiting = |fault: &&&Fault| {
        let known = fault.basis != Basis::Vocabulary;
        kind == EventKind::SetupFailed && fault.name.is_none() && known
    };
    let endpoint = told.iter().filter(is_waiting).find_map(|fault| fault.endpoint.as_deref())?;
    let waited = told.iter().filter_map(|fault| fault.timeout_s).reduce(f64::max);
    let within = waited.map_or(String::new(), |seconds| format!(" within {seconds:.1} s"));
    Some(format!("The set-up failed: {endpoint} did not open{within}"))
}

/// What may be the reason, where the error does not tell.
fn suppose(finding: &mut Finding, kind: EventKind) {
    let all: &[(&str, &str)] = match kind {
        EventKind::HostUnknown => &[
            (
                "the name is wrong, or is one of another network",
                "the names that the compose file or the services of the job define",
            ),
            (
                "the service is not up, so that its name is not known yet",
                "the server's own log, or `docker ps -a` at that moment",
            ),
        ],
        EventKind::LoginRefused => &[
            (
                "user or password are not those that the server was started with",
                "the environment of the server's container beside that of the tests",
            ),
            (
                "a volume of an earlier run keeps its old password",
                "the same run on an empty volume",
            ),
            (
                "the server was still setting up its users",
                "its log, with the time at which it was ready",
            ),
        ],
        EventKind::DatabaseMissing => &[
            (
                "the step that creates and migrates the test database did not run, or failed",
                "the output of that step",
            ),
            (
                "the name is another one than the one that was created",
                "`\\l`, or SHOW DATABASES, on that server",
            ),
        ],
        EventKind::ConnectionFailed => &[
            ("the server is not up, or not at that address", "the server's own log at that time"),
            (
                "the server refuses the login, or has no slot left",
                "FATAL lines of its log, or the log of the pool at level debug",
            ),
        ],
        _ => &[],
    };
    for (claim, decided_by) in all {
        finding.may_be(*claim, *decided_by);
    }
}

/// What is wrong, what that means, what to do.
fn words(kind: EventKind, name: &str) -> (String, &'static str, &'static str) {
    let of = |before: &str, after: &str| match name {
        "" => format!("{before}{after}"),
        name => format!("{before} {name}{after}"),
    };
    match kind {
        EventKind::NotStarted => (
            match name {
                "" => "A process that tests need is not started".to_owned(),
                name => format!("{name} is used, but it is not started"),
            },
            "Whatever should have started it did not run, failed, or stopped it again.",
            "Start it in the application's supervision tree or in the suite's set-up, and let the \
             suite stop at once if that fails.",
        ),
        EventKind::ServerNotStarted => (
            "A database server could not start".to_owned(),
            "Its own log says why; whoever needs it finds nobody.",
            "Do what the server's line asks for: another data directory or version, its settings, a \
             free port.",
        ),
        EventKind::DatabaseMissing => (
            of("Database", " does not exist"),
            "The server answers, but what the tests need was never created, or under another name.",
            "Create and migrate the test database before the tests, or correct its name.",
        ),
        EventKind::LoginRefused => (
            match name {
                "" => "The server refuses the login".to_owned(),
                name => format!("The server refuses the login of {name}"),
            },
            "The server answers, and refuses the user: a wrong name or password, or no rule that \
             admits it.",
            "Compare the credentials of the tests with those that the server was started with; a \
             volume of an earlier run keeps its old password.",
        ),
        EventKind::PrivilegeMissing => (
            match name {
                "" => "The server does not allow its user what is asked for".to_owned(),
                name => format!("The server does not allow its user to use {name}"),
            },
            "The user is let in, but lacks a privilege: nobody granted it, or a superuser has to make \
             the object first.",
            "Grant the privilege, or let a superuser do this step before the tests (an init script of \
             the server's container).",
        ),
        EventKind::HostUnknown => (
            match name {
                "" => "A host name cannot be resolved".to_owned(),
                name => format!("No host has the name {name}"),
            },
            "The name cannot be resolved: the service is in another network, has another name there, \
             or does not run.",
            "Use the name under which the server can be reached from where the tests run; between a \
             container and its host these differ.",
        ),
        EventKind::ConnectionFailed => (
            "No connection could be opened".to_owned(),
            "The pool gave up after attempts that failed; its error does not say why.",
            "Look into the server's log at that time, and let the pool log the errors of its \
             attempts.",
        ),
        _ => (
            match name {
                "" => "The set-up failed".to_owned(),
                name => format!("The set-up of {name} failed"),
            },
            "Set-up gave up; what needs it cannot run.",
            "Read the error that set-up printed; let the suite stop there, not test by test.",
        ),
    }
}
