//! Lines that repeat but for their numbers.
//!
//! A program prints a few hundred sentences again and again. What one of them says, and
//! where, is learned when it comes for the second time; from then on only its numbers are
//! read. What is known never changes what is read: a line is learned only if other numbers
//! in the same places would be taken alike, but for those that must be the same again.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;
use std::rc::Rc;

use foldhash::fast::{FixedState, RandomState};
use logscan_model::Span;
use memchr::memchr;

use crate::clean;
use crate::pattern::{self, Slots};
use crate::recognise::Meaning;

/// Lines that are known at most; a log of many more begins anew.
const MOST: usize = 4096;
/// Bytes of the longest line that is learned.
const LONGEST: usize = 1024;
/// Digits of the longest number that fits into 64 bits whatever it is.
const DIGITS: usize = 18;
/// Places for marks of lines that came once; a power of two.
const ONCE: usize = 1024;
/// Marks in one place: lines that share it do not drive each other out.
const MARKS: usize = 4;

/// A line of a chunk, or a part of one that is damaged, and whether its like is known. Only
/// what is known stands there with its colours.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Line {
    /// Its first byte.
    pub(crate) begin: usize,
    /// The byte behind it, without its line end.
    pub(crate) end: usize,
    /// The same of the line with its colours.
    pub(crate) coloured: (usize, usize),
    pub(crate) seen: Seen,
}

/// What is known of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Seen {
    /// Nothing.
    New,
    /// That its like has come before.
    Again,
    /// What it says.
    Known(usize),
    /// Nothing, and it is only what stands before the record that comes next.
    Fragment,
}

impl Seen {
    pub(crate) fn is_unknown(self) -> bool {
        !matches!(self, Self::Known(_))
    }
}

/// One thing that a line says, and where its values stand.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Said {
    pub(crate) meaning: Meaning,
    pub(crate) slots: Slots,
}

/// What a line says, whatever its numbers are.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) form: Form,
    pub(crate) time: When,
    /// Whether it has a time, or would have with other numbers.
    pub(crate) may_tell_time: bool,
    /// Whether a server wrote the line about itself.
    pub(crate) by_server: bool,
    /// What stands there with the same numbers, or the line is another one.
    pub(crate) exact: Vec<(Span, String)>,
    /// What its signatures say, and where in the line their values stand.
    pub(crate) says: Vec<Said>,
}

impl Layout {
    /// The same for the line with its colours; `None` if a value has colours within.
    pub(crate) fn with_colours(self, line: &str) -> Option<Self> {
        let place = |span| clean::with_colours(line, span);
        let time = match self.time {
            When::Never => When::Never,
            When::At(time, None) => When::At(place(time)?, None),
            When::At(time, Some(pid)) => When::At(place(time)?, Some(place(pid)?)),
            When::Head(_) => return None,
        };
        let moved = |said: &Said| Some(Said { slots: pattern::moved(said.slots, place)?, ..*said });
        let says = self.says.iter().map(moved);
        let exact = self.exact.into_iter().map(|(span, text)| Some((place(span)?, text)));
        let (says, exact) = (says.collect::<Option<_>>()?, exact.collect::<Option<_>>()?);
        Some(Self { time, says, exact, ..self })
    }
}

/// How a line that is not damaged is taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Form {
    /// A signature understands it.
    Understood,
    /// It has a known form and says nothing of interest.
    Ignored,
    /// It has no known form.
    Unknown,
}

/// Where the time of a line is read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum When {
    /// Nowhere: no time is needed, or the line has no head.
    Never,
    /// In these bytes, and the process id in those, if there is one.
    At(Span, Option<Span>),
    /// By its format, which finds the message at this byte.
    Head(usize),
}

/// A line that is known.
#[derive(Debug)]
struct Known {
    flat: Rc<[u8]>,
    layout: Layout,
    /// The known line that came next, the last time.
    next: usize,
}

/// The lines that are known.
#[derive(Debug)]
pub(crate) struct Repeats {
    known: Vec<Known>,
    by_flat: HashMap<Rc<[u8]>, usize, RandomState>,
    /// The known line that came last.
    last: usize,
    /// Hashes of lines that came once, the last one of a place first.
    once: Vec<[u64; MARKS]>,
    /// The text with every digit as `0`.
    flat: Vec<u8>,
    lines: Vec<Line>,
}

