//! The events of one input, folded into facts.

mod clients;
mod faults;
mod figures;
mod first_errors;

use logscan_model::timeline::{FirstError, Name, Overtime, SlowStatement, Target};
use logscan_model::{Basis, Event, EventKind, Field, Limits, Place};

use super::beside::Beside;
use super::comparisons::{Comparisons, Of};
use super::connections::Taker;
use super::containers::Containers;
use super::counts::Counts;
use super::facts::Facts;
use super::frame::Frame;
use super::lifecycles::Lifecycles;
use super::own_report::OwnReport;
use super::replaced::Replaced;
use super::server::Server;
use super::targets;
use super::unknown_errors::UnknownErrors;

/// Targets of one source that are kept.
const KEPT_TARGETS: usize = 10_000;

/// What sessions, pools and services of one input did.
#[derive(Debug)]
pub(super) struct Records {
    /// As the log tells it while it happens.
    pub(super) stream: Option<Box<Facts>>,
    /// What was captured while tests ran and is printed with those that failed. The same
    /// records may stand in a log file, so they are kept apart.
    pub(super) captured: Option<Box<Facts>>,
    most_processes: usize,
}

impl Records {
    fn within(most_processes: usize) -> Self {
        Self { stream: None, captured: None, most_processes }
    }

    fn part(&mut self, captured: bool) -> &mut Facts {
        let part = if captured { &mut self.captured } else { &mut self.stream };
        part.get_or_insert_with(|| Box::new(Facts::within(self.most_processes)))
    }

    fn stream(&mut self) -> &mut Facts {
        self.part(false)
    }

    fn parts(&mut self) -> impl Iterator<Item = &mut Box<Facts>> {
        self.stream.iter_mut().chain(&mut self.captured)
    }
}

/// The events of one input, folded.
#[derive(Debug)]
pub struct SourceFold {
    pub(super) frame: Frame,
    pub(super) records: Records,
    pub(super) server: Server,
    pub(super) counts: Counts,
    pub(super) targets: Vec<Target>,
    pub(super) server_limit: Option<(u64, Option<Place>)>,
    /// The line in which a build tool or CI system says that the command failed.
    pub(super) job_failed: Option<Place>,
    pub(super) job_timed_out: Option<Place>,
    pub(super) no_tests: Option<Place>,
    /// The line in which something beside the tests fails the job.
    pub(super) check_failed: Option<Place>,
    /// The error below the line in which a runner gives up.
    pub(super) gave_up_with: Option<FirstError>,
    pub(super) set_up_limit_s: Option<f64>,
    /// The last line that says that the job passed.
    pub(super) passed_at: Option<Place>,
    /// The first line in which a process ran out of memory.
    pub(super) out_of_memory: Option<Place>,
    /// What takes the place of the configured database.
    pub(super) replaced: Replaced,
    /// What is taken and given back in words that no signature knows.
    pub(super) lifecycles: Lifecycles,
    pub(super) containers: Containers,
    /// The last line that tells of a session, a pool or a service.
    fact: Option<Place>,
    /// The last line in which somebody says that he tries again.
    retry: Option<Place>,
    /// The test of the last line that marks the beginning of one.
    pub(super) marked: Option<Name>,
    /// That line.
    pub(super) marked_at: Option<Place>,
    /// Errors that no signature understands.
    pub(super) errors: UnknownErrors,
    /// Whether anybody but a server wrote the source.
    pub(super) by_clients: bool,
    summary: Option<(Place, Name)>,
    /// What stands beside errors that do not count by themselves.
    pub(super) beside: Beside,
    /// The last fault, for lines that tell one in two ways.
    last_fault: Option<(Place, EventKind)>,
    pub(super) comparisons: Comparisons,
    /// Statements that took long, and ended.
    pub(super) slow_statements: Vec<SlowStatement>,
    pub(super) overtimes: Vec<Overtime>,
    /// Seconds after which a pool reports a connection that is not given back.
    pub(super) leak_threshold_s: Option<f64>,
    /// Connections that a pool reported and got back.
    pub(super) retracted: Vec<Name>,
    own_report: OwnReport,
}

impl Default for SourceFold {
    fn default() -> Self {
        Self::within(&Limits::default())
    }
}

