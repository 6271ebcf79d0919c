//! Errors in words that no signature knows, and what they name.

use std::borrow::Cow;

use logscan_model::event::Needs;
use logscan_model::{Basis, EventKind, Field, Span};

use super::events::Written;
use super::{Work, errors, level};
use crate::formats;
use crate::pattern::{Slot, Slots};
use crate::recognise::lifecycle::{self, Transition};
use crate::recognise::overtime::{self, Unit};
use crate::recognise::{self, Meaning, opposed, pool_counts, target, total, trouble};
use crate::repeats::Said;

impl Work<'_> {
    /// Says what an error means by its codes and words, if no signature said it: `said` is how
    /// much was said of other lines.
    pub(super) fn recognise(
        &mut self,
        line: &str,
        message: usize,
        begin: usize,
        written: Written,
        said: usize,
        error_word: bool,
    ) {
        let only_names = |Said { meaning, .. }: &Said| {
            meaning.kind.only_names() || meaning.kind == EventKind::DatabaseTagged
        };
        self.by_number |= error_word && opposed::may_hold(&line[message..]);
        let opposed = error_word.then(|| opposed::read(&line[message..])).flatten();
        if let Some((used, meant)) = opposed {
            let mut slots = Slots::default();
            slots[0] = Some(Slot::text(Field::Actual, moved(used, message)));
            slots[1] = Some(Slot::text(Field::Expected, moved(meant, message)));
            self.say(marks(EventKind::TargetOpposed, slots), line, begin, written);
        } else if error_word
            && self.says[said..].iter().all(only_names)
            && self.target(line, message, begin, written)
        {
            return;
        }
        let silent = self.says[said..].iter().all(|said| errors::is_context(said.meaning.kind));
        if error_word && silent && self.counts(line, message, begin, written) {
            return;
        }
        if error_word && self.says.len() == said {
            self.lifecycle(line, message, begin, written);
        }
        let is_open =
            |said: &Said| matches!(said.meaning.kind, EventKind::ErrorSeen | EventKind::RunTotal);
        let open = error_word && self.says[said..].iter().all(is_open);
        if open && self.total(line, message, begin, written) {
            return;
        }
        if open && lifecycle::is_tagged(&line[message..]) {
            let tagged = marks(EventKind::DatabaseTagged, Slots::default());
            self.say(tagged, line, begin, written);
        }
        let said_before = said;
        let said = &self.says[said..];
        let kinds = || said.iter().map(|said| said.meaning.kind);
        let is_error =
            kinds().any(|kind| kind == EventKind::ErrorSeen) || errors::is_thrown(&line[message..]);
        // A panic tells all in one line, the error and its details, and so does whoever adds a code.
        let panicked = kinds().any(|kind| kind == EventKind::TestPanicked);
        let coded = line.contains("(SQLSTATE ");
        let detailed = |kind| kind == EventKind::Detail && (panicked || coded);
        let may_hold = |kind| may_hold_an_error(kind) || detailed(kind);
        if !(is_error || error_word) || !kinds().all(may_hold) {
            return;
        }
        // An error tells its target behind its own words.
        let before = said.iter().filter(|said| said.meaning.kind != EventKind::TargetUsed);
        let known = before.flat_map(|said| said.slots.iter().flatten());
        let read = known.filter(|slot| !slot.is_error()).map(Slot::end).max();
        let from = read.unwrap_or(message).max(message);
        let Some(text) = line.get(from..).filter(|text| !text.trim().is_empty()) else { return };
        // What tests print of their errors stands in comments of TAP.
        let of_pytest = self.parser.format.name == formats::PYTEST;
        let of_tap = is_error && !of_pytest && text.trim_start().starts_with("# ");
        let shown = of_pytest && errors::is_deep(&line[message..]);
        let silent = shown || errors::is_code_or_frame(text) || errors::is_of_a_passed_test(text);
        if written.time.is_none() && !of_tap && silent {
            if open && self.says.len() == said_before && errors::is_diagnostic(text) {
                self.say(marks(EventKind::TroubleSeen, Slots::default()), line, begin, written);
            }
            return;
        }
        self.by_number |= recognise::reads_numbers(text);
        // A record may hold a traceback, whose code tells of no error.
        let whole = match text.contains('\n') {
            true => Cow::Owned(without_code(text)),
            false => Cow::Borrowed(text),
        };
        let meaning = recognise::recognise(&whole, is_error);
        let is_notice = |kind| {
            errors::is_notice(text, kind)
                || kind == EventKind::ServerStarting && errors::tells_what_it_starts(line, message)
        };
        if let Some(meaning) = meaning.filter(|meaning| !is_notice(meaning.kind)) {
            let slots = names(meaning, line, from);
            let doubtful = meaning.is_doubtful();
            self.say(Said { meaning, slots }, line, begin, written);
            if doubtful && open && written.time.is_none() {
                self.trouble(line, text, begin, written, true);
            }
        } else if open {
            let silent = self.says.len() == said_before;
            if silent && self.prepared(line, text, begin, written) {
                return;
            }
            // A record of the level of an error tells of one, in whatever words.
            let is_level = written.time.is_some();
            if !is_level || !written.by_server && level::says_error(line, message) {
                let silent = silent || is_level && self.says[said_before..].iter().all(only_names);
                self.trouble(line, text, begin, written, silent);
            }
        }
    }
}

