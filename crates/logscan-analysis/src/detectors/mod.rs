//! Detectors: each one file and one page, in an explicit list.
//!
//! A detector is a pure function of the timeline. It has no state, and none reads
//! what another one found; what follows from what is for [`crate::causes`].

mod deadlock;
mod pool_exhausted;
mod pool_full;
mod pools_oversubscribed;
mod readiness;
mod server_full;
mod service_lost;
mod service_never_ready;
mod service_not_ready;
mod session_floor_rising;
mod session_never_closed;
mod support;
mod worker_collision;
mod worker_crashed;

use std::sync::LazyLock;

use logscan_model::{Finding, Rule, Timeline};

/// A rule and the function that applies it.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Detector {
    pub(crate) rule: Rule,
    pub(crate) find: fn(&Timeline) -> Vec<Finding>,
}

/// All detectors. The order decides nothing.
pub(crate) static DETECTORS: [Detector; 12] = [
    session_never_closed::DETECTOR,
    session_floor_rising::DETECTOR,
    pool_exhausted::DETECTOR,
    pool_full::DETECTOR,
    server_full::DETECTOR,
    pools_oversubscribed::DETECTOR,
    service_not_ready::DETECTOR,
    service_never_ready::DETECTOR,
    service_lost::DETECTOR,
    worker_collision::DETECTOR,
    worker_crashed::DETECTOR,
    deadlock::DETECTOR,
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
