//! Lines whose like was read before: taking them as they are known, and learning them.

use std::borrow::Cow;

use logscan_model::{Span, Stamp};

use super::Work;
use super::events::Written;
use crate::catalogue::Hit;
use crate::formats::{self, Head, time};
use crate::repeats::{Form, Layout, Line, Repeats, When};
use crate::{clean, damage, pattern};

impl<'w> Work<'w> {
    /// Takes a line as its layout says. If it has to be read after all, it is kept without its
    /// colours behind the chunk's text.
    pub(super) fn known(
        &mut self,
        layout: &Layout,
        index: usize,
        whole: &'w str,
        mut begin: usize,
    ) {
        if self.repeat(layout, whole, begin) {
            return self.count(layout.form, whole, Some(index));
        }
        let plain = clean::line(whole);
        if let Cow::Owned(plain) = &plain {
            begin = self.text.len() + self.extra.len();
            self.extra.push_str(plain);
        }
        let mut hits = self.parser.catalogue.hits(&plain);
        self.line(&plain, begin, &mut hits);
    }

    /// Takes a line as its layout says; `false` if it has to be read after all.
    fn repeat(&mut self, layout: &Layout, whole: &'w str, begin: usize) -> bool {
        // The first time of a chunk is told by lines that are otherwise of no interest.
        if layout.may_tell_time && self.chunk.times.is_none() {
            return false;
        }
        if layout.exact.iter().any(|(span, text)| span.of(whole) != text) {
            return false;
        }
        let Some((time, pid)) = self.when(layout.time, whole) else { return false };
        let before = self.chunk.events.len();
        let written = Written { time, pid, by_server: layout.by_server };
        for said in &layout.says {
            let event = self.push(said.meaning, written);
            if pattern::fill(&said.slots, whole, begin, &mut event.fields).is_none() {
                self.chunk.events.truncate(before);
                return false;
            }
        }
        self.remember_time(time);
        true
    }

    /// The time and the process id of a line of known layout.
    fn when(&mut self, when: When, whole: &'w str) -> Option<(Option<Stamp>, Option<u32>)> {
        match when {
            When::Never => Some((None, None)),
            When::At(time, pid) => {
                let pid = match pid {
                    Some(pid) => Some(pid.of(whole).parse().ok()?),
                    None => None,
                };
                Some((Some(self.clock.stamp(time.of(whole))?), pid))
            }
            When::Head(message) => {
                let head = formats::head_of(self.parser.format, self.parser.wrapper.unwrap(whole))?;
                (offset(&head, whole)? == message).then_some((head.time, head.pid))
            }
        }
    }

