//! Figures that lines tell: limits, status of commands, durations of statements.

use logscan_model::timeline::{Moment, Overtime, SlowStatement};
use logscan_model::{Basis, Event, EventKind, Field};

use super::SourceFold;

/// Seconds from which on a statement may be too slow for a test.
const SLOW_S: f64 = 1.0;
/// Slow statements of one source that are kept.
const KEPT_STATEMENTS: usize = 10_000;

/// How long something took, in seconds.
fn seconds(event: &Event) -> f64 {
    let in_unit = |field, unit: f64| event.float(field).map(|number| number * unit);
    let seconds = in_unit(Field::Seconds, 1.0).or(in_unit(Field::Millis, 1e-3));
    seconds.or(in_unit(Field::Minutes, 60.0)).unwrap_or_default()
}

impl SourceFold {
    pub(super) fn learn_limit(&mut self, event: &Event) {
        let limit = event.int(Field::Limit).and_then(|limit| u64::try_from(limit).ok());
        self.server_limit = self.server_limit.or(limit.map(|limit| (limit, Some(event.place))));
    }

    /// Whether a command failed: one that ended with status 0 did not, and what servers tell of
    /// their processes is no command.
    pub(super) fn learn_status(&mut self, event: &Event) -> bool {
        let failed = event.int(Field::Number) != Some(0) && !event.by_server;
        if failed {
            self.job_failed.get_or_insert(event.place);
        }
        failed
    }

    pub(super) fn container_ended(&mut self, event: &Event, chunk: &str) {
        if let Some(kind) = self.containers.end(event, chunk) {
            self.fault(&Event { kind, ..*event }, chunk);
        }
    }

    pub(super) fn took_too_long(&mut self, event: &Event) {
        if self.overtimes.len() >= KEPT_STATEMENTS {
            return;
        }
        let place = event.place;
        let is_limit = event.float(Field::Limit).is_some();
        let is_over = event.float(Field::Budget).is_some();
        // A number without a unit may count seconds or milliseconds.
        let number = event.float(Field::Limit).or(event.float(Field::Number));
        match number {
            Some(number) => self.overtimes.extend([number, number / 1e3].map(|seconds| Overtime {
                seconds,
                is_limit,
                is_over,
                place,
            })),
            None => {
                self.overtimes.push(Overtime { seconds: seconds(event), is_limit, is_over, place });
            }
        }
    }

    pub(super) fn statement_slow(&mut self, event: &Event) {
        let seconds = seconds(event);
        if seconds >= SLOW_S && self.slow_statements.len() < KEPT_STATEMENTS {
            let test = self.frame.running().cloned();
            let at = Moment { time: event.time, place: event.place };
            let prepares = event.basis == Basis::Vocabulary;
            self.slow_statements.push(SlowStatement { seconds, prepares, test, at });
        }
    }

    pub(super) fn learn_set_up_limit(&mut self, event: &Event) {
        let millis = event.float(Field::Millis).filter(|_| event.kind == EventKind::SetupFailed);
        let limits = [self.set_up_limit_s, millis.map(|millis| millis / 1e3)];
        self.set_up_limit_s = limits.into_iter().flatten().reduce(f64::min);
    }

    pub(super) fn learn_threshold(&mut self, event: &Event) {
        let millis = event.float(Field::Millis).filter(|millis| *millis > 0.0);
        self.leak_threshold_s = millis.map(|millis| millis / 1e3).or(self.leak_threshold_s);
    }
}
