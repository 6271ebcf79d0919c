//! The events of one input, folded into facts.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Moment, Name, Service, Subject};
use logscan_model::{Event, EventKind, Field, Place};

use super::frame::{BlockId, Frame};
use super::pools::Pools;
use super::process::ProcessId;
use super::sessions::{Hint, Sessions};

/// Faults of one source that are kept one by one.
const KEPT_FAULTS: usize = 20_000;
/// So many lines behind an error its worker may be named.
const NAMED_WITHIN: u64 = 4;

/// The events of one input, folded.
#[derive(Debug)]
pub struct SourceFold {
    pub(super) server_log: bool,
    pub(super) frame: Frame,
    /// What the log tells as it happens.
    pub(super) stream: Facts,
    /// What was captured while tests ran and is printed with those that failed. The same
    /// records may stand in a log file, so they are kept apart.
    pub(super) captured: Facts,
    summary: Option<(Place, Name)>,
    pub(super) server_ready: Vec<Moment>,
    pub(super) server_limit: Option<(u64, Place)>,
}

/// A fault as its source tells it.
#[derive(Debug)]
pub(super) struct Told {
    pub(super) fault: Fault,
    pub(super) process: Option<ProcessId>,
    /// Set-ups of tests that the process had seen.
    pub(super) epoch: u32,
    pub(super) block: Option<BlockId>,
}

/// What a line was about, for a fault that stands in the same line.
#[derive(Clone, Copy, Debug)]
struct About {
    place: Place,
    subject: Subject,
    process: Option<ProcessId>,
}

/// Facts that were told in one way.
#[derive(Debug, Default)]
pub(super) struct Facts {
    pub(super) sessions: Sessions,
    pub(super) pools: Pools,
    pub(super) services: Vec<Service>,
    pub(super) faults: Vec<Told>,
    /// When the set-up of each test began, by process.
    pub(super) setups: BTreeMap<ProcessId, Vec<Moment>>,
    /// The block in which a session was captured.
    pub(super) captured_in: Vec<(ProcessId, u32, BlockId)>,
    pub(super) table_makers: BTreeMap<ProcessId, u64>,
    /// First time that a connection is known to have worked.
    pub(super) first_success: Option<Moment>,
    pub(super) stopped: bool,
    context: Option<ProcessId>,
    about: Option<About>,
    making_tables: Vec<ProcessId>,
    checking_health: Vec<ProcessId>,
    endpoint: Option<String>,
}

impl SourceFold {
    /// An empty fold. `server_log` says that the input is a server's own log.
    #[must_use]
    pub fn new(server_log: bool) -> Self {
        Self {
            server_log,
            frame: Frame::default(),
            stream: Facts::default(),
            captured: Facts::default(),
            summary: None,
            server_ready: Vec::new(),
            server_limit: None,
        }
    }

    /// Takes one event; `chunk` is the text into which its spans point.
    pub fn take(&mut self, event: &Event, chunk: &str) {
        if event.kind == EventKind::SummaryResult {
            self.summary = event.text(Field::Test, chunk).map(|test| (event.place, test.into()));
        }
        if self.frame.take(event, chunk) {
            return;
        }
        match event.kind {
            EventKind::ServerReady => self.server_ready.push(moment(event)),
            EventKind::ServerLimit => self.learn_limit(event),
            kind if kind.is_fault() => self.fault(event, chunk),
            _ => self.fact(event, chunk),
        }
    }

    fn learn_limit(&mut self, event: &Event) {
        let limit = event.int(Field::Limit).and_then(|limit| u64::try_from(limit).ok());
        self.server_limit = self.server_limit.or(limit.map(|limit| (limit, event.place)));
    }

    fn fact(&mut self, event: &Event, chunk: &str) {
        let block = self.frame.block().filter(|_| self.frame.captured);
        let worker = block.and_then(|block| self.frame.blocks[block].worker.clone());
        let facts = if block.is_some() { &mut self.captured } else { &mut self.stream };
        let by_block = worker.map(|worker| facts.sessions.process(&worker, None));
        let by_head = event.pid.and_then(|pid| facts.sessions.by_pid(pid));
        facts.take(event, chunk, by_head.or(by_block), block);
    }

    fn fault(&mut self, event: &Event, chunk: &str) {
        let block = self.frame.block();
        let in_captured = block.is_some() && self.frame.captured;
        let summary = self.summary.as_ref().filter(|(place, _)| *place == event.place);
        let test = summary.map(|(_, test)| test.clone());
        let of_test = test.is_some() || block.is_some();
        let facts = if in_captured { &mut self.captured } else { &mut self.stream };
        let same_line = facts.about.filter(|about| about.place == event.place);
        let (subject, process) = match same_line {
            Some(about) => (about.subject, about.process),
            None if of_test => (Subject::Test, None),
            None if self.server_log => (Subject::Server, None),
            None => (Subject::Unknown, None),
        };
        facts.tell(event, chunk, subject, process, test, block);
    }
}

