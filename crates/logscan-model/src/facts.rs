//! Facts that detectors judge and reports do not list: errors, checkouts, targets, locks.

use crate::timeline::{Moment, Name};
use crate::{Basis, EventKind, Place};

/// The lowest count of connections in use within one test.
#[derive(Clone, Debug, PartialEq)]
pub struct Floor {
    /// Tests that had begun, or ended, before.
    pub epoch: u32,
    /// Connections in use.
    pub count: u32,
    /// Connections in use when it began.
    pub at_first: u32,
    /// The line that tells it.
    pub place: Place,
    /// The test, where known.
    pub test: Option<Name>,
    /// Whether all tests were over.
    pub after_all: bool,
}

/// A connection that was taken from its pool.
#[derive(Clone, Debug, PartialEq)]
pub struct Checkout {
    /// What the log calls the connection; pools that do not name theirs give the pool's name.
    pub connection: Name,
    /// Worker that took it, where known.
    pub worker: Option<Name>,
    /// Test in which it was taken, where known.
    pub test: Option<Name>,
    /// When it was taken.
    pub taken: Moment,
    /// When it was given back; if at all, then after its test was over.
    pub returned: Option<Moment>,
}

/// What shows how the run went, beside its tests and faults.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outcome {
    /// Whether the test runner's last line was seen.
    pub ended: bool,
    /// The last line of a test runner.
    pub ended_at: Option<Place>,
    /// Whether a test runner began, and its last line is missing.
    pub cut_off: bool,
    /// The test that ran when the log ended before its runner did.
    pub running: Option<Name>,
    /// Tests by the runner's own count, also those that are not listed.
    pub tests: u64,
    /// Failures by the runner's own count, also those that are not listed.
    pub failures: u64,
    /// The line in which a build tool or CI system says that the command failed.
    pub job_failed: Option<Place>,
    /// The line in which a CI system says that it ended a command that took too long.
    pub job_timed_out: Option<Place>,
    /// The line in which something beside the tests fails the job: coverage, types, style.
    pub check_failed: Option<Place>,
    /// The line in which a runner says that it found no tests to run.
    pub no_tests: Option<Place>,
    /// The error of no test that stands below the line in which a runner gives up.
    pub gave_up_with: Option<FirstError>,
    /// Whether one says that the command, or the whole run, passed.
    pub job_passed: bool,
    /// The line in which a process ran out of memory.
    pub out_of_memory: Option<Place>,
    /// Whether a session, a connection or a client of a server was seen to begin and to end,
    /// and none was left open.
    pub work_ended: bool,
    /// Whether an input could not be read at all, or only in part.
    pub input_missing: bool,
    /// The last line in which a program marks in its log that a test begins.
    pub marked_at: Option<Place>,
    /// The line in which a framework puts an embedded database in the place of the configured one.
    pub target_replaced: Option<Place>,
    /// The first line in which an embedded database refuses a statement.
    pub embedded_refused: Option<Place>,
    /// The line in which a framework cached its settings, and did not clear them since.
    pub settings_cached: Option<Place>,
    /// The first line that holds the target which is used against the one that is meant.
    pub target_opposed: Option<TargetOpposed>,
    /// The fewest seconds that a runner gave to a set-up which ran out of them.
    pub set_up_limit_s: Option<f64>,
    /// Lines that tell of an error nobody understands, away from all that are understood.
    pub errors: u64,
    /// The first of them.
    pub first_error: Option<Place>,
    /// The last such line, if nothing behind it says that the tests passed.
    pub error_behind: Option<Place>,
}

impl Outcome {
    /// Whether tests ran, and none of them failed.
    #[must_use]
    pub fn all_passed(&self) -> bool {
        self.tests > 0 && self.failures == 0
    }
}

/// Two targets, one of which is used in the place of the other.
#[derive(Clone, Debug, PartialEq)]
pub struct TargetOpposed {
    /// The one that is used, as it is printed: a URL, a server, or the name of a database.
    pub used: Box<str>,
    /// The one that is meant.
    pub meant: Box<str>,
    /// The line that tells both.
    pub place: Place,
}

/// Where somebody wants to connect to.
#[derive(Clone, Debug, PartialEq)]
pub struct Target {
    /// Host name or address, in lower case; the names of this machine are `localhost`. Empty if a
    /// setting names the database alone.
    pub host: String,
    /// Port.
    pub port: Option<u16>,
    /// Database.
    pub database: Option<String>,
    /// What the line says of it.
    pub role: TargetRole,
    /// Test in which it was told, where known.
    pub test: Option<Name>,
    /// Worker that the lines just above name.
    pub worker: Option<Name>,
    /// The line that tells it.
    pub at: Moment,
}

