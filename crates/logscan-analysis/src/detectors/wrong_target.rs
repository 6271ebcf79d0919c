//! C101: see the page.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Compared, Fault, Name, Target, TargetRole};
use logscan_model::{
    Class, Confidence, EventKind, Evidence, Finding, Place, Resource, ResourceKind, Rule, Severity,
    Timeline,
};

use crate::environment;

use super::drift::{Mismatch, bound_to_a_file, configured_server, mismatches, used_elsewhere};
use super::support::{
    failed_tests, fault_lines, faults, is_only_logged, nothing_failed, of_faults, prove,
};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "C101",
        name: "wrong-target",
        class: Class::ConfigDrift,
        page: include_str!("wrong_target.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let found = mismatches(timeline);
    let failed = found.first().map(|first| finding(timeline, first, &found));
    let elsewhere = || of_another_target(timeline);
    let unnoticed =
        || bound_to_a_file(timeline).map(|(bound, expected)| of_a_file(bound, expected));
    let embedded = || of_an_embedded_one(timeline);
    let by_default = || of_a_default_user(timeline);
    let cached = || of_cached_settings(timeline);
    let asserted = || asserted_otherwise(timeline);
    let told = || as_a_line_tells(timeline);
    let doubled = || ending_twice(timeline);
    failed
        .or_else(elsewhere)
        .or_else(by_default)
        .or_else(cached)
        .or_else(asserted)
        .or_else(told)
        .or_else(doubled)
        .or_else(unnoticed)
        .or_else(embedded)
        .into_iter()
        .collect()
}

/// What goes wrong in a database that was not meant: it has not the schema, or not the rows.
const LED_ASTRAY: [EventKind; 9] = [
    EventKind::ConnectionRefused,
    EventKind::HostUnknown,
    EventKind::LoginRefused,
    EventKind::DatabaseMissing,
    EventKind::MissingObject,
    EventKind::DuplicateObject,
    EventKind::DuplicateDatabase,
    EventKind::DuplicateRow,
    EventKind::WorkTimeout,
];

/// The program says that it connects to another target than the one that was made for it.
fn of_another_target(timeline: &Timeline) -> Option<Finding> {
    let (used, meant) = used_elsewhere(timeline).filter(|_| !nothing_failed(timeline))?;
    let told: Vec<&Fault> = faults(timeline, &LED_ASTRAY).collect();
    let (actual, expected) = (used.address(), meant.address());
    let title = format!("Connections go to {actual}, but {expected} is configured");
    let mut finding = of_faults(timeline, &DETECTOR.rule, &told, Severity::Error, title);
    if !is_only_logged(timeline, &told) {
        finding.severity = Severity::Error;
    }
    finding.tests = finding.affected_tests.clone();
    finding.detail = format!(
        "{expected} was made or configured for this run; the program itself says that it uses \
         {actual}: it reads another setting, or its settings were cached."
    )
    .into();
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: actual });
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "two lines name the two targets; that the failed tests used the second is supposed".into();
    finding.suggestion = "Look which file or variable the program takes its address from (an \
                          .env file, cached settings, a default), and pass it the one of the tests."
        .into();
    finding.would_refute = "a second database that is meant to be at that address".into();
    let mut evidence = vec![
        Evidence::primary(used.at.place, "the program goes there"),
        Evidence::primary(meant.at.place, "the target that is meant"),
    ];
    evidence.extend(fault_lines(&told, "what goes wrong there"));
    prove(&mut finding, evidence);
    Some(finding)
}

/// Users whom frameworks take if no setting names one.
const DEFAULT_USERS: [(&str, &str); 2] = [("forge", "Laravel"), ("homestead", "Laravel")];

