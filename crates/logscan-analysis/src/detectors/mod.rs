//! Detectors: each one file and one page, in an explicit list.
//!
//! A detector is a pure function of the timeline. It has no state, and none reads
//! what another one found; what follows from what is for [`crate::causes`].

mod broken_state;
mod connection_count_rising;
mod connection_lost;
mod connection_not_returned;
mod connections_outlive_tests;
mod drift;
mod errors;
mod failures_inherited;
mod lock_timed_out;
mod lock_waited;
mod passed_beside;
mod pool_exhausted;
mod pool_full;
mod pooler_timed_out;
mod pools_oversubscribed;
mod readiness;
mod resource_in_use;
mod rows_left_over;
mod rows_of_another_test;
mod runner_failed;
mod runner_kept_running;
mod schema_unprepared;
mod server_elsewhere;
mod server_full;
mod server_stopped;
mod service_lost;
mod service_never_ready;
mod service_not_ready;
mod session_floor_rising;
mod session_never_closed;
mod set_up_failed;
mod statement_slow;
mod support;
mod too_early;
mod transaction_left_open;
mod waiting_when_cut_off;
mod worker_collision;
mod worker_crashed;
mod wrong_target;

use std::sync::LazyLock;

use errors::ErrorRule;
use logscan_model::{Finding, Rule, Timeline};
pub(crate) use support::{prove, whose};

/// A rule and the function that applies it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detector {
    pub(crate) rule: Rule,
    find: Find,
    /// How its findings of several workers become one, if they do.
    pub(crate) together: Option<Together>,
}

/// How a rule is applied.
#[derive(Clone, Copy, Debug)]
enum Find {
    /// By an algorithm.
    In(fn(&Timeline) -> Vec<Finding>),
    /// By a row of the table of errors.
    Errors(&'static ErrorRule),
}

impl Detector {
    /// The detector of a row of the table of errors.
    const fn of_errors(row: &'static ErrorRule) -> Self {
        Self { rule: row.rule, find: Find::Errors(row), together: None }
    }

    pub(crate) fn find(&self, timeline: &Timeline) -> Vec<Finding> {
        match self.find {
            Find::In(find) => find(timeline),
            Find::Errors(row) => row.find(timeline),
        }
    }
}

/// How the same findings of several workers become one.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Together {
    /// Numbers that must be the same; all others are added up.
    pub(crate) alike: &'static [&'static str],
    /// Whether a finding may be put together with others.
    pub(crate) may: fn(&Finding) -> bool,
    /// What it is about, where the workers' names for it differ.
    pub(crate) resource: &'static str,
    /// Words the finding anew.
    pub(crate) title: fn(&mut Finding),
}

/// All detectors. The order decides nothing.
pub(crate) static DETECTORS: [Detector; 45] = [
    session_never_closed::DETECTOR,
    session_floor_rising::DETECTOR,
    connection_not_returned::DETECTOR,
    transaction_left_open::DETECTOR,
    connection_count_rising::DETECTOR,
    connections_outlive_tests::DETECTOR,
    pool_exhausted::DETECTOR,
    pool_full::DETECTOR,
    pooler_timed_out::DETECTOR,
    waiting_when_cut_off::DETECTOR,
    server_full::DETECTOR,
    pools_oversubscribed::DETECTOR,
    service_not_ready::DETECTOR,
    service_never_ready::DETECTOR,
    service_lost::DETECTOR,
    set_up_failed::DETECTOR,
    rows_of_another_test::DETECTOR,
    runner_failed::DETECTOR,
    schema_unprepared::DETECTOR,
    Detector::of_errors(&errors::STARTED_TWICE),
    Detector::of_errors(&errors::CLEAN_UP_FAILED),
    runner_kept_running::DETECTOR,
    rows_left_over::DETECTOR,
    wrong_target::DETECTOR,
    server_elsewhere::DETECTOR,
    Detector::of_errors(&errors::SETTING_REFUSED),
    Detector::of_errors(&errors::WRONG_ENVIRONMENT),
    Detector::of_errors(&errors::SERVER_READ_ONLY),
    Detector::of_errors(&errors::STATEMENTS_LEFT_OPEN),
    worker_collision::DETECTOR,
    resource_in_use::DETECTOR,
    worker_crashed::DETECTOR,
    server_stopped::DETECTOR,
    connection_lost::DETECTOR,
    Detector::of_errors(&errors::CONNECTION_SHARED),
    Detector::of_errors(&errors::USED_AFTER_CLOSE),
    Detector::of_errors(&errors::CONNECTION_NOT_OWNED),
    Detector::of_errors(&errors::DEADLOCK),
    Detector::of_errors(&errors::WRITE_CONFLICT),
    lock_timed_out::DETECTOR,
    lock_waited::DETECTOR,
    failures_inherited::DETECTOR,
    broken_state::DETECTOR,
    Detector::of_errors(&errors::WORK_TIMED_OUT),
    statement_slow::DETECTOR,
];

static RULES: LazyLock<Vec<Rule>> = LazyLock::new(|| {
    let mut rules: Vec<Rule> = DETECTORS.iter().map(|detector| detector.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules
});

/// All rules, in the order of their codes.
#[must_use]
pub fn rules() -> &'static [Rule] {
    &RULES
}
