//! The events of one input, folded into facts.

use std::collections::BTreeMap;

use logscan_model::timeline::{Fault, Moment, Name, Service, Subject, Target};
use logscan_model::{Event, EventKind, Field, Place};

use super::connections::{Connections, Taker};
use super::counts::Counts;
use super::frame::{BlockId, Frame, MAIN};
use super::pools::Pools;
use super::process::ProcessId;
use super::server::Server;
use super::sessions::{Hint, Sessions};
use super::targets;

/// Faults of one source that are kept one by one.
const KEPT_FAULTS: usize = 20_000;
/// So many lines behind an error its worker may be named.
const NAMED_WITHIN: u64 = 4;

/// Targets of one source that are kept.
const KEPT_TARGETS: usize = 10_000;
/// So many lines from a driver's stack frame an error is about the database.
const OF_DRIVER_WITHIN: u64 = 60;
/// Errors that wait for a driver's stack frame.
const DOUBTFUL: usize = 256;

/// The events of one input, folded.
#[derive(Debug, Default)]
pub struct SourceFold {
    pub(super) frame: Frame,
    /// What the log tells as it happens.
    pub(super) stream: Facts,
    /// What was captured while tests ran and is printed with those that failed. The same
    /// records may stand in a log file, so they are kept apart.
    pub(super) captured: Facts,
    pub(super) server: Server,
    pub(super) counts: Counts,
    pub(super) targets: Vec<Target>,
    pub(super) server_limit: Option<(u64, Option<Place>)>,
    /// Whether anybody but a server wrote the source.
    pub(super) by_clients: bool,
    summary: Option<(Place, Name)>,
    /// The last line that shows that a database driver is involved.
    driver: Option<Place>,
    /// Errors of any program that count if a driver's stack frame follows.
    doubtful: Vec<Doubtful>,
    /// The last fault, for lines that tell one in two ways.
    last_fault: Option<(Place, EventKind)>,
    /// Seconds after which a pool reports a connection that is not given back.
    pub(super) leak_threshold_s: Option<f64>,
    /// Connections that a pool reported and got back.
    pub(super) retracted: Vec<Name>,
}

/// An error that any program may print.
#[derive(Debug)]
struct Doubtful {
    told: Told,
    captured: bool,
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
    pub(super) connections: Connections,
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
    /// Takes one event; `chunk` is the text into which its spans point.
    pub fn take(&mut self, event: &Event, chunk: &str) {
        self.by_clients |= !event.by_server;
        if event.kind == EventKind::SummaryResult {
            self.summary = event.text(Field::Test, chunk).map(|test| (event.place, test.into()));
        }
        let (of_frame, ended) = self.frame.take(event, chunk);
        if let Some(test) = ended {
            self.stream.connections.test_ended(&test);
        }
        if of_frame || self.server.take(event, chunk) {
            return;
        }
        match event.kind {
            EventKind::ServerLimit => self.learn_limit(event),
            EventKind::DriverSeen => self.driver_seen(event.place),
            EventKind::LeakThreshold => self.learn_threshold(event),
            EventKind::LeakRetracted => {
                self.retracted.extend(event.text(Field::Connection, chunk).map(Name::from));
            }
            EventKind::CountInitial | EventKind::CountReading | EventKind::CountFinal => {
                self.counts.take(event, self.frame.current().cloned());
            }
            EventKind::TargetAnnounced | EventKind::TargetBound => self.target(event, chunk),
            kind if kind.is_fault() => self.fault(event, chunk, kind),
            kind if kind.fault_if_database().is_some() => self.fault_of_any_program(event, chunk),
            _ => self.fact(event, chunk),
        }
    }

    fn learn_limit(&mut self, event: &Event) {
        let limit = event.int(Field::Limit).and_then(|limit| u64::try_from(limit).ok());
        self.server_limit = self.server_limit.or(limit.map(|limit| (limit, Some(event.place))));
    }

