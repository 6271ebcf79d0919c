//! Events: what one line says, as a small typed fact.
//!
//! An event holds no text. Its fields are numbers, or spans of the chunk in which
//! the line stands; whoever folds the chunk takes out what is worth keeping before
//! the chunk is dropped.

use serde::Deserialize;

use crate::{Place, Span, Stamp};

/// What a line says. The kinds of the signature catalogue, in its spelling.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    // Workers and tests.
    /// A line that names a worker and its process.
    WorkerSeen,
    /// The test runner lost a worker.
    WorkerCrashed,
    /// A test's function-level set-up begins on a worker.
    TestSetup,
    /// A test was handed to some worker.
    TestStart,
    /// A test ended.
    TestResult,
    /// The runner's frame begins.
    RunStart,
    /// The runner's last line.
    RunEnd,
    /// A heading of the runner's report: failures, errors, summary.
    ReportSection,
    /// The block of one failed test begins.
    FailureTitle,
    /// The worker on which the test of the failure block ran.
    FailureWorker,
    /// Captured output of a phase of the failed test follows.
    CapturedSection,
    /// A line of the short summary.
    SummaryResult,

    // Engines and pools.
    /// Creation of an engine begins.
    EngineStart,
    /// Host and port of the engine that is being made.
    EngineHost,
    /// Database of the engine that is being made.
    EngineDatabase,
    /// Size and overflow of the pool that is being made.
    PoolSettings,
    /// The engine is there.
    EngineReady,
    /// The engine could not be made.
    EngineFailed,
    /// A pool state begins and names its worker.
    PoolContext,
    /// Configured size of the pool.
    PoolSize,
    /// Connections in use.
    PoolCheckedOut,
    /// Idle connections in the pool.
    PoolCheckedIn,
    /// Connections above (or below, if negative) the size.
    PoolOverflow,
    /// A pool state ends.
    PoolEnd,

    // Sessions.
    /// A numbered session is being opened.
    SessionOpen,
    /// The session object exists; it has no connection yet.
    SessionCreated,
    /// The session got a connection and used it.
    SessionConnected,
    /// The session could not get or use a connection.
    SessionConnectFailed,
    /// The session's work failed.
    SessionError,
    /// The session's work is done.
    SessionCompleted,
    /// The session was rolled back.
    SessionRolledBack,
    /// The session is closed.
    SessionClosed,
    /// The session could not be closed.
    SessionCloseFailed,
    /// An unnumbered session of a test fixture is being opened.
    FixtureSessionOpen,
    /// An unnumbered session of a test fixture is closed.
    FixtureSessionClosed,

    // Services and schema.
    /// A worker begins to set up its service.
    ServiceStart,
    /// Where the service will listen.
    ServiceTarget,
    /// An attempt to reach the service failed.
    ServiceAttemptFailed,
    /// The service answers.
    ServiceReady,
    /// The service could not be started.
    ServiceFailed,
    /// The service was stopped by its owner.
    ServiceStopped,
    /// A health check begins.
    HealthcheckStart,
    /// A health check succeeded.
    HealthcheckOk,
    /// A health check failed.
    HealthcheckFailed,
    /// A worker begins to make its isolated engine and tables.
    TablesStart,
    /// The worker's tables are there.
    TablesCreated,
    /// The worker's tables could not be made.
    TablesFailed,
    /// The server's limit of connections.
    ServerLimit,
    /// The server accepts connections.
    ServerReady,
    /// The server begins to stop.
    ServerStopping,

    // Faults: texts of errors, wherever they stand.
    /// No connection of the pool came free in time.
    PoolTimeout,
    /// The server has no slot left.
    ServerFull,
    /// Nobody listens at the address.
    ConnectionRefused,
    /// The server is starting and takes no connections yet.
    ServerStarting,
    /// A relation or database is there already.
    DuplicateObject,
    /// Two sessions changed the system catalogue at once.
    CatalogueConflict,
    /// A relation is not there.
    MissingObject,
    /// The server broke a deadlock.
    Deadlock,
    /// The garbage collector met a connection that was never given back.
    ConnectionCollected,

    /// A known line that tells nothing on its own.
    Detail,
}

impl EventKind {
    /// Whether the kind is the text of an error, which belongs to whatever failed by it.
    #[must_use]
    pub fn is_fault(self) -> bool {
        self >= Self::PoolTimeout && self <= Self::ConnectionCollected
    }

