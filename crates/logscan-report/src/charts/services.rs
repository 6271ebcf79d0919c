//! When the services that tests need came up.

use logscan_model::timeline::{Service, Timeline};

use super::axis::Axis;
use crate::text::visible;

/// Most services that are drawn.
const SERVICES: usize = 4;

/// How long a service kept everybody waiting.
pub(super) struct Wait {
    pub(super) name: String,
    /// When somebody first tried to reach it; `None` if nobody had to wait.
    pub(super) from: Option<f64>,
    /// When it was ready; `None` if it never was.
    pub(super) ready: Option<f64>,
    /// Index of the service.
    pub(super) service: usize,
}

/// Services whose readiness the log tells, on an axis of time.
pub(super) fn waits(timeline: &Timeline, axis: &Axis) -> Vec<Wait> {
    let services = timeline.services.iter().enumerate();
    services.filter_map(|(index, service)| wait(service, index, axis)).take(SERVICES).collect()
}

fn wait(service: &Service, index: usize, axis: &Axis) -> Option<Wait> {
    let at = |stamp: Option<logscan_model::Stamp>| stamp.and_then(|stamp| axis.seconds(stamp));
    let first = at(service.first_attempt).filter(|_| service.failed_attempts > 0);
    let ready = at(service.ready);
    let name = visible(&service.name).into_owned();
    let known = first.is_some() || ready.is_some();
    known.then_some(Wait { name, from: first, ready, service: index })
}
