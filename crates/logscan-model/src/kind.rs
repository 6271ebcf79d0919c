//! Kinds of events: what one line can say. The words of the signature catalogue.

mod beside;
mod faults;
mod fields;

use serde::Deserialize;

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
    /// A program marks in its log that a test begins.
    TestMarked,
    /// A program may mark in its log that a test begins, if there is one of this name.
    TestSupposed,
    /// A test was handed to some worker.
    TestStart,
    /// What follows was printed by this test.
    TestPrints,
    /// A test ended.
    TestResult,
    /// The runner's frame begins.
    RunStart,
    /// A line that runners print before tests run, whatever follows.
    RunnerSeen,
    /// The runner's last line.
    RunEnd,
    /// A heading of the runner's report: failures, errors, summary.
    ReportSection,
    /// The block of one failed test begins.
    FailureTitle,
    /// A suite of tests begins.
    SuiteStart,
    /// A test failed and is tried again; what it printed follows.
    TestAttemptFailed,
    /// The rest of such a title, on the next line.
    FailureTitleRest,
    /// The worker on which the test of the failure block ran.
    FailureWorker,
    /// Captured output of a phase of the failed test follows.
    CapturedSection,
    /// The thread of a test panicked; the test may expect that.
    TestPanicked,
    /// A line of the short summary.
    SummaryResult,
    /// The error of a failed test follows, whose frames name it.
    FailureUnnamed,
    /// A stack frame of a method of a class of tests.
    TestFrame,
    /// Where the code of the test stands that a runner tells of next.
    TestSource,
    /// A failure says that it is one that was met before: what its tests share could not be made.
    FailureInherited,
    /// What a test found and what it expected differ.
    ValuesDiffer,
    /// Several workers run tests at once.
    RunParallel,
    /// A test passed.
    TestPassed,
    /// All tests of a file passed, or one failed; what they printed follows.
    FileResult,
    /// A test passed, in a list that is printed when all tests of its file have run.
    TestListed,
    /// What the test of the result above printed follows.
    TestOutput,
    /// A test failed, and the text of its error follows.
    FailureBlock,
    /// The source file of the test whose failure follows.
    TestFile,
    /// The runner's total of tests, without a verdict on each.
    RunTotal,
    /// A build tool or CI system says that the command which ran the tests failed.
    JobFailed,
    /// A CI system says that it ended the command because it took too long, or printed nothing.
    JobTimedOut,
    /// A runner found no tests to run.
    NoTestsRan,
    /// A build tool or CI system says that the command which ran the tests, or all of them, passed.
    JobPassed,
    /// What is checked beside the tests failed, and the job by it: coverage, types, style.
    CheckFailed,
    /// An error of any program, of which no other signature says what it means, with its text.
    /// The line counts as not understood.
    ErrorSeen,
    /// Some tool says that something went wrong, in words that say no more.
    TroubleSeen,
    /// A test says how long its work took, and compares it with what was allowed.
    TookTooLong,

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
    /// Where connections are meant to go: what settings, fixtures and containers announce.
    TargetAnnounced,
    /// Where an engine is bound to.
    TargetBound,
    /// The environment of the job sets where connections should go.
    TargetSet,
    /// A line says that a database was made there, or got its schema.
    TargetProvided,
    /// A line says that the program connects there.
    TargetUsed,
    /// A test framework puts an embedded database in the place of the configured one.
    TargetReplaced,
    /// An embedded database refuses a statement.
    EmbeddedRefused,
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
    /// A pool tells all its counts in one line.
    PoolStats,
    /// The most connections of a pool that has no overflow.
    PoolLimit,
    /// Seconds after which a pool reports a connection that is not given back.
    LeakThreshold,
    /// A connection is taken from its pool.
    ConnectionTaken,
    /// A connection is used.
    ConnectionUsed,
    /// A connection is given back to its pool, or closed.
    ConnectionReturned,
    /// A transaction begins; it holds the connection that is taken next.
    TransactionStart,
    /// A statement on a named connection or transaction; the statement tells whether one begins
    /// or ends.
    Statement,
    /// The pool that reported a leak has the connection back.
    LeakRetracted,
    /// The first count of connections, against which the others are judged.
    CountInitial,
    /// A count of connections.
    CountReading,
    /// The count of connections when everything is over.
    CountFinal,

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
    /// The server begins to start.
    ServerBegins,
    /// A server finds as it starts that it did not end in order.
    ServerRecovers,
    /// The server accepts connections.
    ServerReady,
    /// What sets up a server's data has ended, and with it the server that ran for that alone.
    ServerInitialized,
    /// The server begins to stop.
    ServerStopping,
    /// A client was let in.
    BackendStart,
    /// A client has gone.
    BackendEnd,
    /// A client has gone in the middle of its transaction.
    BackendLeftTransaction,
    /// A statement ended that took long, by whoever logs such.
    StatementSlow,
    /// A backend waits for a lock.
    LockWait,
    /// Which backend holds the lock that the last one waits for.
    LockHolder,
    /// A backend got the lock that it waited for.
    LockAcquired,

    /// A stack frame or error class of a database driver.
    DriverSeen,
    /// Somebody says that he tries again, or waits for a server.
    RetrySeen,
    /// What runs, or is said, when tests are over.
    TearDownSeen,
    /// What runs, or is said, before tests begin.
    SetUpSeen,
    /// A line holds the target that is used against the one that is meant.
    TargetOpposed,
    /// A framework caches its settings; what is set later is not read.
    SettingsCached,
    /// It clears them again.
    SettingsCleared,
    /// A stack frame of a pool in which somebody waits for a connection.
    PoolWaitSeen,
    /// Code that forks the process.
    ForkSeen,
    /// What is said or done only when a database was reached.
    DatabaseReached,
    /// Somebody waited for an answer in vain, not for a connection.
    NoAnswerSeen,
    /// A report of this program begins in the log of the job that ran it.
    OwnReport,
    /// Such a report ends.
    OwnReportEnd,
    /// A line that may announce a secret.
    SecretAnnounced,
    /// The image or container of a database server.
    DatabaseNamed,
    /// A line whose tag says that it is about the database.
    DatabaseTagged,
    /// A process ran out of memory.
    OutOfMemory,
    /// A stack frame or error class of a client that speaks to something else: HTTP, a queue.
    OtherClientSeen,

    // Faults: texts of errors, wherever they stand.
    /// No connection of the pool came free in time.
    PoolTimeout,
    /// The server has no slot left.
    ServerFull,
    /// A pooler let a client wait for a server connection in vain.
    PoolerTimeout,
    /// Nobody listens at the address.
    ConnectionRefused,
    /// No connection could be opened, and the error does not say why.
    ConnectionFailed,
    /// The server is starting and takes no connections yet.
    ServerStarting,
    /// The listener knows no such service: it is not registered yet, or has another name.
    ServiceUnknown,
    /// The host name means nothing.
    HostUnknown,
    /// A server says that it cannot start.
    ServerNotStarted,
    /// The server does not let this user in.
    LoginRefused,
    /// The server does not allow this user what it asked for.
    PrivilegeMissing,
    /// Server and client disagree about a setting of the connection.
    SettingRefused,
    /// The database belongs to another environment than the one that the tests run in.
    WrongEnvironment,
    /// The server only reads: it is a replica, or set so.
    ServerReadOnly,
    /// Cursors or prepared statements were opened until the server allowed no more.
    StatementsLeftOpen,
    /// A database, or the schema that was to be there, is not there.
    DatabaseMissing,
    /// A repository, pool or process is used that was not started.
    NotStarted,
    /// Something is started that runs already.
    AlreadyStarted,
    /// A process uses a connection that it does not own.
    OwnerMissing,
    /// Set-up gave up.
    SetupFailed,
    /// The test runner could not begin, or gave up before the tests.
    RunnerFailed,
    /// Tear-down failed, or met what was gone already.
    CleanupFailed,
    /// A relation is there already.
    DuplicateObject,
    /// A database is there already.
    DuplicateDatabase,
    /// A test says that something of an earlier test or run is there yet.
    LeftOver,
    /// A row with this key is there already.
    DuplicateRow,
    /// Two sessions changed the system catalogue at once.
    CatalogueConflict,
    /// A database, port or name is taken by somebody else.
    ResourceInUse,
    /// A relation is not there.
    MissingObject,
    /// The server broke a deadlock.
    Deadlock,
    /// The server refused a transaction because another one changed the same.
    WriteConflict,
    /// A lock did not come free in time.
    LockTimeout,
    /// Another process holds the file of an embedded database for itself.
    FileLocked,
    /// The server or pooler ended a transaction that did nothing.
    IdleTransaction,
    /// The garbage collector met a connection that was never given back.
    ConnectionCollected,
    /// A pool or driver reports a connection that was not given back.
    LeakReported,
    /// A runner or tool reports what is open yet and keeps the process from ending.
    HandlesOpen,
    /// The other side closed a connection that was in use.
    ConnectionLost,
    /// The server was stopped while clients were connected.
    ServerStopped,
    /// A process of the server died.
    ServerCrashed,
    /// A test worker died.
    RunnerCrashed,
    /// A container was killed, or a process in it crashed.
    ContainerKilled,
    /// A container ended by itself.
    ContainerExited,
    /// A list of containers tells that one ended.
    ContainerListed,
    /// A connection is used by two at once, or from a foreign event loop, thread or process.
    ConnectionShared,
    /// A connection, pool or session was used that somebody had closed.
    UsedAfterClose,
    /// Database work took longer than it was allowed to.
    WorkTimeout,
    /// What follows once a transaction, session or pool is broken.
    Aftermath,

    /// A known line that tells nothing on its own.
    Detail,
}

impl EventKind {
    /// Whether the kind tells that a container ended.
    #[must_use]
    pub fn ends_a_container(self) -> bool {
        matches!(self, Self::ContainerExited | Self::ContainerListed)
    }

    /// Whether the kind tells where connections go, or are meant to go.
    #[must_use]
    pub fn is_target(self) -> bool {
        use EventKind::{TargetAnnounced, TargetBound, TargetProvided, TargetSet, TargetUsed};
        matches!(self, TargetAnnounced | TargetBound | TargetProvided | TargetSet | TargetUsed)
    }
}
