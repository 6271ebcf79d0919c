//! What the signatures of the catalogue say of one line.

use logscan_model::event::Fields;
use logscan_model::{Basis, Event, EventKind, Field, Place, Span, Stamp};

use super::{Work, errors, level, recognised};
use crate::catalogue::Hit;
use crate::formats::{self, Head};
use crate::pattern::{self, Slot, Slots};
use crate::recognise::Meaning;
use crate::repeats::Said;

/// When a line was written, and by whom.
#[derive(Clone, Copy)]
pub(super) struct Written {
    pub(super) time: Option<Stamp>,
    pub(super) pid: Option<u32>,
    pub(super) by_server: bool,
}

impl Written {
    fn of(head: Option<&Head<'_>>) -> Self {
        match head {
            Some(head) => Self { time: head.time, pid: head.pid, by_server: head.by_server },
            None => Self { time: None, pid: None, by_server: false },
        }
    }
}

impl Work<'_> {
    /// Matches the announced signatures. `message` is where the message begins in the line,
    /// `begin` is where the line begins in the chunk.
    pub(super) fn events(
        &mut self,
        line: &str,
        message: usize,
        begin: usize,
        hits: &[Hit<'_>],
        head: Option<&Head<'_>>,
    ) -> bool {
        let mut written = Written::of(head);
        let plain = self.parser.wrapper.unwrap(line);
        if !hits.is_empty() && formats::is_servers(plain) {
            let own = formats::servers_head(plain).filter(|_| written.time.is_none());
            written = own.as_ref().map_or(written, |own| Written::of(Some(own)));
            written.by_server = true;
        }
        let catalogue = self.parser.catalogue;
        self.tried.clear();
        let (events, said) = (self.chunk.events.len(), self.says.len());
        let code = written.time.is_none() && errors::is_source_code(&line[message..]);
        let passed = errors::is_of_a_passed_test(&line[message..]);
        let mut announces_secret = None;
        // The blank with which a word is announced may stand before the message.
        let begins = |hit: &&Hit<'_>| hit.at + 1 >= message;
        let is_error = || written.time.is_some() && level::in_head(&line[..message]);
        let error_word = hits.iter().filter(begins).any(|hit| hit.error_word) || is_error();
        for hit in hits.iter().filter(|hit| hit.at >= message) {
            for announced in hit.announced {
                let index = announced.signature;
                if self.tried.contains(&index) {
                    continue;
                }
                // What is matched from the line's beginning is matched once, wherever it is announced.
                if catalogue.is_of_whole_lines(index) {
                    self.tried.push(index);
                }
                let matched =
                    catalogue.matches(*announced, &line[message..], hit.at - message, message);
                let Some((signature, slots)) = matched else { continue };
                let notice = errors::is_notice(&line[message..], signature.kind);
                if (code || notice || passed) && signature.kind.is_fault() {
                    continue;
                }
                if passed && errors::is_job_end(signature.kind) {
                    continue;
                }
                let of_test = signature.kind == EventKind::FailureBlock;
                if of_test && errors::names_a_handle(&line[message..]) {
                    continue;
                }
                let mut needs = signature.needs;
                needs.failure &= !errors::is_thrown(&line[message..]);
                let meaning = Meaning { kind: signature.kind, basis: Basis::Signature, needs };
                if signature.kind == EventKind::SecretAnnounced {
                    announces_secret = Some(meaning);
                    continue;
                }
                let slots = match signature.kind {
                    EventKind::ErrorSeen => whole_message(line, message),
                    EventKind::ConnectionRefused => with_address(slots, line, message),
                    _ => slots,
                };
                if self.say(Said { meaning, slots }, line, begin, written) {
                    self.tried.push(index);
                }
            }
        }
        if !code && !self.torn {
            self.recognise(line, message, begin, written, said, error_word);
        }
        let understood = self.drop_errors_that_are_understood(events, said);
        // It says nothing of the run.
        if let Some(meaning) = announces_secret {
            self.say(Said { meaning, slots: Slots::default() }, line, begin, written);
        }
        understood
    }

    /// Adds what a line says, if its values can be read.
    pub(super) fn say(&mut self, said: Said, line: &str, begin: usize, written: Written) -> bool {
        let event = self.push(said.meaning, written);
        let read = pattern::fill(&said.slots, line, begin, &mut event.fields).is_some();
        if read {
            self.says.push(said);
        } else {
            self.chunk.events.pop();
        }
        read
    }

    /// Adds an event that has no values yet.
    pub(super) fn push(&mut self, meaning: Meaning, written: Written) -> &mut Event {
        let place = Place { input: self.parser.input, line: self.chunk.counts.lines };
        let Meaning { kind, basis, needs } = meaning;
        let Written { time, pid, by_server } = written;
        let events = &mut self.chunk.events;
        let fields = Fields::NONE;
        events.push(Event { kind, place, time, pid, by_server, basis, needs, fields });
        let last = events.len() - 1;
        &mut events[last]
    }
}

/// What a refused connection says, with the address that stands elsewhere in the message.
fn with_address(mut slots: Slots, line: &str, message: usize) -> Slots {
    if slots.iter().all(Option::is_none)
        && let Some((host, port)) = recognised::named_address(line, message)
    {
        slots[0] = Some(Slot::text(Field::Host, host));
        slots[1] = Some(Slot::number(Field::Port, port));
    }
    slots
}

/// The text of an error that nobody understands.
fn whole_message(line: &str, from: usize) -> Slots {
    let begin = line.len() - line[from..].trim_start().len();
    let span = Span { start: begin as u32, end: line.trim_end().len().max(begin) as u32 };
    let mut slots = Slots::default();
    slots[0] = Some(Slot::text(Field::Error, span));
    slots
}
