//! What the report tells of the timeline: the contract of `timeline` in JSON, field by field.
//!
//! The facts hold more than that, which detectors and charts need.

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::{Serialize, Serializer};

use crate::Stamp;
use crate::timeline::{self, EndedBy, Moment, SessionOutcome, TestOutcome};

/// Everything that happened in one run.
#[derive(Serialize, JsonSchema)]
struct Timeline<'t> {
    /// Processes that ran tests.
    workers: &'t [timeline::Worker],
    /// Tests, in the order in which they ended.
    tests: &'t [timeline::Test],
    /// Sessions: all of them up to a limit, beyond it the open and failed ones.
    sessions: &'t [timeline::Session],
    /// Connection pools.
    pools: &'t [timeline::Pool],
    /// Engines: what holds a pool and its settings.
    engines: &'t [timeline::Engine],
    /// What must be up before tests can run.
    services: &'t [timeline::Service],
    /// Printed counts of connections.
    connection_counts: &'t [timeline::ConnectionCount],
}

impl<'t> From<&'t timeline::Timeline> for Timeline<'t> {
    fn from(fact: &'t timeline::Timeline) -> Self {
        let timeline::Timeline {
            workers,
            tests,
            sessions,
            pools,
            engines,
            services,
            connection_counts,
            ..
        } = fact;
        Self { workers, tests, sessions, pools, engines, services, connection_counts }
    }
}

/// One process that runs tests.
#[derive(Serialize, JsonSchema)]
struct Worker<'t> {
    /// `gw0`, `main`.
    id: &'t str,
    /// Process id.
    pid: Option<u32>,
    /// First time at which it is seen.
    start: Option<Stamp>,
    /// Last time at which it is seen.
    end: Option<Stamp>,
    /// How it ended.
    ended_by: EndedBy,
}

impl<'t> From<&'t timeline::Worker> for Worker<'t> {
    fn from(fact: &'t timeline::Worker) -> Self {
        let timeline::Worker { id, pid, start, end, ended_by, .. } = fact;
        Self { id, pid: *pid, start: *start, end: *end, ended_by: *ended_by }
    }
}

/// One test.
#[derive(Serialize, JsonSchema)]
struct Test<'t> {
    /// Node id: `tests/a.py::test_x`.
    id: &'t str,
    /// Worker that ran it.
    worker: Option<&'t str>,
    /// When its set-up began.
    start: Option<Stamp>,
    /// When it ended.
    end: Option<Stamp>,
    /// How it ended.
    outcome: Option<TestOutcome>,
    /// Whether it had failed before, and was tried again.
    retried: bool,
}

impl<'t> From<&'t timeline::Test> for Test<'t> {
    fn from(fact: &'t timeline::Test) -> Self {
        let timeline::Test { id, worker, start, end, outcome, retried, .. } = fact;
        Self {
            id,
            worker: worker.as_deref(),
            start: *start,
            end: *end,
            outcome: *outcome,
            retried: *retried,
        }
    }
}

/// One unit of database work.
#[derive(Serialize, JsonSchema)]
struct Session<'t> {
    /// Worker that opened it.
    worker: Option<&'t str>,
    /// Per-process counter; fixtures do not number theirs.
    number: Option<u32>,
    /// Test in which it was opened.
    test: Option<&'t str>,
    /// When it was opened.
    opened: Option<Moment>,
    /// When it was closed.
    closed: Option<Moment>,
    /// How its work went.
    outcome: Option<SessionOutcome>,
    /// Seconds from opening to the end of its work.
    duration_s: Option<f64>,
}

impl<'t> From<&'t timeline::Session> for Session<'t> {
    fn from(fact: &'t timeline::Session) -> Self {
        let timeline::Session { worker, number, test, opened, closed, outcome, duration_s, .. } =
            fact;
        Self {
            worker: worker.as_deref(),
            number: *number,
            test: test.as_deref(),
            opened: *opened,
            closed: *closed,
            outcome: *outcome,
            duration_s: *duration_s,
        }
    }
}

/// One connection pool.
#[derive(Serialize, JsonSchema)]
struct Pool<'t> {
    /// Worker whose process holds it.
    worker: Option<&'t str>,
    /// `engine #1`.
    name: &'t str,
    /// Configured size.
    size: Option<u32>,
    /// Connections allowed above the size; `null` if the log does not tell.
    max_overflow: Option<u32>,
    /// The most connections seen in use.
    peak_checked_out: Option<u32>,
    /// Connections in use over time.
    samples: &'t [timeline::PoolSample],
    /// Stretches in which all connections were in use.
    at_capacity: &'t [[Option<Stamp>; 2]],
}