impl Default for Repeats {
    fn default() -> Self {
        Self {
            known: Vec::new(),
            by_flat: HashMap::default(),
            last: 0,
            once: vec![[0; MARKS]; ONCE],
            flat: Vec::new(),
            lines: Vec::new(),
        }
    }
}

impl Repeats {
    /// The lines of a text, without carriage returns at their ends. Those that are not known
    /// are set behind the text without their colours, if they have some. `record_behind` finds
    /// the record that stands behind a fragment; it is taken as a line of its own.
    pub(crate) fn lines(
        &mut self,
        text: &mut String,
        record_behind: impl Fn(&str) -> Option<usize>,
    ) -> Vec<Line> {
        if self.known.len() >= MOST {
            self.known.clear();
            self.by_flat.clear();
        }
        self.flat.clear();
        self.flatten(text);
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        let behind = text.len();
        let mut begin = 0;
        while begin < behind {
            if let Some((known, length)) = self.expected(begin, behind) {
                let place = (begin, begin + length);
                let seen = Seen::Known(known);
                lines.push(Line { begin, end: begin + length, coloured: place, seen });
                begin += length + 1;
                continue;
            }
            let rest = &self.flat[begin..behind];
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let end = begin + without_returns(&rest[..length]);
            let seen = self.seen(begin, end);
            if seen.is_unknown() {
                let line = self.without_colours(text, begin, end, seen);
                match record_behind(&text[line.begin..line.end]) {
                    Some(at) => lines.extend(self.parts(line, line.begin + at)),
                    None => lines.push(line),
                }
            } else {
                lines.push(Line { begin, end, coloured: (begin, end), seen });
            }
            begin += length + 1;
        }
        lines
    }

    /// A line as it is read: behind the text, if it has colours.
    fn without_colours(&mut self, text: &mut String, begin: usize, end: usize, seen: Seen) -> Line {
        let coloured = (begin, end);
        match clean::line(&text[begin..end]) {
            Cow::Borrowed(_) => Line { begin, end, coloured, seen },
            Cow::Owned(plain) => {
                let begin = text.len();
                self.flatten(&plain);
                text.push_str(&plain);
                Line { begin, end: text.len(), coloured, seen }
            }
        }
    }

    /// A fragment and the record behind it, which begins at byte `at` of the text.
    fn parts(&mut self, line: Line, at: usize) -> [Line; 2] {
        let fragment = Line { end: at, seen: Seen::Fragment, ..line };
        let seen = self.seen(at, line.end);
        [fragment, Line { begin: at, coloured: (at, line.end), seen, ..line }]
    }

    fn flatten(&mut self, text: &str) {
        let flat = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
        self.flat.extend(text.bytes().map(flat));
    }

    /// Takes back the lines, for the next text.
    pub(crate) fn reuse(&mut self, lines: Vec<Line>) {
        self.lines = lines;
    }

    /// The known line that came next the last time, with its length, if it comes again.
    fn expected(&mut self, begin: usize, behind: usize) -> Option<(usize, usize)> {
        let next = self.known.get(self.last)?.next;
        let flat = &*self.known.get(next)?.flat;
        let rest = &self.flat[begin..behind];
        if rest.get(flat.len()) != Some(&b'\n') || !rest.starts_with(flat) {
            return None;
        }
        self.last = next;
        Some((next, flat.len()))
    }

    fn seen(&mut self, begin: usize, end: usize) -> Seen {
        let line = &self.flat[begin..end];
        if line.len() > LONGEST {
            return Seen::New;
        }
        if let Some(&index) = self.by_flat.get(line) {
            if let Some(last) = self.known.get_mut(self.last) {
                last.next = index;
            }
            self.last = index;
            return Seen::Known(index);
        }
        let hash = FixedState::default().hash_one(line);
        let marks = &mut self.once[hash as usize % ONCE];
        if marks.contains(&hash) {
            return Seen::Again;
        }
        marks.rotate_right(1);
        marks[0] = hash;
        Seen::New
    }

    /// A line without colours, with every digit as `0`.
    pub(crate) fn flat(&self, line: Line) -> &[u8] {
        &self.flat[line.begin..line.end]
    }

    fn flat_with_colours(&self, line: Line) -> &[u8] {
        &self.flat[line.coloured.0..line.coloured.1]
    }

    /// What a known line says.
    pub(crate) fn layout(&self, index: usize) -> &Layout {
        &self.known[index].layout
    }