/// The server refuses a user whom nobody configured: the program read none of the settings.
fn of_a_default_user(timeline: &Timeline) -> Option<Finding> {
    let refused = || faults(timeline, &[EventKind::LoginRefused]);
    let default = |user: &str| DEFAULT_USERS.iter().find(|(name, _)| *name == user);
    let (user, framework) =
        refused().find_map(|fault| default(fault.name.as_deref().unwrap_or_default()))?;
    let told: Vec<&Fault> = refused().filter(|fault| fault.name.as_deref() == Some(user)).collect();
    let title = format!("The program logs in as {user}, the default user of {framework}");
    let mut finding = of_faults(timeline, &DETECTOR.rule, &told, Severity::Warning, title);
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: (*user).to_owned() });
    finding.detail = format!(
        "{framework} takes this user if its settings name none: they were not read, have other \
         names, or were cached before."
    )
    .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason = "somebody may have named the user so".into();
    finding.suggestion = "Give the settings by the names that the framework reads, and clear its \
                          cached configuration before the tests."
        .into();
    finding.would_refute = "a setting that names this user".into();
    prove(&mut finding, fault_lines(&told, "the default user is refused"));
    Some(finding)
}

/// Settings were cached before the tests, whose own settings are not read then.
fn of_cached_settings(timeline: &Timeline) -> Option<Finding> {
    let cached = timeline.outcome.settings_cached.filter(|_| !nothing_failed(timeline))?;
    let behind = |fault: &&Fault| {
        let place = fault.moment.place;
        place.input == cached.input && cached < place
    };
    let told: Vec<&Fault> = faults(timeline, &LED_ASTRAY).filter(behind).collect();
    if told.is_empty() {
        return None;
    }
    let title = "Settings were cached before the tests, which use another database than theirs";
    let mut finding =
        of_faults(timeline, &DETECTOR.rule, &told, Severity::Warning, title.to_owned());
    finding.resource =
        Some(Resource { kind: ResourceKind::Engine, name: "cached settings".into() });
    finding.detail = "A framework that has its settings cached reads no environment any more: not \
                      that of the job, and not that of the test runner's configuration."
        .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "the log shows that settings were cached, and errors of a database that was not made ready"
            .into();
    finding.suggestion = "Run the tests without cached settings: leave out `config:cache` and \
                          `optimize`, or clear them (`php artisan config:clear`) before."
        .into();
    finding.would_refute = "the same errors with cleared settings".into();
    let mut evidence = vec![Evidence::primary(cached, "the settings are cached")];
    evidence.extend(fault_lines(&told, "what goes wrong there"));
    prove(&mut finding, evidence);
    Some(finding)
}

/// Databases of this run with which those of a comparison are held together.
const KNOWN: usize = 100;

/// A test looks which database it has, and finds another one than it expects. Tests of code that reads
/// addresses compare them, too: one of the two is a target of this run, or its settings were cached.
fn asserted_otherwise(timeline: &Timeline) -> Option<Finding> {
    let is_target =
        |compared: &&Compared| compared.is_target || environment::is_told_by(&compared.value);
    let targets = || timeline.compared.iter().filter(is_target);
    let mut expected: HashMap<&Name, &Compared, RandomState> = HashMap::default();
    for target in targets().filter(|target| !target.found) {
        expected.entry(&target.test).or_insert(target);
    }
    let databases = timeline.targets.iter().filter_map(|target| target.database.as_deref());
    let databases: BTreeSet<&str> = databases.filter(|name| !name.is_empty()).take(KNOWN).collect();
    let cached = timeline.outcome.settings_cached.is_some();
    let found = targets().filter(|target| target.found && timeline.failed(&target.test));
    let pairs = found.filter_map(|found| Some((found, *expected.get(&found.test)?)));
    let mut pairs = pairs.filter(|(found, expected)| found.value != expected.value);
    let (found, expected) = pairs.find(|(found, expected)| {
        let names = |name: &&str| found.value.contains(*name) || expected.value.contains(*name);
        // Buckets and hosts are called so, too.
        let differ = !timeline.targets.is_empty()
            && environment::is_all_that_differs(&found.value, &expected.value);
        cached || differ || databases.iter().any(names)
    })?;
    let mut finding = used_and_meant(&found.value, &expected.value);
    finding.affected_tests = vec![found.test.to_string()];
    finding.detail = "A test compares where its database is with where it should be: the settings \
                      of the tests were not read, are overruled, or were cached before."
        .into();
    finding.confidence_reason =
        "the comparison tells of one test; others share its settings".into();
    finding.would_refute = "a test that is meant to find this database".into();
    let evidence = vec![
        Evidence::primary(found.place, "the database that is used"),
        Evidence::primary(expected.place, "the one that is meant"),
    ];
    prove(&mut finding, evidence);
    Some(finding)
}