impl SourceFold {
    /// A fold that tells apart no more workers than the limits say.
    #[must_use]
    pub fn within(limits: &Limits) -> Self {
        Self {
            records: Records::within(limits.workers),
            frame: Frame::within(limits.tests),
            server: Server::default(),
            counts: Counts::default(),
            targets: Vec::new(),
            server_limit: None,
            job_failed: None,
            job_timed_out: None,
            no_tests: None,
            check_failed: None,
            gave_up_with: None,
            set_up_limit_s: None,
            passed_at: None,
            out_of_memory: None,
            replaced: Replaced::default(),
            lifecycles: Lifecycles::default(),
            containers: Containers::default(),
            fact: None,
            retry: None,
            marked: None,
            marked_at: None,
            errors: UnknownErrors::default(),
            by_clients: false,
            summary: None,
            beside: Beside::default(),
            last_fault: None,
            comparisons: Comparisons::default(),
            slow_statements: Vec::new(),
            overtimes: Vec::new(),
            leak_threshold_s: None,
            retracted: Vec::new(),
            own_report: OwnReport::default(),
        }
    }

    /// Takes one event; `chunk` is the text into which its spans point.
    pub fn take(&mut self, event: &Event, chunk: &str) {
        if event.kind == EventKind::SecretAnnounced || self.own_report.holds(event) {
            return;
        }
        // A detail may continue a server's record; then it has no head that says so.
        let silent = [EventKind::Detail, EventKind::ErrorSeen, EventKind::TroubleSeen];
        self.by_clients |= !event.by_server && !silent.contains(&event.kind);
        if event.kind == EventKind::SummaryResult {
            self.summary = event.text(Field::Test, chunk).map(|test| (event.place, test.into()));
        }
        // No test has this thread, and no runner titles a failure behind its last line.
        let main =
            event.kind == EventKind::TestPanicked && event.text(Field::Test, chunk) == Some("main");
        let alone = self.frame.is_outcome_of_none(event);
        if main || alone || event.kind == EventKind::FailureTitle && self.frame.ended {
            self.errors.trouble = Some(event.place);
        }
        let (of_frame, ended) = self.frame.take(event, chunk);
        if event.kind == EventKind::TestListed {
            self.records.stream().claim_nothing();
        }
        if let Some(test) = ended {
            self.records.stream().connections.test_ended(&test);
            self.records.stream().claim_faults(&test);
        }
        // It did not end in order before: if it was ready in this log, it died in the meantime.
        let died = event.kind == EventKind::ServerRecovers && !self.server.ready.is_empty();
        let event = if died { &Event { kind: EventKind::ServerCrashed, ..*event } } else { event };
        if of_frame || self.server.take(event, chunk) {
            return;
        }
        match event.kind {
            EventKind::ServerLimit => self.learn_limit(event),
            EventKind::JobFailed => _ = self.learn_status(event),
            EventKind::JobTimedOut if self.learn_status(event) => {
                self.job_timed_out.get_or_insert(event.place);
            }
            EventKind::NoTestsRan => _ = self.no_tests.get_or_insert(event.place),
            EventKind::CheckFailed if self.learn_status(event) => {
                self.check_failed.get_or_insert(event.place);
            }
            EventKind::JobPassed => {
                self.passed_at = Some(event.place);
                self.frame.goes_on = false;
            }
            EventKind::TestMarked => {
                self.marked = event.text(Field::Test, chunk).map(Name::from);
                self.marked_at = Some(event.place);
            }
            EventKind::TestSupposed => self.lifecycles.suppose(event, chunk),
            EventKind::ErrorSeen => self.error_seen(event, chunk),
            EventKind::TroubleSeen => self.errors.trouble = Some(event.place),
            EventKind::TargetReplaced
            | EventKind::EmbeddedRefused
            | EventKind::SettingsCached
            | EventKind::TargetOpposed
            | EventKind::SettingsCleared => self.replaced.take(event, chunk),
            EventKind::FailureInherited => self.failure_inherited(event),
            EventKind::DriverSeen => self.driver_seen(event),
            EventKind::DatabaseNamed | EventKind::DatabaseTagged => self.beside.database_named(),
            EventKind::PoolWaitSeen
            | EventKind::TearDownSeen
            | EventKind::SetUpSeen
            | EventKind::ForkSeen
            | EventKind::NoAnswerSeen => {
                let turned = self.beside.explains(event, self.frame.block());
                turned.into_iter().for_each(|(place, kind)| self.turn(place, kind));
            }
            EventKind::RetrySeen => self.retry_seen(event),
            EventKind::OutOfMemory => {
                self.error_seen(event, chunk);
                self.out_of_memory.get_or_insert(event.place);
            }
            EventKind::OtherClientSeen => self.other_client_seen(event),
            EventKind::ValuesDiffer => {
                let block = self.frame.block_of(event).map(Of::Block);
                let summary = || self.summary.as_ref().map(|(_, test)| Of::Summary(test.clone()));
                self.comparisons.take(event, chunk, block.or_else(summary));
            }
            EventKind::StatementSlow => self.statement_slow(event),
            EventKind::TookTooLong => self.took_too_long(event),
            EventKind::LeakThreshold => self.learn_threshold(event),
            EventKind::LeakRetracted => {
                self.retracted.extend(event.text(Field::Connection, chunk).map(Name::from));
            }
            EventKind::CountInitial | EventKind::CountReading | EventKind::CountFinal => {
                self.counts.take(event, self.frame.current().cloned());
            }
            kind if kind.ends_a_container() => self.container_ended(event, chunk),
            kind if kind.is_target() => self.target(event, chunk),
            kind if kind.is_fault() => self.fault(event, chunk),
            _ => self.fact(event, chunk),
        }
    }

