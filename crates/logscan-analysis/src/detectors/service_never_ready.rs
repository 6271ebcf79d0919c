//! R102: see the page.

use logscan_model::finding::Sentence;
use logscan_model::{Class, Confidence, Finding, Rule, Severity, Timeline};

use super::readiness::{Course, Readiness, readiness};
use super::support::{counted, fault_lines, is_only_logged, nothing_failed, prove};
use super::{Detector, Find};

pub(super) const DETECTOR: Detector = Detector {
    rule: Rule {
        code: "R102",
        name: "service-never-ready",
        class: Class::InitFailure,
        page: include_str!("service_never_ready.md"),
        since: "0.1.0",
    },
    find: Find::In(find),
    together: None,
};

fn find(timeline: &Timeline) -> Vec<Finding> {
    let all = readiness(timeline);
    let never = all.iter().filter(|readiness| readiness.course == Course::NeverReady);
    never.map(|readiness| finding(timeline, readiness)).collect()
}

fn finding(timeline: &Timeline, readiness: &Readiness<'_>) -> Finding {
    let endpoint = readiness.endpoint(timeline);
    let attempts = counted(readiness.faults.len(), "attempt");
    let title = format!("{endpoint} never answered: {attempts} failed, none succeeded");
    // A few lines without a test or an end tell of attempts, not of what became of them.
    let outcome = &timeline.outcome;
    let ended = outcome.ended || outcome.job_failed.is_some();
    let excerpt = timeline.tests.is_empty() && !ended && readiness.victims.is_empty();
    let harmless = nothing_failed(timeline) || is_only_logged(timeline, &readiness.faults);
    let severity = match harmless {
        true => Severity::Info,
        false if excerpt => Severity::Warning,
        false => Severity::Error,
    };
    let mut finding = readiness.finding(&DETECTOR.rule, severity, title, endpoint);
    finding.detail = "Every connection was refused up to the end of the log.".into();
    (finding.confidence, finding.confidence_reason) = sure(timeline, excerpt);
    finding.suggestion =
        "Start the server, or correct host and port; look at the server's own log \
                          for the reason why it did not start."
            .into();
    finding.would_refute = "a connection to the same address that works".into();
    suppose(&mut finding);
    prove(&mut finding, fault_lines(&readiness.faults, "nobody answers"));
    finding
}

fn sure(timeline: &Timeline, excerpt: bool) -> (Confidence, Sentence) {
    let (confidence, reason) = if excerpt {
        (Confidence::Possible, "no connection in the log works, but it shows no test and no end")
    } else if timeline.damaged {
        (Confidence::Likely, "no connection in the log works, but text of it is missing")
    } else if timeline.tests.iter().any(|test| !test.failed()) {
        (
            Confidence::Likely,
            "no connection to it in the log works; tests that passed may need another server, or none",
        )
    } else {
        (Confidence::Certain, "no connection in the log works")
    };
    (confidence, reason.into())
}

/// What may be the reason that nobody answers.
fn suppose(finding: &mut Finding) {
    finding.may_be(
        "the server was not started, or it failed to start",
        "the server's own log, or `docker ps -a` at that moment",
    );
    finding.may_be(
        "it was still starting when the log ends",
        "a line of its log that it accepts connections, with its time",
    );
    finding.may_be(
        "host or port are not those under which it can be reached from where the tests run",
        "the address that the server prints, beside the one that the tests use",
    );
}
