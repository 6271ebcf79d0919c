//! Faults: the same error in several places is one fault.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Fault, Name, Subject, Timeline};
use logscan_model::{Basis, EventKind, InputId, Place};

use super::logged;
use super::reclassify::reclassify;
use super::source::SourceFold;
use super::told::Told;

/// Lines within which a fault without subject repeats the one above it.
const REPEATED_WITHIN: u64 = 200;

/// Inputs in which what is told once in each is looked for: a run has a handful.
const TOLD_ACROSS: usize = 64;

/// Seconds within which one failure is told by all who hear of it.
const ONE_INSTANT_S: f64 = 0.5;

/// Tells the faults of all sources, each once; a pair holds what a source tells as it happens
/// and what was captured.
///
/// First comes what logs tell as it happens, then what was captured, which knows its test,
/// then what the runner prints for a test.
pub(super) fn tell_all(
    timeline: &mut Timeline,
    sources: &[Box<SourceFold>],
    told: Vec<(Vec<Told>, Vec<Told>)>,
) {
    let (streams, captured): (Vec<_>, Vec<_>) = told.into_iter().unzip();
    let all = sources.iter().zip(streams).chain(sources.iter().zip(captured));
    let each = all.flat_map(|(source, told)| {
        let each = told.into_iter().flat_map(|told| told_of_each(source, told));
        each.map(move |told| (source, told))
    });
    let failed = |told: &Told| {
        let test = told.fault.test.as_deref().and_then(|test| timeline.test(test));
        test.is_some_and(|test| test.failed())
    };
    let each = each.filter(|(_, told)| !told.if_its_test_failed || failed(told));
    let (of_tests, others): (Vec<_>, Vec<_>) =
        each.partition(|(_, told)| told.fault.subject == Subject::Test);
    let mut known = Known::default();
    for (source, told) in others.into_iter().chain(of_tests) {
        let fault = complete(timeline, source, told);
        known.tell(&mut timeline.faults, fault);
    }
    logged::join(&mut timeline.faults);
    logged::retried(&mut timeline.faults);
    drop_what_says_less(&mut timeline.faults);
    reclassify(timeline);
}

/// What is told of each test whose error it is: of those above a block, its first error, or what
/// stands below the words that they inherit it.
fn told_of_each(source: &SourceFold, told: Told) -> Vec<Told> {
    let is_first = |block: &usize| {
        let error = source.frame.blocks[*block].error.as_ref();
        error.is_some_and(|error| error.place == told.fault.moment.place || error.inherited)
    };
    match told.block.filter(is_first) {
        Some(block) => source
            .frame
            .sharing(block)
            .map(|block| Told { block: Some(block), ..told.clone() })
            .collect(),
        None => vec![told],
    }
}

/// So many lines apart two errors of no known test are told of one failure.
const ONE_FAILURE: u64 = 40;

/// Of one failure, the chain of its errors is often told in several lines. What was recognised
/// by words alone, and that set-up failed, is dropped where another error of the same failure says
/// more.
fn drop_what_says_less(faults: &mut Vec<Fault>) {
    let best = Best::of(faults, |fault| Some(says(fault)));
    // That nobody could be reached is why a pool had no connection, whatever the pool says.
    let of_others = |fault: &Fault| (fault.kind != EventKind::PoolTimeout).then(|| says(fault));
    let best_of_others = Best::of(faults, of_others);
    // A driver says the same of a connection that it never had and of one that it lost.
    let lost = Best::of(faults, |fault| (fault.kind == EventKind::ConnectionLost).then_some(0));
    // A name that stands for two addresses is tried at both, and one of them answered.
    let answered = Best::of(faults, |fault| keeps_out(fault).then_some(0));
    let reason = faults.iter().any(keeps_out);
    let known = faults.iter().filter(|fault| fault.basis != Basis::Vocabulary);
    let named: BTreeSet<Name> = known.filter_map(|fault| fault.endpoint.clone()).collect();
    faults.retain(|fault| {
        let by_words = fault.basis == Basis::Vocabulary;
        let refused = fault.kind == EventKind::ConnectionRefused;
        let of_its_own = fault.endpoint.as_ref().is_some_and(|endpoint| !named.contains(endpoint));
        if refused && of_its_own && !named.is_empty() {
            return true;
        }
        let answered = || fault.test.is_some() && answered.beside(fault).is_some();
        if refused && (by_words && reason || lost.beside(fault).is_some() || answered()) {
            return false;
        }
        let best = if refused { &best_of_others } else { &best };
        let vague = [EventKind::ConnectionFailed, EventKind::SetupFailed];
        let may_go = by_words || vague.contains(&fault.kind);
        !may_go || best.beside(fault).is_none_or(|best| best <= says(fault))
    });
}