impl<'t> From<&'t timeline::Pool> for Pool<'t> {
    fn from(fact: &'t timeline::Pool) -> Self {
        let timeline::Pool {
            worker,
            name,
            size,
            max_overflow,
            peak_checked_out,
            samples,
            at_capacity,
            ..
        } = fact;
        Self {
            worker: worker.as_deref(),
            name,
            size: *size,
            max_overflow: *max_overflow,
            peak_checked_out: *peak_checked_out,
            samples,
            at_capacity,
        }
    }
}

/// One engine.
#[derive(Serialize, JsonSchema)]
struct Engine<'t> {
    /// Worker whose process made it.
    worker: Option<&'t str>,
    /// Per-process counter.
    number: Option<u32>,
    /// Where it connects to, without password.
    url: Option<&'t str>,
    /// When it was ready.
    created: Option<Stamp>,
    /// Seconds that its creation took.
    duration_s: Option<f64>,
}

impl<'t> From<&'t timeline::Engine> for Engine<'t> {
    fn from(fact: &'t timeline::Engine) -> Self {
        let timeline::Engine { worker, number, url, created, duration_s, .. } = fact;
        Self {
            worker: worker.as_deref(),
            number: *number,
            url: url.as_deref(),
            created: *created,
            duration_s: *duration_s,
        }
    }
}

/// Something that must be up before tests can run.
#[derive(Serialize, JsonSchema)]
struct Service<'t> {
    /// `postgres`.
    name: &'t str,
    /// `host:port`.
    endpoint: Option<&'t str>,
    /// When somebody first tried to reach it.
    first_attempt: Option<Stamp>,
    /// Attempts that failed.
    failed_attempts: u64,
    /// When it first answered.
    ready: Option<Stamp>,
}

impl<'t> From<&'t timeline::Service> for Service<'t> {
    fn from(fact: &'t timeline::Service) -> Self {
        let timeline::Service { name, endpoint, first_attempt, failed_attempts, ready, .. } = fact;
        Self {
            name,
            endpoint: endpoint.as_deref(),
            first_attempt: *first_attempt,
            failed_attempts: *failed_attempts,
            ready: *ready,
        }
    }
}

/// A printed count of connections.
#[derive(Serialize, JsonSchema)]
struct ConnectionCount<'t> {
    /// Printed time.
    time: Option<Stamp>,
    /// Connections.
    count: u64,
    /// Test after which it was printed.
    test: Option<&'t str>,
    /// Line of the input.
    line: u64,
}

impl<'t> From<&'t timeline::ConnectionCount> for ConnectionCount<'t> {
    fn from(fact: &'t timeline::ConnectionCount) -> Self {
        let timeline::ConnectionCount { time, count, test, line, .. } = fact;
        Self { time: *time, count: *count, test: test.as_deref(), line: *line }
    }
}

/// Connections in use at a time: serialised as `[time, count]`.
#[derive(Serialize, JsonSchema)]
struct PoolSample(
    /// Printed time.
    Option<Stamp>,
    /// Connections in use.
    u32,
);

impl From<&timeline::PoolSample> for PoolSample {
    fn from(fact: &timeline::PoolSample) -> Self {
        Self(fact.0, fact.1)
    }
}

/// Makes facts be written as what stands above.
macro_rules! written {
    ($($fact:ident as $shown:ty),* $(,)?) => {$(
        impl Serialize for timeline::$fact {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                <$shown>::from(self).serialize(serializer)
            }
        }

        impl JsonSchema for timeline::$fact {
            fn schema_name() -> Cow<'static, str> {
                <$shown as JsonSchema>::schema_name()
            }

            fn json_schema(generator: &mut SchemaGenerator) -> Schema {
                <$shown as JsonSchema>::json_schema(generator)
            }
        }
    )*};
}

written! {
    Timeline as Timeline<'_>,
    Worker as Worker<'_>,
    Test as Test<'_>,
    Session as Session<'_>,
    Pool as Pool<'_>,
    PoolSample as PoolSample,
    Engine as Engine<'_>,
    Service as Service<'_>,
    ConnectionCount as ConnectionCount<'_>,
}