    fn learn_threshold(&mut self, event: &Event) {
        let millis = event.float(Field::Millis).filter(|millis| *millis > 0.0);
        self.leak_threshold_s = millis.map(|millis| millis / 1e3).or(self.leak_threshold_s);
    }

    fn target(&mut self, event: &Event, chunk: &str) {
        if self.targets.len() < KEPT_TARGETS {
            let test = self.frame.running().cloned();
            self.targets.extend(targets::target(event, chunk, test));
        }
    }

    fn fact(&mut self, event: &Event, chunk: &str) {
        if matches!(event.kind, EventKind::EngineHost | EventKind::ServiceTarget) {
            self.target(event, chunk);
        }
        let block = self.frame.block().filter(|_| self.frame.captured);
        let worker = block.and_then(|block| self.frame.blocks[block].worker.clone());
        let running = self.frame.running().cloned();
        let facts = if block.is_some() { &mut self.captured } else { &mut self.stream };
        let by_block = worker.as_ref().map(|worker| facts.sessions.process(worker, None));
        let by_head = event.pid.and_then(|pid| facts.sessions.by_pid(pid));
        let certain = by_head.or(by_block);
        match event.kind {
            EventKind::TransactionStart => facts.connections.transaction(event, chunk),
            EventKind::ConnectionTaken => {
                let taker = Taker { process: certain, worker, block, test: running };
                facts.connections.take(event, chunk, taker);
            }
            EventKind::ConnectionReturned => facts.connections.give_back(event, chunk, worker),
            EventKind::ConnectionUsed => facts.connections.used(event, chunk),
            EventKind::PoolStats => {
                facts.pool_stats(event, certain, self.frame.tests.len() as u32);
            }
            _ => facts.take(event, chunk, certain, block),
        }
    }

    fn fault(&mut self, event: &Event, chunk: &str, kind: EventKind) {
        if let Some((captured, told)) = self.told(event, chunk, kind) {
            let facts = if captured { &mut self.captured } else { &mut self.stream };
            facts.keep(told);
        }
    }

    /// An error that any program prints counts if it names a database, or stands beside the
    /// stack frames of a driver.
    fn fault_of_any_program(&mut self, event: &Event, chunk: &str) {
        let Some(kind) = event.kind.fault_if_database() else { return };
        let port = event.int(Field::Port).is_some_and(targets::is_database_port);
        let host = event.text(Field::Host, chunk).is_some_and(targets::is_database_host);
        let near = self.driver.is_some_and(|driver| {
            driver.input == event.place.input && event.place.line - driver.line <= OF_DRIVER_WITHIN
        });
        if port || host || near {
            self.fault(event, chunk, kind);
        } else if self.doubtful.len() < DOUBTFUL
            && let Some((captured, told)) = self.told(event, chunk, kind)
        {
            self.doubtful.push(Doubtful { told, captured });
        }
    }

    fn driver_seen(&mut self, place: Place) {
        self.driver = Some(place);
        for Doubtful { told, captured } in std::mem::take(&mut self.doubtful) {
            if place.line - told.fault.moment.place.line <= OF_DRIVER_WITHIN {
                let facts = if captured { &mut self.captured } else { &mut self.stream };
                facts.keep(told);
            }
        }
    }

