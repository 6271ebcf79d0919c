//! Things that are taken and given back by the words of any program, where its own log shows that
//! it logs both.

use std::collections::hash_map::Entry;
use std::collections::{BTreeMap, HashMap, HashSet};

use foldhash::fast::RandomState;
use logscan_model::timeline::{Checkout, Moment, Name, Test};
use logscan_model::{Event, EventKind, Field, Stamp};

/// Names that are followed at once, and things of one name.
const FOLLOWED: usize = 10_000;
const OF_ONE_NAME: usize = 16;
/// Words of the longest name of a test that is compared.
const MOST_WORDS: usize = 48;
/// Processes that log into one file are so far apart at most, in seconds.
const DISORDER_S: f64 = 0.1;
/// So many must come back before anybody believes that the end is logged.
const SHOWN_BY: u64 = 3;

/// What is taken and given back in one source.
#[derive(Debug, Default)]
pub(super) struct Lifecycles {
    /// What is taken and not back, by noun and name.
    open: HashMap<(Name, Name), Open, RandomState>,
    /// Boxed, as a map has room for many where most inputs have few.
    counts: BTreeMap<Name, Box<Counts>>,
    /// Sessions that were taken, which may share their numbers with those that are followed by
    /// the lines of their own prefix.
    sessions: u64,
    /// The last text that may be the name of the test that began.
    supposed: Option<Name>,
    /// All of them, by their letters.
    supposed_names: HashSet<String, RandomState>,
}

/// What is open of one name. Processes that log into one file may use the same names.
#[derive(Debug, Default)]
struct Open {
    taken: Vec<Taken>,
    /// The first since one came back: all that is open if each is logged twice, when it is wanted
    /// and when it is there.
    first: Option<Taken>,
}

#[derive(Clone, Debug)]
struct Taken {
    at: Moment,
    test: Option<Name>,
    /// The test that took it if there is one of this name.
    supposed: Option<Name>,
}

/// How often things of one noun were taken and came back.
#[derive(Debug, Default)]
struct Counts {
    first: Option<Moment>,
    taken: u64,
    returned: u64,
    /// Came back without having been taken.
    strange: u64,
    /// What was taken last, and when.
    last: Option<Name>,
    last_time: Option<Stamp>,
    /// Whether times go back: what a runner shows of each failed test is no whole story.
    disordered: bool,
    /// Names of which one is open.
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

    /// Whether so many are taken that each must be logged twice, or not all is in its order.
    fn names_one_each(&self) -> bool {
        self.disordered || self.taken * 2 > (self.returned + self.strange) * 3
    }

    fn pass(&mut self, time: Option<Stamp>) {
        let distance = self.last_time.zip(time).and_then(|(last, time)| time.seconds_since(last));
        self.disordered |= distance.is_some_and(|seconds| seconds < -DISORDER_S);
        self.last_time = time.or(self.last_time);
    }
}

impl Lifecycles {
    /// Takes what may be the name of a test that begins.
    pub(super) fn suppose(&mut self, event: &Event, chunk: &str) {
        let Some(name) = event.text(Field::Test, chunk) else { return };
        self.supposed = Some(name.into());
        if self.supposed_names.len() < FOLLOWED {
            self.supposed_names.insert(letters(name));
        }
    }

    /// Whether a test has a name that was supposed to be one.
    fn names(&self, test: &str) -> bool {
        let starts = test.char_indices().filter(|(at, _)| *at == 0 || begins(test, *at));
        starts.take(MOST_WORDS).any(|(at, _)| self.supposed_names.contains(&letters(&test[at..])))
    }

    /// Takes a line that was read by its words.
    pub(super) fn take(&mut self, event: &Event, chunk: &str, test: Option<&Name>) {
        let noun = event.text(Field::Name, chunk).unwrap_or_default().to_lowercase();
        let (noun, name) = (Name::from(noun), event.text(Field::Connection, chunk));
        let Some(name) = name.map(Name::from) else { return };
        let counts = self.counts.entry(noun.clone()).or_default();
        counts.pass(event.time);
        if event.kind == EventKind::ConnectionReturned {
            if give_back(&mut self.open, counts, noun.clone(), name) {
                counts.returned += 1;
            } else {
                // What broke meanwhile comes back without its name.
                counts.strange += 1;
                let last = counts.last.take();
                let known = last.is_some_and(|last| give_back(&mut self.open, counts, noun, last));
                if !known && counts.unnamed < counts.open {
                    counts.unnamed += 1;
                }
            }
            return;
        }
        counts.taken += 1;
        self.sessions += u64::from(&*noun == "session");
        let at = Moment { time: event.time, place: event.place };
        counts.first.get_or_insert(at);
        counts.last = Some(name.clone());
        let followed = self.open.len();
        let open = match self.open.entry((noun, name)) {
            Entry::Vacant(_) if followed >= FOLLOWED => return,
            Entry::Vacant(vacant) => {
                counts.open += 1;
                vacant.insert(Open::default())
            }
            Entry::Occupied(open) => open.into_mut(),
        };
        let supposed = self.supposed.clone();
        let taken = Taken { at, test: test.cloned(), supposed };
        open.first.get_or_insert_with(|| taken.clone());
        if open.taken.len() < OF_ONE_NAME {
            open.taken.push(taken);
        }
    }

