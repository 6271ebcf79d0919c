//! Several inputs of one run are one run.
//!
//! The debug log has times and no names of tests, the runner's output has names and
//! no times; captured sections repeat parts of the log. Here they become one
//! timeline: every fact once, every session with its test.

mod lived;
mod lost;
mod merged;
mod workers;

use std::collections::hash_map::Entry;
use std::collections::{HashMap, HashSet};

use foldhash::fast::RandomState;
use logscan_model::settings::Settings;
use logscan_model::timeline::{
    Checkout, EndedBy, Ending, Name, Pool, Service, Session, Stats, Test, TestOutcome, Timeline,
    Worker,
};
use logscan_model::{EventKind, Note};

use super::connections::Held;
use super::durations::Durations;
use super::facts::Facts;
use super::leaks::Seen;
use super::names::{self, TestNames};
use super::outcome;
use super::process::Process;
use super::samples::at_capacity;
use super::source::SourceFold;
use super::told::Told;
use super::{Run, clocks, counts, faults, leaks};
use lost::{lost_tests, reported_behind};
use workers::WorkersNamed;

/// A run that is being put together.
#[derive(Default)]
pub(super) struct Join {
    pub(super) timeline: Timeline,
    stats: Stats,
    pub(super) notes: Vec<Note>,
    durations: Durations,
    /// Sessions by worker and number; several, if a name was used by several processes.
    index: HashMap<(Name, u32), Vec<usize>, RandomState>,
    /// Sessions that are kept though nothing is remarkable about them.
    ended_well: usize,
    /// Where the workers of a name stand in the timeline, until they are sorted.
    workers_named: HashMap<Name, WorkersNamed>,
    /// Where each pool stands, by worker and name.
    pools_named: HashMap<(Option<Name>, String), usize>,
    /// Where each service stands, by its endpoint.
    services_at: HashMap<Option<String>, usize>,
    pub(super) names: TestNames,
    /// Connections that were not given back, by part of a source: whether it is a stream.
    held: Vec<(bool, Vec<Checkout>, Seen)>,
}

impl Join {
    #[expect(clippy::vec_box, reason = "see the correlator")]
    pub(super) fn run(
        mut self,
        mut sources: Vec<Box<SourceFold>>,
        lossy: bool,
        settings: &Settings,
    ) -> Run {
        sources.iter_mut().for_each(|source| source.frame.resolve_blocks());
        sources.sort_by_key(|source| std::cmp::Reverse(source.weight()));
        self.timeline.damaged = lossy;
        self.tell_runs_apart(&mut sources);
        self.tests(&sources);
        for source in &mut sources {
            self.server(source);
            self.targets(source);
        }
        let read = sources.iter_mut().map(|source| (&mut source.counts, &source.frame));
        self.timeline.connection_counts = counts::of(read);
        let told: Vec<(Vec<Told>, Vec<Told>)> =
            sources.iter_mut().map(|source| self.facts(source)).collect();
        faults::tell_all(&mut self.timeline, &sources, told);
        for (test, error) in sources.iter_mut().flat_map(|source| source.first_errors()) {
            self.timeline.first_errors.entry(test).or_insert(error);
        }
        let ran_dry = self.timeline.faults.iter().any(|f| f.kind == EventKind::PoolTimeout);
        let lived = sources.iter_mut().flat_map(|source| source.lived(ran_dry));
        self.lived(lived.collect());
        self.held.sort_by_key(|(in_stream, _, _)| !in_stream);
        let mut known = leaks::Known::default();
        for (in_stream, found, seen) in std::mem::take(&mut self.held) {
            known.checkouts(&mut self.timeline, found, in_stream, seen);
        }
        leaks::owners(&mut self.timeline, &sources);
        self.notes.extend(clocks::align(&mut self.timeline));
        self.workers(&sources);
        self.outlived();
        self.settings(settings);
        self.close()
    }