    /// Learns what was just read of a line, if it is read so whatever its numbers are.
    pub(super) fn learn(&self, repeats: &mut Repeats, line: Line, form: Form, hits: &[Hit<'_>]) {
        // Where nothing is announced, no number is read.
        if self.by_number || !hits.is_empty() && !repeats.numbers_fit(line) {
            return;
        }
        let whole = &self.text[line.begin..line.end];
        let Some(mut layout) = self.layout(form, whole, hits) else { return };
        let numbered = self.parser.catalogue.numbered(repeats.flat(line));
        layout.exact = numbered.map(|span| (span, span.of(whole).to_owned())).collect();
        let (begin, end) = line.coloured;
        if begin != line.begin {
            let Some(coloured) = layout.with_colours(&self.text[begin..end]) else { return };
            layout = coloured;
        }
        repeats.learn(line, layout);
    }

    fn layout(&self, form: Form, whole: &str, hits: &[Hit<'_>]) -> Option<Layout> {
        let line = self.parser.wrapper.unwrap(whole);
        let ones = damage::ones(line);
        // A line with this character is damaged in one chunk and whole in another.
        if whole.contains(char::REPLACEMENT_CHARACTER)
            || !self.heads.is_plainly_whole(&ones)
            || hits.iter().any(Hit::asks_for_numbers)
        {
            return None;
        }
        let head = formats::head_of(self.parser.format, line);
        let with_ones = formats::head_of(self.parser.format, &ones);
        let may_tell_time = with_ones.as_ref().is_some_and(|head| head.time.is_some());
        let time = match &head {
            _ if hits.is_empty() => When::Never,
            // With other numbers it would have one.
            None if with_ones.is_some() => return None,
            None => When::Never,
            Some(head) => when(head, whole, line, may_tell_time)?,
        };
        let by_server = formats::is_servers(line) || head.is_some_and(|head| head.by_server);
        let (exact, says) = (Vec::new(), self.says.clone());
        Some(Layout { form, time, may_tell_time, by_server, exact, says })
    }
}

/// Digits of a number that is a process id whatever they are.
const PID_DIGITS: usize = 9;

/// Where the time of a head stands; `line` is the whole one without its wrapper. `None` if its
/// message had to be unescaped.
fn when(head: &Head<'_>, whole: &str, line: &str, may_tell_time: bool) -> Option<When> {
    let message = offset(head, whole)?;
    // The numbers of an object, and those that are too large, may be times and process ids
    // with other digits.
    let mut numbers = whole[..message].split(|c: char| !c.is_ascii_digit());
    if line.starts_with('{') || numbers.any(|number| number.len() > PID_DIGITS) {
        return Some(When::Head(message));
    }
    if head.time.is_none() && head.pid.is_none() && !may_tell_time {
        return Some(When::Never);
    }
    let pid = head.pid.map(|pid| only_number(&whole[..message], pid));
    let mut times = damage::times(line);
    let only = times.next().filter(|_| pid != Some(None) && times.next().is_none());
    let wrapped = whole.len() - line.len();
    let reads = |begin: usize| {
        // Numbers before it may be a date, or none with other digits.
        let before = line.get(..begin).filter(|before| !pattern::holds_digit(before))?;
        let (rest, time) = time::stamp(&line[before.len()..])?;
        let (start, end) = (wrapped + begin, whole.len() - rest.len());
        (Some(time) == head.time).then_some(Span { start: start as u32, end: end as u32 })
    };
    let begins = only.into_iter().flat_map(|time| [time.checked_sub(damage::DATE), Some(time)]);
    let place = begins.flatten().find_map(reads);
    Some(place.map_or(When::Head(message), |place| When::At(place, pid.flatten())))
}

/// Where the only number of this value stands.
fn only_number(text: &str, value: u32) -> Option<Span> {
    let numbers = text.split(|c: char| !c.is_ascii_digit());
    let mut found = numbers.filter(|number| number.parse() == Ok(value));
    let number = found.next().filter(|_| found.next().is_none())?;
    let start = number.as_ptr().addr() - text.as_ptr().addr();
    Some(Span { start: start as u32, end: (start + number.len()) as u32 })
}

/// Where the message begins in its line; `None` if it had to be unescaped.
fn offset(head: &Head<'_>, whole: &str) -> Option<usize> {
    match head.message {
        Cow::Borrowed(message) => Some(message.as_ptr().addr() - whole.as_ptr().addr()),
        Cow::Owned(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::recognise::Meaning;
    use crate::repeats::Said;
    use logscan_model::event::Fields;
    use logscan_model::{EventKind, Field, Value};

    use crate::catalogue::Catalogue;
    use crate::chunk::RawChunk;
    use crate::parse::Parser;
    use crate::repeats::Seen;
    use crate::wrapper::Wrapping;

    /// What is known of a line that came twice.
    fn known(format: &str, wrapper: &str, line: &str) -> Option<Layout> {
        let parser = Parser {
            catalogue: Catalogue::builtin(),
            format: formats::by_name(format).unwrap(),
            wrapper: &Wrapping::of(&format!("{wrapper}x")),
            input: logscan_model::InputId::new(0),
            decoded: false,
            json_depth: 64,
        };
        let mut repeats = Repeats::default();
        let mut text = format!("{wrapper}{line}\n").repeat(2);
        let raw = RawChunk { offset: 0, bytes: text.clone().into_bytes(), skipped: 0 };
        parser.parse(raw, &mut repeats, Vec::new());
        match repeats.lines(&mut text, |_| None)[0].seen {
            Seen::Known(index) => Some(repeats.layout(index).clone()),
            Seen::New | Seen::Again | Seen::Fragment => None,
        }
    }

    fn time(format: &str, wrapper: &str, line: &str) -> Option<When> {
        known(format, wrapper, line).map(|layout| layout.time)
    }

    #[test]
    fn time_and_process_id_are_read_where_they_stand() {
        let python = "2026-03-01 10:00:00,123 [    INFO] a.b: [DB_POOL_STATE] Pool size: 5";
        assert_eq!(
            time("pytest-log-file", "", python),
            Some(When::At(Span { start: 0, end: 23 }, None))
        );
        let within = time("pytest-log-file", "2026-03-01T10:00:00.1234567Z ", python);
        assert_eq!(within, Some(When::At(Span { start: 29, end: 52 }, None)));
        let server = "2026-03-01 10:00:00.123 UTC [4711] LOG:  \
                      database system is ready to accept connections";
        let (at, pid) = (Span { start: 0, end: 27 }, Span { start: 29, end: 33 });
        assert_eq!(time("postgres", "", server), Some(When::At(at, Some(pid))));
    }

    #[test]
    fn a_time_that_begins_no_record_is_no_reason_to_read_a_line_again() {
        let ruby = "I, [2026-03-01T10:00:00.123456 #4711]  INFO -- : [DB_POOL_STATE] Pool size: 5";
        let (at, pid) = (Span { start: 4, end: 30 }, Span { start: 32, end: 36 });
        assert_eq!(time("rails-logger", "", ruby), Some(When::At(at, Some(pid))));
        let since = "10:00:00 [    INFO] a.b: idle since 10:00:01";
        assert_eq!(time("pytest-log-file", "", since), Some(When::Never));
    }

    #[test]
    fn a_process_id_that_is_not_the_only_such_number_is_read_by_the_format() {
        let server = "2026-03-01 10:00:00.123 UTC [2026] LOG:  \
                      database system is ready to accept connections";
        assert_eq!(time("postgres", "", server), Some(When::Head(41)));
    }

    #[test]
    fn numbers_that_are_none_yet_are_read_by_the_format() {
        let object = r#"{"record": {"message": "[DB_POOL_STATE] Pool size: 5", "time": {"timestamp": 9795205864.5}}}"#;
        assert!(matches!(time("json-lines", "", object), Some(When::Head(_))));
        let spring = "2026-03-01 10:00:00.123  INFO 9999999999 --- [main] a.B : [DB_POOL_STATE] Pool size: 5";
        assert!(matches!(time("spring-boot", "", spring), Some(When::Head(_))));
    }

    #[test]
    fn what_has_no_colours_within_is_read_among_them() {
        let loguru = "\u{1b}[32m10:00:00.5\u{1b}[0m | \u{1b}[1mINFO    \u{1b}[0m | a:b:1 - \
                      \u{1b}[1m[DB_POOL_STATE] Pool size: 5\u{1b}[0m";
        let layout = known("loguru", "", loguru).unwrap();
        assert_eq!(layout.time, When::At(Span { start: 5, end: 15 }, None));
        let [Said { meaning: Meaning { kind, .. }, slots }] = layout.says[..] else {
            panic!("{layout:?}")
        };
        let mut fields = Fields::NONE;
        pattern::fill(&slots, loguru, 0, &mut fields).unwrap();
        assert_eq!(kind, EventKind::PoolSize);
        assert_eq!(fields.iter().next(), Some((Field::Size, Value::Int(5))));
        let within = loguru.replace("10:00:00.5", "10:00:00\u{1b}[2m.5");
        assert!(known("loguru", "", &within).is_none());
        assert!(
            known("loguru", "", &loguru.replace("5\u{1b}", "\u{1b}[2m5\u{1b}[0m5\u{1b}")).is_none()
        );
    }

    #[test]
    fn lines_without_a_time_have_none_whatever_their_numbers_are() {
        let layout =
            known("pytest-terminal", "", "INFO     a.b:c.py:48 [DB_POOL_STATE] Pool size: 5")
                .unwrap();
        assert_eq!((layout.time, layout.may_tell_time), (When::Never, false));
        assert_eq!((layout.form, layout.says.len()), (Form::Understood, 1));
        let silent = known("pytest-log-file", "", "10:00:00 [    INFO] a.b: x").unwrap();
        assert_eq!((silent.time, silent.may_tell_time), (When::Never, true));
        assert_eq!((silent.form, silent.says.len()), (Form::Ignored, 0));
    }

    #[test]
    fn numbers_that_a_signature_asks_for_must_be_the_same() {
        let known = |seconds: &str| {
            let line = format!(
                "10:00:00 [ WARNING] a.b: Pool.close() is taking over {seconds} seconds to complete."
            );
            let layout = known("pytest-log-file", "", &line).unwrap();
            let [(_, exact)] = layout.exact.as_slice() else { panic!("{layout:?}") };
            (layout.form, exact.clone())
        };
        let exact = |seconds| format!("Pool.close() is taking over {seconds} seconds to complete");
        assert_eq!(known("60"), (Form::Understood, exact("60")));
        assert_eq!(known("61"), (Form::Ignored, exact("61")));
    }

    #[test]
    fn lines_that_may_hold_a_code_are_read_each_time() {
        for code in ["1040", "1041"] {
            let line = format!("10:00:00 [   ERROR] a.b: Error {code}: no");
            assert!(known("pytest-log-file", "", &line).is_none());
        }
    }

    #[test]
    fn what_other_numbers_would_change_is_not_learned() {
        let lines = [
            // Another time may begin a record within the line.
            "10:00:00 [    INFO] a.b: since 10:00:01 [    INFO]",
        ];
        for line in lines {
            assert!(known("pytest-log-file", "", line).is_none(), "{line}");
        }
        assert!(known("plain", "", "took 5 ms").is_some());
        assert!(known("plain", "", "block 1795205864500000000 added").is_some());
        let too_long = "[DB_POOL_STATE] Pool size: 1795205864500000000";
        assert!(known("plain", "", too_long).is_none());
        assert!(known("plain", "", &too_long.replace("00000", "")).is_some());
        assert!(known("plain", "", "took 5 \u{fffd}").is_none());
        let looks_timed = "took 5:30 [DB_POOL_STATE] Pool size: 5";
        assert!(known("pytest-log-file", "", looks_timed).is_some());
        let would_have_head = "25:00:00 [    INFO] a.b: [DB_POOL_STATE] Pool size: 5";
        assert!(known("pytest-log-file", "", would_have_head).is_none());
        let unescaped = r#"{"message": "[DB_POOL_STATE] Pool size: 5 \"a\""}"#;
        assert!(known("json-lines", "", unescaped).is_none());
    }
}
