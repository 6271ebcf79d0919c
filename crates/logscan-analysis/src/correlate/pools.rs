//! Engines and pools: settings, and pool states whose lines come mixed.
//!
//! A pool state is a block of lines of which only the first names its worker. Where
//! blocks of two workers mix, a line goes to the block that lacks it, and all counts go
//! to the pool whose last state they follow on; a block that
//! breaks `checked_out = size - checked_in + overflow` is a mixture and is dropped.

use logscan_model::timeline::{Engine, Moment, Pool, PoolSample};
use logscan_model::{Event, EventKind, Field, Place, Value};
use rustc_hash::FxHashMap;

use super::process::{Process, ProcessId};
use super::samples::{add_floor, add_sample, thin};

/// Samples of all pools, and floors of all pools, that are kept about at most.
const SAMPLES: usize = 1 << 17;
/// Engines and pools of one source that are followed.
const MOST: usize = 10_000;
/// Pool states that are printed into each other.
const OPEN: usize = 64;

/// A pool state that is being read.
#[derive(Debug)]
struct Block {
    process: ProcessId,
    epoch: u32,
    at: Moment,
    last_line: u64,
    size: Option<i64>,
    checked_out: Option<i64>,
    checked_in: Option<i64>,
    overflow: Option<i64>,
    /// Whether a count that it got may be another block's.
    in_doubt: bool,
}

impl Block {
    fn slot(&mut self, kind: EventKind) -> &mut Option<i64> {
        match kind {
            EventKind::PoolSize => &mut self.size,
            EventKind::PoolCheckedOut => &mut self.checked_out,
            EventKind::PoolCheckedIn => &mut self.checked_in,
            _ => &mut self.overflow,
        }
    }

    /// Whether this count is the next one in the order in which states are printed.
    fn expects(&self, kind: EventKind) -> bool {
        let before = [self.size, self.checked_out, self.checked_in];
        let wanted = match kind {
            EventKind::PoolSize => 0,
            EventKind::PoolCheckedOut => 1,
            EventKind::PoolCheckedIn => 2,
            _ => 3,
        };
        before.iter().take(wanted).all(Option::is_some)
    }

    /// Whether the counts can be of one pool; blocks without all four cannot be judged.
    fn consistent(&self) -> bool {
        let expected = || Some(self.size? - self.checked_in? + self.overflow?);
        expected().is_none_or(|expected| self.checked_out.is_none_or(|out| out == expected))
    }
}

/// The newest engine of a process and its pool.
#[derive(Debug, Default)]
struct Held {
    number: Option<u32>,
    engine: Option<usize>,
    pool: Option<usize>,
}

/// The engines and pools of one source.
#[derive(Debug, Default)]
pub(super) struct Pools {
    pub(super) engines: Vec<Engine>,
    pub(super) pools: Vec<Pool>,
    /// The process of each pool.
    pub(super) owners: Vec<ProcessId>,
    /// Pool states that were dropped because they are mixtures.
    pub(super) mixtures: u64,
    pub(super) first_mixture: Option<Place>,
    /// Whether the tests of floors are counted by the runner's results, not by set-ups.
    pub(super) by_results: bool,
    held: FxHashMap<ProcessId, Held>,
    blocks: Vec<Block>,
    /// Samples that were taken since all pools were thinned.
    sampled: usize,
    floors: usize,
}

impl Pools {
    /// The creation of an engine begins.
    pub(super) fn engine_starts(&mut self, id: ProcessId, process: &Process, event: &Event) {
        let number = event.int(Field::Number).and_then(|number| u32::try_from(number).ok());
        let engine = Engine {
            worker: Some(process.name.clone()),
            number,
            url: None,
            created: None,
            duration_s: None,
            place: event.place,
        };
        let room = self.engines.len() < MOST;
        if room {
            self.engines.push(engine);
        }
        let engine = room.then(|| self.engines.len() - 1);
        self.held.insert(id, Held { number, engine, pool: None });
    }

    /// A fact about the engine that a process is making.
    pub(super) fn engine_line(&mut self, id: ProcessId, event: &Event, chunk: &str) {
        let held = self.held.get(&id).and_then(|held| held.engine);
        let Some(engine) = held.and_then(|index| self.engines.get_mut(index)) else { return };
        match event.kind {
            EventKind::EngineHost => {
                let host = event.text(Field::Host, chunk).unwrap_or_default();
                let port = event.int(Field::Port).unwrap_or_default();
                let database = engine.url.take().unwrap_or_default();
                engine.url = Some(format!("{host}:{port}{database}"));
            }
            EventKind::EngineDatabase => {
                let database = event.text(Field::Database, chunk).unwrap_or_default();
                engine.url = Some(format!("/{database}"));
            }
            _ => {
                engine.created = event.time;
                engine.duration_s = event.float(Field::Seconds);
            }
        }
    }