    fn tests(&mut self, sources: &[Box<SourceFold>]) {
        let tests = &mut self.timeline.tests;
        *tests = names::tests(sources);
        self.names = TestNames::join(sources, tests);
        let beyond: u64 = sources.iter().map(|source| source.frame.left_out_failed).sum();
        let failed = tests.iter().filter(|test| test.failed()).count() as u64 + beyond;
        let skipped = |test: &Test| test.outcome == Some(TestOutcome::Skipped);
        let idle = !tests.is_empty() && tests.iter().all(skipped);
        let counted = || sources.iter().filter_map(|source| source.frame.counted);
        let left_out: u64 = sources.iter().map(|source| source.frame.left_out).sum();
        self.stats.tests =
            counted().map(|(all, _)| all).fold(tests.len() as u64 + left_out, u64::max);
        self.stats.tests_failed = counted().map(|(_, failed)| failed).fold(failed, u64::max);
        self.tests_left_out(left_out);
        let outcome = &mut self.timeline.outcome;
        outcome.tests = if idle { 0 } else { self.stats.tests };
        outcome.failures = self.stats.tests_failed;
        outcome::of_runners(outcome, sources);
        self.timeline.told_later = sources.iter().flat_map(|it| it.containers.listed()).collect();
        self.timeline.servers_only = !sources.iter().any(|source| source.by_clients);
        let told: Vec<bool> = sources.iter().filter_map(|source| source.frame.sequential).collect();
        self.timeline.tests_at_once = sources.iter().find_map(|source| source.frame.at_once);
        self.timeline.sequential = match told.as_slice() {
            [] => sources.iter().any(|it| it.frame.tells_starts()).then_some(true),
            told => Some(told.iter().all(|sequential| *sequential)),
        };
    }

    fn server(&mut self, source: &mut SourceFold) {
        source.errors.finish();
        outcome::of_job(&mut self.timeline.outcome, source);
        self.timeline.server_starts.append(&mut source.server.starts);
        self.timeline.server_ready.append(&mut source.server.ready);
        self.timeline.server_stops.append(&mut source.server.stops);
        self.timeline.server_initialized.extend(source.server.initialized);
        self.timeline.lock_waits.extend(source.server.finish());
        self.timeline.server_limit = self.timeline.server_limit.or(source.server_limit);
    }

    fn targets(&mut self, source: &mut SourceFold) {
        for mut target in std::mem::take(&mut source.targets) {
            target.test = target.test.map(|test| source.frame.full_name(&test));
            self.timeline.targets.push(target);
        }
        self.timeline.compared.extend(source.comparisons.finish(&source.frame));
        for mut slow in std::mem::take(&mut source.slow_statements) {
            slow.test = slow.test.map(|test| source.frame.full_name(&test));
            self.timeline.slow_statements.push(slow);
        }
        self.timeline.overtimes.append(&mut source.overtimes);
    }

    /// Sessions, pools, services of one source; returns the faults, which come last.
    fn facts(&mut self, source: &mut SourceFold) -> (Vec<Told>, Vec<Told>) {
        let stream = source.records.stream.take().unwrap_or_default();
        let captured = source.records.captured.take();
        let told_stream = self.take_in(*stream, source, true);
        let told_captured = captured.map(|facts| self.take_in(*facts, source, false));
        (told_stream, told_captured.unwrap_or_default())
    }

    fn take_in(&mut self, mut facts: Facts, source: &SourceFold, in_stream: bool) -> Vec<Told> {
        facts.pools.finish(&facts.sessions.processes);
        self.timeline.engines.append(&mut facts.pools.engines);
        let by_results = facts.pools.by_results;
        for mut pool in std::mem::take(&mut facts.pools.pools) {
            for floor in &mut pool.floors {
                let result = source.frame.tests.get(floor.epoch as usize);
                let tests = source.frame.tests.len();
                floor.after_all = by_results && tests > 0 && floor.epoch as usize == tests;
                let of_result = result.filter(|_| by_results).map(|test| test.id.clone());
                let worker = pool.worker.as_ref();
                let of_setup = || self.names.at(worker?, floor.epoch);
                floor.test = of_result.or_else(of_setup);
            }
            self.pool(pool);
        }
        facts.services.drain(..).for_each(|service| self.service(service));
        for (process, count) in &facts.table_makers {
            let name = facts.sessions.processes[*process].name.clone();
            let known = self.timeline.table_makers.entry(name).or_default();
            *known = (*known).max(*count);
        }
        let success = facts.first_success.or_else(|| source.lifecycles.first_taken());
        self.timeline.first_success = self.timeline.first_success.or(success);
        self.timeline.service_stopped |= facts.stopped;
        self.mixtures(&facts);
        let connections = std::mem::take(&mut facts.connections);
        self.timeline.outcome.work_ended |= connections.returned > 0;
        let seen = Seen { all: connections.taken > 0, passes: source.frame.shows_passes };
        let held = connections.finish().into_iter();
        let checkouts = held.map(|held| checkout(held, &facts.sessions.processes, source));
        self.held.push((in_stream, checkouts.collect(), seen));
        let tests = session_tests(&facts, source);
        let mut finished = std::mem::take(&mut facts.sessions).finish();
        let passed = self.timeline.outcome.all_passed();
        let told = facts.faults.into_iter().filter(|told| !(passed && told.may_be_a_title()));
        let told = told.map(|told| self.place_fault(told, &finished.processes)).collect();
        self.lost(&finished, &source.lifecycles, in_stream);
        for mut session in finished.sessions() {
            session.in_stream = in_stream;
            let key = session.worker.clone().zip(session.number);
            session.test = match (&session.worker, in_stream) {
                (Some(worker), true) => self.names.at(worker, session.epoch),
                _ => key.and_then(|key| tests.get(&key).cloned()),
            };
            self.session(session);
        }
        if in_stream {
            self.stats.sessions += finished.count;
            self.durations.merge(finished.durations);
        }
        finished.processes.into_iter().for_each(|process| self.process(process));
        told
    }

