//! Rules that need no more than the errors themselves: a table.

use logscan_model::timeline::Fault;
use logscan_model::{
    Class, Confidence, EventKind, Finding, Resource, ResourceKind, Rule, Severity, Timeline,
};

use super::support::{counted, fault_lines, if_told, nothing_failed, of_faults, on, prove};

/// A rule that finds all errors of some kinds, as one finding.
#[derive(Debug)]
pub(super) struct ErrorRule {
    pub(super) rule: Rule,
    kinds: &'static [EventKind],
    /// What is counted, and the title; `{n}` stands for the count with its noun.
    noun: &'static str,
    title: &'static str,
    resource: (ResourceKind, &'static str),
    detail: &'static str,
    confidence: Confidence,
    confidence_reason: &'static str,
    suggestion: &'static str,
    /// What to say instead where nothing failed by it.
    harmless: Option<&'static str>,
    would_refute: &'static str,
    /// What the lines show.
    label: &'static str,
    /// Whether who failed by it also did it.
    blames: bool,
}

impl ErrorRule {
    pub(super) fn find(&'static self, timeline: &Timeline) -> Vec<Finding> {
        if_told(timeline, self.kinds, |timeline, told| self.finding(timeline, told))
    }

    fn finding(&self, timeline: &Timeline, told: &[&Fault]) -> Finding {
        let mut finding = of_faults(timeline, &self.rule, told, Severity::Info, String::new());
        let title = self.title.replace("{n}", &counted(told.len(), self.noun));
        finding.title = title + &on(&finding.workers);
        if self.rule.class == Class::Cleanup && finding.affected_tests.is_empty() {
            // What is left behind meets the next run.
            let left = told.iter().any(|fault| fault.relation.is_some()) || failed_by_it(timeline);
            let least = if left { Severity::Warning } else { Severity::Info };
            finding.severity = finding.severity.clamp(least, Severity::Warning);
        }
        if self.blames {
            finding.tests = finding.affected_tests.clone();
        }
        if let Some(seconds) = told.iter().filter_map(|fault| fault.timeout_s).reduce(f64::max) {
            finding.numbers.insert("timeout_s", seconds);
        }
        let (kind, name) = self.resource;
        finding.resource = Some(Resource { kind, name: name.into() });
        finding.detail = self.detail.into();
        finding.confidence = self.confidence;
        finding.confidence_reason = self.confidence_reason.into();
        finding.suggestion = match (finding.severity, self.harmless) {
            (Severity::Info, Some(harmless)) => harmless.into(),
            _ => self.suggestion.into(),
        };
        finding.would_refute = self.would_refute.into();
        prove(&mut finding, fault_lines(told, self.label));
        finding
    }
}

/// Whether the job failed though no test did: what is left of it is the clean-up.
fn failed_by_it(timeline: &Timeline) -> bool {
    timeline.outcome.job_failed.is_some() && timeline.outcome.tests > 0 && nothing_failed(timeline)
}

pub(super) static DEADLOCK: ErrorRule = ErrorRule {
    rule: Rule {
        code: "K101",
        name: "deadlock",
        class: Class::Lock,
        page: include_str!("deadlock.md"),
        since: "0.1.0",
    },
    kinds: &[EventKind::Deadlock],
    noun: "deadlock",
    title: "The server broke {n}",
    resource: (ResourceKind::Lock, "deadlock"),
    detail: "Two transactions waited for locks of each other; the server ended one of them.",
    confidence: Confidence::Certain,
    confidence_reason: "the server says so itself",
    suggestion: "Take locks in one order in all transactions, or give each worker a database of its \
                 own; the server's log names both statements.",
    harmless: Some("Nothing failed by it; taking locks in one order avoids the retry."),
    would_refute: "nothing: the error is only raised for a real deadlock",
    label: "the server ends this transaction",
    blames: true,
};

pub(super) static WRITE_CONFLICT: ErrorRule = ErrorRule {
    rule: Rule {
        code: "K104",
        name: "write-conflict",
        class: Class::Lock,
        page: include_str!("write_conflict.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::WriteConflict],
    noun: "transaction",
    title: "{n} gave way to another that changed the same data",
    resource: (ResourceKind::Lock, "transaction"),
    detail: "Under serializable or snapshot isolation the server refuses a transaction if another one \
             changed what it read or wrote. Such transactions are meant to be tried again.",
    confidence: Confidence::Certain,
    confidence_reason: "the server says so itself",
    suggestion: "Try the whole transaction again on this error, or keep workers apart: a database, \
                 schema or set of rows of its own for each.",
    harmless: Some("Nothing failed by it: it was tried again."),
    would_refute: "nothing: the error is only raised for a real conflict",
    label: "the server refuses this transaction",
    blames: false,
};

pub(super) static CONNECTION_SHARED: ErrorRule = ErrorRule {
    rule: Rule {
        code: "W301",
        name: "connection-shared",
        class: Class::Misuse,
        page: include_str!("connection_shared.md"),
        since: "0.1.0",
    },
    kinds: &[EventKind::ConnectionShared],
    noun: "time",
    title: "A connection was used where it does not belong, {n}",
    resource: (ResourceKind::Session, "connection"),
    detail: "A connection serves one task of one event loop, thread and process at a time. Here two \
             used it at once, or it was made in one loop or thread and used in another.",
    confidence: Confidence::Certain,
    confidence_reason: "the driver says so itself",
    suggestion: "Give each task a session of its own; make engine and pool in the event loop that uses \
                 them (with pytest-asyncio: fixtures and tests of one loop_scope), or use NullPool in \
                 tests; dispose of pools after a fork.",
    harmless: None,
    would_refute: "nothing: the driver refuses such use",
    label: "used where it does not belong",
    blames: true,
};

pub(super) static USED_AFTER_CLOSE: ErrorRule = ErrorRule {
    rule: Rule {
        code: "W302",
        name: "used-after-close",
        class: Class::Misuse,
        page: include_str!("used_after_close.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::UsedAfterClose],
    noun: "time",
    title: "Something that was closed was used again, {n}",
    resource: (ResourceKind::Session, "connection"),
    detail: "A connection, session or pool was closed, and somebody who still had it went on using it.",
    confidence: Confidence::Likely,
    confidence_reason: "the error tells that it was closed, not by whom",
    suggestion: "Close what tests share once, after the last of them; wait for unfinished work before a \
                 tear-down ends; do not keep a session beyond the block that opened it.",
    harmless: None,
    would_refute: "an earlier loss of the connection in the log of the other side",
    label: "used after it was closed",
    blames: false,
};

pub(super) static CONNECTION_NOT_OWNED: ErrorRule = ErrorRule {
    rule: Rule {
        code: "W303",
        name: "connection-not-owned",
        class: Class::Misuse,
        page: include_str!("connection_not_owned.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::OwnerMissing],
    noun: "time",
    title: "A process used the sandbox without a connection of its own, {n}",
    resource: (ResourceKind::Session, "sandbox"),
    detail: "Under the SQL sandbox a process must check out a connection, or be allowed to use the one \
             of its test.",
    confidence: Confidence::Certain,
    confidence_reason: "the pool says so itself",
    suggestion: "Check out in the set-up of every test that uses the repository, and allow the \
                 processes that it starts, or use the shared mode.",
    harmless: None,
    would_refute: "nothing: the pool only refuses a process that owns no connection",
    label: "owns no connection",
    blames: false,
};

pub(super) static WORK_TIMED_OUT: ErrorRule = ErrorRule {
    rule: Rule {
        code: "T101",
        name: "work-timed-out",
        class: Class::Timeout,
        page: include_str!("work_timed_out.md"),
        since: "0.1.0",
    },
    kinds: &[EventKind::WorkTimeout],
    noun: "time",
    title: "Database work took longer than allowed, {n}",
    resource: (ResourceKind::Server, "database"),
    detail: "A statement, a connection attempt or the hold of a connection was cut off by its own \
             limit.",
    confidence: Confidence::Likely,
    confidence_reason: "that a limit was reached is certain; the log does not tell what took the time",
    suggestion: "Look at what the statement waits for (locks, I/O, a server that is starting); raise \
                 the limit only if the work is meant to take that long.",
    harmless: None,
    would_refute: "the same work done within its limit under the same load",
    label: "its time was up",
    blames: false,
};

pub(super) static SETTING_REFUSED: ErrorRule = ErrorRule {
    rule: Rule {
        code: "C103",
        name: "setting-refused",
        class: Class::ConfigDrift,
        page: include_str!("setting_refused.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::SettingRefused],
    noun: "connection",
    title: "Server and client disagree about a setting: {n} failed",
    resource: (ResourceKind::Server, "database"),
    detail: "One of the two asks for something, mostly encryption, that the other does not do.",
    confidence: Confidence::Certain,
    confidence_reason: "the error says so itself",
    suggestion: "Give the tests settings of their own (sslmode and its like), or give the test server \
                 the same as in production.",
    harmless: None,
    would_refute: "a connection with the same settings that works",
    label: "the setting is refused",
    blames: false,
};

pub(super) static WRONG_ENVIRONMENT: ErrorRule = ErrorRule {
    rule: Rule {
        code: "C104",
        name: "wrong-environment",
        class: Class::ConfigDrift,
        page: include_str!("wrong_environment.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::WrongEnvironment],
    noun: "time",
    title: "The database belongs to another environment than the tests, said {n}",
    resource: (ResourceKind::Database, "database"),
    detail: "A tool refuses to empty or change a database because it is marked as one of production or \
             development, while the tests run as a test.",
    confidence: Confidence::Certain,
    confidence_reason: "the tool compares the mark in the database with the environment",
    suggestion: "Look which variable or file names this database (DATABASE_URL overrides the files of \
                 most frameworks) and give the tests one of their own; do not switch the check off.",
    harmless: None,
    would_refute: "a database of the tests that was only copied from another environment, with its mark",
    label: "refused because of its environment",
    blames: false,
};

pub(super) static SERVER_READ_ONLY: ErrorRule = ErrorRule {
    rule: Rule {
        code: "C105",
        name: "server-read-only",
        class: Class::ConfigDrift,
        page: include_str!("server_read_only.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::ServerReadOnly],
    noun: "statement",
    title: "The server only reads, but the tests write: {n} refused",
    resource: (ResourceKind::Server, "database"),
    detail: "A replica, or a server that is set so, refuses every statement that changes data.",
    confidence: Confidence::Likely,
    confidence_reason: "that the server only reads is certain; that another one is meant is supposed",
    suggestion: "Look which variable or file names this server, and give the tests the address of one \
                 that they may write to.",
    harmless: None,
    would_refute: "a server of the tests that became a replica, or was set to read only, while they ran",
    label: "it only reads",
    blames: false,
};

pub(super) static STATEMENTS_LEFT_OPEN: ErrorRule = ErrorRule {
    rule: Rule {
        code: "L107",
        name: "statements-left-open",
        class: Class::Leak,
        page: include_str!("statements_left_open.md"),
        since: "0.2.0",
    },
    kinds: &[EventKind::StatementsLeftOpen],
    noun: "statement",
    title: "Cursors or prepared statements were not closed until the server allowed no more: {n} refused",
    resource: (ResourceKind::Session, "statements"),
    detail: "A server allows each session, or all together, so many open cursors and prepared statements. \
             What opens them one by one and closes none meets the limit sooner or later.",
    confidence: Confidence::Likely,
    confidence_reason: "that the limit was reached is certain; which code closes none is not said",
    suggestion: "Close statements and result sets where they are made (`with`, try-with-resources, \
                 `defer rows.Close()`), prepare them once outside of loops, or use the driver's cache.",
    harmless: None,
    would_refute: "a limit that is lower than the statements which the program needs at once",
    label: "no more are allowed",
    blames: false,
};

pub(super) static CLEAN_UP_FAILED: ErrorRule = ErrorRule {
    rule: Rule {
        code: "R301",
        name: "clean-up-failed",
        class: Class::Cleanup,
        page: include_str!("clean_up_failed.md"),
        since: "0.1.0",
    },
    kinds: &[EventKind::CleanupFailed],
    noun: "time",
    title: "Clean-up failed {n}",
    resource: (ResourceKind::Database, "test data"),
    detail: "What a test or a run leaves behind was not taken away, or the one who should do it came \
             when the connection's owner was gone.",
    confidence: Confidence::Certain,
    confidence_reason: "the error says so itself",
    suggestion: "Clean up while the owner of the connection still lives (before the test ends, or with \
                 a connection of its own), and start from a clean state instead of relying on the end \
                 of the last run.",
    harmless: None,
    would_refute: "a later clean-up of the same data that works",
    label: "clean-up fails here",
    blames: false,
};

pub(super) static STARTED_TWICE: ErrorRule = ErrorRule {
    rule: Rule {
        code: "R203",
        name: "started-twice",
        class: Class::StartupRace,
        page: include_str!("started_twice.md"),
        since: "0.1.0",
    },
    kinds: &[EventKind::AlreadyStarted],
    noun: "start",
    title: "{n} found the process running already: two starters race",
    resource: (ResourceKind::Service, "process"),
    detail: "One part of the suite starts a process by hand, another, or the application, starts it \
             too; who comes second fails and takes its children down.",
    confidence: Confidence::Likely,
    confidence_reason: "the error tells that it ran already, not who started it",
    suggestion: "Leave starting to one place: the application, or start_supervised in the test; not \
                 both.",
    harmless: None,
    would_refute: "a caller that treats this answer as success",
    label: "it runs already",
    blames: false,
};
