//! Lines that repeat but for their numbers.
//!
//! A program prints a few hundred sentences again and again. What one of them says, and
//! where, is learned when it comes for the second time; from then on only its numbers are
//! read. What is known never changes what is read: a line is learned only if other numbers
//! in the same places would be taken alike.

use std::borrow::Cow;
use std::collections::HashMap;
use std::hash::BuildHasher;

use foldhash::fast::{FixedState, RandomState};
use logscan_model::{EventKind, Span};
use memchr::memchr;

use crate::clean;
use crate::pattern::{self, Slots};

/// Lines that are known at most; a log of many more begins anew.
const MOST: usize = 4096;
/// Bytes of the longest line that is learned.
const LONGEST: usize = 1024;
/// Digits of the longest number in a line that is learned: it fits into 64 bits.
const DIGITS: usize = 18;
/// Marks of lines that came once; a power of two.
const ONCE: usize = 4096;

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

/// What a line says, whatever its numbers are.
#[derive(Clone, Debug)]
pub(crate) struct Layout {
    pub(crate) form: Form,
    pub(crate) time: When,
    /// Whether it has a time, or would have with other numbers.
    pub(crate) may_tell_time: bool,
    /// Whether a server wrote the line about itself.
    pub(crate) by_server: bool,
    /// What its signatures say, and where in the line their values stand.
    pub(crate) says: Vec<(EventKind, Slots)>,
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
        let says =
            self.says.iter().map(|(kind, slots)| Some((*kind, pattern::moved(slots, place)?)));
        Some(Self { time, says: says.collect::<Option<_>>()?, ..self })
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

/// The lines that are known.
#[derive(Debug)]
pub(crate) struct Repeats {
    layouts: Vec<Layout>,
    by_line: HashMap<Box<[u8]>, usize, RandomState>,
    /// Hashes of lines that came once.
    once: Vec<u64>,
    /// The text with every digit as `0`.
    flat: Vec<u8>,
    lines: Vec<Line>,
}

impl Default for Repeats {
    fn default() -> Self {
        Self {
            layouts: Vec::new(),
            by_line: HashMap::default(),
            once: vec![0; ONCE],
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
        if self.layouts.len() >= MOST {
            self.layouts.clear();
            self.by_line.clear();
        }
        self.flat.clear();
        self.flatten(text);
        let mut lines = std::mem::take(&mut self.lines);
        lines.clear();
        let behind = text.len();
        let mut begin = 0;
        while begin < behind {
            let rest = &self.flat[begin..behind];
            let length = memchr(b'\n', rest).unwrap_or(rest.len());
            let end = begin + without_returns(&rest[..length]);
            let mut line = self.line(begin, end);
            if line.seen.is_unknown() {
                if let Cow::Owned(plain) = clean::line(&text[begin..end]) {
                    line.begin = text.len();
                    self.flatten(&plain);
                    text.push_str(&plain);
                    line.end = text.len();
                }
                if let Some(at) = record_behind(&text[line.begin..line.end]) {
                    let record = line.begin + at;
                    lines.push(Line { end: record, seen: Seen::Fragment, ..line });
                    line = self.line(record, line.end);
                }
            }
            lines.push(line);
            begin += length + 1;
        }
        lines
    }

    fn flatten(&mut self, text: &str) {
        let flat = |byte: u8| if byte.is_ascii_digit() { b'0' } else { byte };
        self.flat.extend(text.bytes().map(flat));
    }

    /// Takes back the lines, for the next text.
    pub(crate) fn reuse(&mut self, lines: Vec<Line>) {
        self.lines = lines;
    }

    /// What stands in these bytes of the text, as it stands there.
    fn line(&mut self, begin: usize, end: usize) -> Line {
        Line { begin, end, coloured: (begin, end), seen: self.seen(begin, end) }
    }

    fn seen(&mut self, begin: usize, end: usize) -> Seen {
        let line = &self.flat[begin..end];
        if line.len() > LONGEST {
            return Seen::New;
        }
        if let Some(layout) = self.by_line.get(line) {
            return Seen::Known(*layout);
        }
        let hash = FixedState::default().hash_one(line);
        let mark = &mut self.once[hash as usize % ONCE];
        if *mark == hash {
            return Seen::Again;
        }
        *mark = hash;
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
        &self.layouts[index]
    }

    /// Whether a line that came again is still to be learned, and its numbers are not too long.
    pub(crate) fn wants(&self, line: Line) -> bool {
        let flat = self.flat_with_colours(line);
        let mut numbers = flat.split(|byte| *byte != b'0');
        line.seen == Seen::Again
            && self.layouts.len() < MOST
            && !self.by_line.contains_key(flat)
            && numbers.all(|number| number.len() <= DIGITS)
    }

    /// Learns what a line says with its colours.
    pub(crate) fn learn(&mut self, line: Line, layout: Layout) {
        let flat = self.flat_with_colours(line).into();
        self.by_line.insert(flat, self.layouts.len());
        self.layouts.push(layout);
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
        assert!(repeats.layouts.len() <= MOST && repeats.by_line.len() <= MOST);
        let long = "x".repeat(LONGEST + 1);
        assert_eq!(seen(&mut repeats, &format!("{long}\n{long}\n")), [Seen::New; 2]);
        let line = repeats
            .lines(&mut "id 1234567890123456789\nid 1234567890123456789".to_owned(), whole)[1];
        assert!(line.seen == Seen::Again && !repeats.wants(line));
    }
}
