//! What failed in a run: every failed test and set-up in one place, explained or not.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Place;

/// Every failed test of a run.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Failures {
    /// Tests and set-ups that failed.
    pub failed: u64,
    /// Those that a finding names.
    pub explained: u64,
    /// All of them, by what they failed with; the largest group first.
    pub groups: Vec<FailureGroup>,
}

/// Tests that failed with the same error.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FailureGroup {
    /// Class of the error, or the word that tells of it; empty if the log does not tell.
    pub error: String,
    /// The first message of the group; empty if the log does not tell.
    pub message: String,
    /// Tests.
    pub count: u64,
    /// The first of them.
    pub tests: Vec<String>,
    /// Id of the finding that explains them, or `null`.
    pub finding: Option<String>,
    /// The first line that tells of the error, or of the failure.
    pub first: Place,
    /// What the error is about.
    pub domain: Domain,
}

/// What an error is about.
#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    /// A database, its driver, pool or server.
    Database,
    /// A cache beside the database.
    Cache,
    /// A queue or broker of messages.
    Queue,
    /// A request over HTTP or another protocol of services.
    Http,
    /// Files.
    Filesystem,
    /// Memory.
    Memory,
    /// The test runner itself: imports, collection, fixtures.
    Runner,
    /// What the test asserts.
    Test,
    /// The log does not tell.
    #[default]
    Unknown,
}

impl Domain {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Database => "database",
            Self::Cache => "cache",
            Self::Queue => "queue",
            Self::Http => "http",
            Self::Filesystem => "filesystem",
            Self::Memory => "memory",
            Self::Runner => "runner",
            Self::Test => "test",
            Self::Unknown => "unknown",
        }
    }
}
