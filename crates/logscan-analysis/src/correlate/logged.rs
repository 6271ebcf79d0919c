//! An error that a program logs, with a time, and that a runner prints for a test is one.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use logscan_model::EventKind;
use logscan_model::timeline::{Fault, Name, Subject};

use super::faults::merge;

/// Errors of one kind and worker, by their place among all: those that are logged, and those that
/// a runner prints.
type Places = (Vec<usize>, Vec<usize>);

/// Makes one of both: they are the same, one by one in their order, unless more are logged. Then
/// some hurt no test, and nobody knows which.
pub(super) fn join(faults: &mut Vec<Fault>) {
    let mut workers: HashMap<EventKind, BTreeSet<&Name>, RandomState> = HashMap::default();
    for fault in &*faults {
        workers.entry(fault.kind).or_default().extend(&fault.worker);
    }
    let mut both: HashMap<(EventKind, Option<&Name>), Places, RandomState> = HashMap::default();
    for (at, fault) in faults.iter().enumerate() {
        // Where all are of one worker, those that name none are its own.
        let told_apart = workers.get(&fault.kind).is_some_and(|workers| workers.len() > 1);
        let worker = fault.worker.as_ref().filter(|_| told_apart);
        let (logged, printed) = both.entry((fault.kind, worker)).or_default();
        match (fault.subject, &fault.test, fault.moment.time) {
            (Subject::Server, ..) => {}
            (Subject::Test, _, None) => printed.push(at),
            (_, None, Some(_)) => logged.push(at),
            _ => {}
        }
    }
    let both: Vec<Places> = both.into_values().filter(|(a, b)| a.len() <= b.len()).collect();
    let mut gone = BTreeSet::new();
    for (logged, printed) in both {
        for (logged, printed) in logged.into_iter().zip(printed) {
            let other = faults[printed].clone();
            if is_told_again(&faults[logged], &other) {
                merge(&mut faults[logged], other);
                gone.insert(printed);
            }
        }
    }
    let mut at = 0..;
    faults.retain(|_| at.next().is_none_or(|at| !gone.contains(&at)));
}

/// Whether a runner prints what was logged: in a log of its own, or below it.
fn is_told_again(logged: &Fault, printed: &Fault) -> bool {
    let (at, printed_at) = (logged.moment.place, printed.moment.place);
    match at.input == printed_at.input {
        true => at.line < printed_at.line,
        false => logged.worker == printed.worker,
    }
}
