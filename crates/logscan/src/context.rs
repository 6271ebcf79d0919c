//! The lines around the evidence, as they go into a bundle: masked, and numbered as in
//! the log they were cut from.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::Report;
use logscan_report::redact::Redactor;

use crate::inputs::Opened;

/// Most lines that are kept on either side of a line of evidence.
pub(crate) const AROUND: u64 = 50;
/// Lines that are read before those, because a secret may have begun there.
const LEAD: u64 = 100;
/// Bytes of a line that are kept.
const LINE: usize = 4000;

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
    let mut contexts = Vec::new();
    for (index, opened) in inputs.iter().enumerate() {
        let Opened::Read(reader) = opened else { continue };
        let places = report.findings.iter().flat_map(|finding| &finding.evidence);
        let places = places.map(|line| line.place).filter(|place| place.input.0 as usize == index);
        let evidence: BTreeSet<u64> = places.map(|place| place.line).collect();
        let near = |line: &u64| line.saturating_sub(AROUND + LEAD).max(1)..=line + AROUND;
        let wanted: BTreeSet<u64> = evidence.iter().flat_map(near).collect();
        let Ok(mut lines) = reader.lines(&wanted) else { continue };
        if let Some(redactor) = &mut redactor {
            mask(&mut lines, redactor);
        }
        lines.retain(|line, _| distance(&evidence, *line) <= AROUND);
        lines.values_mut().for_each(cut);
        if let (Some(input), false) = (report.inputs.get(index), lines.is_empty()) {
            contexts.push(Context { name: input.name.clone(), number: index + 1, evidence, lines });
        }
    }
    contexts
}

/// Masks each run of lines that follow each other as one text.
fn mask(lines: &mut BTreeMap<u64, String>, redactor: &mut Redactor) {
    let numbers: Vec<u64> = lines.keys().copied().collect();
    for run in numbers.chunk_by(|a, b| a + 1 == *b) {
        let texts: Vec<String> = run.iter().filter_map(|line| lines.get(line).cloned()).collect();
        lines.extend(run.iter().copied().zip(redactor.lines(&texts)));
    }
}

fn cut(line: &mut String) {
    if line.len() > LINE {
        line.truncate(line.floor_char_boundary(LINE));
        line.push('…');
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

    /// The lines with at most `around` of them on either side of the evidence; those of
    /// evidence are marked.
    pub(crate) fn text(&self, around: u64) -> String {
        let mut text = String::new();
        let mut next = 1;
        let near = self.lines.iter().filter(|(line, _)| distance(&self.evidence, **line) <= around);
        for (line, content) in near {
            if *line > next {
                text.push_str(&format!("        … lines {next} to {} left out\n", line - 1));
            }
            let mark = if self.evidence.contains(line) { '>' } else { ' ' };
            text.push_str(&format!("{line:>7} {mark} {content}\n"));
            next = line + 1;
        }
        text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn context() -> Context {
        let lines = (1..=9).map(|line| (line, format!("line {line}"))).collect();
        Context { name: "a b/c d.log".into(), number: 2, evidence: [5].into(), lines }
    }

    #[test]
    fn what_is_left_out_is_said() {
        let text = context().text(1);
        assert_eq!(
            text,
            "        … lines 1 to 3 left out\n      4   line 4\n      5 > line 5\n      6   line 6\n"
        );
        assert_eq!(context().text(9).lines().count(), 9);
    }

    #[test]
    fn names_in_the_archive_are_plain() {
        assert_eq!(context().file_name(), "log-2-c_d.log.txt");
    }

    #[test]
    fn a_secret_that_began_before_the_window_stays_masked() {
        let text = "-----BEGIN PRIVATE KEY-----\nMIIEv\nabc\n-----END PRIVATE KEY-----\nend";
        let mut lines: BTreeMap<u64, String> =
            text.lines().map(str::to_owned).zip(7..).map(|(text, line)| (line, text)).collect();
        mask(&mut lines, &mut Redactor::default());
        assert_eq!((lines.len(), lines[&11].as_str()), (5, "end"));
        assert!(lines.values().all(|line| !line.contains("abc")), "{lines:?}");
    }
}
