//! Which format a file has, and why.
//!
//! The whole file is sampled, not its first line: logs begin with anything. The
//! answer carries its reasons, so that a wrong guess can be understood and overruled.

use std::io::Read;

use logscan_model::EventKind;
use rayon::prelude::*;

use crate::formats::{self, FORMATS, Format, Headless};
use crate::reader::Options;
use crate::recognise::total;
use crate::source::{Source, SourceError, Storage};
use crate::wrapper::Wrapping;
use crate::{Catalogue, clean, document, shape};

/// A file up to this size is sampled whole.
const WHOLE: u64 = 4 << 20;
/// Larger files are sampled in so many windows of [`WINDOW`] bytes, spread evenly.
const WINDOWS: u64 = 64;
const WINDOW: u64 = 16 << 10;
/// A record format is believed if it recognises one line in so many.
const ONE_IN: usize = 50;

/// Bytes of the text that tell what it is.
const BEGINNING: usize = 8 << 10;

/// Lines at the end of a text in which a runner's last words stand.
const LAST_WORDS: usize = 5;
/// Lines that are looked at to tell a log from a document of its name.
const TOLD: usize = 200;

/// Shapes of lines that are shown.
const SHAPES: usize = 3;

/// The format of a file and what speaks for it.
#[derive(Debug)]
pub struct Detection {
    /// The chosen format.
    pub format: &'static Format,
    /// What CI systems and containers wrote in front of every line.
    pub wrapper: Wrapping,
    /// Lines that were looked at, without blank ones.
    pub sampled: usize,
    /// The formats that recognise some of them, and how many, in the order of [`FORMATS`].
    pub recognised: Vec<(&'static Format, usize)>,
    /// Why this format.
    pub reason: String,
    /// What the text is instead of a log, unless it was said to be one.
    pub document: Option<&'static str>,
}

impl Detection {
    /// Samples a source and chooses, unless the format is given.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub fn of(
        source: &Source,
        storage: &Storage,
        catalogue: &Catalogue,
        options: &Options,
    ) -> Result<Self, SourceError> {
        let sample = sample(source, storage)?;
        let mut detection = Self::judge(source.name(), &sample, options.format);
        if (options.is_report)(beginning(&sample)) {
            detection.document = Some(document::OWN_REPORT);
        }
        // A log may begin with a document that a program printed, and parts of logs that were cut
        // out for a ticket may be called like one; they end as logs do.
        let may_be_a_log = match detection.document {
            Some(document::OWN_REPORT) => sample.starts_with('{'),
            Some(_) => !sample.trim_end().ends_with('>'),
            None => false,
        };
        if may_be_a_log {
            let lines = unwrapped(&sample, &detection.wrapper);
            let named = document::by_name(source.name()).is_some();
            let is_log = |lines: &[&str]| !named || tells_of_a_run(lines, catalogue);
            detection.document.take_if(|_| ends_a_run(&lines, catalogue) && is_log(&lines));
        }
        Ok(detection)
    }

    /// The first line of each of the commonest shapes of a source, at the end of those before it,
    /// with the count of the shape.
    ///
    /// # Errors
    /// If the source cannot be read.
    pub(crate) fn shapes(
        &self,
        source: &Source,
        storage: &Storage,
    ) -> Result<Vec<(Vec<String>, usize)>, SourceError> {
        let sample = sample(source, storage)?;
        Ok(shape::commonest(&unwrapped(&sample, &self.wrapper), SHAPES))
    }

    fn judge(name: &str, sample: &str, forced: Option<&'static Format>) -> Self {
        let wrapper = Wrapping::of(sample);
        let lines = unwrapped(sample, &wrapper);
        let count =
            |format: &Format| lines.iter().filter(|line| (format.head)(line).is_some()).count();
        let counts = FORMATS.par_iter().map(|format| (format, count(format)));
        let mut recognised: Vec<_> = counts.filter(|(_, count)| *count > 0).collect();
        recognised.shrink_to_fit();
        let (format, reason) = match forced {
            Some(format) => (format, "it was asked for".to_owned()),
            None => choose(&recognised, lines.len()),
        };
        let records = |(format, count): &(&Format, usize)| {
            format.headless != Headless::Expected
                && format.name != formats::plain().name
                && count * 2 >= lines.len()
        };
        let is_log = recognised.iter().any(records) || wrapper.name().is_some();
        let document = document::kind(name, beginning(sample), is_log).filter(|_| forced.is_none());
        Self { format, wrapper, sampled: lines.len(), recognised, reason, document }
    }
}