/// What a line says of a target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TargetRole {
    /// A program, fixture or container announces it as the right one.
    Announced,
    /// An engine is bound to it.
    Bound,
    /// The environment of the job sets it, which the program may or may not use.
    Set {
        /// The port on which servers of its kind usually listen, if the kind is known.
        usual_port: Option<u16>,
    },
    /// A line says that a database was made there, or got its schema.
    Provided,
    /// A line says that the program connects there.
    Used,
}

impl Target {
    /// `host:port/database`, as far as known; `the database x` if only that is.
    #[must_use]
    pub fn address(&self) -> String {
        if let (true, Some(database)) = (self.host.is_empty(), &self.database) {
            return format!("the database {database}");
        }
        let port = self.port.map_or(String::new(), |port| format!(":{port}"));
        let database = self.database.as_ref().map_or(String::new(), |name| format!("/{name}"));
        format!("{}{port}{database}", self.host)
    }
}

/// A backend that waited for a lock.
#[derive(Clone, Debug, PartialEq)]
pub struct LockWait {
    /// Process id of the backend that waits.
    pub waiter: u32,
    /// Process id of the backend that holds the lock.
    pub holder: Option<u32>,
    /// What the holder calls itself.
    pub holder_name: Option<Name>,
    /// What is locked.
    pub object: Option<Name>,
    /// The line that tells of the wait.
    pub at: Moment,
    /// The line that names the holder.
    pub holder_at: Option<Moment>,
    /// The line that shows that the holder left its transaction open.
    pub left_open: Option<Moment>,
    /// The line that tells that the statement was cancelled while it waited.
    pub given_up: Option<Moment>,
    /// Whether a line tells that it got the lock.
    pub got: bool,
}

/// A value of a failed comparison.
#[derive(Clone, Debug, PartialEq)]
pub struct Compared {
    /// The value.
    pub value: Name,
    /// Whether the test found it; otherwise it expected it.
    pub found: bool,
    /// Whether it is where a database is: a URL, a file, or memory.
    pub is_target: bool,
    /// The test.
    pub test: Name,
    /// The line that tells it.
    pub place: Place,
}

/// A statement that took long and ended well.
#[derive(Clone, Debug, PartialEq)]
pub struct SlowStatement {
    /// Seconds that it took.
    pub seconds: f64,
    /// Whether it is work of a set-up, told in words of any program.
    pub prepares: bool,
    /// Test in which it ran, where known.
    pub test: Option<Name>,
    /// The line that tells it.
    pub at: Moment,
}

/// Work of which a test says that it took too long.
#[derive(Clone, Debug, PartialEq)]
pub struct Overtime {
    /// Seconds that it took, or those within which it was to end.
    pub seconds: f64,
    /// Whether only the limit is told.
    pub is_limit: bool,
    /// Whether the line tells of a limit that was not kept to, so that it matters in a run that
    /// passed, too.
    pub is_over: bool,
    /// The line that tells it.
    pub place: Place,
}

/// The first error that stands in what a runner prints of a failed test.
#[derive(Clone, Debug, PartialEq)]
pub struct FirstError {
    /// Where it stands.
    pub place: Place,
    /// Its text.
    pub text: Box<str>,
    /// Whether it says that it is one that an earlier test met.
    pub inherited: bool,
}

impl FirstError {
    /// The text without what pytest sets before it.
    #[must_use]
    pub fn bare(&self) -> &str {
        let text = self.text.strip_prefix("INTERNALERROR>").unwrap_or(&self.text).trim_start();
        text.strip_prefix("E ").unwrap_or(text).trim_start()
    }
}

/// What a fault happened to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Subject {
    /// A numbered session.
    Session(u32),
    /// A health check.
    Healthcheck,
    /// An attempt to reach a service that is being set up.
    ServiceAttempt,
    /// The making of tables.
    Tables,
    /// A test, by the error that the runner prints for it.
    Test,
    /// Tests that passed, of which the runner names only the file.
    PassedTest,
    /// The server, by its own log.
    Server,
    /// The log does not tell.
    Unknown,
}

/// An error, told once however often it is printed.
#[derive(Clone, Debug, PartialEq)]
pub struct Fault {
    /// Which error.
    pub kind: EventKind,
    /// How the lines that tell it were recognised.
    pub basis: Basis,
    /// Where it is told best.
    pub moment: Moment,
    /// All lines that tell it.
    pub places: Vec<Place>,
    /// What it happened to.
    pub subject: Subject,
    /// Worker, where known.
    pub worker: Option<Name>,
    /// Test, where known.
    pub test: Option<Name>,
    /// Relation, constraint or database that it names.
    pub relation: Option<Name>,
    /// Pool, repository, service or user that it names.
    pub name: Option<Name>,
    /// Connection that it names.
    pub connection: Option<Name>,
    /// Address that it names, `host:port`.
    pub endpoint: Option<Name>,
    /// Pool size that it names.
    pub size: Option<u32>,
    /// Overflow limit that it names.
    pub max_overflow: Option<u32>,
    /// Seconds that were waited.
    pub timeout_s: Option<f64>,
}