    /// The fault of a line, and whether it was captured; `None` if the line told it already.
    fn told(&mut self, event: &Event, chunk: &str, kind: EventKind) -> Option<(bool, Told)> {
        let same_line = |(place, known): &(Place, EventKind)| {
            *place == event.place && (*known == kind || kind == EventKind::SetupFailed)
        };
        if self.last_fault.as_ref().is_some_and(same_line) {
            return None;
        }
        self.last_fault = Some((event.place, kind));
        let block = self.frame.block_of(event);
        let captured = block.is_some() && self.frame.captured;
        let facts = if captured { &mut self.captured } else { &mut self.stream };
        let about = facts.about.filter(|about| about.place == event.place);
        let summary = self.summary.as_ref().filter(|(place, _)| *place == event.place);
        // Whoever reports a leak is not the one who made it.
        let bystander = matches!(kind, EventKind::LeakReported | EventKind::ConnectionCollected);
        let running = || self.frame.running().filter(|_| !bystander && !event.by_server).cloned();
        let test = summary.map(|(_, test)| test.clone()).or_else(running);
        let (subject, process) = match about {
            Some(about) => (about.subject, about.process),
            None if event.by_server => (Subject::Server, None),
            None if test.is_some() || block.is_some() => (Subject::Test, None),
            None => (Subject::Unknown, None),
        };
        Some((captured, facts.fault(event, chunk, kind, subject, process, test, block)))
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
            EventKind::PoolLimit => {
                let process = process.unwrap_or_else(|| self.main());
                self.pools.limit(process, &self.sessions.processes[process], event);
            }
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

    /// The process of a log that tells of one only.
    fn main(&mut self) -> ProcessId {
        self.context.unwrap_or_else(|| self.sessions.process(MAIN, None))
    }

    fn pool_stats(&mut self, event: &Event, process: Option<ProcessId>, ended: u32) {
        let process = process.unwrap_or_else(|| self.main());
        self.pools.stats(process, &self.sessions.processes[process], event, ended);
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

    #[expect(clippy::too_many_arguments, reason = "what is known about one line")]
    fn fault(
        &mut self,
        event: &Event,
        chunk: &str,
        kind: EventKind,
        subject: Subject,
        process: Option<ProcessId>,
        test: Option<Name>,
        block: Option<BlockId>,
    ) -> Told {
        let number = |field| event.int(field).and_then(|number| u32::try_from(number).ok());
        let name = |field| event.text(field, chunk).map(Name::from);
        let millis = event.float(Field::Millis).map(|millis| millis / 1e3);
        let fault = Fault {
            kind,
            moment: moment(event),
            places: vec![event.place],
            subject,
            worker: process.map(|process| self.sessions.processes[process].name.clone()),
            test,
            relation: name(Field::Relation),
            name: name(Field::Name).or_else(|| name(Field::User)),
            connection: name(Field::Connection),
            endpoint: endpoint(event, chunk),
            size: number(Field::Size),
            max_overflow: number(Field::Overflow),
            timeout_s: event.float(Field::Timeout).or(millis),
        };
        let epoch = process.map_or(0, |process| self.sessions.processes[process].epoch);
        Told { fault, process, epoch, block }
    }

    fn keep(&mut self, told: Told) {
        let Told { fault, process, .. } = &told;
        if let (Some(process), Some(size), Some(overflow)) =
            (*process, fault.size, fault.max_overflow)
        {
            self.pools.learn(process, &self.sessions.processes[process], size, overflow);
        }
        // That something gave up says less than why.
        let place = told.fault.moment.place;
        let vague = |last: &mut Told| {
            last.fault.kind == EventKind::SetupFailed && last.fault.moment.place == place
        };
        self.faults.pop_if(vague);
        let repeated = self.is_repeated(told.fault.moment.place, &told);
        if !repeated && self.faults.len() < KEPT_FAULTS {
            self.faults.push(told);
        }
    }

    /// A session tells its error twice: when its connection failed, and when it gave up.
    fn is_repeated(&mut self, place: Place, new: &Told) -> bool {
        let Subject::Session(_) = new.fault.subject else { return false };
        let same = self.faults.iter_mut().rev().take(64).find(|told| {
            told.fault.kind == new.fault.kind
                && told.fault.subject == new.fault.subject
                && told.process == new.process
                && !told.fault.places.contains(&place)
        });
        same.is_some_and(|told| {
            told.fault.places.push(place);
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

/// `host:port`, or the host alone.
fn endpoint(event: &Event, chunk: &str) -> Option<String> {
    let host = event.text(Field::Host, chunk)?;
    Some(event.int(Field::Port).map_or(host.to_owned(), |port| format!("{host}:{port}")))
}

fn moment(event: &Event) -> Moment {
    Moment { time: event.time, place: event.place }
}