/// Whether a runner or a job says near the end how it went, as none does in a document.
fn ends_a_run(lines: &[&str], catalogue: &Catalogue) -> bool {
    use EventKind::{JobFailed, JobPassed, JobTimedOut, NoTestsRan, RunEnd, RunTotal};
    let ends = [JobFailed, JobPassed, JobTimedOut, NoTestsRan, RunEnd, RunTotal];
    let last = &lines[lines.len().saturating_sub(LAST_WORDS)..];
    let is_quoted = last.iter().any(|line| line.trim_start().starts_with("```"));
    let is_data = |line: &&&str| line.trim_start().starts_with(['<', '{', '}', ']', '"']);
    !is_quoted
        && last.iter().filter(|line| !is_data(line)).any(|line| {
            catalogue.kinds(line).any(|kind| ends.contains(&kind))
                || total::read(line).is_some_and(|total| total.is_of_tests(line, false))
        })
}

/// Whether so many of the last lines are a runner's or tell of trouble, as none in prose or code.
fn tells_of_a_run(lines: &[&str], catalogue: &Catalogue) -> bool {
    let last = &lines[lines.len().saturating_sub(TOLD)..];
    let told = last.iter().filter(|line| catalogue.kinds(line).next().is_some()).count();
    told * 3 >= last.len()
}

fn beginning(sample: &str) -> &str {
    &sample[..sample.floor_char_boundary(BEGINNING)]
}

/// The lines of a sample, without wrapper and without blank ones.
fn unwrapped<'s>(sample: &'s str, wrapper: &Wrapping) -> Vec<&'s str> {
    let lines = sample.lines().map(|line| wrapper.unwrap(line));
    lines.filter(|line| !line.trim().is_empty()).collect()
}

fn choose(recognised: &[(&'static Format, usize)], lines: usize) -> (&'static Format, String) {
    let frame = recognised.iter().find(|(format, _)| format.headless == Headless::Expected);
    if let Some((format, count)) = frame {
        return (format, format!("{count} lines are part of a test runner's frame"));
    }
    let specific = recognised.iter().filter(|(format, _)| format.name != formats::plain().name);
    // What fits any time fits the lines of others, too.
    let weight = |format: &Format| if format.name == formats::TIMED { 1 } else { 2 };
    let best = specific.rev().max_by_key(|(format, count)| count * weight(format));
    match best {
        Some((format, count)) if count * ONE_IN >= lines => {
            (format, format!("it recognises {count} of {lines} sampled lines, more than any other"))
        }
        _ => (formats::plain(), "no other format recognises its lines".to_owned()),
    }
}

/// Lines from all over the source; of compressed and re-encoded sources only the beginning.
fn sample(source: &Source, storage: &Storage) -> Result<String, SourceError> {
    if !storage.is_plain() || storage.bytes <= WHOLE {
        return Ok(text(head(source, storage)?));
    }
    let mut sampled = String::new();
    for window in 0..WINDOWS {
        let offset = (storage.bytes - WINDOW) * window / (WINDOWS - 1);
        let mut bytes = Vec::new();
        let reader = source.read_at(offset)?;
        reader.take(WINDOW).read_to_end(&mut bytes).map_err(|cause| source.io(cause))?;
        let text = text(bytes);
        // The first line of a window is likely a part of one.
        let begin = if offset > 0 { text.find('\n').unwrap_or(text.len()) } else { 0 };
        sampled.push_str(&text[begin..]);
        sampled.push('\n');
    }
    Ok(sampled)
}

fn head(source: &Source, storage: &Storage) -> Result<Vec<u8>, SourceError> {
    source.first(source.read(storage)?, WHOLE)
}

fn text(bytes: Vec<u8>) -> String {
    let mut text = clean::text(bytes);
    if text.starts_with('\u{feff}') {
        text.remove(0);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(lines: &[&str]) -> &'static str {
        Detection::judge("x.log", &lines.join("\n"), None).format.name
    }

    #[test]
    fn every_example_is_detected() {
        for format in &FORMATS {
            assert_eq!(chosen(&[format.example]), format.name);
        }
    }

    #[test]
    fn tracebacks_do_not_hide_the_format() {
        let mut lines = vec!["    raise exc.TimeoutError("; 30];
        lines.push("20:25:10 DEBUG    src.db:session.py:21 settings updated");
        assert_eq!(chosen(&lines), "pytest-log-file");
    }

    #[test]
    fn captured_sections_in_a_frame_do_not_hide_the_frame() {
        let mut lines = vec!["2026-11-20 20:20:38.878 | INFO     | a:b:42 - x"; 30];
        lines.push("1 failed, 21 passed in 6.09s");
        assert_eq!(chosen(&lines), "pytest-terminal");
    }
}
