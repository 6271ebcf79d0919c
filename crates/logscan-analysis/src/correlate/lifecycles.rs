//! Things that are taken and given back by the words of any program, where its own log shows that
//! it logs both.

use std::collections::{BTreeMap, HashMap};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Checkout, Moment, Name};
use logscan_model::{Event, EventKind, Field};

/// Things that are followed at once.
const FOLLOWED: usize = 10_000;
/// So many must come back before anybody believes that the end is logged.
const SHOWN_BY: u64 = 3;

/// What is taken and given back in one source.
#[derive(Debug, Default)]
pub(super) struct Lifecycles {
    /// What is taken and not back, by noun and name.
    open: HashMap<(Name, Name), Taken, RandomState>,
    counts: BTreeMap<Name, Counts>,
}

#[derive(Debug)]
struct Taken {
    at: Moment,
    test: Option<Name>,
}

/// How often things of one noun were taken and came back.
#[derive(Debug, Default)]
struct Counts {
    first: Option<Moment>,
    taken: u64,
    returned: u64,
    /// Came back without having been taken.
    strange: u64,
    /// What was taken last.
    last: Option<Name>,
    /// How many are open.
    open: usize,
    /// Of those that came back without having been taken, those that may be any of the open ones.
    unnamed: usize,
}

impl Counts {
    /// Whether the log tells of both ends. Where a pool ran dry, fewer show it: nothing comes back
    /// any more, and that is the trouble.
    fn shows_both(&self, ran_dry: bool) -> bool {
        let shown = match ran_dry {
            true => self.returned > 0,
            false => self.returned >= SHOWN_BY && self.returned * 2 >= self.taken,
        };
        shown && self.strange * 5 <= self.returned
    }
}

impl Lifecycles {
    /// Takes a line that was read by its words.
    pub(super) fn take(&mut self, event: &Event, chunk: &str, test: Option<&Name>) {
        let noun = event.text(Field::Name, chunk).unwrap_or_default().to_lowercase();
        let (noun, name) = (Name::from(noun), event.text(Field::Connection, chunk));
        let Some(name) = name.map(Name::from) else { return };
        let counts = self.counts.entry(noun.clone()).or_default();
        if event.kind == EventKind::ConnectionReturned {
            if self.open.remove(&(noun.clone(), name)).is_some() {
                counts.returned += 1;
                counts.open -= 1;
            } else {
                // What broke meanwhile comes back without its name.
                counts.strange += 1;
                let last = counts.last.take();
                if last.and_then(|last| self.open.remove(&(noun, last))).is_some() {
                    counts.open -= 1;
                } else if counts.unnamed < counts.open {
                    counts.unnamed += 1;
                }
            }
            return;
        }
        counts.taken += 1;
        let at = Moment { time: event.time, place: event.place };
        counts.first.get_or_insert(at);
        counts.last = Some(name.clone());
        if self.open.len() < FOLLOWED {
            self.open.entry((noun, name)).or_insert_with(|| {
                counts.open += 1;
                Taken { at, test: test.cloned() }
            });
        }
    }

    /// When the first thing was taken, of those of which the log tells both ends.
    pub(super) fn first_taken(&self) -> Option<Moment> {
        let shown = self.counts.values().filter(|counts| counts.shows_both(false));
        shown.filter_map(|counts| counts.first).min_by_key(|at| at.place)
    }

    /// What was taken and did not come back, in the order of the log; `ran_dry` says whether
    /// somebody waited for a connection in vain.
    pub(super) fn finish(&mut self, ran_dry: bool) -> Vec<Checkout> {
        let mut counts = std::mem::take(&mut self.counts);
        let shown = |noun: &Name| counts.get(noun).is_some_and(|counts| counts.shows_both(ran_dry));
        let open = std::mem::take(&mut self.open).into_iter();
        let mut open: Vec<_> = open.filter(|((noun, _), _)| shown(noun)).collect();
        // The last ones taken are those that came back without their names.
        open.sort_by_key(|(_, taken)| std::cmp::Reverse(taken.at.place));
        open.retain(|((noun, _), _)| {
            let unnamed = counts.get_mut(noun).map(|counts| &mut counts.unnamed);
            unnamed.is_none_or(|unnamed| unnamed.checked_sub(1).map(|one| *unnamed = one).is_none())
        });
        let left = open.into_iter().rev().map(|((noun, name), taken)| Checkout {
            connection: format!("{noun} {name}").into(),
            worker: None,
            test: taken.test,
            taken: taken.at,
            returned: None,
        });
        left.collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::event::{Fields, Needs};
    use logscan_model::{Basis, Place, Span, Value};

    fn left(lines: &[(&str, bool)]) -> Vec<String> {
        let mut lifecycles = Lifecycles::default();
        for (line, (name, taken)) in lines.iter().enumerate() {
            let chunk = format!("session {name}");
            let mut fields = Fields::NONE;
            let span = |start: usize, end: usize| {
                Value::Text(Span { start: start as u32, end: end as u32 })
            };
            fields.set(0, Field::Name, span(0, 7));
            fields.set(1, Field::Connection, span(8, chunk.len()));
            let kind =
                if *taken { EventKind::ConnectionTaken } else { EventKind::ConnectionReturned };
            let event = Event {
                kind,
                place: Place { line: line as u64, ..Place::default() },
                time: None,
                pid: None,
                by_server: false,
                basis: Basis::Vocabulary,
                needs: Needs::default(),
                fields,
            };
            lifecycles.take(&event, &chunk, None);
        }
        lifecycles.finish(false).iter().map(|checkout| checkout.connection.to_string()).collect()
    }

    #[test]
    fn what_does_not_come_back_is_left_where_others_do() {
        let lines = [
            ("1", true),
            ("1", false),
            ("2", true),
            ("3", true),
            ("3", false),
            ("4", true),
            ("4", false),
        ];
        assert_eq!(left(&lines), ["session 2"]);
    }

    #[test]
    fn what_comes_back_without_its_name_was_taken_last() {
        let others =
            [("1", true), ("1", false), ("2", true), ("2", false), ("1", true), ("1", false)];
        let more =
            [("3", true), ("3", false), ("4", true), ("4", false), ("7", true), ("0", false)];
        assert!(left(&[others, more].concat()).is_empty());
    }

    #[test]
    fn what_comes_back_without_its_name_may_be_any_that_is_open() {
        let others = [("1", true), ("1", false), ("2", true), ("2", false), ("3", true)];
        let more = [("1", true), ("1", false), ("2", true), ("2", false), ("1", true)];
        let end = [("1", false), ("2", true), ("2", false), ("0", false)];
        assert!(left(&[&others[..], &more[..], &end[..]].concat()).is_empty());
    }

    #[test]
    fn a_log_that_shows_no_end_shows_no_leak() {
        assert!(left(&[("1", true), ("2", true), ("3", true), ("3", false)]).is_empty());
    }
}