    /// Whether a line that came again is still to be learned.
    pub(crate) fn wants(&self, line: Line) -> bool {
        let flat = self.flat_with_colours(line);
        line.seen == Seen::Again && self.known.len() < MOST && !self.by_flat.contains_key(flat)
    }

    /// Whether numbers as long as those of a line can be read whatever they are.
    pub(crate) fn numbers_fit(&self, line: Line) -> bool {
        let mut numbers = self.flat(line).split(|byte| *byte != b'0');
        numbers.all(|number| number.len() <= DIGITS)
    }

    /// Learns what a line says with its colours.
    pub(crate) fn learn(&mut self, line: Line, layout: Layout) {
        let flat: Rc<[u8]> = self.flat_with_colours(line).into();
        self.by_flat.insert(Rc::clone(&flat), self.known.len());
        self.known.push(Known { flat, layout, next: 0 });
    }
}

/// Length of a line without the carriage returns at its end.
fn without_returns(line: &[u8]) -> usize {
    line.iter().rposition(|byte| *byte != b'\r').map_or(0, |last| last + 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn layout() -> Layout {
        Layout {
            form: Form::Ignored,
            time: When::Never,
            may_tell_time: false,
            by_server: false,
            exact: Vec::new(),
            says: Vec::new(),
        }
    }

    fn whole(_: &str) -> Option<usize> {
        None
    }

    fn seen(repeats: &mut Repeats, text: &str) -> Vec<Seen> {
        repeats.lines(&mut text.to_owned(), whole).iter().map(|line| line.seen).collect()
    }

    #[test]
    fn a_line_is_new_then_again_then_known() {
        let mut repeats = Repeats::default();
        assert_eq!(seen(&mut repeats, "took 5 ms\r\nelse\n"), [Seen::New, Seen::New]);
        let lines = repeats.lines(&mut "took 7 ms\nnew\n".to_owned(), whole);
        let again = lines[0];
        assert_eq!(again.seen, Seen::Again);
        assert!(repeats.wants(again) && !repeats.wants(lines[1]));
        repeats.learn(again, layout());
        assert_eq!(seen(&mut repeats, "took 9 ms\ntook 10 ms"), [Seen::Known(0), Seen::New]);
    }

    #[test]
    fn lines_that_share_a_place_do_not_drive_each_other_out() {
        let mut repeats = Repeats::default();
        let text: String = (0..300).map(|line| format!("{}\n", "x".repeat(line))).collect();
        assert_eq!(seen(&mut repeats, &text), [Seen::New; 300]);
        assert_eq!(seen(&mut repeats, &text), [Seen::Again; 300]);
    }

    #[test]
    fn what_came_next_is_expected_and_not_taken_for_more() {
        let mut repeats = Repeats::default();
        for line in repeats.lines(&mut "a\nb 1\na\nb 2".to_owned(), whole).split_off(2) {
            repeats.learn(line, layout());
        }
        let [a, b] = [0, 1].map(Seen::Known);
        assert_eq!(seen(&mut repeats, "a\nb 3\na\nb 4\n"), [a, b, a, b]);
        assert_eq!(seen(&mut repeats, "a\r\nb 3\r\na\nb 4"), [a, b, a, b]);
        let other = ["a\nc 1\n", "a\nb 10\n", "a\nb 1 2\n", "a\nb \n", "a\n\nb 1"];
        for text in other {
            assert_eq!(seen(&mut repeats, text)[..2], [a, Seen::New], "{text:?}");
        }
    }

    #[test]
    fn what_is_known_is_bounded() {
        let mut repeats = Repeats::default();
        let name =
            |n: usize| -> String { n.to_string().bytes().map(|b| (b + 49) as char).collect() };
        for n in 0..2 * MOST {
            let text = name(n);
            let line = repeats.lines(&mut format!("{text}\n{text}"), whole)[1];
            if repeats.wants(line) {
                repeats.learn(line, layout());
            }
        }
        assert!(repeats.known.len() <= MOST && repeats.by_flat.len() <= MOST);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(seen(&mut repeats, &format!("{long}\n{long}\n")), [Seen::New; 2]);
        let line = repeats
            .lines(&mut "id 1234567890123456789\nid 1234567890123456789".to_owned(), whole)[1];
        assert!(repeats.wants(line) && !repeats.numbers_fit(line));
    }
}
