//! R202: see the page.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, EventKind, Evidence, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{context, fault_lines, faults, if_told, of_faults, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R202",
        name: "runner-failed",
        class: Class::InitFailure,
        page: include_str!("runner_failed.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let of_code = faults(timeline, &[EventKind::RunnerFailed])
        .filter_map(|fault| timeline.first_errors.get(fault.test.as_ref()?))
        .chain(&timeline.outcome.gave_up_with)
        .any(|error| is_of_code(error.bare()));
    if of_code {
        // The error is in the report as it is.
        return Vec::new();
    }
    if_told(timeline, &[EventKind::RunnerFailed], finding)
}

/// Whether the code could not be loaded, which has nothing to do with what it would have used.
fn is_of_code(error: &str) -> bool {
    ["ImportError", "ModuleNotFoundError", "SyntaxError", "IndentationError"]
        .iter()
        .any(|class| error.starts_with(class))
}

fn finding(timeline: &Timeline, told: &[&Fault]) -> Finding {
    let counted = timeline.outcome.tests > timeline.outcome.failures;
    let title = match counted || timeline.tests.iter().any(|test| !test.failed()) {
        false => "The test runner gave up before any test".to_owned(),
        true => "The test runner gave up".to_owned(),
    };
    let mut finding = of_faults(timeline, &DETECTOR.rule, told, Severity::Error, title);
    finding.severity = Severity::Error;
    finding.resource = Some(Resource { kind: ResourceKind::Worker, name: "test runner".into() });
    finding.detail =
        "Collection, configuration or the runner itself failed; what it did not run says \
                      nothing about the code."
            .into();
    finding.confidence_reason = "the runner says so itself".into();
    finding.suggestion =
        "Read the error that the runner prints beside this line: an import, a conftest or a plug-in \
                          failed; anything that connects to a database belongs into a fixture, not \
                          into an import."
            .into();
    finding.would_refute = "nothing: the runner did not run its tests".into();
    // A banner names what could not be loaded, or that the runner gives up; why stands below it.
    let of_test = |fault: &&Fault| timeline.first_errors.get(fault.test.as_ref()?);
    let of_runner = timeline.outcome.gave_up_with.as_ref();
    let errors = told.iter().filter_map(of_test).chain(of_runner).map(|error| error.place);
    let errors = errors.map(|place| Evidence::primary(place, "why it could not begin"));
    let is_banner = |fault: &&&Fault| of_runner.is_some() || of_test(fault).is_some();
    let (banners, rest): (Vec<&Fault>, _) = told.iter().partition(is_banner);
    let banners = context(banners.iter().map(|fault| fault.moment.place), "what could not begin");
    let rest = fault_lines(&rest, "the runner gives up");
    prove(&mut finding, errors.chain(rest).chain(banners).collect());
    finding
}