    /// The fields that a signature of this kind must fill in.
    #[must_use]
    pub fn required_fields(self) -> &'static [Field] {
        use Field::{
            CheckedIn, CheckedOut, Limit, Number, Outcome, Overflow, Size, Test, Title, Worker,
        };
        match self {
            Self::WorkerSeen
            | Self::TestSetup
            | Self::FailureWorker
            | Self::PoolContext
            | Self::ServiceStart
            | Self::HealthcheckStart
            | Self::FixtureSessionOpen
            | Self::FixtureSessionClosed
            | Self::TablesStart
            | Self::WorkerCrashed => &[Worker],
            Self::TestStart => &[Test],
            Self::TestResult => &[Outcome],
            Self::SummaryResult => &[Test, Outcome],
            Self::FailureTitle => &[Title],
            Self::EngineStart | Self::EngineReady | Self::EngineFailed => &[Number],
            Self::PoolSettings => &[Size, Overflow],
            Self::PoolTimeout => &[],
            Self::PoolSize => &[Size],
            Self::PoolCheckedOut => &[CheckedOut],
            Self::PoolCheckedIn => &[CheckedIn],
            Self::PoolOverflow => &[Overflow],
            Self::SessionOpen => &[Number, Worker],
            Self::SessionCreated
            | Self::SessionConnected
            | Self::SessionConnectFailed
            | Self::SessionError
            | Self::SessionCompleted
            | Self::SessionRolledBack
            | Self::SessionClosed
            | Self::SessionCloseFailed => &[Number],
            Self::ServerLimit => &[Limit],
            _ => &[],
        }
    }
}

/// The name of a field of an event. The placeholders of the signature catalogue.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Field {
    /// Name of a worker: `gw0`, `main`.
    Worker,
    /// Process id.
    Pid,
    /// Per-process counter of sessions or engines.
    Number,
    /// Seconds that something took.
    Seconds,
    /// Pool size.
    Size,
    /// Overflow limit in settings and time-outs; overflow counter in pool states.
    Overflow,
    /// Connections in use.
    CheckedOut,
    /// Idle connections.
    CheckedIn,
    /// Seconds that the pool was willing to wait.
    Timeout,
    /// Text of an error.
    Error,
    /// Host name or address.
    Host,
    /// Port.
    Port,
    /// Database.
    Database,
    /// URL.
    Url,
    /// Node id of a test.
    Test,
    /// Word of the runner for how a test ended.
    Outcome,
    /// Title of a failure block.
    Title,
    /// `setup`, `call` or `teardown`.
    Phase,
    /// A table or another relation.
    Relation,
    /// What the line was printed for.
    Context,
    /// How many attempts it took.
    Attempts,
    /// Most connections that the server accepts.
    Limit,
}

/// A value of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value {
    /// A whole number.
    Int(i64),
    /// A number with a fraction.
    Float(f64),
    /// Text of the chunk.
    Text(Span),
}

/// The most fields that one signature may fill in.
pub const MAX_FIELDS: usize = 4;

/// What one line says.
#[derive(Clone, Copy, Debug)]
pub struct Event {
    /// What it says.
    pub kind: EventKind,
    /// Where it stands.
    pub place: Place,
    /// When it was written, where the line has a time.
    pub time: Option<Stamp>,
    /// Process id from the head of the line, where the format prints one.
    pub pid: Option<u32>,
    /// The values; unused ones are `None`.
    pub fields: [Option<(Field, Value)>; MAX_FIELDS],
}

impl Event {
    /// The value of a field.
    #[must_use]
    pub fn get(&self, field: Field) -> Option<Value> {
        self.fields.iter().flatten().find(|(name, _)| *name == field).map(|(_, value)| *value)
    }

    /// The value of a field that is a whole number.
    #[must_use]
    pub fn int(&self, field: Field) -> Option<i64> {
        match self.get(field)? {
            Value::Int(number) => Some(number),
            Value::Float(_) | Value::Text(_) => None,
        }
    }

    /// The value of a field that is a number.
    #[must_use]
    pub fn float(&self, field: Field) -> Option<f64> {
        match self.get(field)? {
            Value::Int(number) => Some(number as f64),
            Value::Float(number) => Some(number),
            Value::Text(_) => None,
        }
    }

    /// The value of a field that is text of `chunk`.
    #[must_use]
    pub fn text<'t>(&self, field: Field, chunk: &'t str) -> Option<&'t str> {
        match self.get(field)? {
            Value::Text(span) => Some(span.of(chunk)),
            Value::Int(_) | Value::Float(_) => None,
        }
    }
}
