//! One chunk of text to events, and an account of every line.
//!
//! A chunk says the same whatever stands before it, so chunks can be parsed in parallel.
//! Lines whose like was read before are known; one search over all others finds the literals
//! of all signatures, and only lines that hold one get their head parsed.

mod errors;
mod events;
mod known;
mod level;
mod recognised;

use std::borrow::Cow;
use std::collections::BTreeMap;

use logscan_model::event::Needs;
use logscan_model::{Basis, Event, EventKind, Field, InputId, Span, Stamp, Value};
use memchr::memchr;

use crate::catalogue::{Catalogue, Hit};
use crate::chunk::RawChunk;
use crate::clean;
use crate::damage::{Damage, HeadSearch};
use crate::formats::time::Clock;
use crate::formats::{self, Format, Head, Headless};
use crate::recognise::Meaning;
use crate::repeats::{Form, Line, Repeats, Said, Seen};
use crate::shape::Shapes;
use crate::wrapper::Wrapping;

/// How the lines of a chunk were taken; the first four add up to `lines`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Lines.
    pub lines: u64,
    /// Lines that a signature understands.
    pub understood: u64,
    /// Lines of known form that say nothing of interest.
    pub ignored: u64,
    /// Lines of unknown form.
    pub unknown: u64,
    /// Lines that were cut, overwritten, or hold bytes that are no text.
    pub damaged: u64,
}

/// Everything that was read in one chunk.
#[derive(Debug, Default)]
pub struct Chunk {
    /// Bytes of the content before it.
    pub(crate) offset: u64,
    /// Bytes of the last line that were skipped.
    pub(crate) skipped: u64,
    /// The text into which the spans of the events point.
    pub text: String,
    /// What the lines say, in their order.
    pub events: Vec<Event>,
    /// The account of the lines.
    pub counts: Counts,
    /// First and last time.
    pub times: Option<(Stamp, Stamp)>,
    /// Damages: how often, and the first line, by kind.
    pub(crate) damages: BTreeMap<Damage, (u64, u64)>,
    /// Shapes of unknown lines.
    pub(crate) shapes: Shapes,
}

impl Chunk {
    /// Moves the chunk to its place in the input: `lines` lines stand before it.
    pub(crate) fn shift(&mut self, lines: u64) {
        for event in &mut self.events {
            event.place.line += lines;
        }
        self.damages.values_mut().for_each(|(_, first)| *first += lines);
        self.shapes.shift(lines);
    }
}

/// How the lines of one input are to be read.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Parser<'c> {
    pub(crate) catalogue: &'c Catalogue,
    pub(crate) format: &'static Format,
    pub(crate) wrapper: &'c Wrapping,
    pub(crate) input: InputId,
    /// Whether the text was decoded: bytes that are none were replaced before.
    pub(crate) decoded: bool,
    /// Objects and lists within each other that are read in a JSON line.
    pub(crate) json_depth: usize,
}

impl Parser<'_> {
    /// Parses a chunk into a spent one; lines are counted from 1. What it learns of lines that
    /// repeat makes the next chunk faster, not different.
    pub(crate) fn parse(&self, raw: RawChunk, repeats: &mut Repeats, spent: Vec<Event>) -> Chunk {
        let (mut text, broken) = clean::decode(raw.bytes);
        let broken = broken || self.decoded && text.contains(char::REPLACEMENT_CHARACTER);
        let lines = repeats.lines(&mut text, |line| self.record_behind(line));
        let mut work = Work::new(self, &text, broken, spent);
        work.lines(&lines, repeats);
        repeats.reuse(lines);
        if raw.skipped > 0 {
            work.note(Damage::LongLine);
        }
        let (mut chunk, extra) = (work.chunk, work.extra);
        chunk.offset = raw.offset;
        chunk.skipped = raw.skipped;
        chunk.text = text;
        chunk.text.push_str(&extra);
        chunk
    }

    /// Where the record begins that another writer set behind a fragment.
    fn record_behind(&self, whole: &str) -> Option<usize> {
        let line = self.wrapper.unwrap(whole);
        let record = &line[HeadSearch::new(self.format).record_behind(line)?..];
        let apart = self.wrapper.unwrap(record) == record && !self.is_too_deep(line);
        apart.then_some(whole.len() - record.len())
    }

    fn is_too_deep(&self, line: &str) -> bool {
        line.starts_with('{') && formats::is_deeper(line, self.json_depth)
    }
}

