//! Facts that were told in one way: as they happened, or captured and printed later.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Fault, Moment, Name, Service, Subject};
use logscan_model::{Event, EventKind, Field, Place};

use super::block::BlockId;
use super::busy::Busy;
use super::connections::Connections;
use super::frame::MAIN;
use super::pools::Pools;
use super::process::ProcessId;
use super::sessions::{Hint, Sessions};
use super::told::Told;

/// Faults that are kept one by one.
const KEPT_FAULTS: usize = 20_000;
/// Lines that tell one fault.
const KEPT_PLACES: usize = 64;
/// So many lines behind an error its worker may be named.
const NAMED_WITHIN: u64 = 4;
/// So many lines below its name a worker's own address may stand.
const OWNED_WITHIN: u64 = 3;

/// What a line was about, for a fault that stands in the same line.
#[derive(Clone, Copy, Debug)]
pub(super) struct About {
    pub(super) place: Place,
    pub(super) subject: Subject,
    pub(super) process: Option<ProcessId>,
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
    /// Faults before this one belong to tests that ended before.
    pub(super) claimed: usize,
    context: Option<ProcessId>,
    /// Where it was named last.
    named_at: Option<Place>,
    pub(super) about: Option<About>,
    making_tables: Busy,
    checking_health: Busy,
    /// Where each service stands, by its endpoint.
    services_at: HashMap<Option<String>, usize, RandomState>,
    endpoint: Option<String>,
}

impl Facts {
    /// Facts of no more processes than so many.
    pub(super) fn within(most_processes: usize) -> Self {
        let sessions = Sessions::within(most_processes);
        Self { sessions, ..Self::default() }
    }

    /// Takes a fact; `certain` is the process that wrote it, if that is known.
    pub(super) fn take(
        &mut self,
        event: &Event,
        chunk: &str,
        certain: Option<ProcessId>,
        block: Option<BlockId>,
    ) {
        let named = event.text(Field::Worker, chunk);
        let pid = event.int(Field::Pid).and_then(|pid| u32::try_from(pid).ok()).or(event.pid);
        if let Some(worker) = named {
            self.context = self.sessions.follow(worker, pid);
            self.named_at = Some(event.place);
            let Some(process) = self.context else { return };
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
            | EventKind::PoolOverflow => self.pool_count(event, process),
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
            self.succeeded(event);
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

    /// A count of a pool. Where no process was named yet there is one only, and a count that no
    /// state lacks begins another one.
    fn pool_count(&mut self, event: &Event, process: Option<ProcessId>) {
        if process.is_none() && self.context.is_none() && !self.pools.lacks(event.kind) {
            let main = self.sessions.process(MAIN, None);
            self.pools.block_starts(main, &self.sessions.processes, moment(event));
        }
        self.pools.count(event, process);
    }

    /// The process of a log that tells of one only.
    fn main(&mut self) -> ProcessId {
        self.context.unwrap_or_else(|| self.sessions.process(MAIN, None))
    }

    pub(super) fn pool_stats(&mut self, event: &Event, process: Option<ProcessId>, ended: u32) {
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
            EventKind::HealthcheckStart => self.checking_health.begins(self.context),
            EventKind::HealthcheckOk => {
                let last = self.checking_health.last();
                self.checking_health.ends(last);
                self.succeeded(event);
            }
            EventKind::HealthcheckFailed => {
                let process = certain.or_else(|| self.checking_health.only());
                self.checking_health = Busy::default();
                self.about = about(Subject::Healthcheck, process);
            }
            EventKind::TablesStart => self.tables_start(),
            EventKind::TablesCreated | EventKind::TablesFailed => {
                let process = certain.or_else(|| self.making_tables.only());
                let done = process.or_else(|| self.making_tables.first());
                self.making_tables.end_all(done);
                self.about = about(Subject::Tables, process);
            }
            _ => {}
        }
    }

    /// A connection is seen to work.
    /// Gives back what was taken in advance, and what only further lines need.
    pub(super) fn shrink(&mut self) {
        self.faults.shrink_to_fit();
        self.services.shrink_to_fit();
        self.sessions.shrink();
        self.pools.shrink();
        self.services_at = HashMap::default();
    }

    /// The worker that one of the lines just above names.
    pub(super) fn worker_above(&self, place: Place) -> Option<Name> {
        let near = |at: &Place| at.input == place.input && place.line - at.line <= OWNED_WITHIN;
        self.named_at.filter(near)?;
        self.context.map(|process| self.sessions.processes[process].name.clone())
    }

    pub(super) fn succeeded(&mut self, event: &Event) {
        self.first_success.get_or_insert(moment(event));
    }

    fn tables_start(&mut self) {
        if let Some(process) = self.context {
            self.making_tables.begins(Some(process));
            *self.table_makers.entry(process).or_default() += 1;
        }
    }

    fn service_line(&mut self, event: &Event) {
        let endpoint = self.endpoint.clone();
        let next = self.services.len();
        let index = *self.services_at.entry(endpoint.clone()).or_insert(next);
        if index == next {
            self.services.push(Service {
                name: "postgres".to_owned(),
                endpoint,
                first_attempt: event.time,
                failed_attempts: 0,
                ready: None,
                first_failure: None,
                ready_at: None,
            });
        }
        let service = &mut self.services[index];
        if event.kind == EventKind::ServiceReady {
            service.ready = service.ready.or(event.time);
            service.ready_at.get_or_insert(moment(event));
            self.succeeded(event);
        } else {
            service.failed_attempts += 1;
            service.first_failure.get_or_insert(moment(event));
        }
    }

    #[expect(clippy::too_many_arguments, reason = "what is known about one line")]
    pub(super) fn fault(
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
            basis: event.basis,
            moment: moment(event),
            places: vec![event.place],
            subject,
            worker: process.map(|process| self.sessions.processes[process].name.clone()),
            test,
            relation: name(Field::Relation),
            name: name(Field::Name).or_else(|| name(Field::User)),
            connection: name(Field::Connection),
            endpoint: endpoint(event, chunk).map(Name::from),
            size: number(Field::Size),
            max_overflow: number(Field::Overflow),
            timeout_s: event.float(Field::Timeout).or(millis),
        };
        let epoch = process.map_or(0, |process| self.sessions.processes[process].epoch);
        let by_neighbour = event.needs.failure && block.is_none();
        Told { fault, process, epoch, block, by_neighbour, if_its_test_failed: false }
    }

    pub(super) fn keep(&mut self, told: Told) {
        let Told { fault, process, block, .. } = &told;
        if let (Some(id), Some(size), Some(overflow)) = (*process, fault.size, fault.max_overflow) {
            // A report tells it when all is over, but for the records of a log that it quotes.
            let told = block.is_none() || fault.moment.time.is_some();
            let at = told.then_some(fault.moment);
            self.pools.timed_out(id, &self.sessions.processes, at, [size, overflow]);
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
                && told.fault.places.last() != Some(&place)
        });
        same.is_some_and(|told| {
            if told.fault.places.len() < KEPT_PLACES {
                told.fault.places.push(place);
            }
            true
        })
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