/// The most that is said in each test, and around each line.
#[derive(Default)]
struct Best {
    of_tests: HashMap<Name, u8, RandomState>,
    by_line: BTreeMap<Place, u8>,
}

impl Best {
    fn of(faults: &[Fault], says: impl Fn(&Fault) -> Option<u8>) -> Self {
        let mut all = Self::default();
        // A server's own log tells the same again, and takes nothing from its client.
        for fault in faults.iter().filter(|fault| fault.subject != Subject::Server) {
            let Some(says) = says(fault) else { continue };
            let best = |known: &mut u8| *known = (*known).max(says);
            for place in &fault.places {
                best(all.by_line.entry(*place).or_default());
            }
            if let Some(test) = &fault.test {
                best(all.of_tests.entry(test.clone()).or_default());
            }
        }
        all
    }

    /// The most that is said of the failure of which this fault tells.
    fn beside(&self, fault: &Fault) -> Option<u8> {
        let Place { input, line } = fault.moment.place;
        let first = Place { input, line: line.saturating_sub(ONE_FAILURE) };
        let last = Place { input, line: line + ONE_FAILURE };
        match &fault.test {
            Some(test) => self.of_tests.get(test).copied(),
            None => self.by_line.range(first..=last).map(|(_, says)| *says).max(),
        }
    }
}

/// Whether an error is the reason why a connection cannot be opened, which others only say.
fn keeps_out(fault: &Fault) -> bool {
    fault.basis != Basis::Vocabulary
        && matches!(
            fault.kind,
            EventKind::ServerFull
                | EventKind::LoginRefused
                | EventKind::HostUnknown
                | EventKind::DatabaseMissing
                | EventKind::SettingRefused
                | EventKind::WrongEnvironment
                | EventKind::ServerReadOnly
        )
}

/// Whether an error is why others follow, however it is said.
fn is_reason(kind: EventKind) -> bool {
    use EventKind::{ConnectionShared, HandlesOpen, LeakReported, ServerCrashed};
    matches!(kind, ConnectionShared | HandlesOpen | LeakReported | ServerCrashed)
}

/// Whether any other error of the same failure says more.
fn says_least(kind: EventKind) -> bool {
    use EventKind::{
        ConnectionFailed, ContainerExited, ContainerKilled, DuplicateRow, LeftOver, RunnerFailed,
        SetupFailed,
    };
    matches!(
        kind,
        ConnectionFailed
            | ContainerExited
            | ContainerKilled
            | DuplicateRow
            | LeftOver
            | RunnerFailed
            | SetupFailed
    )
}

/// How much an error says of what went wrong.
fn says(fault: &Fault) -> u8 {
    let vague = matches!(
        fault.kind,
        EventKind::SetupFailed
            | EventKind::CleanupFailed
            | EventKind::Aftermath
            | EventKind::UsedAfterClose
            | EventKind::WorkTimeout
            | EventKind::ConnectionRefused
    );
    match (fault.basis, vague) {
        _ if says_least(fault.kind) => 0,
        _ if is_reason(fault.kind) => 2,
        (Basis::Vocabulary, true) => 0,
        (Basis::Vocabulary, false) => 1,
        (_, true) => 1,
        (_, false) => 2,
    }
}

/// The fault with the names that its source knows.
fn complete(
    timeline: &Timeline,
    source: &SourceFold,
    Told { mut fault, block, .. }: Told,
) -> Fault {
    if let Some(block) = block.map(|block| &source.frame.blocks[block]) {
        fault.test = fault.test.or_else(|| block.test.clone());
        fault.worker = fault.worker.or_else(|| block.worker.clone());
    }
    fault.test = fault.test.map(|test| source.frame.full_name(&test));
    if fault.worker.is_none() {
        let test = fault.test.as_deref().and_then(|test| timeline.test(test));
        fault.worker = test.and_then(|test| test.worker.clone());
    }
    fault
}

