//! Totals of a run.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Totals over all sessions, also over those that are not listed.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stats {
    /// Sessions seen.
    pub sessions: u64,
    /// Sessions not closed when the log ends.
    pub sessions_open: u64,
    /// Tests seen.
    pub tests: u64,
    /// Tests that failed.
    pub tests_failed: u64,
    /// How long sessions took, in seconds.
    pub session_s: Quantiles,
    /// Seconds from the first to the last time that is printed, in the input that lasts
    /// longest; `null` if none prints times.
    #[serde(default)]
    pub run_s: Option<f64>,
}

/// A distribution in four numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantiles {
    /// How many values.
    pub n: u64,
    /// Half of them are at most this.
    pub p50: f64,
    /// 95 of 100 are at most this.
    pub p95: f64,
    /// The largest.
    pub max: f64,
}
