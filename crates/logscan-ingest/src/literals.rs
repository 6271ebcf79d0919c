//! Many literals, searched for at once.
//!
//! An automaton takes one step per byte and has to wait for each of them. The text is
//! therefore cut into lanes, which are searched side by side: while one lane waits, the
//! others go on. The automaton knows only the beginnings of the literals, which keeps it
//! small enough for the processor's cache; the rest is compared where one begins.

use aho_corasick::automaton::{Automaton, StateID};
use aho_corasick::dfa::DFA;
use aho_corasick::{Anchored, BuildError, StartKind};
use memchr::memrchr;

/// Lanes that are searched side by side; more do not fit into the registers.
const LANES: usize = 6;
/// Bytes of a literal that the automaton knows.
const BEGINNING: usize = 6;
/// Bytes below which cutting into lanes costs more than it gains.
const SHORT: usize = 4096;

/// A literal that was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Found {
    /// Its first byte.
    pub(crate) at: usize,
    /// The byte behind it.
    pub(crate) end: usize,
    /// Its index.
    pub(crate) literal: usize,
}

/// Bytes at the beginning of a run of one byte within which literals of that byte are found.
const RUN: usize = 256;

/// A literal of which the beginning was found.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    literal: usize,
    length: usize,
    /// Its last byte.
    last: u8,
    /// Whether all its bytes are the same.
    uniform: bool,
}

/// Literals, ready to be searched for. None of them spans a line end.
#[derive(Clone, Debug)]
pub(crate) struct Literals {
    literals: Vec<String>,
    automaton: DFA,
    start: StateID,
    /// For each pattern of the automaton the literals that begin with it.
    beginning_with: Vec<Vec<Candidate>>,
}

impl Literals {
    pub(crate) fn new(literals: Vec<String>) -> Result<Self, BuildError> {
        let mut beginnings: Vec<&[u8]> = Vec::new();
        let mut beginning_with: Vec<Vec<Candidate>> = Vec::new();
        let mut sorted: Vec<usize> = (0..literals.len()).collect();
        sorted.sort_by(|a, b| literals[*a].cmp(&literals[*b]));
        for index in sorted {
            let literal = literals[index].as_bytes();
            let beginning = &literal[..literal.len().min(BEGINNING)];
            if beginnings.last() != Some(&beginning) {
                beginnings.push(beginning);
                beginning_with.push(Vec::new());
            }
            if let (Some(all), Some(last)) = (beginning_with.last_mut(), literal.last()) {
                let uniform = literal.iter().all(|byte| byte == last);
                let length = literal.len();
                all.push(Candidate { literal: index, length, last: *last, uniform });
            }
        }
        let automaton = DFA::builder().start_kind(StartKind::Unanchored).build(&beginnings)?;
        let start = automaton.start_state(Anchored::No).unwrap_or_default();
        Ok(Self { literals, automaton, start, beginning_with })
    }

    /// Every place where a literal stands, line by line.
    pub(crate) fn find(&self, text: &[u8]) -> Vec<Found> {
        if text.len() < SHORT {
            let mut found = Vec::new();
            self.to_the_end(text, text, 0, self.start, &mut found);
            return found;
        }
        let lanes = lanes(text);
        let mut found: [Vec<Found>; LANES] = Default::default();
        let (reach, states) = self.side_by_side(text, lanes, &mut found);
        for ((lane, state), found) in lanes.into_iter().zip(states).zip(&mut found) {
            self.to_the_end(text, lane, reach, state, found);
        }
        found.concat()
    }

    /// Searches all lanes as far as the shortest of them reaches; returns how far that is, and
    /// the state of each.
    fn side_by_side(
        &self,
        text: &[u8],
        lanes: [&[u8]; LANES],
        found: &mut [Vec<Found>],
    ) -> (usize, [StateID; LANES]) {
        let reach = lanes.iter().map(|lane| lane.len()).min().unwrap_or_default();
        let bytes = lanes.map(|lane| &lane[..reach]);
        let mut states = [self.start; LANES];
        for at in 0..reach {
            let mut special = false;
            for (lane, state) in bytes.iter().zip(&mut states) {
                *state = self.automaton.next_state(Anchored::No, *state, lane[at]);
                special |= self.automaton.is_special(*state);
            }
            if special {
                self.look_at_all(text, lanes, at, states, found);
            }
        }
        (reach, states)
    }