/// Where faults are found that may be the same: all that [`is_same`] accepts.
#[derive(Default)]
struct Known {
    /// Faults in order; names come from the log, so that they are hashed with a key nobody knows.
    by_key: HashMap<(EventKind, Key), Vec<usize>, RandomState>,
    inputs: BTreeSet<InputId>,
}

#[derive(PartialEq, Eq, Hash)]
enum Key {
    Connection(Name),
    Test(Name),
    /// A session of a worker: each numbers its own.
    Session(Subject, Option<Name>),
    /// What an input tells once, and another one perhaps again.
    Once(Subject, InputId),
    /// Lines of an input, in parts as long as repetitions reach.
    Lines(InputId, u64),
}

impl Known {
    /// Adds a fault, or what it tells to the one that it is.
    fn tell(&mut self, faults: &mut Vec<Fault>, fault: Fault) {
        let kind = fault.kind;
        let asked = self.keys_of_the_same(&fault).map(|key| (kind, key));
        let of_key = asked.filter_map(|key| self.by_key.get(&key));
        // One fault may stand in the lists of many inputs.
        let mut other = None;
        let mut is_same = |at: usize| {
            other != Some(at) && {
                is_same(&faults[at], &fault) || {
                    other = Some(at);
                    false
                }
            }
        };
        let first = of_key.filter_map(|all| all.iter().find(|at| is_same(**at)));
        let index = first.min().copied().unwrap_or(faults.len());
        self.inputs.insert(fault.moment.place.input);
        keys(&fault).for_each(|key| self.find_by(kind, key, index));
        match faults.get_mut(index) {
            Some(known) => {
                merge(known, fault);
                // Its worker may be another one now.
                session(known).into_iter().for_each(|key| self.find_by(kind, key, index));
            }
            None => faults.push(fault),
        }
    }

    fn find_by(&mut self, kind: EventKind, key: Key, index: usize) {
        let all = self.by_key.entry((kind, key)).or_default();
        if let Err(place) = all.binary_search(&index) {
            all.insert(place, index);
        }
    }

    fn keys_of_the_same(&self, fault: &Fault) -> impl Iterator<Item = Key> {
        let Place { input, line } = fault.moment.place;
        let subject = fault.subject;
        let part = line / REPEATED_WITHIN;
        let parts = match subject {
            Subject::Unknown => part.saturating_sub(1)..part + 2,
            _ => 0..0,
        };
        let others =
            self.inputs.iter().filter(move |other| is_told_once(subject) && **other != input);
        let others = others.take(TOLD_ACROSS).map(move |other| Key::Once(subject, *other));
        own_keys(fault).chain(others).chain(parts.map(move |part| Key::Lines(input, part)))
    }
}

/// The keys under which a fault is found.
fn keys(fault: &Fault) -> impl Iterator<Item = Key> {
    let subject = fault.subject;
    let once = fault.places.first().filter(|_| is_told_once(subject));
    let once = once.map(|place| Key::Once(subject, place.input));
    let lines = |place: &Place| Key::Lines(place.input, place.line / REPEATED_WITHIN);
    own_keys(fault).chain(once).chain(fault.places.iter().map(lines))
}

/// The keys under which a fault is asked for and found.
fn own_keys(fault: &Fault) -> impl Iterator<Item = Key> {
    let connection = fault.connection.clone().map(Key::Connection);
    let test = fault.test.clone().map(Key::Test);
    [connection, test, session(fault)].into_iter().flatten()
}

fn session(fault: &Fault) -> Option<Key> {
    let own = matches!(fault.subject, Subject::Session(_));
    own.then(|| Key::Session(fault.subject, fault.worker.clone()))
}

fn is_told_once(subject: Subject) -> bool {
    matches!(subject, Subject::Healthcheck | Subject::ServiceAttempt | Subject::Tables)
}

