//! What is asked of a timeline again and again: a test by its name, what a worker has, how a
//! session ended.

use std::collections::HashMap;
use std::fmt;
use std::sync::OnceLock;

use crate::Timeline;
use crate::timeline::{Name, Pool, Session, SessionOutcome, Test};

/// Where each test stands in a list of them. It is made when it is first asked.
#[derive(Clone, Default)]
pub struct TestIndex(OnceLock<HashMap<Name, usize>>);

impl fmt::Debug for TestIndex {
    /// What it holds is no more than the list tells.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TestIndex")
    }
}

impl Timeline {
    /// The test with this id.
    #[must_use]
    pub fn test(&self, id: &str) -> Option<&Test> {
        self.tests.get(self.test_position(id)?)
    }

    /// Where the test with this id stands among `tests`, which may not change any more.
    #[must_use]
    pub fn test_position(&self, id: &str) -> Option<usize> {
        let places = || {
            let mut places = HashMap::new();
            for (index, test) in self.tests.iter().enumerate() {
                places.entry(test.id.clone()).or_insert(index);
            }
            places
        };
        self.test_index.0.get_or_init(places).get(id).copied()
    }

    /// Whether the test is known to have failed.
    #[must_use]
    pub fn failed(&self, id: &str) -> bool {
        self.test(id).is_some_and(Test::failed)
    }

    /// Whether the test is known to have failed at least once.
    #[must_use]
    pub fn ever_failed(&self, id: &str) -> bool {
        self.test(id).is_some_and(Test::ever_failed)
    }

    /// The pools of a worker; pools are sorted by their workers.
    #[must_use]
    pub fn pools_of(&self, worker: Option<&str>) -> &[Pool] {
        of_worker(&self.pools, worker, |pool| pool.worker.as_deref())
    }

    /// The sessions of a worker; sessions are sorted by their workers.
    #[must_use]
    pub fn sessions_of(&self, worker: Option<&str>) -> &[Session] {
        of_worker(&self.sessions, worker, |session| session.worker.as_deref())
    }
}

fn of_worker<'t, T>(
    all: &'t [T],
    worker: Option<&str>,
    of: impl Fn(&T) -> Option<&str>,
) -> &'t [T] {
    let first = all.partition_point(|one| of(one) < worker);
    let behind = all[first..].partition_point(|one| of(one) == worker);
    &all[first..first + behind]
}

impl Session {
    /// How it ended, as far as the log tells.
    #[must_use]
    pub fn ending(&self) -> Ending {
        let failed = self.outcome == Some(SessionOutcome::Error);
        match self.closed {
            Some(_) if failed => Ending::Failed,
            Some(_) => Ending::Closed,
            None if self.end_unlogged => Ending::Unknown,
            // It never got a connection, so that it holds none.
            None if self.error.is_some() && !self.connected => Ending::Failed,
            None => Ending::Open,
        }
    }
}

/// How a session ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// It did not, as far as the log goes.
    Open,
    /// It was closed.
    Closed,
    /// It met an error.
    Failed,
    /// The program logs how such sessions begin, and never how they end.
    Unknown,
}