    #[inline(never)]
    fn look_at_all(
        &self,
        text: &[u8],
        lanes: [&[u8]; LANES],
        at: usize,
        states: [StateID; LANES],
        found: &mut [Vec<Found>],
    ) {
        for ((state, lane), found) in states.into_iter().zip(lanes).zip(found) {
            if self.automaton.is_match(state) {
                self.look(text, lane, at, state, found);
            }
        }
    }

    fn to_the_end(
        &self,
        text: &[u8],
        lane: &[u8],
        from: usize,
        mut state: StateID,
        found: &mut Vec<Found>,
    ) {
        for (at, byte) in lane.iter().copied().enumerate().skip(from) {
            state = self.automaton.next_state(Anchored::No, state, byte);
            if self.automaton.is_match(state) {
                self.look(text, lane, at, state, found);
            }
        }
    }

    /// Takes the literals whose beginnings end with the byte `at` of a lane.
    fn look(&self, text: &[u8], lane: &[u8], at: usize, state: StateID, found: &mut Vec<Found>) {
        let base = lane.as_ptr().addr() - text.as_ptr().addr();
        for index in 0..self.automaton.match_len(state) {
            let beginning = self.automaton.match_pattern(state, index);
            let first = at + 1 - self.automaton.pattern_len(beginning);
            let rest = &lane[first..];
            for candidate in &self.beginning_with[beginning.as_usize()] {
                // Most that begin alike end differently: one byte tells, without a comparison.
                let ends = rest.get(candidate.length - 1) == Some(&candidate.last);
                // A run of one byte holds it everywhere; its beginning is enough.
                let before = || lane.get(first.wrapping_sub(RUN)..first);
                let is_run = |bytes: &[u8]| bytes.iter().all(|byte| *byte == candidate.last);
                if candidate.uniform && before().is_some_and(is_run) {
                    continue;
                }
                if ends && rest.starts_with(self.literals[candidate.literal].as_bytes()) {
                    let at = base + first;
                    found.push(Found {
                        at,
                        end: at + candidate.length,
                        literal: candidate.literal,
                    });
                }
            }
        }
    }
}

/// The text in parts of about one size, each of whole lines.
fn lanes(text: &[u8]) -> [&[u8]; LANES] {
    let size = text.len() / LANES;
    let mut rest = text;
    let mut left = LANES;
    [(); LANES].map(|()| {
        left -= 1;
        let wanted = if left == 0 { rest.len() } else { size.min(rest.len()) };
        let line = memrchr(b'\n', &rest[..wanted]).map_or(0, |end| end + 1);
        let (lane, behind) = rest.split_at(if left == 0 { rest.len() } else { line });
        rest = behind;
        lane
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(literals: &[&str], text: &str) -> Vec<(usize, usize)> {
        let literals = Literals::new(literals.iter().map(|one| (*one).to_owned()).collect());
        let mut found: Vec<_> = literals
            .unwrap()
            .find(text.as_bytes())
            .iter()
            .map(|found| (found.at, found.literal))
            .collect();
        found.sort_unstable();
        found
    }

    #[test]
    fn literals_within_each_other_are_all_found() {
        let literals = ["a pool that is empty", "pool", "a pool that is full", "ol"];
        let text = "a pool that is full";
        assert_eq!(all(&literals, text), [(0, 2), (2, 1), (4, 3)]);
    }

    #[test]
    fn lanes_are_whole_lines_and_hold_everything() {
        let text = "0123456789\nabc\n\n".repeat(500) + "the last line";
        let lanes = lanes(text.as_bytes());
        assert_eq!(lanes.concat(), text.as_bytes());
        assert!(lanes[..LANES - 1].iter().all(|lane| lane.ends_with(b"\n")));
    }

    proptest::proptest! {
        #[test]
        fn as_many_are_found_as_there_are(words in "((pool|ready|a connection of|é| |x)\n?){0,1200}") {
            let literals = ["pool", "a connection of", "ready", "yx"];
            let expected: usize = literals.iter().map(|one| words.matches(one).count()).sum();
            proptest::prop_assert_eq!(all(&literals, &words).len(), expected);
        }
    }
}