    fn pool(&mut self, pool: Pool) {
        let key = (pool.worker.clone(), pool.name.clone());
        match self.pools_named.entry(key) {
            Entry::Occupied(index) => {
                let known = &mut self.timeline.pools[*index.get()];
                known.size = known.size.or(pool.size);
                known.max_overflow = known.max_overflow.or(pool.max_overflow);
                if pool.samples.len() > known.samples.len() {
                    *known = Pool { size: known.size, max_overflow: known.max_overflow, ..pool };
                }
            }
            Entry::Vacant(place) => {
                place.insert(self.timeline.pools.len());
                self.timeline.pools.push(pool);
            }
        }
    }

    fn service(&mut self, service: Service) {
        let next = self.timeline.services.len();
        let at = *self.services_at.entry(service.endpoint.clone()).or_insert(next);
        match self.timeline.services.get_mut(at) {
            Some(known) => {
                known.failed_attempts = known.failed_attempts.max(service.failed_attempts);
                known.ready = known.ready.or(service.ready);
                known.ready_at = known.ready_at.or(service.ready_at);
                known.first_failure = known.first_failure.or(service.first_failure);
            }
            None => self.timeline.services.push(service),
        }
    }

    fn process(&mut self, process: Process) {
        let workers = &mut self.timeline.workers;
        let named = self.workers_named.entry(process.name.clone()).or_default();
        let same = named.same(process.pid);
        named.add(process.pid, same.unwrap_or(workers.len()));
        match same {
            Some(index) => {
                let known = &mut workers[index];
                known.pid = known.pid.or(process.pid);
                known.start = known.start.or(process.start);
                known.end = known.end.or(process.end);
            }
            None => workers.push(Worker {
                id: process.name,
                pid: process.pid,
                start: process.start,
                end: process.end,
                ended_by: EndedBy::Unknown,
                crash: None,
                crashed_in: None,
            }),
        }
    }

    /// Gives a fault its worker and, by the set-ups that its worker had seen, its test.
    fn place_fault(&self, mut told: Told, processes: &[Process]) -> Told {
        if let Some(process) = told.process {
            let worker = processes[process].name.clone();
            if told.block.is_none() && told.fault.test.is_none() {
                told.fault.test = self.names.at(&worker, told.epoch);
            }
            told.fault.worker = Some(worker);
        }
        told
    }

    fn workers(&mut self, sources: &[Box<SourceFold>]) {
        let crashes = sources.iter().flat_map(|source| &source.frame.crashes);
        let lost = crashes.map(|(name, _, _)| name);
        let names: Vec<Name> = self.names.workers().chain(lost).cloned().collect();
        for name in names {
            if !self.workers_named.contains_key(&name) {
                self.process(Process::named(name));
            }
        }
        let crashed = sources.iter().any(|source| !source.frame.crashes.is_empty());
        let tests = if crashed { self.timeline.tests.as_slice() } else { &[] };
        let reported = lost_tests(tests);
        for (name, test, place) in sources.iter().flat_map(|source| &source.frame.crashes) {
            let test = test.clone().or_else(|| reported_behind(&reported, name, *place));
            let last = self.workers_named.get(name).and_then(|named| named.last);
            if let Some(index) = last {
                let worker = &mut self.timeline.workers[index];
                worker.ended_by = EndedBy::Crash;
                worker.crash = Some(*place);
                worker.crashed_in = test;
            }
        }
        let over = self.timeline.outcome.ended;
        let alive = self.timeline.workers.iter_mut().filter(|w| w.ended_by == EndedBy::Unknown);
        alive.filter(|_| over).for_each(|worker| worker.ended_by = EndedBy::Exit);
        self.timeline.workers.sort_by(|a, b| (&a.id, a.pid).cmp(&(&b.id, b.pid)));
    }