impl Facts {
    /// Takes a fact; `certain` is the process that wrote it, if that is known.
    fn take(
        &mut self,
        event: &Event,
        chunk: &str,
        certain: Option<ProcessId>,
        block: Option<BlockId>,
    ) {
        let named = event.text(Field::Worker, chunk);
        let pid = event.int(Field::Pid).and_then(|pid| u32::try_from(pid).ok()).or(event.pid);
        if let Some(worker) = named {
            let process = self.sessions.process(worker, pid);
            self.context = Some(process);
            self.name_last_fault(process, event.place);
            self.seen(process, event);
        }
        let process = if named.is_some() { self.context } else { certain };
        match event.kind {
            EventKind::TestSetup => self.test_setup(event),
            EventKind::SessionOpen => self.session_open(event, block),
            EventKind::FixtureSessionOpen | EventKind::FixtureSessionClosed => {
                self.fixture_session(event);
            }
            EventKind::PoolContext => self.pool_context(event, chunk),
            EventKind::PoolSize
            | EventKind::PoolCheckedOut
            | EventKind::PoolCheckedIn
            | EventKind::PoolOverflow => self.pools.count(event, process),
            EventKind::PoolEnd => self.pools.block_ends(&self.sessions.processes, process),
            kind if is_session_line(kind) => self.session_line(event, process),
            kind if is_engine_line(kind) => self.engine_line(event, chunk, process),
            _ => self.surroundings(event, chunk, process),
        }
    }

    fn seen(&mut self, process: ProcessId, event: &Event) {
        let process = &mut self.sessions.processes[process];
        process.start = process.start.or(event.time);
        process.end = event.time.or(process.end);
    }

    /// Some errors name their worker in a line of their own, just below.
    fn name_last_fault(&mut self, process: ProcessId, place: Place) {
        let Some(told) = self.faults.last_mut() else { return };
        let near = place.line.saturating_sub(told.fault.moment.place.line) <= NAMED_WITHIN;
        if near && told.fault.subject == Subject::Healthcheck {
            told.process = Some(process);
            told.epoch = self.sessions.processes[process].epoch;
        }
    }

    fn test_setup(&mut self, event: &Event) {
        let Some(process) = self.context else { return };
        self.sessions.processes[process].epoch += 1;
        self.setups.entry(process).or_default().push(moment(event));
    }

    fn session_open(&mut self, event: &Event, block: Option<BlockId>) {
        let number = event.int(Field::Number).and_then(|number| u32::try_from(number).ok());
        let (Some(process), Some(number)) = (self.context, number) else { return };
        self.sessions.open(process, Some(number), moment(event));
        if let Some(block) = block {
            self.captured_in.push((process, number, block));
        }
    }

    fn fixture_session(&mut self, event: &Event) {
        let Some(process) = self.context else { return };
        match event.kind {
            EventKind::FixtureSessionOpen => self.sessions.open(process, None, moment(event)),
            _ => self.sessions.close_unnumbered(process, moment(event)),
        }
    }

    fn session_line(&mut self, event: &Event, certain: Option<ProcessId>) {
        let number = event.int(Field::Number).and_then(|number| u32::try_from(number).ok());
        let Some(number) = number else { return };
        let elapsed = !matches!(event.kind, EventKind::SessionClosed | EventKind::SessionCreated);
        let hint = Hint {
            process: certain,
            context: self.context,
            time: event.time,
            seconds: event.float(Field::Seconds).filter(|_| elapsed),
        };
        let process = self.sessions.line(event.kind, number, moment(event), hint);
        if event.kind == EventKind::SessionConnected {
            self.first_success.get_or_insert(moment(event));
        }
        self.about = Some(About { place: event.place, subject: Subject::Session(number), process });
    }

    /// The state before or after a session also tells whose session was closed.
    fn pool_context(&mut self, event: &Event, chunk: &str) {
        let Some(process) = self.context else { return };
        let context = event.text(Field::Context, chunk).unwrap_or_default();
        let after = context.strip_prefix("After session #");
        if let Some(number) = after.and_then(|number| number.parse().ok()) {
            self.sessions.confirm_closed(process, number);
        }
        self.pools.block_starts(process, &self.sessions.processes, moment(event));
    }

    fn engine_line(&mut self, event: &Event, chunk: &str, certain: Option<ProcessId>) {
        let Some(process) = certain.or(self.context) else { return };
        match event.kind {
            EventKind::EngineStart => {
                let owner = &self.sessions.processes[process];
                self.pools.engine_starts(process, owner, event);
            }
            EventKind::PoolSettings => {
                let owner = &self.sessions.processes[process];
                self.pools.settings(process, owner, event);
            }
            _ => self.pools.engine_line(process, event, chunk),
        }
    }

