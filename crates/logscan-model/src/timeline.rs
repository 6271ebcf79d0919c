//! What happened: workers, tests, sessions, pools, engines, services and the faults
//! they met, each with the place that shows it.
//!
//! The timeline never says whether something is bad; that is for detectors. What of it stands
//! in the JSON report, `report/timeline.rs` says.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

pub use crate::facts::{
    Checkout, Compared, Fault, FirstError, Floor, LockWait, Outcome, Overtime, SlowStatement,
    Subject, Target, TargetOpposed, TargetRole,
};
pub use crate::lookup::{Ending, TestIndex};
use crate::settings::Settings;
pub use crate::stats::{Quantiles, Stats};
use crate::{InputId, Place, Stamp};

/// A shared name: of a worker, a test, a relation.
pub type Name = Arc<str>;

/// A point of the run: where it stands in the log, and when, if the log says.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Moment {
    /// Printed time.
    pub time: Option<Stamp>,
    /// Line that shows it.
    #[serde(flatten)]
    pub place: Place,
}

/// Everything that happened in one run.
#[derive(Clone, Debug, Default)]
pub struct Timeline {
    /// Processes that ran tests.
    pub workers: Vec<Worker>,
    /// Tests, in the order in which they ended.
    pub tests: Vec<Test>,
    /// Sessions: all of them up to a limit, beyond it the open and failed ones.
    pub sessions: Vec<Session>,
    /// Connection pools.
    pub pools: Vec<Pool>,
    /// Engines: what holds a pool and its settings.
    pub engines: Vec<Engine>,
    /// What must be up before tests can run.
    pub services: Vec<Service>,
    /// Printed counts of connections.
    pub connection_counts: Vec<ConnectionCount>,

    /// Errors, each told once.
    pub faults: Vec<Fault>,
    /// Workers that made tables, by how often.
    pub table_makers: BTreeMap<Name, u64>,
    /// The server's limit of connections and where it is printed.
    pub server_limit: Option<(u64, Option<Place>)>,
    /// When a server began to start.
    pub server_starts: Vec<Moment>,
    /// When a server said that it accepts connections.
    pub server_ready: Vec<Moment>,
    /// When a server began to stop, or lost a process.
    pub server_stops: Vec<Moment>,
    /// When servers that ran for the set-up of their data alone had ended.
    pub server_initialized: Vec<Moment>,
    /// Backends that waited for locks.
    pub lock_waits: Vec<LockWait>,
    /// Values of failed comparisons by which rows can be told apart.
    pub compared: Vec<Compared>,
    /// Statements that took long, and ended.
    pub slow_statements: Vec<SlowStatement>,
    /// Work that took too long, as tests say.
    pub overtimes: Vec<Overtime>,
    /// Connections that were not given back, or not before their test was over.
    pub checkouts: Vec<Checkout>,
    /// Seconds by which the clocks of inputs are ahead of the first one's, where events that
    /// stand in both prove it.
    pub clocks: BTreeMap<InputId, i64>,
    /// Whether a log tells of single connections as they are taken and given back.
    pub connections_logged: bool,
    /// Where connections are meant to go, and where engines are bound to.
    pub targets: Vec<Target>,
    /// What failed tests failed with, where the log shows it.
    pub first_errors: BTreeMap<Name, FirstError>,
    /// Where each test stands.
    pub test_index: TestIndex,
    /// How the run went, as far as the log shows it.
    pub outcome: Outcome,
    /// Whether one test ran at a time, if the log tells.
    pub sequential: Option<bool>,
    /// How many tests may run at once, and the line that says so.
    pub tests_at_once: Option<(u32, Place)>,
    /// What the user tells beside the log.
    pub settings: Settings,
    /// Whether nobody but servers wrote the logs.
    pub servers_only: bool,
    /// Lines that tell of something that happened at an unknown moment before them.
    pub told_later: BTreeSet<Place>,
    /// First time that a connection is known to have worked.
    pub first_success: Option<Moment>,
    /// Whether a worker took its service down, which it does at its end.
    pub service_stopped: bool,
    /// Whether text was lost that would tell of sessions.
    pub damaged: bool,
}

/// One process that runs tests.
#[derive(Clone, Debug, PartialEq)]
pub struct Worker {
    /// `gw0`, `main`.
    pub id: Name,
    /// Process id.
    pub pid: Option<u32>,
    /// First time at which it is seen.
    pub start: Option<Stamp>,
    /// Last time at which it is seen.
    pub end: Option<Stamp>,
    /// How it ended.
    pub ended_by: EndedBy,
    /// The line that shows a crash.
    pub crash: Option<Place>,
    /// The test that it ran when it crashed.
    pub crashed_in: Option<Name>,
}

/// How a worker ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum EndedBy {
    /// In order.
    Exit,
    /// The runner lost it.
    Crash,
    /// The log does not tell.
    Unknown,
}

/// One test.
#[derive(Clone, Debug, PartialEq)]
pub struct Test {
    /// Node id: `tests/a.py::test_x`.
    pub id: Name,
    /// Worker that ran it.
    pub worker: Option<Name>,
    /// When its set-up began.
    pub start: Option<Stamp>,
    /// When it ended.
    pub end: Option<Stamp>,
    /// How it ended.
    pub outcome: Option<TestOutcome>,
    /// Whether it had failed before, and was tried again.
    pub retried: bool,
    /// The line that shows how it ended.
    pub place: Place,
}