/// What stands in a line before the record of another writer.
#[derive(Clone, Copy, Debug)]
enum Fragment {
    /// What is left of a record.
    Damage(Damage),
    /// That a test begins, of which the runner tells in the same line how it ended.
    OfRunner,
}

/// The state of parsing one chunk.
struct Work<'w> {
    parser: &'w Parser<'w>,
    text: &'w str,
    /// Whether bytes of the chunk were replaced because they are no UTF-8.
    broken: bool,
    /// Whether the chunk holds zero bytes.
    holes: bool,
    heads: HeadSearch,
    /// What does not stand in the text as it reads: messages of JSON lines, lines with colours.
    extra: String,
    /// What stands before the next record in the same line.
    fragment: Option<Fragment>,
    /// Signatures that a line has matched.
    tried: Vec<usize>,
    /// What they say of it, and where their values stand.
    says: Vec<Said>,
    /// Whether what is read is cut short: its words may say something else than all of them did.
    torn: bool,
    /// Whether the line would say something else with other numbers.
    by_number: bool,
    clock: Clock<'w>,
    chunk: Chunk,
}

impl<'w> Work<'w> {
    fn new(parser: &'w Parser<'w>, text: &'w str, broken: bool, mut spent: Vec<Event>) -> Self {
        spent.clear();
        Self {
            parser,
            text,
            broken,
            holes: memchr(0, text.as_bytes()).is_some(),
            heads: HeadSearch::new(parser.format),
            extra: String::new(),
            fragment: None,
            tried: Vec::new(),
            says: Vec::new(),
            torn: false,
            by_number: false,
            clock: Clock::default(),
            chunk: Chunk { events: spent, ..Chunk::default() },
        }
    }

    /// Takes every line: those that are known as they are known, all others after one search
    /// through them together.
    fn lines(&mut self, lines: &[Line], repeats: &mut Repeats) {
        let others = self.others(lines);
        let mut hits = self.parser.catalogue.hits(&others);
        let mut hits = hits.as_mut_slice();
        let mut searched = 0;
        for line in lines {
            // A fragment and its record are one line.
            self.chunk.counts.lines += u64::from(self.fragment.is_none());
            let whole = &self.text[line.begin..line.end];
            if let Seen::Known(index) = line.seen {
                self.known(repeats.layout(index), index, whole, line.begin);
                continue;
            }
            let end = searched + whole.len();
            let (own, later) =
                hits.split_at_mut(hits.iter().take_while(|hit| hit.at < end).count());
            own.iter_mut().for_each(|hit| hit.shift(searched));
            if line.seen == Seen::Fragment {
                self.take_fragment(whole, line.begin, own);
            } else if let Some(form) = self.line(whole, line.begin, own)
                && repeats.wants(*line)
            {
                self.learn(repeats, *line, form, own);
            }
            hits = later;
            searched = end + 1;
        }
    }

    /// The lines that are not known, in a text of their own.
    fn others(&self, lines: &[Line]) -> String {
        let mut others = String::new();
        for line in lines.iter().filter(|line| line.seen.is_unknown()) {
            others.push_str(&self.text[line.begin..line.end]);
            others.push('\n');
        }
        others
    }