/// A message of several lines without those that are code or stack frames.
fn without_code(text: &str) -> String {
    let mut lines = text.lines();
    let first = lines.next().unwrap_or_default();
    let told = lines.filter(|line| !errors::is_code_or_frame(line));
    std::iter::once(first).chain(told).collect::<Vec<_>>().join("\n")
}

impl Work<'_> {
    /// Says that something is taken or given back, or that a test begins, if no signature said
    /// anything.
    fn lifecycle(&mut self, line: &str, message: usize, begin: usize, written: Written) {
        let place = |span| moved(span, message);
        let mut slots = Slots::default();
        if let Some((name, certain)) = lifecycle::marked(&line[message..]) {
            let kind = if certain { EventKind::TestMarked } else { EventKind::TestSupposed };
            slots[0] = Some(Slot::text(Field::Test, place(name)));
            self.say(marks(kind, slots), line, begin, written);
            return;
        }
        let Some(lived) = lifecycle::read(&line[message..]) else { return };
        let kind = match lived.transition {
            Transition::Taken => EventKind::ConnectionTaken,
            Transition::Returned => EventKind::ConnectionReturned,
        };
        slots[0] = Some(Slot::text(Field::Connection, place(lived.name)));
        slots[1] = Some(Slot::text(Field::Name, place(lived.noun)));
        self.say(marks(kind, slots), line, begin, written);
    }

    /// Says how long it took to prepare a database; whether the line tells.
    fn prepared(&mut self, line: &str, text: &str, begin: usize, written: Written) -> bool {
        let Some(took) = overtime::prepared(text) else { return false };
        self.by_number = true;
        let slots = duration(took, text, line);
        self.say(marks(EventKind::StatementSlow, slots), line, begin, written)
    }

    /// Says how full a pool is, or how many connections there are; whether the line tells.
    fn counts(&mut self, line: &str, message: usize, begin: usize, written: Written) -> bool {
        let mut slots = Slots::default();
        let kind = if let Some(counts) = pool_counts::read(line, message) {
            let number = |field, span: Option<Span>| span.map(|span| Slot::number(field, span));
            slots[0] = number(Field::CheckedOut, Some(counts.in_use));
            slots[1] = number(Field::CheckedIn, counts.idle);
            slots[2] = number(Field::Size, counts.size);
            slots[3] = number(Field::Waiting, counts.waiting);
            EventKind::PoolStats
        } else if let Some(count) = pool_counts::count(line) {
            slots[0] = Some(Slot::number(Field::Count, count));
            EventKind::CountReading
        } else {
            return false;
        };
        self.by_number = true;
        self.say(marks(kind, slots), line, begin, written)
    }

    /// Says that a test tells of the time that its work took, or, of a line that is `silent` so far,
    /// that some tool tells of trouble.
    fn trouble(&mut self, line: &str, text: &str, begin: usize, written: Written, silent: bool) {
        self.by_number |= overtime::compares(text);
        if let Some(took) = overtime::read(text) {
            let slots = duration(took, text, line);
            self.say(marks(EventKind::TookTooLong, slots), line, begin, written);
        } else if silent && let Some(told) = trouble::read(text) {
            // No problem is none, and that of which status 0 is told.
            self.by_number |= text.contains(|c: char| c.is_ascii_digit());
            if told {
                self.say(marks(EventKind::TroubleSeen, Slots::default()), line, begin, written);
            }
        } else if silent && written.time.is_some() {
            self.say(marks(EventKind::ErrorSeen, Slots::default()), line, begin, written);
        }
    }

    /// Says where a program connects, or where a database was made for it; whether the line tells.
    fn target(&mut self, line: &str, message: usize, begin: usize, written: Written) -> bool {
        let Some((kind, address)) = target::read(&line[message..]) else { return false };
        let mut slots = Slots::default();
        slots[0] = Some(Slot::text(Field::Url, moved(address, message)));
        self.say(marks(kind, slots), line, begin, written)
    }

    /// Says what a runner counts whose wording no signature knows. Whether it counts anything.
    fn total(&mut self, line: &str, message: usize, begin: usize, written: Written) -> bool {
        let text = &line[message..];
        let total = total::read(text);
        self.by_number |= total.is_some();
        let total = total.filter(|total| total.is_of_tests(text, written.time.is_some()));
        let Some(total) = total else { return false };
        let number = |field, span| Slot::number(field, moved(span, message));
        let mut slots = Slots::default();
        let Some(failed) = total.failed else {
            return self.say(marks(EventKind::JobFailed, slots), line, begin, written);
        };
        slots[0] = Some(number(Field::Number, failed));
        slots[1] = total.count.map(|count| number(Field::Count, count));
        self.say(marks(EventKind::RunTotal, slots), line, begin, written)
    }
}

