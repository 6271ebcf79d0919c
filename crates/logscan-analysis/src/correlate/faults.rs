//! Faults: the same error in several places is one fault.

use std::collections::{BTreeSet, HashMap};

use logscan_model::timeline::{Fault, Name, Subject, Timeline};
use logscan_model::{EventKind, InputId, Place};

use super::facts::Told;
use super::source::SourceFold;

/// Lines within which a fault without subject repeats the one above it.
const REPEATED_WITHIN: u64 = 200;

/// Tells the faults of all sources, each once; a pair holds what a source tells as it happens
/// and what was captured.
///
/// First comes what logs tell as it happens, then what was captured, which knows its test,
/// then what the runner prints for a test.
pub(super) fn tell_all(
    timeline: &mut Timeline,
    sources: &[SourceFold],
    told: Vec<(Vec<Told>, Vec<Told>)>,
) {
    let (streams, captured): (Vec<_>, Vec<_>) = told.into_iter().unzip();
    let all = sources.iter().zip(streams).chain(sources.iter().zip(captured));
    let each = all.flat_map(|(source, told)| told.into_iter().map(move |told| (source, told)));
    let (of_tests, others): (Vec<_>, Vec<_>) =
        each.partition(|(_, told)| told.fault.subject == Subject::Test);
    let mut known = Known::default();
    for (source, told) in others.into_iter().chain(of_tests) {
        let fault = complete(timeline, source, told);
        known.tell(&mut timeline.faults, fault);
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

/// Where faults that may be the same are found, in order: all that [`is_same`] accepts share a key.
#[derive(Default)]
struct Known {
    by_key: HashMap<(EventKind, Key), Vec<usize>>,
    inputs: BTreeSet<InputId>,
}

#[derive(Clone, PartialEq, Eq, Hash)]
enum Key {
    Connection(Name),
    Test(Name),
    Session(Subject),
    /// What an input tells once, and another one perhaps again.
    Once(Subject, InputId),
    /// Lines of an input, in parts as long as repetitions reach.
    Lines(InputId, u64),
}

impl Key {
    /// The keys under which the same fault may stand.
    fn of_the_same(&self, inputs: &BTreeSet<InputId>) -> Vec<Self> {
        match self {
            Self::Once(subject, own) => {
                let others = inputs.iter().filter(|input| *input != own);
                others.map(|input| Self::Once(*subject, *input)).collect()
            }
            Self::Lines(input, part) => {
                (part.saturating_sub(1)..=part + 1).map(|part| Self::Lines(*input, part)).collect()
            }
            key => vec![key.clone()],
        }
    }
}

impl Known {
    /// Adds a fault, or what it tells to the one that it is.
    fn tell(&mut self, faults: &mut Vec<Fault>, fault: Fault) {
        let keys = keys(&fault);
        let same = keys.iter().flat_map(|key| key.of_the_same(&self.inputs));
        let asked = same.map(|key| (fault.kind, key));
        let of_key = asked.filter_map(|key| self.by_key.get(&key));
        let first = of_key.filter_map(|all| all.iter().find(|at| is_same(&faults[**at], &fault)));
        let same = first.min().copied();
        let (index, kind) = (same.unwrap_or(faults.len()), fault.kind);
        match faults.get_mut(index) {
            Some(known) => merge(known, fault),
            None => faults.push(fault),
        }
        for key in keys {
            if let Key::Once(_, input) = key {
                self.inputs.insert(input);
            }
            let all = self.by_key.entry((kind, key)).or_default();
            if let Err(place) = all.binary_search(&index) {
                all.insert(place, index);
            }
        }
    }
}

fn keys(fault: &Fault) -> Vec<Key> {
    let names = [fault.connection.clone().map(Key::Connection), fault.test.clone().map(Key::Test)];
    let part = |place: &Place| Key::Lines(place.input, place.line / REPEATED_WITHIN);
    let lines = fault.places.iter().chain([&fault.moment.place]).map(part);
    let once = |place: &Place| Key::Once(fault.subject, place.input);
    let subject: Vec<Key> = match fault.subject {
        Subject::Test | Subject::Server | Subject::Unknown => Vec::new(),
        Subject::Session(_) => vec![Key::Session(fault.subject)],
        _ => fault.places.iter().chain([&fault.moment.place]).map(once).collect(),
    };
    names.into_iter().flatten().chain(subject).chain(lines).collect()
}

fn merge(known: &mut Fault, other: Fault) {
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
        Subject::Unknown if known.name != other.name => false,
        Subject::Unknown => known.places.iter().any(|place| near(*place, other.moment.place)),
        Subject::Server | Subject::Test => false,
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

fn near(a: Place, b: Place) -> bool {
    a.input == b.input && a.line.abs_diff(b.line) <= REPEATED_WITHIN
}
