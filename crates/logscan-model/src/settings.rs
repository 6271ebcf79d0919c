//! What the user tells about the system that was logged, and how strict rules are.

use serde::Deserialize;

/// Settings that a log does not hold.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Limits of pools and of the server.
    pub pools: PoolSettings,
    /// From when on something is told.
    pub thresholds: Thresholds,
}

/// Limits that hold where the log does not print any.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct PoolSettings {
    /// Connections that a pool keeps.
    pub size: Option<u32>,
    /// Connections allowed above the size.
    pub max_overflow: Option<u32>,
    /// Most connections that the server accepts.
    pub server_limit: Option<u64>,
}

/// From when on something is told. Each one belongs to the rule that it names.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Thresholds {
    /// L101: so many test functions that leak one session each point at a fixture.
    pub fixture_functions: usize,
    /// L102: tests over which the lowest count of connections in use must be seen.
    pub floor_tests: usize,
    /// L102: connections by which it must rise.
    pub floor_rise: u32,
    /// L106: tests in a row that must have found the pool empty.
    pub empty_pool_tests: usize,
}

impl Default for Thresholds {
    fn default() -> Self {
        Self { fixture_functions: 3, floor_tests: 4, floor_rise: 3, empty_pool_tests: 2 }
    }
}