    /// Services, health checks and tables.
    fn surroundings(&mut self, event: &Event, chunk: &str, certain: Option<ProcessId>) {
        let about = |subject, process| Some(About { place: event.place, subject, process });
        match event.kind {
            EventKind::ServiceTarget => self.endpoint = endpoint(event, chunk),
            EventKind::ServiceAttemptFailed | EventKind::ServiceReady => {
                self.service_line(event);
                self.about = about(Subject::ServiceAttempt, certain);
            }
            EventKind::ServiceStopped => self.stopped = true,
            EventKind::HealthcheckStart => self.checking_health.extend(self.context),
            EventKind::HealthcheckOk => {
                self.checking_health.pop();
                self.first_success.get_or_insert(moment(event));
            }
            EventKind::HealthcheckFailed => {
                let process = certain.or_else(|| only(&self.checking_health));
                self.checking_health.clear();
                self.about = about(Subject::Healthcheck, process);
            }
            EventKind::TablesStart => self.tables_start(),
            EventKind::TablesCreated | EventKind::TablesFailed => {
                let process = certain.or_else(|| only(&self.making_tables));
                let done = process.or_else(|| self.making_tables.first().copied());
                self.making_tables.retain(|other| Some(*other) != done);
                self.about = about(Subject::Tables, process);
            }
            _ => {}
        }
    }

    fn tables_start(&mut self) {
        if let Some(process) = self.context {
            self.making_tables.push(process);
            *self.table_makers.entry(process).or_default() += 1;
        }
    }

    fn service_line(&mut self, event: &Event) {
        let endpoint = self.endpoint.clone();
        let known = self.services.iter().position(|service| service.endpoint == endpoint);
        let index = known.unwrap_or_else(|| {
            self.services.push(Service {
                name: "postgres".to_owned(),
                endpoint,
                first_attempt: event.time,
                failed_attempts: 0,
                ready: None,
                first_failure: None,
                ready_at: None,
            });
            self.services.len() - 1
        });
        let service = &mut self.services[index];
        if event.kind == EventKind::ServiceReady {
            service.ready = service.ready.or(event.time);
            service.ready_at.get_or_insert(moment(event));
            self.first_success.get_or_insert(moment(event));
        } else {
            service.failed_attempts += 1;
            service.first_failure.get_or_insert(moment(event));
        }
    }

    fn tell(
        &mut self,
        event: &Event,
        chunk: &str,
        subject: Subject,
        process: Option<ProcessId>,
        test: Option<Name>,
        block: Option<BlockId>,
    ) {
        let number = |field| event.int(field).and_then(|number| u32::try_from(number).ok());
        let (size, max_overflow) = (number(Field::Size), number(Field::Overflow));
        if let (Some(process), Some(size), Some(overflow)) = (process, size, max_overflow) {
            self.pools.learn(process, &self.sessions.processes[process], size, overflow);
        }
        if self.is_repeated(event, subject, process) || self.faults.len() >= KEPT_FAULTS {
            return;
        }
        let fault = Fault {
            kind: event.kind,
            moment: moment(event),
            places: vec![event.place],
            subject,
            worker: process.map(|process| self.sessions.processes[process].name.clone()),
            test,
            relation: event.text(Field::Relation, chunk).map(Into::into),
            endpoint: endpoint(event, chunk),
            size,
            max_overflow,
            timeout_s: event.float(Field::Timeout),
        };
        let epoch = process.map_or(0, |process| self.sessions.processes[process].epoch);
        self.faults.push(Told { fault, process, epoch, block });
    }

    /// A session tells its error twice: when its connection failed, and when it gave up.
    fn is_repeated(&mut self, event: &Event, subject: Subject, process: Option<ProcessId>) -> bool {
        let Subject::Session(_) = subject else { return false };
        let same = self.faults.iter_mut().rev().take(64).find(|told| {
            told.fault.kind == event.kind
                && told.fault.subject == subject
                && told.process == process
                && !told.fault.places.contains(&event.place)
        });
        same.is_some_and(|told| {
            told.fault.places.push(event.place);
            true
        })
    }
}

/// The process that is meant if only one can be: with several, it is not guessed.
fn only(processes: &[ProcessId]) -> Option<ProcessId> {
    match processes {
        [first, rest @ ..] if rest.iter().all(|other| other == first) => Some(*first),
        _ => None,
    }
}

fn is_session_line(kind: EventKind) -> bool {
    kind >= EventKind::SessionCreated && kind <= EventKind::SessionCloseFailed
}

fn is_engine_line(kind: EventKind) -> bool {
    kind >= EventKind::EngineStart && kind <= EventKind::EngineFailed
}

fn endpoint(event: &Event, chunk: &str) -> Option<String> {
    let port = event.int(Field::Port)?;
    Some(format!("{}:{port}", event.text(Field::Host, chunk)?))
}

fn moment(event: &Event) -> Moment {
    Moment { time: event.time, place: event.place }
}
