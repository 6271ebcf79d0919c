//! How the run went, as its runners and its job tell.

use logscan_model::Place;
use logscan_model::timeline::Outcome;

use super::source::SourceFold;

/// What the last lines of runners tell, or that they are missing.
pub(super) fn of_runners(outcome: &mut Outcome, sources: &[Box<SourceFold>]) {
    let frames = || sources.iter().map(|source| &source.frame);
    outcome.ended = frames().any(|frame| frame.ended);
    outcome.ended_at = frames().filter_map(|frame| frame.ended_at).max();
    // Each log in which tests are seen must tell how they went.
    let untold = |source: &SourceFold| {
        let frame = &source.frame;
        let seen = frame.seen || !frame.tests.is_empty();
        let tests = frame.begun || seen && source.passed_at.is_none();
        tests && !frame.ended || frame.goes_on
    };
    outcome.cut_off = sources.iter().any(|source| untold(source));
    let mut unended = frames().filter(|frame| !frame.ended);
    outcome.running = unended.find_map(|frame| Some(frame.full_name(frame.running()?)));
}

/// What a source tells of the job, and of errors that nobody understands.
pub(super) fn of_job(outcome: &mut Outcome, source: &SourceFold) {
    outcome.out_of_memory = outcome.out_of_memory.or(source.out_of_memory);
    outcome.job_failed = outcome.job_failed.or(source.job_failed);
    outcome.job_timed_out = outcome.job_timed_out.or(source.job_timed_out);
    outcome.no_tests = outcome.no_tests.or(source.no_tests);
    outcome.check_failed = outcome.check_failed.or(source.check_failed);
    outcome.gave_up_with = outcome.gave_up_with.take().or_else(|| source.gave_up_with.clone());
    outcome.job_passed |= source.passed_at.is_some();
    outcome.errors += source.errors.count;
    outcome.first_error = outcome.first_error.or(source.errors.first);
    outcome.error_behind = outcome.error_behind.or(error_behind(source));
    outcome.work_ended |= source.server.clients_left;
    let replaced = &source.replaced;
    outcome.target_replaced = outcome.target_replaced.or(replaced.target);
    outcome.embedded_refused = outcome.embedded_refused.or(replaced.refused);
    outcome.settings_cached = outcome.settings_cached.or(replaced.cached);
    outcome.target_opposed = outcome.target_opposed.take().or_else(|| replaced.opposed.clone());
    let limits = [outcome.set_up_limit_s, source.set_up_limit_s].into_iter().flatten();
    outcome.set_up_limit_s = limits.reduce(f64::min);
    outcome.marked_at = outcome.marked_at.max(source.marked_at);
}

/// The last error that nobody understands, if no runner or job tells in the lines behind it that the
/// tests passed. What programs log with a time counts only behind the end of a run.
fn error_behind(source: &SourceFold) -> Option<Place> {
    let errors = &source.errors;
    match source.frame.ended_at.max(source.passed_at) {
        Some(ended) => errors.last.max(errors.trouble).filter(|error| *error > ended),
        None => errors.last_printed.max(errors.trouble),
    }
}
