//! The lines around the evidence, as they go into a bundle: masked, and numbered as in
//! the log they were cut from.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{self, Write};

use logscan_model::Report;
use logscan_report::redact::Redactor;
use logscan_report::{CUT_LOG, visible};

use crate::inputs::Opened;

/// Most lines that are kept on either side of a line of evidence.
pub(crate) const AROUND: u64 = 50;
/// Lines that are read before those, because a secret may have begun there.
const LEAD: u64 = 100;
/// Bytes of a line that are kept.
const LINE: usize = 4000;
/// Lines of evidence around which text is kept, those of the first findings first.
const EVIDENCE: usize = 1000;
/// Bytes that are kept of all inputs together: a ticket takes much less.
const KEPT: usize = 16 << 20;
/// Bytes of lines that are masked together.
const TOGETHER: usize = 3 << 20;

/// What is kept of an input.
pub(crate) struct Context {
    /// Name of the input.
    pub(crate) name: String,
    number: usize,
    evidence: BTreeSet<u64>,
    lines: BTreeMap<u64, String>,
}

/// The lines around the evidence of each input that has some.
pub(crate) fn around(
    report: &Report,
    inputs: &[Opened<'_>],
    mut redactor: Option<Redactor>,
) -> Vec<Context> {
    let places = report.findings.iter().flat_map(|finding| &finding.evidence);
    let mut evidence: BTreeMap<usize, BTreeSet<u64>> = BTreeMap::new();
    for place in places.map(|line| line.place).take(EVIDENCE) {
        evidence.entry(place.input.index()).or_default().insert(place.line);
    }
    let mut contexts = Vec::new();
    let mut room = KEPT;
    for (index, evidence) in evidence {
        let Some(Opened::Read(reader)) = inputs.get(index) else { continue };
        let near = |line: &u64| line.saturating_sub(AROUND + LEAD).max(1)..=line + AROUND;
        let wanted: BTreeSet<u64> = evidence.iter().flat_map(near).collect();
        let mut kept =
            Kept { evidence: &evidence, redactor: redactor.as_mut(), room, ..Kept::empty() };
        // What was read before an error stays.
        _ = reader.lines(&wanted, &mut |number, line| kept.take(number, line));
        kept.finish(0);
        room = kept.room;
        let lines = std::mem::take(&mut kept.lines);
        if let (Some(input), false) = (report.inputs.get(index), lines.is_empty()) {
            contexts.push(Context { name: input.name.clone(), number: index + 1, evidence, lines });
        }
    }
    contexts
}

/// The lines of one input, as they are read.
struct Kept<'a> {
    evidence: &'a BTreeSet<u64>,
    redactor: Option<&'a mut Redactor>,
    /// Lines that follow each other and are not masked yet, and how many bytes they have.
    run: Vec<(u64, String)>,
    bytes: usize,
    lines: BTreeMap<u64, String>,
    /// Bytes that may be kept yet.
    room: usize,
}

impl Kept<'static> {
    fn empty() -> Self {
        static NONE: BTreeSet<u64> = BTreeSet::new();
        Kept {
            evidence: &NONE,
            redactor: None,
            run: Vec::new(),
            bytes: 0,
            lines: BTreeMap::new(),
            room: 0,
        }
    }
}

impl Kept<'_> {
    fn take(&mut self, number: u64, line: String) {
        if self.run.last().is_some_and(|(last, _)| last + 1 < number) {
            self.finish(0);
        } else if self.bytes > TOGETHER {
            self.finish(LEAD as usize);
        }
        self.bytes += line.len();
        self.run.push((number, line));
    }

    /// Masks the lines that follow each other as one text, and keeps those near the evidence. The
    /// last ones stay to be read again before those that follow.
    fn finish(&mut self, again: usize) {
        let run = std::mem::take(&mut self.run);
        let (numbers, texts): (Vec<u64>, Vec<String>) = run.into_iter().unzip();
        let masked = self.redactor.as_mut().map(|redactor| redactor.lines(&texts));
        let shown = masked.as_ref().unwrap_or(&texts);
        for (number, line) in numbers.iter().zip(shown) {
            if distance(self.evidence, *number) <= AROUND {
                self.keep(*number, line);
            }
        }
        let behind = numbers.len().saturating_sub(again);
        self.run = numbers.into_iter().zip(texts).skip(behind).filter(|_| again > 0).collect();
        self.bytes = self.run.iter().map(|(_, line)| line.len()).sum();
    }

    fn keep(&mut self, number: u64, line: &str) {
        let cut = &line[..line.floor_char_boundary(LINE)];
        let more = if cut.len() < line.len() { "…" } else { "" };
        let Some(room) = self.room.checked_sub(cut.len() + more.len() + 1) else { return };
        self.room = room;
        self.lines.entry(number).or_insert_with(|| format!("{cut}{more}"));
    }
}