    /// Takes what stands before another record: it may be cut short, but what it says in full
    /// is true.
    fn take_fragment(&mut self, whole: &str, begin: usize, hits: &mut [Hit<'_>]) {
        hits.sort_by_key(Hit::order);
        let line = self.parser.wrapper.unwrap(whole);
        self.torn = true;
        let events = self.chunk.events.len();
        self.understand(whole, whole.len() - line.len(), begin, hits);
        self.torn = false;
        // A runner leaves the line of a test open until it has ended.
        let of_runner =
            |event: &Event| matches!(event.kind, EventKind::TestStart | EventKind::TestPrints);
        self.fragment = Some(match self.bad_bytes(line) {
            None if self.chunk.events[events..].iter().any(of_runner) => Fragment::OfRunner,
            damage => Fragment::Damage(damage.unwrap_or(Damage::Spliced)),
        });
    }

    /// Takes a line, in which `hits` are counted from its beginning. The form, if it is whole.
    fn line(&mut self, whole: &str, begin: usize, hits: &mut [Hit<'_>]) -> Option<Form> {
        hits.sort_by_key(Hit::order);
        self.says.clear();
        self.by_number = false;
        let line = self.parser.wrapper.unwrap(whole);
        if self.parser.is_too_deep(line) {
            self.count_damaged(Damage::TooDeep);
            return None;
        }
        let understood = self.understand(whole, whole.len() - line.len(), begin, hits);
        if let Some(damage) = self.bad_bytes(line) {
            self.count_damaged(damage);
            return None;
        }
        if self.heads.is_torn_end(line) {
            self.note(Damage::TornEnd);
        }
        let form = self.form(line, understood);
        self.count(form, whole, None);
        Some(form)
    }

    /// What is no text in a line.
    fn bad_bytes(&self, line: &str) -> Option<Damage> {
        if self.holes && memchr(0, line.as_bytes()).is_some() {
            return Some(Damage::NulBytes);
        }
        let broken = self.broken && line.contains(char::REPLACEMENT_CHARACTER);
        broken.then_some(Damage::BadEncoding)
    }

    /// How a line is taken that is not damaged.
    fn form(&self, line: &str, understood: bool) -> Form {
        let command = || self.parser.wrapper.is_command(line);
        if understood {
            return Form::Understood;
        }
        match self.parser.format.headless {
            Headless::Continues | Headless::Between | Headless::Expected => Form::Ignored,
            Headless::Unknown if line.trim().is_empty() || command() => Form::Ignored,
            Headless::Unknown if self.is_json(line) => Form::Ignored,
            Headless::Unknown => Form::Unknown,
        }
    }

    fn is_json(&self, line: &str) -> bool {
        self.parser.format.name != formats::plain().name && line.starts_with('{')
    }

    /// Makes events of a line from byte `inner` on; whether any signature understood it.
    fn understand(&mut self, whole: &str, inner: usize, begin: usize, hits: &[Hit<'_>]) -> bool {
        let first_time_known = self.chunk.times.is_some();
        if hits.is_empty() && first_time_known {
            return false;
        }
        let head = formats::head_of(self.parser.format, &whole[inner..]);
        let time = head.as_ref().and_then(|head| head.time);
        self.remember_time(time);
        if hits.is_empty() {
            return false;
        }
        if let Some(test) = head.as_ref().and_then(|head| head.test.as_deref()) {
            self.printed_by(test, time);
        }
        match &head {
            Some(Head { message: Cow::Owned(message), .. }) => {
                self.understand_elsewhere(message, head.as_ref())
            }
            Some(Head { message: Cow::Borrowed(message), .. }) => {
                let at = message.as_ptr().addr() - whole.as_ptr().addr();
                self.events(&whole[..at + message.len()], at, begin, hits, head.as_ref())
            }
            None => self.events(whole, inner, begin, hits, None),
        }
    }

    /// A message that had to be unescaped is kept behind the chunk's text.
    fn understand_elsewhere(&mut self, message: &str, head: Option<&Head<'_>>) -> bool {
        let begin = self.text.len() + self.extra.len();
        let mut hits = self.parser.catalogue.hits(message);
        hits.sort_by_key(Hit::order);
        let understood = self.events(message, 0, begin, &hits, head);
        if understood {
            self.extra.push_str(message);
        }
        understood
    }

    /// Says which test wrote a line.
    fn printed_by(&mut self, test: &str, time: Option<Stamp>) {
        // Its like may be of another test.
        self.by_number = true;
        let start = self.text.len() + self.extra.len();
        self.extra.push_str(test);
        let name = Span { start: start as u32, end: (start + test.len()) as u32 };
        let kind = EventKind::TestPrints;
        let meaning = Meaning { kind, basis: Basis::Signature, needs: Needs::default() };
        let event = self.push(meaning, events::Written { time, pid: None, by_server: false });
        event.fields.set(0, Field::Test, Value::Text(name));
    }

    /// Counts a line that is whole, unless a fragment stands before it.
    fn count(&mut self, form: Form, line: &str, layout: Option<usize>) {
        if let Some(Fragment::Damage(damage)) = self.fragment.take() {
            return self.count_damaged(damage);
        }
        let counts = &mut self.chunk.counts;
        match form {
            Form::Understood => counts.understood += 1,
            Form::Ignored => counts.ignored += 1,
            Form::Unknown => {
                counts.unknown += 1;
                self.chunk.shapes.count(line, counts.lines, layout);
            }
        }
    }

    fn count_damaged(&mut self, damage: Damage) {
        self.fragment = None;
        self.chunk.counts.damaged += 1;
        self.note(damage);
    }

    fn remember_time(&mut self, time: Option<Stamp>) {
        if let Some(time) = time {
            let first = self.chunk.times.map_or(time, |(first, _)| first);
            self.chunk.times = Some((first, time));
        }
    }

    fn note(&mut self, damage: Damage) {
        let number = self.chunk.counts.lines;
        self.chunk.damages.entry(damage).or_insert((0, number)).0 += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stages;

    fn parse(format: &str, text: &str) -> Chunk {
        parse_knowing(format, &Wrapping::NONE, text, &mut Repeats::default())
    }

    fn parse_knowing(format: &str, wrapper: &Wrapping, text: &str, repeats: &mut Repeats) -> Chunk {
        let parser = Parser {
            catalogue: Catalogue::builtin(),
            format: formats::by_name(format).unwrap(),
            wrapper,
            input: InputId::new(0),
            decoded: false,
            json_depth: 64,
        };
        let raw = RawChunk { offset: 0, bytes: text.as_bytes().to_vec(), skipped: 0 };
        parser.parse(raw, repeats, Vec::new())
    }

    #[test]
    fn an_event_knows_its_line_time_and_fields() {
        let chunk = parse(
            "pytest-log-file",
            "10:00:00 [    INFO] a.b: nothing\n\
             10:00:01 [   DEBUG] a.b: [DB_SESSION] Creating session #7 - Worker: gw0 (database.py:113)\r\n",
        );
        let event = chunk.events[0];
        assert_eq!((event.kind, event.place.line), (EventKind::SessionOpen, 2));
        assert_eq!(event.time.unwrap().to_string(), "T10:00:01");
        assert_eq!(event.int(Field::Number), Some(7));
        assert_eq!(event.text(Field::Worker, &chunk.text), Some("gw0"));
        assert_eq!((chunk.counts.understood, chunk.counts.ignored), (1, 1));
    }

    #[test]
    fn a_line_may_tell_of_a_session_and_of_the_fault_that_ended_it() {
        let chunk = parse(
            "plain",
            "[DB_SESSION] Session #3 connection test failed in 1.0s: QueuePool limit of size 3 \
             overflow 2 reached, connection timed out, timeout 1.00",
        );
        let kinds: Vec<_> = chunk.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::SessionConnectFailed, EventKind::PoolTimeout]);
    }

    #[test]
    fn json_messages_are_read_unescaped_and_once() {
        let chunk = parse(
            "json-lines",
            "{\"text\": \"x | [DB_POOL_STATE] Pool size: 5\\n\", \"record\": {\"message\": \
             \"[DB_POOL_STATE] Pool size: 5\", \"process\": {\"id\": 77}}}\n",
        );
        assert_eq!(chunk.events.len(), 1);
        assert_eq!((chunk.events[0].int(Field::Size), chunk.events[0].pid), (Some(5), Some(77)));
    }

    #[test]
    fn json_that_is_too_deep_is_set_aside() {
        let deep =
            format!("{}\"[DB_POOL_STATE] Pool size: 5\"{}\n", "{\"a\":".repeat(99), "}".repeat(99));
        let chunk = parse("json-lines", &deep);
        assert_eq!((chunk.events.len(), chunk.counts.damaged), (0, 1));
        assert_eq!(chunk.damages[&Damage::TooDeep], (1, 1));
    }

    #[test]
    fn torn_lines_are_damaged_and_their_last_record_is_read() {
        let chunk = parse(
            "pytest-log-file",
            "2026-11-20 20:19:42 [   DEBUG] a.b: x\n\
             2026-11-20 22026-11-20 20:19:42 [   DEBUG] a.b: [DB_SESSION] Session #1 closed in 0.000s\n",
        );
        assert_eq!((chunk.counts.damaged, chunk.counts.ignored), (1, 1));
        assert_eq!(chunk.events[0].kind, EventKind::SessionClosed);
        assert_eq!(chunk.events[0].time.unwrap().to_string(), "2026-11-20T20:19:42");
    }

    #[test]
    fn what_stands_before_another_record_counts_if_it_is_whole() {
        let chunk = parse(
            "pytest-log-file",
            "HikariPool-1 - Connection is not available, request timed out after 30004ms.\
             2026-11-20 20:19:42 [   DEBUG] a.b: x\n\
             HikariPool-1 - Connection is not available, req2026-11-20 20:19:42 [   DEBUG] a.b: x\n",
        );
        let kinds: Vec<_> = chunk.events.iter().map(|event| event.kind).collect();
        assert_eq!(kinds, [EventKind::PoolTimeout]);
        assert_eq!(chunk.counts.damaged, 2);
    }

    #[test]
    fn a_record_behind_a_hole_has_its_time() {
        let chunk = parse(
            "pytest-log-file",
            "\u{0}\u{0}\u{0}2026-11-20 20:19:42 [    INFO] a.b: [DB_POOL_STATE] Pool size: 5\n",
        );
        assert_eq!(chunk.events[0].time.unwrap().to_string(), "2026-11-20T20:19:42");
        assert_eq!((chunk.counts.lines, chunk.counts.damaged), (1, 1));
        assert_eq!(chunk.damages[&Damage::NulBytes], (1, 1));
        let behind_text = "10:00:00 [10:00:01 [    INFO] a.b: x\u{0}\n";
        assert_eq!(parse("pytest-log-file", behind_text).damages[&Damage::NulBytes], (1, 1));
    }

    #[test]
    fn a_record_is_known_behind_any_fragment() {
        let record = "2026-11-20 20:19:42 [    INFO] a.b: [DB_POOL_STATE] Pool size: 5\n";
        let text = format!("{record}{record}2026-11-{record}2026-11-20 20:{record}");
        let mut repeats = Repeats::default();
        parse_knowing("pytest-log-file", &Wrapping::NONE, &text, &mut repeats);
        let parts = repeats.lines(&mut text.clone(), |line| {
            (line.len() > record.len()).then_some(line.len() + 1 - record.len())
        });
        let seen: Vec<Seen> = parts.iter().map(|line| line.seen).collect();
        let known = Seen::Known(0);
        assert_eq!(seen, [known, known, Seen::Fragment, known, Seen::Fragment, known]);
        let chunk = parse_knowing("pytest-log-file", &Wrapping::NONE, &text, &mut repeats);
        assert_eq!((chunk.counts.understood, chunk.counts.damaged, chunk.events.len()), (2, 2, 4));
        assert_eq!(chunk.events[3].place.line, 4);
    }

    #[test]
    fn unknown_lines_leave_their_shape() {
        let chunk = parse("plain", "took 5 ms\ntook 17 ms\n\n");
        assert_eq!((chunk.counts.unknown, chunk.counts.ignored), (2, 1));
        assert_eq!(chunk.shapes.iter().next(), Some((&"took 0 ms".to_owned(), (2, 1))));
    }

    /// Every sample of the catalogue, bare and behind the head of a line format.
    fn lines() -> Vec<String> {
        let samples = Catalogue::builtin().signatures().flat_map(|s| [&s.samples, &s.rejects]);
        let bare: Vec<&String> = samples.flatten().collect();
        let heads = [
            "2026-03-01 10:00:00,123 [    INFO] a.b: ",
            "10:00:00.5 | INFO     | a:b:1 - ",
            "INFO     a.b:c.py:48 ",
        ];
        let examples = formats::FORMATS.iter().map(|format| format.example.to_owned());
        let behind =
            heads.iter().flat_map(|head| bare.iter().map(move |line| format!("{head}{line}")));
        examples.chain(behind).chain(bare.iter().map(|line| (*line).clone())).collect()
    }

    /// What wrappers write before a line.
    const WRAPPED: [&str; 6] = [
        "",
        "2026-03-01T10:00:00.1234567Z ",
        "2026-03-01T10:00:00.123456Z 01O ",
        "db-1   | ",
        "Mar  1 10:00:00 host postgres[4711]: ",
        "2026-03-01T10:00:00.1234567Z db-1  | ",
    ];

    /// What may be written before a letter.
    const COLOURS: [&str; 4] = ["\u{1b}[0m", "\u{1b}[38;5;196m", "\u{1b}7", "\r"];

    fn with_digits(line: &str, digits: &mut impl Iterator<Item = u8>) -> String {
        let other = |c: char| match digits.next() {
            Some(digit) if c.is_ascii_digit() && digit < 10 => char::from(b'0' + digit),
            _ => c,
        };
        line.chars().map(other).collect()
    }

    proptest::proptest! {
        #[test]
        fn what_is_known_changes_nothing(
            picks in proptest::collection::vec(0usize..10_000, 1..12),
            digits in proptest::collection::vec(0u8..14, 200),
            format in 0..formats::FORMATS.len(),
            before in proptest::sample::select(&WRAPPED[..]),
            fragments in proptest::collection::vec(0usize..60, 5),
            colours in proptest::option::of(proptest::collection::vec(0usize..200, 50)),
        ) {
            let all = lines();
            let wrapper = Wrapping::of(&format!("{before}x"));
            let mut digits = digits.into_iter().cycle();
            let mut fragments = fragments.into_iter().cycle();
            let mut text = || -> String {
                let mut line = |pick: &usize| {
                    let other = all[(pick + 1) % all.len()].chars();
                    let fragment: String = match fragments.next() {
                        Some(length) if length > 30 => other.take(length).collect(),
                        _ => String::new(),
                    };
                    format!("{before}{fragment}{}", all[pick % all.len()])
                };
                let mut colours = colours.iter().flatten().cycle();
                let mut other = |line: String| {
                    let coloured = |letter: char| {
                        let colour = colours.next().and_then(|pick| COLOURS.get(*pick));
                        format!("{}{letter}", colour.unwrap_or(&""))
                    };
                    let line: String = line.chars().map(coloured).collect();
                    with_digits(&line, &mut digits) + "\n"
                };
                picks.iter().map(|pick| other(line(pick))).collect()
            };
            let format = formats::FORMATS[format].name;
            let mut repeats = Repeats::default();
            for text in [text(), text(), text(), text()] {
                let learned = parse_knowing(format, &wrapper, &text, &mut repeats);
                let fresh = parse_knowing(format, &wrapper, &text, &mut Repeats::default());
                proptest::prop_assert_eq!(stages::said(&learned), stages::said(&fresh));
            }
        }

        #[test]
        fn with_ones_a_line_has_a_head_and_a_time_if_it_has_them_with_any_digits(
            pick in 0usize..10_000,
            digits in proptest::collection::vec(0u8..14, 200),
            format in 0..formats::FORMATS.len(),
        ) {
            let all = lines();
            let line = with_digits(&all[pick % all.len()], &mut digits.into_iter());
            let format = &formats::FORMATS[format];
            let timed = |line: &str| formats::head_of(format, line).is_some_and(|head| head.time.is_some());
            for line in [&line, format.example] {
                let ones = crate::damage::ones(line);
                proptest::prop_assert!(!timed(line) || timed(&ones), "{line}");
                let headed = |line: &str| formats::head_of(format, line).is_some();
                proptest::prop_assert!(!headed(line) || headed(&ones), "{line}");
            }
        }

        #[test]
        fn lines_add_up_and_spans_fit(
            text in "((\\[DB_SESSION\\] Session #[0-9]{1,3} (closed in 0.1s|é)|\\PC{0,30}|\u{0}|\u{1b}\\[1m)\n?){0,20}",
            format in 0..formats::FORMATS.len(),
        ) {
            let chunk = parse(formats::FORMATS[format].name, &text);
            let counts = chunk.counts;
            proptest::prop_assert_eq!(
                counts.understood + counts.ignored + counts.unknown + counts.damaged, counts.lines);
            for event in &chunk.events {
                for (_, value) in event.fields.iter() {
                    if let logscan_model::Value::Text(span) = value {
                        proptest::prop_assert!(chunk.text.get(span.start as usize..span.end as usize).is_some());
                    }
                }
            }
        }
    }
}
