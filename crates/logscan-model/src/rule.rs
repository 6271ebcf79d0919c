//! What a detector says of itself: code, name, class, page.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The family of trouble that a finding belongs to; the words of the report's contract.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Class {
    /// Pool or server slots ran out.
    Exhaustion,
    /// A session, connection or transaction was not given back.
    Leak,
    /// A service, process or schema was used before it was ready.
    StartupRace,
    /// Set-up failed for good, or the runner failed before any test.
    InitFailure,
    /// Bound to another target than the one configured.
    ConfigDrift,
    /// Workers fight for one resource.
    Collision,
    /// A lock timed out, or a deadlock was broken.
    Lock,
    /// A worker, process or server died in the middle of the run.
    Crash,
    /// Failures inherited from one first cause.
    Cascade,
    /// Database work timed out for another reason.
    Timeout,
    /// A connection was used from another event loop, thread or forked process.
    Misuse,
    /// Slow, but done.
    Slow,
    /// Tear-down did not run or failed.
    Cleanup,
}

impl Class {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Exhaustion => "exhaustion",
            Self::Leak => "leak",
            Self::StartupRace => "startup-race",
            Self::InitFailure => "init-failure",
            Self::ConfigDrift => "config-drift",
            Self::Collision => "collision",
            Self::Lock => "lock",
            Self::Crash => "crash",
            Self::Cascade => "cascade",
            Self::Timeout => "timeout",
            Self::Misuse => "misuse",
            Self::Slow => "slow",
            Self::Cleanup => "cleanup",
        }
    }
}

/// The static description of a detector.
#[derive(Clone, Copy, Debug)]
pub struct Rule {
    /// Family letter and three digits, never reused: `P101`.
    pub code: &'static str,
    /// The symptom in kebab case: `pool-exhausted`.
    pub name: &'static str,
    /// What kind of trouble it finds.
    pub class: Class,
    /// The page, in Markdown; its examples are executed as tests.
    pub page: &'static str,
    /// The version that brought it.
    pub since: &'static str,
}

impl Rule {
    /// The first sentence of the page, below its heading.
    #[must_use]
    pub fn summary(&self) -> &'static str {
        let mut lines = self.page.lines();
        lines.find(|line| !line.is_empty() && !line.starts_with('#')).unwrap_or_default()
    }
}