impl Test {
    /// Whether the test failed, in whatever phase.
    #[must_use]
    pub fn failed(&self) -> bool {
        matches!(self.outcome, Some(TestOutcome::Failed | TestOutcome::Error))
    }

    /// Whether the test failed at least once.
    #[must_use]
    pub fn ever_failed(&self) -> bool {
        self.failed() || self.retried
    }
}

/// How a test ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum TestOutcome {
    /// It passed, or failed as expected.
    Passed,
    /// It did not run.
    Skipped,
    /// Its body failed, or its worker died under it.
    Failed,
    /// Its set-up or tear-down failed.
    Error,
}

impl TestOutcome {
    /// The worse of two outcomes of one test: of its phases, or of a suite's parts.
    #[must_use]
    pub fn or_worse(self, other: Self) -> Self {
        let weight = |outcome| match outcome {
            Self::Passed => 0,
            Self::Skipped => 1,
            Self::Failed => 2,
            Self::Error => 3,
        };
        if weight(other) > weight(self) { other } else { self }
    }

    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Passed => "passed",
            Self::Skipped => "skipped",
            Self::Failed => "failed",
            Self::Error => "error",
        }
    }
}

/// One unit of database work.
#[derive(Clone, Debug, PartialEq)]
pub struct Session {
    /// Worker that opened it.
    pub worker: Option<Name>,
    /// Per-process counter; fixtures do not number theirs.
    pub number: Option<u32>,
    /// Test in which it was opened.
    pub test: Option<Name>,
    /// When it was opened.
    pub opened: Option<Moment>,
    /// When it was closed.
    pub closed: Option<Moment>,
    /// How its work went.
    pub outcome: Option<SessionOutcome>,
    /// Seconds from opening to the end of its work.
    pub duration_s: Option<f64>,

    /// Process id, where known; tells apart two processes of one name.
    pub pid: Option<u32>,
    /// Whether its program never logs the end of such sessions.
    pub end_unlogged: bool,
    /// Whether it ever held a connection.
    pub connected: bool,
    /// The line that shows its error.
    pub error: Option<Moment>,
    /// Set-ups of tests that its worker had seen when it was opened.
    pub epoch: u32,
    /// Whether its worker is known to have gone on, or ended, after it.
    pub outlived: bool,
    /// Whether it stands in a log that goes on after the test, so that a close would be seen.
    pub in_stream: bool,
    /// Whether another worker's session of the same number might be the one that closed.
    pub ambiguous: bool,
}

/// How a session's work went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SessionOutcome {
    /// Done.
    Ok,
    /// It met an error.
    Error,
}

/// One connection pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Pool {
    /// Worker whose process holds it.
    pub worker: Option<Name>,
    /// `engine #1`.
    pub name: String,
    /// Configured size.
    pub size: Option<u32>,
    /// Connections allowed above the size; `null` if the log does not tell.
    pub max_overflow: Option<u32>,
    /// The most connections seen in use.
    pub peak_checked_out: Option<u32>,
    /// Connections in use over time.
    pub samples: Vec<PoolSample>,
    /// Stretches in which all connections were in use.
    pub at_capacity: Vec<[Option<Stamp>; 2]>,
    /// The line of the highest sample.
    pub peak_at: Option<Moment>,
    /// Whether the counts of that sample may be those of another worker's pool.
    pub peak_in_doubt: bool,
    /// Lowest count of connections in use within each test of the worker.
    pub floors: Vec<Floor>,
}

impl Pool {
    /// `size + max_overflow`, where both are known.
    #[must_use]
    pub fn capacity(&self) -> Option<u32> {
        self.size?.checked_add(self.max_overflow?)
    }
}

/// Connections in use at a time.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PoolSample(
    /// Printed time.
    pub Option<Stamp>,
    /// Connections in use.
    pub u32,
    /// Line of the input, where the log has no times.
    pub Place,
);

/// One engine.
#[derive(Clone, Debug, PartialEq)]
pub struct Engine {
    /// Worker whose process made it.
    pub worker: Option<Name>,
    /// Per-process counter.
    pub number: Option<u32>,
    /// Where it connects to, without password.
    pub url: Option<String>,
    /// When it was ready.
    pub created: Option<Stamp>,
    /// Seconds that its creation took.
    pub duration_s: Option<f64>,
    /// The line that announces it.
    pub place: Place,
}

/// Something that must be up before tests can run.
#[derive(Clone, Debug, PartialEq)]
pub struct Service {
    /// `postgres`.
    pub name: String,
    /// `host:port`.
    pub endpoint: Option<String>,
    /// When somebody first tried to reach it.
    pub first_attempt: Option<Stamp>,
    /// Attempts that failed.
    pub failed_attempts: u64,
    /// When it first answered.
    pub ready: Option<Stamp>,
    /// First failed attempt.
    pub first_failure: Option<Moment>,
    /// The line that shows that it answers.
    pub ready_at: Option<Moment>,
}

/// A printed count of connections.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConnectionCount {
    /// Printed time.
    pub time: Option<Stamp>,
    /// Connections.
    pub count: u64,
    /// Test after which it was printed.
    pub test: Option<Name>,
    /// Line of the input.
    pub line: u64,
    /// Whether it is the first one, against which the others are judged.
    pub initial: bool,
    /// Where it stands.
    pub place: Place,
}