/// How long something took, by the number that stands in the `text` of a line.
fn duration(took: overtime::Took, text: &str, line: &str) -> Slots {
    let field = match took.unit {
        Unit::Minutes => Field::Minutes,
        Unit::Seconds => Field::Seconds,
        Unit::Millis => Field::Millis,
        Unit::Unknown => Field::Number,
        Unit::OfLimit => Field::Limit,
    };
    let from = text.as_ptr().addr() - line.as_ptr().addr();
    let mut slots = Slots::default();
    slots[0] = Some(Slot::float(field, moved(took.span, from)));
    slots[1] = took.budget.map(|span| Slot::float(Field::Budget, moved(span, from)));
    slots
}

/// What words say, whatever stands beside them.
fn marks(kind: EventKind, slots: Slots) -> Said {
    let meaning = Meaning { kind, basis: Basis::Vocabulary, needs: Needs::default() };
    Said { meaning, slots }
}

/// A place in a message, counted from the beginning of its line.
fn moved(span: Span, message: usize) -> Span {
    Span { start: span.start + message as u32, end: span.end + message as u32 }
}

/// Whether an error may stand in a line of which this is known already.
fn may_hold_an_error(kind: EventKind) -> bool {
    matches!(
        kind,
        EventKind::ErrorSeen
            | EventKind::JobFailed
            | EventKind::JobTimedOut
            | EventKind::NoTestsRan
            | EventKind::TestPanicked
            | EventKind::RunnerSeen
            | EventKind::RunParallel
            | EventKind::JobPassed
            | EventKind::DriverSeen
            | EventKind::OtherClientSeen
            | EventKind::DatabaseNamed
            | EventKind::DatabaseTagged
            | EventKind::PoolWaitSeen
            | EventKind::ForkSeen
            | EventKind::NoAnswerSeen
            | EventKind::TearDownSeen
            | EventKind::SetUpSeen
            | EventKind::EmbeddedRefused
            | EventKind::TargetUsed
            | EventKind::TargetOpposed
            | EventKind::ValuesDiffer
            | EventKind::RetrySeen
            | EventKind::TestResult
            | EventKind::SummaryResult
            | EventKind::FailureBlock
            | EventKind::SetupFailed
            | EventKind::SessionError
            | EventKind::SessionConnectFailed
            | EventKind::SessionCloseFailed
            | EventKind::ServiceAttemptFailed
            | EventKind::HealthcheckFailed
            | EventKind::TablesFailed
            | EventKind::EngineFailed
    )
}

/// What a message names: the address that it tried, or the thing in quotes.
fn names(meaning: Meaning, line: &str, from: usize) -> Slots {
    let mut slots = Slots::default();
    let quoted = match meaning.kind {
        EventKind::MissingObject
        | EventKind::DuplicateObject
        | EventKind::DuplicateDatabase
        | EventKind::DatabaseMissing
        | EventKind::ResourceInUse => Some(Field::Relation),
        EventKind::LoginRefused => Some(Field::User),
        _ => None,
    };
    let name = quoted.and_then(|field| {
        let from = if field == Field::User { behind_user(line, from)? } else { from };
        Some(Slot::text(field, quoted_name(line, from)?))
    });
    let address = address(line, from);
    let host = address.map(|(host, _)| Slot::text(Field::Host, host));
    let port = address.map(|(_, port)| Slot::number(Field::Port, port));
    for (slot, value) in slots.iter_mut().zip([name, host, port].into_iter().flatten()) {
        *slot = Some(value);
    }
    slots
}