    /// Size and overflow limit of the pool that a process is making.
    pub(super) fn settings(&mut self, id: ProcessId, process: &Process, event: &Event) {
        let size = event.int(Field::Size).and_then(|size| u32::try_from(size).ok());
        let overflow = event.int(Field::Overflow).and_then(|limit| u32::try_from(limit).ok());
        let Some(pool) = self.pool(id, process) else { return };
        pool.size = size;
        pool.max_overflow = overflow;
    }

    /// The size of a pool that has no overflow.
    pub(super) fn limit(&mut self, id: ProcessId, process: &Process, event: &Event) {
        let size = event.int(Field::Size).and_then(|size| u32::try_from(size).ok());
        let Some(pool) = self.pool(id, process) else { return };
        pool.size = size;
        pool.max_overflow = Some(0);
    }

    /// All counts of a pool in one line. What is in use follows from the others, if need be.
    /// `ended` is the number of tests that the runner has told the end of.
    pub(super) fn stats(&mut self, id: ProcessId, process: &Process, event: &Event, ended: u32) {
        let number = |field| event.int(field).and_then(|number| u32::try_from(number).ok());
        let idle = number(Field::CheckedIn);
        let rest = || number(Field::Size)?.checked_sub(idle?);
        let Some(checked_out) = number(Field::CheckedOut).or_else(rest) else { return };
        let at = Moment { time: event.time, place: event.place };
        self.by_results = true;
        if self.pool(id, process).is_some() {
            self.sample(id, at, Some(ended), checked_out, false);
        }
    }

    /// The text of a time-out tells size and overflow limit for certain, and, where it stands
    /// at its moment, that as many connections were in use.
    pub(super) fn timed_out(
        &mut self,
        id: ProcessId,
        processes: &[Process],
        at: Option<Moment>,
        [size, overflow]: [u32; 2],
    ) {
        self.finish_blocks(processes, |block| block.process == id && block.overflow.is_some());
        let Some(pool) = self.pool(id, &processes[id]) else { return };
        pool.size = Some(size);
        pool.max_overflow = Some(overflow);
        if let Some(at) = at.filter(|_| !pool.samples.is_empty()) {
            self.sample(id, at, None, size.saturating_add(overflow), false);
        }
    }

    /// The pool of a process; `None` if there are too many to follow them all.
    fn pool(&mut self, id: ProcessId, process: &Process) -> Option<&mut Pool> {
        let held = self.held.entry(id).or_default();
        if held.pool.is_none() && self.pools.len() < MOST {
            let number = held.number.unwrap_or(1);
            held.pool = Some(self.pools.len());
            self.pools.push(Pool {
                worker: Some(process.name.clone()),
                name: format!("engine #{number}"),
                size: None,
                max_overflow: None,
                peak_checked_out: None,
                samples: Vec::new(),
                at_capacity: Vec::new(),
                peak_at: None,
                peak_in_doubt: false,
                floors: Vec::new(),
            });
            self.owners.push(id);
        }
        self.pools.get_mut(held.pool?)
    }

    /// Takes in how many connections of the pool of a process are in use; without an epoch, at
    /// a moment that says nothing about what stays in use between tests.
    fn sample(
        &mut self,
        id: ProcessId,
        at: Moment,
        epoch: Option<u32>,
        checked_out: u32,
        in_doubt: bool,
    ) {
        let index = self.held.get(&id).and_then(|held| held.pool);
        let Some(pool) = index.and_then(|index| self.pools.get_mut(index)) else { return };
        add_sample(pool, PoolSample(at.time, checked_out, at.place));
        if pool.peak_checked_out.is_none_or(|peak| checked_out > peak) {
            pool.peak_checked_out = Some(checked_out);
            pool.peak_at = Some(at);
            pool.peak_in_doubt = in_doubt;
        }
        if let Some(epoch) = epoch {
            let before = pool.floors.len();
            add_floor(pool, epoch, checked_out, at.place, self.floors < SAMPLES);
            self.floors += pool.floors.len() - before;
        }
        self.sampled += 1;
        if self.sampled > SAMPLES {
            for pool in &mut self.pools {
                thin(&mut pool.samples);
                pool.samples.shrink_to_fit();
            }
            self.sampled = 0;
        }
    }

    /// A pool state of this process begins.
    pub(super) fn block_starts(&mut self, id: ProcessId, processes: &[Process], at: Moment) {
        self.finish_blocks(processes, |block| block.process == id);
        self.blocks.push(Block {
            process: id,
            epoch: processes[id].epoch,
            at,
            last_line: at.place.line,
            size: None,
            checked_out: None,
            checked_in: None,
            overflow: None,
            in_doubt: false,
        });
        if self.blocks.len() > OPEN {
            let block = self.blocks.remove(0);
            self.finish_block(&block, &processes[block.process]);
        }
    }