pub(super) fn merge(known: &mut Fault, other: Fault) {
    known.places.extend(other.places);
    known.test = known.test.take().or(other.test);
    known.worker = other.worker.or_else(|| known.worker.take());
    known.endpoint = known.endpoint.take().or(other.endpoint);
}

/// Whether two faults are one, told twice.
fn is_same(known: &Fault, other: &Fault) -> bool {
    let of_server = |fault: &Fault| fault.subject == Subject::Server;
    if known.kind != other.kind || of_server(known) != of_server(other) {
        return false;
    }
    let same_test = known.test.is_some() && known.test == other.test;
    if let (Some(known), Some(other)) = (&known.connection, &other.connection) {
        return known == other;
    }
    if known.subject == Subject::Test || other.subject == Subject::Test {
        return same_test;
    }
    match other.subject {
        Subject::Session(_) => known.subject == other.subject && known.worker == other.worker,
        Subject::Unknown if known.name != other.name || contradict(known, other) => false,
        // What was told last stands nearest.
        Subject::Unknown => known.places.iter().rev().any(|place| near(*place, other.moment.place)),
        Subject::PassedTest | Subject::Server | Subject::Test => false,
        Subject::Healthcheck | Subject::ServiceAttempt | Subject::Tables => {
            let input = other.moment.place.input;
            let told_here = known.places.iter().any(|place| place.input == input);
            let untested = known.test.is_none() || other.test.is_none();
            let unnamed = known.worker.is_none() || other.worker.is_none();
            known.subject == other.subject
                && known.relation == other.relation
                && !told_here
                && (same_test || (untested && (unnamed || known.worker == other.worker)))
        }
    }
}

/// Whether two errors name different things, or were met at different times.
fn contradict(known: &Fault, other: &Fault) -> bool {
    let differ = |a: &Option<Name>, b: &Option<Name>| a.is_some() && b.is_some() && a != b;
    let times = known.moment.time.zip(other.moment.time);
    let apart = times.and_then(|(a, b)| b.seconds_since(a));
    differ(&known.endpoint, &other.endpoint)
        || differ(&known.relation, &other.relation)
        || apart.is_some_and(|seconds| seconds.abs() > ONE_INSTANT_S)
}

fn near(a: Place, b: Place) -> bool {
    a.input == b.input && a.line.abs_diff(b.line) <= REPEATED_WITHIN
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::timeline::Moment;
    use proptest::option;
    use proptest::prelude::*;

    fn name() -> impl Strategy<Value = Option<Name>> {
        option::of(prop_oneof![Just("a".into()), Just("b".into())])
    }

    fn fault() -> impl Strategy<Value = Fault> {
        let kind = prop_oneof![Just(EventKind::PoolTimeout), Just(EventKind::ConnectionRefused)];
        let subject = prop_oneof![
            (0u32..2).prop_map(Subject::Session),
            Just(Subject::Healthcheck),
            Just(Subject::Tables),
            Just(Subject::Test),
            Just(Subject::Server),
            Just(Subject::Unknown),
        ];
        let place = (0u32..3, 0u64..1500);
        let names = [name(), name(), name(), name(), name()];
        (kind, subject, place, 0u64..250, names).prop_map(|(kind, subject, at, further, names)| {
            let place = |line| Place { input: InputId::new(at.0), line };
            let [worker, test, relation, name, connection] = names;
            Fault {
                kind,
                basis: Basis::Signature,
                moment: Moment { time: None, place: place(at.1) },
                places: vec![place(at.1), place(at.1 + further)],
                subject,
                worker,
                test,
                relation,
                name,
                connection,
                endpoint: None,
                size: None,
                max_overflow: None,
                timeout_s: None,
            }
        })
    }

    proptest! {
        #[test]
        fn what_is_the_same_is_found_by_its_keys(told in proptest::collection::vec(fault(), 1..30)) {
            let (mut by_keys, mut by_pairs) = (Vec::new(), Vec::new());
            let mut known = Known::default();
            for fault in told {
                known.tell(&mut by_keys, fault.clone());
                match by_pairs.iter().position(|known| is_same(known, &fault)) {
                    Some(same) => merge(&mut by_pairs[same], fault),
                    None => by_pairs.push(fault),
                }
            }
            prop_assert_eq!(by_keys, by_pairs);
        }
    }
}