/// Where a message names who wants to log in.
fn behind_user(line: &str, from: usize) -> Option<usize> {
    let words = ["user", "role", "login", "User", "Login", "account"];
    words.iter().filter_map(|word| Some(from + line[from..].find(word)? + word.len())).min()
}

/// The first word in quotes.
fn quoted_name(line: &str, from: usize) -> Option<Span> {
    let text = &line[from..];
    let at = text.find(['"', '\'', '`'])?;
    let quote = char::from(text.as_bytes()[at]);
    let length = text[at + 1..].find(quote)?;
    // Within a text that is quoted itself, quotes are escaped.
    let name = text[at + 1..at + 1 + length].trim_end_matches('\\');
    let length = name.len();
    let plain = !name.is_empty() && name.chars().all(|c| c.is_alphanumeric() || "_.-$".contains(c));
    plain.then(|| span(from + at + 1, length))?
}

/// The first `host:port` of a message.
fn address(line: &str, from: usize) -> Option<(Span, Span)> {
    let text = &line[from..];
    if let Some(named) = named_address(line, from) {
        return Some(named);
    }
    let mut search = 0;
    while let Some(at) = text[search..].find(':').map(|at| search + at) {
        search = at + 1;
        let digits = text[at + 1..].bytes().take_while(u8::is_ascii_digit).count();
        let behind = text[at + 1 + digits..].trim_start_matches('.');
        let ends = !behind.starts_with(|c: char| c.is_ascii_alphanumeric() || c == ':');
        let is_host = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let host = text[..at].len() - text[..at].trim_end_matches(is_host).len();
        // A time or a line of a file is no address.
        let word = &text[at - host..at];
        let named = word.contains(|c: char| c.is_ascii_alphabetic()) && !word.contains('/')
            || word.matches('.').count() == 3;
        if (3..=5).contains(&digits) && ends && named && word != "port" && !is_code(word) {
            return Some((span(from + at - host, host)?, span(from + at + 1, digits)?));
        }
    }
    None
}

/// `(host=127.0.0.1)(port=3306)`, `host:127.0.0.1, port:3306`, `Host: 127.0.0.1, Port: 3306`.
pub(super) fn named_address(line: &str, from: usize) -> Option<(Span, Span)> {
    let text = &line[from..];
    let value = |name: &str| {
        let at = text.find(name)? + name.len();
        let is_part = |c: char| c.is_ascii_alphanumeric() || "-._".contains(c);
        let length = text[at..].find(|c| !is_part(c)).unwrap_or(text.len() - at);
        (length > 0).then_some((at, length))
    };
    let host = value("host=").or_else(|| value("host:")).or_else(|| value(" Host: "))?;
    let port = value("port=").or_else(|| value("port:")).or_else(|| value(" Port: "))?;
    let digits = text[port.0..port.0 + port.1].bytes().all(|b| b.is_ascii_digit());
    if !digits || port.1 > 5 {
        return None;
    }
    Some((span(from + host.0, host.1)?, span(from + port.0, port.1)?))
}

/// Whether a name is one of a program's text: `pool.py`, `Pool.java`, `PoolIT.waitsTooLong`.
fn is_code(name: &str) -> bool {
    let humps = name.as_bytes().windows(2);
    let camel = humps.filter(|pair| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase());
    if name.contains('.') && camel.count() > 0 {
        return true;
    }
    let suffix = name.rsplit_once('.').map_or("", |(_, suffix)| suffix);
    [
        "py", "js", "ts", "java", "kt", "rb", "go", "rs", "php", "cs", "ex", "exs", "pl", "c",
        "scala", "groovy", "mjs", "cjs", "tsx", "jsx",
    ]
    .contains(&suffix)
}

fn span(start: usize, length: usize) -> Option<Span> {
    let start = u32::try_from(start).ok()?;
    Some(Span { start, end: start.checked_add(u32::try_from(length).ok()?)? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_and_names_are_found() {
        let line = "12:00:01 could not connect to db-1.local:5432 for 'app'";
        let (host, port) = address(line, 0).unwrap();
        assert_eq!((host.of(line), port.of(line)), ("db-1.local", "5432"));
        assert_eq!(quoted_name(line, 0).unwrap().of(line), "app");
        let line = "Error 111 connecting to localhost:6379. Connection refused.";
        assert_eq!(address(line, 0).map(|(_, port)| port.of(line)), Some("6379"));
        assert_eq!(address("at Pool.java:123 and 10:00:123", 0), None);
        assert_eq!(address("PoolIT.waitsTooLong:104 » Connect Connection refused", 0), None);
    }
}