    /// Whether a state is open that lacks this count.
    pub(super) fn lacks(&mut self, kind: EventKind) -> bool {
        self.blocks.iter_mut().any(|block| block.slot(kind).is_none())
    }

    /// A count of some pool state. `owner` is the process, where it is certain.
    pub(super) fn count(&mut self, event: &Event, owner: Option<ProcessId>) {
        let Some((_, Value::Int(value))) = event.fields.iter().next() else { return };
        let kind = event.kind;
        let mut best: Option<(bool, u64, usize)> = None;
        let mut expecting = 0;
        let lacks = |block: &mut Block| {
            owner.is_none_or(|owner| owner == block.process) && block.slot(kind).is_none()
        };
        for (index, block) in self.blocks.iter_mut().enumerate() {
            if lacks(block) {
                let expects = block.expects(kind);
                expecting += usize::from(expects);
                // The block that expects it next, of several the newest.
                best = best.max(Some((expects, block.last_line, index)));
            }
        }
        let Some((.., index)) = best else { return };
        if expecting > 1 {
            // Whoever does not get it may get what is another's.
            for block in &mut self.blocks {
                block.in_doubt |= lacks(block) && block.expects(kind);
            }
        }
        let block = &mut self.blocks[index];
        *block.slot(kind) = Some(value);
        block.last_line = event.place.line;
    }

    /// The last line of some pool state.
    pub(super) fn block_ends(&mut self, processes: &[Process], owner: Option<ProcessId>) {
        let counted =
            |block: &&Block| owner.map_or(block.overflow.is_some(), |owner| owner == block.process);
        let places = 0..self.blocks.len();
        let counted = places.filter(|index| counted(&&self.blocks[*index]));
        let Some(mut ended) = counted.max_by_key(|index| self.blocks[*index].last_line) else {
            return;
        };
        if self.blocks[ended].in_doubt {
            ended = self.given_to_the_nearest(ended);
        }
        let process = self.blocks[ended].process;
        self.finish_blocks(processes, |block| block.process == process);
    }

    /// Of several states that waited for the counts that one of them got, those go to the one
    /// whose pool had about as many connections in use before: a checkout changes them by one.
    fn given_to_the_nearest(&mut self, got: usize) -> usize {
        let Some(now) = self.blocks[got].checked_out else { return got };
        let step = |block: &Block| {
            let pool = self.held.get(&block.process).and_then(|held| held.pool);
            let before = self.pools[pool?].samples.last()?.1;
            Some(now.abs_diff(i64::from(before)))
        };
        let waiting =
            (0..self.blocks.len()).filter(|index| self.blocks[*index].checked_out.is_none());
        let steps = waiting.filter_map(|index| Some((step(&self.blocks[index])?, index)));
        let own = step(&self.blocks[got]).unwrap_or(u64::MAX);
        let Some((_, owner)) = steps.min().filter(|(step, _)| *step < own) else { return got };
        let (from, to) = (&self.blocks[got], &self.blocks[owner]);
        let counts = Block { process: to.process, epoch: to.epoch, at: to.at, ..*from };
        let emptied = Block { process: from.process, epoch: from.epoch, at: from.at, ..*to };
        (self.blocks[owner], self.blocks[got]) = (counts, emptied);
        owner
    }

    /// Takes in what the states say that are complete.
    fn finish_blocks(&mut self, processes: &[Process], done: impl Fn(&Block) -> bool) {
        while let Some(index) = self.blocks.iter().position(&done) {
            let block = self.blocks.remove(index);
            self.finish_block(&block, &processes[block.process]);
        }
    }

    /// Gives back what was taken in advance.
    pub(super) fn shrink(&mut self) {
        self.engines.shrink_to_fit();
        self.pools.shrink_to_fit();
        self.owners.shrink_to_fit();
    }

    /// Takes in all states that are still open, at the end of the source.
    pub(super) fn finish(&mut self, processes: &[Process]) {
        self.finish_blocks(processes, |_| true);
    }

    fn finish_block(&mut self, block: &Block, process: &Process) {
        let Some(checked_out) = block.checked_out.and_then(|out| u32::try_from(out).ok()) else {
            return;
        };
        if !block.consistent() {
            self.mixtures += 1;
            self.first_mixture.get_or_insert(block.at.place);
            return;
        }
        let size = block.size.and_then(|size| u32::try_from(size).ok());
        let Some(pool) = self.pool(block.process, process) else { return };
        pool.size = pool.size.or(size);
        let epoch = Some(block.epoch);
        self.sample(block.process, block.at, epoch, checked_out, block.in_doubt);
    }
}