    /// Gives back memory that was taken in advance; there may be thousands of inputs.
    pub fn shrink(&mut self) {
        self.frame.tests.shrink_to_fit();
        self.frame.blocks.shrink_to_fit();
        self.records.parts().for_each(|facts| facts.shrink());
        self.beside.shrink();
        self.lifecycles.shrink();
    }

    fn target(&mut self, event: &Event, chunk: &str) {
        let added = self.targets.last_mut().is_some_and(|last| targets::add_port(last, event));
        if !added && self.targets.len() < KEPT_TARGETS {
            let test = self.frame.running().cloned();
            let worker = self.records.stream().worker_above(event.place);
            let target = targets::target(event, chunk, test);
            self.targets.extend(target.map(|target| Target { worker, ..target }));
        }
    }

    fn fact(&mut self, event: &Event, chunk: &str) {
        if event.basis == Basis::Vocabulary && event.kind != EventKind::PoolStats {
            let test = self.frame.running().or(self.marked.as_ref());
            return self.lifecycles.take(event, chunk, test);
        }
        self.fact = Some(event.place);
        if event.kind.is_failed_work() {
            // Until the line's own error is understood, nobody knows what it means.
            self.errors.printed(&Event { time: None, ..*event });
        }
        if matches!(event.kind, EventKind::EngineHost | EventKind::ServiceTarget) {
            self.target(event, chunk);
        }
        let block = self.frame.block().filter(|_| self.frame.captured);
        let worker = block.and_then(|block| self.frame.blocks[block].worker.as_ref());
        let facts = self.records.part(block.is_some());
        let by_block = worker.and_then(|worker| facts.sessions.follow(worker, None));
        let by_head = event.pid.and_then(|pid| facts.sessions.by_pid(pid));
        let certain = by_head.or(by_block);
        let taker = || Taker {
            process: certain,
            worker: worker.cloned(),
            block,
            test: self.frame.running().cloned(),
        };
        match event.kind {
            EventKind::TransactionStart => facts.connections.transaction(event, chunk),
            EventKind::ConnectionTaken => {
                facts.connections.take(event, chunk, taker());
                facts.succeeded(event);
            }
            EventKind::DatabaseReached => facts.succeeded(event),
            EventKind::Statement => {
                facts.connections.statement(event, chunk, taker());
                facts.succeeded(event);
            }
            EventKind::ConnectionReturned => {
                facts.connections.give_back(event, chunk, worker.cloned());
            }
            EventKind::ConnectionUsed => facts.connections.used(event, chunk),
            EventKind::PoolStats => {
                facts.pool_stats(event, certain, self.frame.tests.len() as u32);
            }
            _ => facts.take(event, chunk, certain, block),
        }
    }
}