fn distance(evidence: &BTreeSet<u64>, line: u64) -> u64 {
    let before = evidence.range(..=line).next_back().map(|one| line - one);
    let after = evidence.range(line..).next().map(|one| one - line);
    before.into_iter().chain(after).min().unwrap_or(u64::MAX)
}

impl Context {
    /// `log-1-test_debug.log.txt`: names may repeat and may hold anything.
    pub(crate) fn file_name(&self) -> String {
        let base = self.name.rsplit(['/', '\\']).next().unwrap_or_default();
        let plain = |c: char| if c.is_ascii_alphanumeric() || "._-".contains(c) { c } else { '_' };
        let base: String = base.chars().map(plain).take(80).collect();
        format!("log-{}-{base}.txt", self.number)
    }

    /// Writes the lines with at most `around` of them on either side of the evidence; those of
    /// evidence are marked.
    pub(crate) fn write(&self, around: u64, out: &mut dyn Write) -> io::Result<()> {
        writeln!(out, "{CUT_LOG}{}, numbered as there", self.name.escape_debug())?;
        let mut next = 1;
        let near = self.lines.iter().filter(|(line, _)| distance(&self.evidence, **line) <= around);
        for (line, content) in near {
            if *line > next {
                writeln!(out, "        … lines {next} to {} left out", line - 1)?;
            }
            let mark = if self.evidence.contains(line) { '>' } else { ' ' };
            writeln!(out, "{line:>7} {mark} {}", visible(content))?;
            next = line + 1;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let lines = (1..=9).map(|line| (line, format!("line {line}"))).collect();
        Context { name: "a b/c d.log".into(), number: 2, evidence: [5].into(), lines }
    }

    fn text(around: u64) -> String {
        let mut text = Vec::new();
        context().write(around, &mut text).unwrap();
        String::from_utf8(text).unwrap()
    }

    #[test]
    fn what_is_left_out_is_said() {
        assert_eq!(
            text(1),
            "Cut by logscan: the lines around the evidence of a b/c d.log, numbered as there\n\
             \x20       … lines 1 to 3 left out\n      4   line 4\n      5 > line 5\n      6   line 6\n"
        );
        assert_eq!(text(9).lines().count(), 10);
    }

    #[test]
    fn names_in_the_archive_are_plain() {
        assert_eq!(context().file_name(), "log-2-c_d.log.txt");
    }

    /// What is kept of lines that begin with this number.
    fn kept(text: &str, first: u64, evidence: u64) -> BTreeMap<u64, String> {
        let (evidence, mut redactor) = ([evidence].into(), Redactor::default());
        let redactor = Some(&mut redactor);
        let mut kept = Kept { evidence: &evidence, redactor, room: KEPT, ..Kept::empty() };
        text.lines().zip(first..).for_each(|(line, number)| kept.take(number, line.to_owned()));
        kept.finish(0);
        kept.lines
    }

    #[test]
    fn a_secret_that_began_before_the_window_stays_masked() {
        let text = "-----BEGIN PRIVATE KEY-----\nMIIEv\nabc\n-----END PRIVATE KEY-----\nend";
        let lines = kept(text, 7, 60);
        assert_eq!((lines.len(), lines[&11].as_str()), (2, "end"));
        assert!(lines.values().all(|line| !line.contains("abc")), "{lines:?}");
    }

    #[test]
    fn text_is_masked_in_parts_that_overlap() {
        let before = (2 * TOGETHER) >> 14;
        let long = format!("{}\n", "x".repeat(16 << 10)).repeat(before);
        let secret = before as u64 + 1;
        let lines = kept(&format!("{long}password=hunter2hunter2\n{long}"), 1, secret);
        assert_eq!(lines[&secret], "password=‹password-1›");
        assert!(lines.len() == 101 && lines[&(secret - 1)].len() < LINE + 5);
    }
}
