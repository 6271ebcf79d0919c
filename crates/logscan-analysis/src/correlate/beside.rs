//! What stands beside an error that does not count by itself: any program prints "connection
//! refused", and titles hold such words, too.

use logscan_model::{Basis, Event, EventKind, Place};

use super::block::BlockId;
use super::told::{self, Told};

/// So many lines from a driver's stack frame an error is about the database; in the text of one
/// failure, which runners may show with all of the code, wherever it stands.
const OF_CLIENT_WITHIN: u64 = 60;
/// So many lines behind an error its text goes on.
const GOES_ON_WITHIN: u64 = 6;
/// Errors that wait for a driver's stack frame.
const WAITING: usize = 256;

/// An error that is another one by what stands beside it.
struct Explained {
    shown_by: EventKind,
    error: EventKind,
    is: EventKind,
    /// Whether both must stand in the text of one failure.
    in_block: bool,
}

/// A time-out below the code of a pool is one of the pool, what is in use when tests are over keeps
/// clean-up from its work, and clean-up ends the connections of its own run. Who forks loses the
/// connection that two processes use, and who gave up waiting for an answer lost no connection. A
/// set-up that owns no connection makes nothing.
const EXPLAINED: [Explained; 7] = [
    Explained {
        shown_by: EventKind::SetUpSeen,
        error: EventKind::OwnerMissing,
        is: EventKind::SetupFailed,
        in_block: true,
    },
    Explained {
        shown_by: EventKind::PoolWaitSeen,
        error: EventKind::WorkTimeout,
        is: EventKind::PoolTimeout,
        in_block: true,
    },
    Explained {
        shown_by: EventKind::TearDownSeen,
        error: EventKind::ResourceInUse,
        is: EventKind::CleanupFailed,
        in_block: false,
    },
    Explained {
        shown_by: EventKind::TearDownSeen,
        error: EventKind::ServerStopped,
        is: EventKind::CleanupFailed,
        in_block: true,
    },
    Explained {
        shown_by: EventKind::ForkSeen,
        error: EventKind::ConnectionLost,
        is: EventKind::ConnectionShared,
        in_block: true,
    },
    Explained {
        shown_by: EventKind::NoAnswerSeen,
        error: EventKind::ConnectionLost,
        is: EventKind::WorkTimeout,
        in_block: true,
    },
    Explained {
        shown_by: EventKind::NoAnswerSeen,
        error: EventKind::ConnectionRefused,
        is: EventKind::WorkTimeout,
        in_block: true,
    },
];

/// Errors that may become others by what follows.
const OPEN: usize = 8;

/// An error that becomes another one by what follows in its block.
#[derive(Debug)]
struct Open {
    place: Place,
    kind: EventKind,
    block: Option<BlockId>,
}

/// Whether an error counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counting {
    Now,
    IfDriverFollows,
    /// What a test prints in words without the form of an error is one if it fails.
    IfItsTestFailed,
    Never,
}

/// An error that counts if a driver's stack frame follows.
#[derive(Debug)]
pub(super) struct Waiting {
    pub(super) told: Told,
    pub(super) captured: bool,
    pub(super) block: Option<BlockId>,
    /// Whether it counts where any line of the log names a database.
    pub(super) named_suffices: bool,
}

/// The last lines of each kind, and the errors that wait for more.
#[derive(Debug, Default)]
pub(super) struct Beside {
    driver: Option<(Place, Option<BlockId>)>,
    /// Where each of `EXPLAINED` was shown last, and in which block.
    shown: [Option<(Place, Option<BlockId>)>; EXPLAINED.len()],
    /// The last errors that become others by what follows.
    open: Vec<Open>,
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

    /// A line that shows what an error beside it is. Returns the errors above it that it explains,
    /// each with what it is.
    pub(super) fn explains(
        &mut self,
        event: &Event,
        block: Option<BlockId>,
    ) -> Vec<(Place, EventKind)> {
        let mut turned = Vec::new();
        for (row, shown) in EXPLAINED.iter().zip(&mut self.shown) {
            if row.shown_by != event.kind {
                continue;
            }
            *shown = Some((event.place, block));
            let meant = |open: &mut Open| {
                let near = within(OF_CLIENT_WITHIN, open.place, event.place);
                open.kind == row.error && open.block == block && near
            };
            turned.extend(self.open.extract_if(.., meant).map(|open| (open.place, row.is)));
        }
        for waiting in &mut self.waiting {
            if let Some((_, is)) = turned.iter().find(|(place, _)| *place == waiting.place()) {
                waiting.told.fault.kind = *is;
            }
        }
        turned
    }

    /// Which error it is by what stands above it.
    pub(super) fn kind(&mut self, event: &Event, block: Option<BlockId>) -> EventKind {
        let rows = || EXPLAINED.iter().zip(&self.shown).filter(|(row, _)| row.error == event.kind);
        // Who says himself what timed out is believed.
        let certain = event.kind == EventKind::WorkTimeout && event.basis != Basis::Vocabulary;
        if certain || rows().next().is_none() {
            return event.kind;
        }
        let explains = |(row, shown): &(&Explained, &Option<(Place, Option<BlockId>)>)| {
            shown.is_some_and(|(place, of)| {
                let near = within(OF_CLIENT_WITHIN, place, event.place);
                near && (!row.in_block || of == block)
            })
        };
        let is = rows().find(explains).map_or(event.kind, |(row, _)| row.is);
        if self.open.len() == OPEN {
            self.open.remove(0);
        }
        self.open.push(Open { place: event.place, kind: event.kind, block });
        is
    }

    /// No line follows that could turn an error.
    pub(super) fn shrink(&mut self) {
        self.open = Vec::new();
        self.waiting.shrink_to_fit();
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
        use EventKind::{ConnectionRefused, HostUnknown};
        let unreached =
            |kind| matches!(kind, ConnectionRefused | HostUnknown) || told::is_of_open(kind);
        let counts = named && self.other_client.is_none();
        waiting.retain(|one| counts && (one.named_suffices || unreached(one.told.fault.kind)));
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
        let heads = |one: &Waiting| one.block.is_none() && told::is_of_open(one.told.fault.kind);
        waiting.retain(|one| {
            let near = within(OF_CLIENT_WITHIN, one.place(), place);
            one.block == block && (block.is_some() || near) || heads(one) && near
        });
        waiting
    }

    /// Whether an error counts that stands in a block; `database` says that it names one, `alone`
    /// that its line is all that is said of a test, and `runs` that a test runs.
    pub(super) fn counting(
        &mut self,
        event: &Event,
        block: Option<BlockId>,
        database: bool,
        alone: bool,
        runs: bool,
    ) -> Counting {
        let place = event.place;
        let failure = || {
            block.is_some() || self.error.is_some_and(|error| within(GOES_ON_WITHIN, error, place))
        };
        let of_failure = !event.needs.failure || failure();
        if !of_failure && !runs {
            return Counting::Never;
        }
        if of_failure {
            self.error = Some(place);
        }
        let of_driver = self.driver.is_some_and(|(driver, of)| {
            of == block
                && (block.is_some() && !alone
                    || within(if alone { 0 } else { OF_CLIENT_WITHIN }, driver, place))
                && self.other_client.is_none_or(|other| other < driver)
        });
        match event.needs.database && !database && !of_driver {
            true if alone || !of_failure || self.other_client == Some(place) => Counting::Never,
            true => Counting::IfDriverFollows,
            false if of_failure => Counting::Now,
            false => Counting::IfItsTestFailed,
        }
    }

    pub(super) fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() == WAITING {
            self.waiting.clear();
        }
        self.waiting.push(waiting);
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
