//! What stands beside an error that does not count by itself: any program prints "connection
//! refused", and titles hold such words, too.

use logscan_model::{Basis, Event, EventKind, Place};

use super::block::BlockId;
use super::facts::Told;

/// So many lines from a driver's stack frame an error is about the database.
const OF_CLIENT_WITHIN: u64 = 60;
/// So many lines behind an error its text goes on.
const GOES_ON_WITHIN: u64 = 6;
/// Errors that wait for a driver's stack frame.
const WAITING: usize = 256;

/// Whether an error counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    Now,
    IfDriverFollows,
    Never,
}

/// An error that counts if a driver's stack frame follows.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) told: Told,
    pub(super) captured: bool,
    pub(super) block: Option<BlockId>,
}

/// The last lines of each kind, and the errors that wait for more.
#[derive(Debug, Default)]
pub(super) struct Beside {
    driver: Option<(Place, Option<BlockId>)>,
    pool_wait: Option<(Place, Option<BlockId>)>,
    tear_down: Option<Place>,
    /// The last error that becomes another one by what follows.
    open: Option<(Place, EventKind, Option<BlockId>)>,
    other_client: Option<Place>,
    error: Option<Place>,
    database_named: bool,
    waiting: Vec<Waiting>,
}

impl Beside {
    /// A line tells of some error.
    pub(super) fn error(&mut self, place: Place) {
        self.error = Some(place);
    }

    /// A stack frame in which somebody waits for a connection of a pool; returns the time-out
    /// above it that is one of the pool.
    pub(super) fn pool_wait(&mut self, place: Place, block: Option<BlockId>) -> Option<Place> {
        self.pool_wait = Some((place, block));
        self.take_open(EventKind::WorkTimeout, place, block)
    }

    /// What runs when tests are over; returns the error above it that is one of clean-up.
    pub(super) fn tear_down(&mut self, place: Place, block: Option<BlockId>) -> Option<Place> {
        self.tear_down = Some(place);
        self.take_open(EventKind::ResourceInUse, place, block)
    }

    fn take_open(
        &mut self,
        kind: EventKind,
        place: Place,
        block: Option<BlockId>,
    ) -> Option<Place> {
        let (at, of_kind, of) = self.open?;
        let meant = of_kind == kind && of == block && within(OF_CLIENT_WITHIN, at, place);
        if meant {
            self.open = None;
            let waiting = self.waiting.iter_mut().find(|waiting| waiting.place() == at);
            if let Some(waiting) = waiting {
                waiting.told.fault.kind = becomes(kind);
            }
        }
        meant.then_some(at)
    }

    /// Which error it is: a time-out below the code of a pool is one of the pool, whatever its
    /// words are.
    pub(super) fn kind(&mut self, event: &Event, block: Option<BlockId>) -> EventKind {
        let of_pool = self
            .pool_wait
            .is_some_and(|(place, of)| of == block && within(OF_CLIENT_WITHIN, place, event.place));
        let bare = event.kind == EventKind::WorkTimeout && event.basis == Basis::Vocabulary;
        let in_use = event.kind == EventKind::ResourceInUse;
        let over = self.tear_down.is_some_and(|at| within(OF_CLIENT_WITHIN, at, event.place));
        if bare || in_use {
            self.open = Some((event.place, event.kind, block));
        }
        let turns = bare && of_pool || in_use && over;
        if turns { becomes(event.kind) } else { event.kind }
    }

    /// The image or container of a database is named.
    pub(super) fn database_named(&mut self) {
        self.database_named = true;
    }

    /// Whether the image or container of a database is named.
    pub(super) fn is_database_named(&self) -> bool {
        self.database_named
    }

    /// The errors that wait yet, if a database is named in the log of the run and no other client
    /// in this one.
    pub(super) fn finish(&mut self, named: bool) -> Vec<Waiting> {
        let mut waiting = std::mem::take(&mut self.waiting);
        use EventKind::{ConnectionRefused, HostUnknown, LeakReported};
        let unreached = |kind| matches!(kind, ConnectionRefused | HostUnknown | LeakReported);
        let counts = named && self.other_client.is_none();
        waiting.retain(|one| counts && unreached(one.told.fault.kind));
        waiting
    }

    /// A stack frame or error class of a client that speaks to no database: what waits before it
    /// is its error.
    pub(super) fn other_client(&mut self, place: Place, block: Option<BlockId>) {
        self.other_client = Some(place);
        self.waiting.retain(|waiting| {
            waiting.block != block || !within(OF_CLIENT_WITHIN, waiting.place(), place)
        });
    }

    /// A stack frame or error class of a database driver; returns the errors that waited for it.
    pub(super) fn driver(&mut self, place: Place, block: Option<BlockId>) -> Vec<Waiting> {
        self.driver = Some((place, block));
        let mut waiting = std::mem::take(&mut self.waiting);
        // What keeps a run from ending is named before the list of it.
        let heads =
            |one: &Waiting| one.block.is_none() && one.told.fault.kind == EventKind::LeakReported;
        waiting.retain(|one| {
            (one.block == block || heads(one)) && within(OF_CLIENT_WITHIN, one.place(), place)
        });
        waiting
    }

    /// Whether an error counts that stands in a block; `database` says that it names one, and
    /// `alone` that its line is all that is said of a test.
    pub(super) fn counting(
        &mut self,
        event: &Event,
        block: Option<BlockId>,
        database: bool,
        alone: bool,
    ) -> Counting {
        let place = event.place;
        let failure = || {
            block.is_some() || self.error.is_some_and(|error| within(GOES_ON_WITHIN, error, place))
        };
        if event.needs.failure && !failure() {
            return Counting::Never;
        }
        self.error = Some(place);
        let of_driver = self.driver.is_some_and(|(driver, of)| {
            of == block
                && within(if alone { 0 } else { OF_CLIENT_WITHIN }, driver, place)
                && self.other_client.is_none_or(|other| other < driver)
        });
        match event.needs.database && !database && !of_driver {
            true if alone || self.other_client == Some(place) => Counting::Never,
            true => Counting::IfDriverFollows,
            false => Counting::Now,
        }
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() == WAITING {
            self.waiting.clear();
        }
        self.waiting.push(waiting);
    }
}

/// What an error is by what stands beside it: a time-out below the code of a pool is one of the
/// pool, and what is in use when tests are over keeps clean-up from its work.
pub(super) fn becomes(kind: EventKind) -> EventKind {
    match kind {
        EventKind::WorkTimeout => EventKind::PoolTimeout,
        EventKind::ResourceInUse => EventKind::CleanupFailed,
        other => other,
    }
}

impl Waiting {
    fn place(&self) -> Place {
        self.told.fault.moment.place
    }
}

fn within(lines: u64, before: Place, place: Place) -> bool {
    before.input == place.input && place.line.saturating_sub(before.line) <= lines
}