    /// Gives back what was taken in advance.
    pub(super) fn shrink(&mut self) {
        self.open.shrink_to_fit();
    }

    /// Of the numbers that are missing between those of so many sessions, those that no session
    /// has taken of which the log tells in other words.
    pub(super) fn without_told(&self, missing: u64, sessions: u64) -> u64 {
        if self.sessions > sessions { missing.saturating_sub(self.sessions) } else { missing }
    }

    /// When the first thing was taken that needs a connection, of those of which the log tells both
    /// ends. A session begins and ends without one, too.
    pub(super) fn first_taken(&self) -> Option<Moment> {
        let connected = self.counts.iter().filter(|(noun, _)| &***noun != "session");
        let shown = connected.filter(|(_, counts)| counts.shows_both(false));
        shown.filter_map(|(_, counts)| counts.first).min_by_key(|at| at.place)
    }

    /// What was taken and did not come back, in the order of the log; `ran_dry` says whether
    /// somebody waited for a connection in vain. Supposed names are believed if a test has one.
    pub(super) fn finish(&mut self, ran_dry: bool, tests: &[Test]) -> Vec<Checkout> {
        let mut counts = std::mem::take(&mut self.counts);
        let shown = |noun: &Name| counts.get(noun).is_some_and(|counts| counts.shows_both(ran_dry));
        let one_each = |noun: &Name| counts.get(noun).is_some_and(|counts| counts.names_one_each());
        let open = std::mem::take(&mut self.open).into_iter().filter(|((noun, _), _)| shown(noun));
        let open = open.flat_map(|(key, open)| {
            let taken = if one_each(&key.0) { Vec::from_iter(open.first) } else { open.taken };
            taken.into_iter().map(move |taken| (key.clone(), taken))
        });
        let mut open: Vec<_> = open.collect();
        // The last ones taken are those that came back without their names.
        open.sort_by_key(|(_, taken)| std::cmp::Reverse(taken.at.place));
        open.retain(|((noun, _), _)| {
            let unnamed = counts.get_mut(noun).map(|counts| &mut counts.unnamed);
            unnamed.is_none_or(|unnamed| unnamed.checked_sub(1).map(|one| *unnamed = one).is_none())
        });
        let named = self.supposed.is_some() && tests.iter().any(|test| self.names(&test.id));
        let left = open.into_iter().rev().map(|((noun, name), taken)| Checkout {
            connection: format!("{noun} {name}").into(),
            worker: None,
            test: taken.test.or(taken.supposed.filter(|_| named)),
            taken: taken.at,
            returned: None,
        });
        left.collect()
    }
}

/// A name without what stands between its words.
fn letters(name: &str) -> String {
    name.chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether a word begins there.
fn begins(text: &str, at: usize) -> bool {
    let word = |c: char| c.is_alphanumeric();
    text[at..].starts_with(word) && !text[..at].ends_with(word)
}

/// Of several of one name, the one that was taken last comes back; whether one was open.
fn give_back(
    open: &mut HashMap<(Name, Name), Open, RandomState>,
    counts: &mut Counts,
    noun: Name,
    name: Name,
) -> bool {
    let Entry::Occupied(mut entry) = open.entry((noun, name)) else { return false };
    let open = entry.get_mut();
    open.first = None;
    open.taken.pop();
    if open.taken.is_empty() {
        entry.remove();
        counts.open -= 1;
    }
    true
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
        lifecycles
            .finish(false, &[])
            .iter()
            .map(|checkout| checkout.connection.to_string())
            .collect()
    }

    #[test]
    fn a_supposed_name_is_that_of_a_test_whatever_stands_between_its_words() {
        let mut lifecycles = Lifecycles::default();
        lifecycles.supposed_names.insert(letters("Orders saves a draft"));
        assert!(lifecycles.names("test/orders.test.js › Orders › saves a draft"));
        assert!(!lifecycles.names("Orders › saves a draft twice"));
        assert!(!lifecycles.names("Reorders saves a draft"));
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
    fn things_of_several_processes_may_have_one_name() {
        let once = [("1", true), ("1", false)];
        let two = [("1", true), ("1", true), ("1", false)];
        assert_eq!(left(&[&once[..], &once, &once, &two, &once].concat()), ["session 1"]);
        // That one is taken is printed twice here.
        let printed = [("1", true), ("1", true), ("1", false), ("2", true), ("2", true)];
        let more = [("2", false), ("3", true), ("3", true), ("3", false)];
        assert!(left(&[&printed[..], &more].concat()).is_empty());
    }

    #[test]
    fn a_log_that_shows_no_end_shows_no_leak() {
        assert!(left(&[("1", true), ("2", true), ("3", true), ("3", false)]).is_empty());
    }
}
