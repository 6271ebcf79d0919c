//! An error that is told twice is one: a program logs it, with a time, and a runner prints it for a
//! test, or a library logs it and its user says that he tries again.

use std::collections::{BTreeSet, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Fault, Moment, Name, Subject};
use logscan_model::{EventKind, Place, Stamp};

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

/// Lines, or seconds, within which a user of a library says that he tries again what it logs.
const LINES_BEFORE: u64 = 8;
const SECONDS_BEFORE: f64 = 1.0;

/// What a library logs of an attempt is no more in earnest than what its user says of it then, or in
/// the same test, which passed. Who gave up says nothing any more.
pub(super) fn retried(faults: &mut [Fault]) {
    let mut attempts: HashMap<_, Attempts, RandomState> = HashMap::default();
    for fault in faults.iter().filter(|fault| fault.subject == Subject::ServiceAttempt) {
        attempts.entry((fault.kind, fault.endpoint.clone())).or_default().add(fault);
    }
    attempts.values_mut().for_each(|attempts| attempts.seconds.sort_by(f64::total_cmp));
    for fault in faults {
        let attempts = attempts.get(&(fault.kind, fault.endpoint.clone()));
        let Some(attempts) = attempts else { continue };
        let told_again = match (fault.subject, &fault.test) {
            (Subject::PassedTest, Some(test)) => attempts.tests.contains(test),
            (Subject::Unknown | Subject::Test, None) => attempts.follow(fault.moment),
            _ => false,
        };
        if told_again {
            fault.subject = Subject::ServiceAttempt;
        }
    }
}

/// Attempts to reach one server that failed in one way.
#[derive(Default)]
struct Attempts {
    places: BTreeSet<Place>,
    tests: BTreeSet<Name>,
    /// When the first one was whose time is known, and how much later each of them.
    first: Option<Stamp>,
    seconds: Vec<f64>,
}

impl Attempts {
    fn add(&mut self, fault: &Fault) {
        self.places.insert(fault.moment.place);
        self.tests.extend(fault.test.clone());
        let Some(time) = fault.moment.time else { return };
        let first = *self.first.get_or_insert(time);
        self.seconds.extend(time.seconds_since(first));
    }

    /// Whether one of them follows at once.
    fn follow(&self, Moment { place, time }: Moment) -> bool {
        let until = Place { line: place.line + LINES_BEFORE, ..place };
        let at = time.zip(self.first).and_then(|(time, first)| time.seconds_since(first));
        let soon = |at: f64| {
            let next = self.seconds.partition_point(|seconds| *seconds < at);
            self.seconds.get(next).is_some_and(|next| next - at <= SECONDS_BEFORE)
        };
        self.places.range(place..=until).next().is_some() || at.is_some_and(soon)
    }
}

/// Whether a runner prints what was logged: in a log of its own, or below it.
fn is_told_again(logged: &Fault, printed: &Fault) -> bool {
    let (at, printed_at) = (logged.moment.place, printed.moment.place);
    match at.input == printed_at.input {
        true => at.line < printed_at.line,
        false => logged.worker == printed.worker,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::Basis;

    fn refused(subject: Subject, line: u64, millis: i64) -> Fault {
        let place = Place { line, ..Place::default() };
        Fault {
            kind: EventKind::ConnectionRefused,
            basis: Basis::Signature,
            moment: Moment { time: Some(Stamp::time_of_day(millis * 1000, 3)), place },
            places: vec![place],
            subject,
            worker: None,
            test: None,
            relation: None,
            name: None,
            connection: None,
            endpoint: Some("localhost:5432".into()),
            size: None,
            max_overflow: None,
            timeout_s: None,
        }
    }

    #[test]
    fn what_a_library_logs_is_tried_again_if_an_attempt_follows_at_once() {
        let mut faults = [
            refused(Subject::Unknown, 1, 1_100),
            refused(Subject::ServiceAttempt, 2, 1_101),
            refused(Subject::Unknown, 90, 1_500),
            refused(Subject::ServiceAttempt, 300, 2_101),
            // Who gives up tries no more.
            refused(Subject::Unknown, 301, 2_102),
        ];
        retried(&mut faults);
        let tried_again = faults.map(|fault| fault.subject == Subject::ServiceAttempt);
        assert_eq!(tried_again, [true, true, true, true, false]);
    }
}