/// Shortest ending of a name that says what a database is for: `_ci`.
const ENDING: usize = 3;

/// The database that is missing is called like the configured one, with its ending twice:
/// `app_test_test`. Two settings add it.
fn ending_twice(timeline: &Timeline) -> Option<Finding> {
    let missing = faults(timeline, &[EventKind::DatabaseMissing]);
    let meant = |used: &str| {
        let mut names = timeline.targets.iter().filter_map(|target| target.database.as_deref());
        names.find(|name| {
            let ending = used.strip_prefix(name).filter(|ending| ending.len() >= ENDING);
            ending.is_some_and(|ending| !name.is_empty() && name.ends_with(ending))
        })
    };
    let told: Vec<(&Fault, &str)> =
        missing.filter_map(|fault| Some((fault, meant(fault.relation.as_deref()?)?))).collect();
    let (first, meant) = told.first()?;
    let faults: Vec<&Fault> = told.iter().map(|(fault, _)| *fault).collect();
    let mut finding = used_and_meant(first.relation.as_deref()?, meant);
    finding.affected_tests = failed_tests(timeline, &faults);
    finding.detail = "The name that is used ends twice as the configured one does once: the \
                      settings of the tests add an ending to a name that has it already."
        .into();
    finding.confidence_reason = "the names differ by this ending alone".into();
    finding.would_refute = "a second database that is meant to have this name".into();
    prove(&mut finding, fault_lines(&faults, "the database that is used"));
    Some(finding)
}

/// A line says which target is used, and that another one is meant.
fn as_a_line_tells(timeline: &Timeline) -> Option<Finding> {
    let opposed = timeline.outcome.target_opposed.as_ref().filter(|_| !nothing_failed(timeline))?;
    let mut finding = used_and_meant(&opposed.used, &opposed.meant);
    finding.detail =
        "The log names both: the settings of the tests were not read, are overruled, or \
                      were cached before."
            .into();
    finding.confidence_reason = "in the words of the program or the test".into();
    finding.would_refute = "another line by which the first of the two is meant".into();
    prove(&mut finding, vec![Evidence::primary(opposed.place, "names both")]);
    Some(finding)
}

fn used_and_meant(used: &str, meant: &str) -> Finding {
    let title = format!("Tests use {used}, but {meant} is meant");
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Error, title);
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: used.to_owned() });
    finding.confidence = Confidence::Likely;
    finding.suggestion = "Look which file or variable the program takes its address from (an .env \
                          file, cached settings, a default), and pass it the one of the tests."
        .into();
    finding
}

/// An embedded database stands in the place of the configured one, and refuses what that was meant
/// to do: a framework says that it put it there, or a server is announced that nobody reaches.
fn of_an_embedded_one(timeline: &Timeline) -> Option<Finding> {
    let outcome = &timeline.outcome;
    let refused = outcome.embedded_refused?;
    let announced = || configured_server(timeline).map(|server| server.at.place);
    let (configured, role) = match outcome.target_replaced {
        Some(replaced) => (replaced, "the configured database is replaced"),
        None => (announced()?, "a server is configured"),
    };
    let told = faults(timeline, &[EventKind::MissingObject, EventKind::SetupFailed]);
    let told: Vec<&Fault> = told.collect();
    let title = "An embedded database took the place of the configured one, and refuses statements";
    let severity = if nothing_failed(timeline) { Severity::Info } else { Severity::Error };
    let mut finding = Finding::of(&DETECTOR.rule, severity, title.to_owned());
    finding.affected_tests = failed_tests(timeline, &told);
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: "embedded".into() });
    finding.detail =
        "Statements and types of the configured database, which the embedded one does \
                      not know, fail; what passes has not been tried against the configured one."
            .into();
    finding.confidence = Confidence::Likely;
    finding.confidence_reason =
        "one line tells of the configured database; the errors are the embedded one's".into();
    finding.suggestion =
        "Find where the tests get their settings: those of the test environment may name \
                          the embedded one; in Spring keep the configured one with \
                          @AutoConfigureTestDatabase(replace = NONE)."
            .into();
    finding.would_refute = "the same statement refused by the configured database, too".into();
    let evidence = vec![
        Evidence::primary(configured, role),
        Evidence::primary(refused, "the embedded one refuses a statement"),
    ];
    prove(&mut finding, evidence);
    Some(finding)
}

