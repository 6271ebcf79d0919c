//! The answer: how the run stands, and which findings come first.
//!
//! It is made of all findings, whatever of them is shown later. A run is healthy only if
//! something shows it; where nothing does, that is what is said.

use logscan_model::note::NoteSeverity;
use logscan_model::report::{Status, Verdict};
use logscan_model::timeline::{Fault, Outcome, Subject};
use logscan_model::{Finding, Note, Severity, Timeline};

/// The answer to the findings of a run, which stand in the order of the report.
#[must_use]
pub fn verdict(timeline: &Timeline, notes: &[Note], findings: &[Finding]) -> Verdict {
    let is_root =
        |finding: &&Finding| finding.severity > Severity::Info && finding.caused_by.is_empty();
    let mut roots: Vec<&Finding> = findings.iter().filter(is_root).collect();
    roots.sort_by_key(|finding| finding.accepted.is_some());
    let lossy = notes.iter().any(|note| note.severity == NoteSeverity::Loss);
    let (status, headline) = match roots.first() {
        Some(first) => loud(findings, first),
        None if errs_at_last(timeline) => (
            Status::Unknown,
            "All tests passed, but an error of a database stands behind the runner's last line"
                .to_owned(),
        ),
        None => quiet(&timeline.outcome, lossy, !findings.is_empty()),
    };
    let root_causes = roots.into_iter().map(|finding| finding.id.clone()).collect();
    Verdict { status, headline, root_causes }
}

/// Whether a client met an error behind the last line of a runner that counts no failure: what came
/// after the tests may have failed by it.
fn errs_at_last(timeline: &Timeline) -> bool {
    let Outcome { failures: 0, ended_at: Some(end), .. } = timeline.outcome else { return false };
    let behind = |fault: &Fault| {
        let place = fault.moment.place;
        fault.test.is_none()
            && ![Subject::Server, Subject::ServiceAttempt].contains(&fault.subject)
            && place.input == end.input
            && place > end
    };
    timeline.faults.iter().any(behind)
}

/// The answer if there are errors or warnings.
fn loud(findings: &[Finding], first: &Finding) -> (Status, String) {
    let new = findings.iter().filter(|finding| finding.accepted.is_none());
    match new.map(|finding| finding.severity).max() {
        Some(Severity::Error) => (Status::Failed, first.title.clone()),
        Some(Severity::Warning) => (Status::Warning, first.title.clone()),
        _ => (Status::Warning, format!("Nothing new; accepted before: {}", first.title)),
    }
}

/// The answer if there is no error and no warning; `harmless` findings may stand below it.
fn quiet(outcome: &Outcome, lossy: bool, harmless: bool) -> (Status, String) {
    match doubt(outcome, lossy) {
        Some(doubt) => (Status::Unknown, doubt),
        None if harmless => (Status::Healthy, "No harmful database trouble in this log".to_owned()),
        None => (Status::Healthy, "No database trouble in this log".to_owned()),
    }
}

/// Why nobody can say that the run was healthy; `None` if somebody can.
fn doubt(outcome: &Outcome, lossy: bool) -> Option<String> {
    // `go test` does not count, but says of each package that it passed.
    let passed = outcome.ended && (outcome.tests > 0 || outcome.job_passed);
    let doubt = match outcome {
        Outcome { failures: 1, .. } => {
            "1 test failed, and nothing in this log shows a database cause".to_owned()
        }
        Outcome { failures: 2.., .. } => format!(
            "{} tests failed, and nothing in this log shows a database cause",
            outcome.failures
        ),
        Outcome { gave_up_with: Some(error), .. } => {
            format!("The tests could not begin, and no database cause is seen: {}", error.bare())
        }
        Outcome { job_failed: Some(_), .. } => {
            "The job failed, and nothing in this log shows a database cause".to_owned()
        }
        Outcome { out_of_memory: Some(at), .. } if outcome.ended_at.is_none_or(|end| end < *at) => {
            "A process ran out of memory, and nothing shows that the run went well".to_owned()
        }
        _ if lossy => "Nothing wrong is seen, but text of the log is lost".to_owned(),
        Outcome { cut_off: true, .. } => {
            "Nothing wrong is seen, but the test runner's last line is missing".to_owned()
        }
        Outcome { no_tests: Some(_), .. } => {
            "Nothing wrong is seen, but a runner found no tests to run".to_owned()
        }
        Outcome { error_behind: Some(_), .. } if passed => {
            "The tests passed, but a line behind them tells of an error that is not understood"
                .to_owned()
        }
        _ if passed => return None,
        Outcome { errors: 1, .. } => {
            "An error in this log is not understood, and no test report shows how the run went"
                .to_owned()
        }
        Outcome { errors: 2.., .. } => format!(
            "{} lines tell of errors that are not understood, and no test report shows how the run \
             went",
            outcome.errors
        ),
        Outcome { error_behind: Some(_), .. } => {
            "A line tells of an error that is not understood, and no test report shows how the run \
             went"
                .to_owned()
        }
        Outcome { work_ended: true, .. } => return None,
        _ => "Nothing wrong is seen, but nothing shows that the run went well".to_owned(),
    };
    Some(doubt)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PASSED: Outcome = Outcome {
        ended: true,
        ended_at: None,
        cut_off: false,
        running: None,
        tests: 3,
        failures: 0,
        job_failed: None,
        job_timed_out: None,
        no_tests: None,
        check_failed: None,
        gave_up_with: None,
        job_passed: false,
        out_of_memory: None,
        work_ended: false,
        input_missing: false,
        errors: 0,
        marked_at: None,
        target_replaced: None,
        embedded_refused: None,
        settings_cached: None,
        target_opposed: None,
        set_up_limit_s: None,
        first_error: None,
        error_behind: None,
    };

    #[test]
    fn a_report_in_which_all_tests_passed_shows_a_healthy_run() {
        assert_eq!(doubt(&PASSED, false), None);
        let loud_tests = Outcome { errors: 7, ..PASSED };
        assert_eq!(doubt(&loud_tests, false), None);
    }

    #[test]
    fn work_that_began_and_ended_shows_one_too() {
        let worked = Outcome { work_ended: true, ..Outcome::default() };
        assert_eq!(doubt(&worked, false), None);
        assert!(doubt(&Outcome { errors: 1, ..worked.clone() }, false).is_some());
        let behind = Some(logscan_model::Place::default());
        assert!(doubt(&Outcome { error_behind: behind, ..worked }, false).is_some());
    }

    #[test]
    fn no_red_run_is_healthy() {
        let place = logscan_model::Place::default();
        for red in [
            Outcome { failures: 1, ..PASSED },
            Outcome { job_failed: Some(place), ..PASSED },
            Outcome { cut_off: true, ..PASSED },
            Outcome { no_tests: Some(place), ..PASSED },
            Outcome { tests: 0, ..PASSED },
            Outcome::default(),
        ] {
            assert!(doubt(&red, false).is_some(), "{red:?}");
        }
        assert!(doubt(&PASSED, true).is_some());
    }
}