    /// Sessions whose worker is known to have ended in order are outlived by it.
    fn outlived(&mut self) {
        let over = self.timeline.outcome.ended || self.timeline.service_stopped;
        let crashed: HashSet<Name> = self
            .timeline
            .workers
            .iter()
            .filter(|worker| worker.ended_by == EndedBy::Crash)
            .map(|worker| worker.id.clone())
            .collect();
        for session in &mut self.timeline.sessions {
            let died = session.worker.as_ref().is_some_and(|worker| crashed.contains(worker));
            session.outlived |= over && !died;
        }
    }

    /// What the user tells holds where the log does not.
    fn settings(&mut self, settings: &Settings) {
        let pools = settings.pools;
        for pool in &mut self.timeline.pools {
            pool.size = pool.size.or(pools.size);
            pool.max_overflow = pool.max_overflow.or(pools.max_overflow);
        }
        let limit = pools.server_limit.map(|limit| (limit, None));
        self.timeline.server_limit = self.timeline.server_limit.or(limit);
        self.timeline.settings = settings.clone();
    }

    fn close(mut self) -> Run {
        for pool in &mut self.timeline.pools {
            pool.at_capacity = at_capacity(pool);
        }
        let by_place = |session: &Session| session.opened.map(|opened| opened.place);
        let own = |a: &Session, b: &Session| {
            (&a.worker, a.number, by_place(a)).cmp(&(&b.worker, b.number, by_place(b)))
        };
        self.timeline.sessions.sort_by(own);
        self.timeline.pools.sort_by(|a, b| (&a.worker, &a.name).cmp(&(&b.worker, &b.name)));
        self.timeline.engines.sort_by(|a, b| (&a.worker, a.number).cmp(&(&b.worker, b.number)));
        self.timeline.engines.dedup_by(|a, b| (&a.worker, a.number) == (&b.worker, b.number));
        let open = |session: &&Session| session.ending() == Ending::Open && session.in_stream;
        let open = self.timeline.sessions.iter().filter(open);
        self.stats.sessions_open = open.count() as u64;
        let ended = self.timeline.sessions.iter().any(|session| session.closed.is_some());
        self.count_sessions();
        let outcome = &mut self.timeline.outcome;
        outcome.work_ended |= ended;
        // Tests that began, and no total of them: the work may have been cut off.
        outcome.work_ended &= outcome.ended || outcome.marked_at.is_none();
        outcome.work_ended &= self.stats.sessions_open == 0 && self.timeline.checkouts.is_empty();
        self.stats.session_s = self.durations.quantiles();
        self.notes_on_joining();
        Run { timeline: self.timeline, stats: self.stats, notes: self.notes }
    }
}

impl SourceFold {
    /// The order in which sources are taken in does not depend on the command line.
    fn weight(&self) -> (u64, usize, usize) {
        let stream = self.records.stream.as_ref();
        let told = stream.map_or((0, 0), |facts| (facts.sessions.count, facts.faults.len()));
        (told.0, told.1, self.frame.tests.len())
    }
}

/// A connection that was held, with the names of its worker and test.
fn checkout(held: Held, processes: &[Process], source: &SourceFold) -> Checkout {
    let block = held.block.map(|block| &source.frame.blocks[block]);
    let of_block = block.and_then(|block| block.worker.clone());
    let test = held.test.map(|test| source.frame.full_name(&test));
    Checkout {
        connection: held.connection,
        worker: held.process.map(|process| processes[process].name.clone()).or(of_block),
        test: test.or_else(|| block.and_then(|block| block.test.clone())),
        taken: held.taken,
        returned: held.returned,
    }
}

/// The tests of sessions that were captured, by the block in which they stand.
fn session_tests(facts: &Facts, source: &SourceFold) -> HashMap<(Name, u32), Name, RandomState> {
    let named = facts.captured_in.iter().filter_map(|(process, number, block)| {
        let worker = facts.sessions.processes[*process].name.clone();
        Some(((worker, *number), source.frame.blocks[*block].test.clone()?))
    });
    named.collect()
}