/// An engine that uses a file or memory in place of the announced server. Tests may pass by it, but
/// they do not test what they are meant to.
fn of_a_file(bound: &Target, expected: &Target) -> Finding {
    let title = format!("SQLite is used, but {} is configured", expected.address());
    let mut finding = Finding::of(&DETECTOR.rule, Severity::Warning, title);
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: "sqlite".into() });
    finding.detail =
        "A server is announced, and the engine is bound to a file or to memory: what passes \
                      has not been tried against the server."
            .into();
    finding.confidence_reason =
        "one line announces the server, another shows the engine's address".into();
    finding.suggestion =
        "Make the engine after the settings are applied, and let it fail if they are \
                          missing, instead of falling back to SQLite."
            .into();
    finding.would_refute = "an engine that is bound to the server as well".into();
    let evidence = vec![
        Evidence::primary(bound.at.place, "bound to SQLite"),
        Evidence::context(expected.at.place, "the target that is meant"),
    ];
    prove(&mut finding, evidence);
    finding
}

fn finding(timeline: &Timeline, first: &Mismatch<'_>, all: &[Mismatch<'_>]) -> Finding {
    let told: Vec<&Fault> = all.iter().map(|mismatch| mismatch.fault).collect();
    let (actual, expected) = (&first.actual, first.expected.address());
    let title = match own_targets(all) {
        // Each of several workers has a target of its own.
        Some(workers) => format!(
            "Connections of {workers} workers go elsewhere than configured: {} to {actual}, not to \
             {expected}",
            first.fault.worker.as_deref().unwrap_or_default()
        ),
        None => format!("Connections go to {actual}, but {expected} is configured"),
    };
    let mut finding = of_faults(timeline, &DETECTOR.rule, &told, Severity::Warning, title);
    finding.tests = finding.affected_tests.clone();
    finding.resource = Some(Resource { kind: ResourceKind::Engine, name: actual.clone() });
    let cached = all.iter().find_map(|mismatch| mismatch.bound);
    let set = matches!(first.expected.role, TargetRole::Set { .. });
    finding.detail = if set {
        format!(
            "The environment of the job sets {expected}. What failed went to {actual}, the usual \
             address: the program reads another setting, or none."
        )
    } else {
        format!(
            "Settings, a fixture or a container announce {expected}. What failed went to \
             {actual}: an engine, pool or session factory was made before the settings were \
             there, and is used again."
        )
    }
    .into();
    match cached {
        Some(_) => finding.confidence_reason = "a line shows what the engine is bound to".into(),
        None => {
            finding.confidence = Confidence::Likely;
            finding.confidence_reason =
                "the error names another address than the announced one; no \
                                         line shows how the engine got it (log its repr)"
                    .into();
        }
    }
    finding.suggestion = if set {
        "Look which setting the tests read for host and port, and pass the job's address in it."
    } else {
        "Make the engine when it is first needed, not when its module is imported, \
                          or drop the cached one after the settings are applied; do not bind session \
                          factories to it before."
    }
    .into();
    finding.would_refute = "a second database that is meant to be at that address".into();
    let mut evidence = fault_lines(&told, "this connection goes elsewhere");
    let bound = all.iter().filter_map(|mismatch| mismatch.bound);
    evidence.extend(bound.map(|t| Evidence::primary(t.at.place, "bound to the wrong target")));
    let meant: BTreeSet<Place> = all.iter().map(|mismatch| mismatch.expected.at.place).collect();
    let meant = meant.into_iter().take(2);
    evidence.extend(meant.map(|place| Evidence::context(place, "the target that is meant")));
    prove(&mut finding, evidence);
    finding
}

/// How many workers went elsewhere, if they were to go to different targets.
fn own_targets(all: &[Mismatch<'_>]) -> Option<usize> {
    let targets: BTreeSet<String> = all.iter().map(|it| it.expected.address()).collect();
    let workers: BTreeSet<_> = all.iter().filter_map(|it| it.fault.worker.as_ref()).collect();
    (targets.len() > 1 && workers.len() > 1).then_some(workers.len())
}
