//! Lines that another writer cut or overwrote.
//!
//! Several processes that open one log file with mode `w` overwrite each other's
//! text. What remains has two marks: a fragment with a whole record behind it, and
//! the end of a record without its beginning.

use logscan_model::Stamp;
use memchr::memmem::Finder;

use crate::formats::{Format, Headless};

/// A way in which a line is damaged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Damage {
    /// A fragment, then a whole record.
    Spliced,
    /// The end of a record. Only believed in a file that has other damage.
    TornEnd,
    /// Zero bytes.
    NulBytes,
    /// Bytes that are no UTF-8.
    BadEncoding,
    /// A line that was longer than the reader keeps.
    LongLine,
}

/// Characters of a stamp by which the next one is searched: the date, or hour and minute.
const DATE: usize = 11;
const MINUTE: usize = 6;

/// Searches lines for a second head.
pub(crate) struct HeadSearch {
    format: &'static Format,
    stamp: Option<(String, Finder<'static>)>,
}

impl HeadSearch {
    pub(crate) fn new(format: &'static Format) -> Self {
        Self { format, stamp: None }
    }

    /// The damage of a line; for [`Damage::Spliced`] where its last whole record begins.
    pub(crate) fn damage(&mut self, line: &str) -> Option<(Damage, usize)> {
        if self.format.headless != Headless::Continues {
            return None;
        }
        self.learn(line);
        let (stamp, finder) = self.stamp.as_ref()?;
        let starts = line.starts_with(stamp.as_str());
        let from = if starts { stamp.len() } else { 0 };
        let found: Option<usize> = finder
            .find_iter(&line.as_bytes()[from..])
            .map(|at| at + from)
            .filter(|at| *at > 0 && self.is_head(&line[*at..]))
            .last();
        match found {
            Some(at) => Some((Damage::Spliced, at)),
            None if !starts && self.is_torn_end(line) => Some((Damage::TornEnd, 0)),
            None => None,
        }
    }

    /// Learns the stamp of the present day, or minute, from a good line.
    fn learn(&mut self, line: &str) {
        let known = self.stamp.as_ref().is_some_and(|(stamp, _)| line.starts_with(stamp.as_str()));
        if known || !line.starts_with(|c: char| c.is_ascii_digit()) {
            return;
        }
        if let Some(time) = (self.format.head)(line).and_then(|head| head.time) {
            let length = if Stamp::is_dated(time) { DATE } else { MINUTE };
            let stamp = line[..length.min(line.len())].to_owned();
            self.stamp = Some((stamp.clone(), Finder::new(stamp.as_bytes()).into_owned()));
        }
    }

    fn is_head(&self, text: &str) -> bool {
        (self.format.head)(text).is_some()
    }

    /// `O] tests.conftest: …`, `42 - tests.conftest - INFO - …`: what follows a lost head.
    fn is_torn_end(&self, line: &str) -> bool {
        let begin = line.as_bytes().iter().take(9);
        let upper = begin.take_while(|b| b.is_ascii_uppercase() || **b == b' ').count();
        let bracket = line.as_bytes().get(upper) == Some(&b']');
        let fragment_of_time = line.starts_with(|c: char| c.is_ascii_digit() || c == ':');
        (bracket && line[upper + 1..].contains(": "))
            || (fragment_of_time && self.level_follows(line))
    }

    /// Whether the line would have a head if its time were whole.
    fn level_follows(&self, line: &str) -> bool {
        let Some(blank) = line.find(' ').filter(|at| *at < 16) else { return false };
        let whole = format!("00:00:00{}", &line[blank..]);
        !self.is_head(line) && self.is_head(&whole)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::formats::by_name;

    fn damages(lines: &[&str]) -> Vec<Option<Damage>> {
        let mut search = HeadSearch::new(by_name("pytest-log-file").unwrap());
        lines.iter().map(|line| search.damage(line).map(|(damage, _)| damage)).collect()
    }

    #[test]
    fn whole_records_and_their_continuations_are_sound() {
        let sound = [
            "2026-11-20 20:19:42 [   DEBUG] a.b: since 2026-11-20 20:19:40 all is well",
            "Traceback (most recent call last):",
            "  File \"a.py\", line 3",
            "ValueError: [x] y: z",
            "2026-11-21 00:00:01 [   DEBUG] a.b: the next day",
        ];
        assert_eq!(damages(&sound), [None; 5]);
    }

    #[test]
    fn fragments_are_damage() {
        let torn = [
            "2026-11-20 20:19:42 [   DEBUG] a.b: x",
            "2026-11-20 20:19:42 [   DEBUG]2026-11-20 20:19:43 [   DEBUG] a.b: y",
            "O] tests.conftest: [DB_POOL_STATE] Pool size: 5",
            "19:42 [   DEBUG] a.b: y",
        ];
        let found = damages(&torn);
        assert_eq!(
            found[1..],
            [Some(Damage::Spliced), Some(Damage::TornEnd), Some(Damage::TornEnd)]
        );
    }

    #[test]
    fn times_without_date_are_searched_by_the_minute() {
        let torn = ["20:19:42 - a.b - INFO - x", "20:120:19:43 - a.b - INFO - y"];
        assert_eq!(damages(&torn), [None, Some(Damage::Spliced)]);
    }
}
