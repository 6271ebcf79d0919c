//! The text of the lines that prove something, read again from the inputs.

use std::collections::{BTreeMap, BTreeSet};

use logscan_model::{Evidence, Finding};
use logscan_report::redact::Redactor;

use crate::inputs::Opened;

/// Characters of an evidence line that are shown.
const SHOWN: usize = 400;
/// Bytes that are kept until all secrets are known: one that is announced elsewhere may begin
/// at the end of what is shown. Of many lines less of each is kept.
const KEPT: usize = 2048;
const LEAST_KEPT: usize = 640;
/// Bytes of all lines that are kept about at most.
const ALL_KEPT: usize = 16 << 20;

/// Lines before and behind one that are read with it: one may name a secret that stands in the
/// other.
const NEAR: u64 = 3;
/// Bytes of such a line that are read.
const NEAR_READ: usize = 1024;

/// Lines that follow each other, of which some are evidence.
#[derive(Default)]
struct Nearby {
    lines: Vec<String>,
    next: u64,
}

impl Nearby {
    /// Takes the next line; what lines tell together is announced.
    fn take(&mut self, number: u64, line: &str, redactor: &mut Redactor) {
        if number != self.next {
            self.announce(0, redactor);
        } else if self.lines.len() as u64 > 4 * NEAR {
            self.announce(2 * NEAR as usize, redactor);
        }
        self.lines.push(line[..line.floor_char_boundary(NEAR_READ)].to_owned());
        self.next = number + 1;
    }

    /// Announces what the lines tell; the last ones are read again with those that follow.
    fn announce(&mut self, kept: usize, redactor: &mut Redactor) {
        if self.lines.len() > 1 {
            redactor.announced_lines(&self.lines);
        }
        self.lines.drain(..self.lines.len().saturating_sub(kept));
    }
}

/// Fills in the text of all evidence, masked and cut as it is read; a line that can no longer be
/// read stays empty. Lines of each input that may announce a secret are read, too, so that it is
/// masked wherever it stands.
pub(crate) fn quote(
    findings: &mut [Finding],
    inputs: &[Opened<'_>],
    announcing: &[BTreeSet<u64>],
    redactor: &mut Option<Redactor>,
) {
    let all: usize = findings.iter().map(|finding| finding.evidence.len()).sum();
    let kept = (ALL_KEPT / all.max(1)).clamp(LEAST_KEPT, KEPT);
    for (index, opened) in inputs.iter().enumerate() {
        let Opened::Read(reader) = opened else { continue };
        let evidence = findings.iter_mut().flat_map(|finding| &mut finding.evidence);
        let mut of_line: BTreeMap<u64, Vec<&mut Evidence>> = BTreeMap::new();
        for line in evidence.filter(|line| line.place.input.index() == index) {
            of_line.entry(line.place.line).or_default().push(line);
        }
        let mut wanted: BTreeSet<u64> = of_line.keys().copied().collect();
        let mut nearby = Nearby::default();
        if redactor.is_some() {
            let near = |line: &u64| line.saturating_sub(NEAR)..=line + NEAR;
            wanted.extend(of_line.keys().flat_map(near));
            wanted.extend(announcing.get(index).into_iter().flatten());
        }
        let mut found = |number, text: String| {
            if let Some(redactor) = redactor {
                nearby.take(number, &text, redactor);
            }
            let Some(lines) = of_line.get_mut(&number) else {
                let announces = announcing.get(index).is_some_and(|lines| lines.contains(&number));
                return redactor
                    .iter_mut()
                    .filter(|_| announces)
                    .for_each(|redactor| redactor.announced(&text));
            };
            let (mut text, message) = reader.shown(&text);
            let mut span = Some([message as u32, text.len() as u32]);
            if let Some(redactor) = redactor {
                redactor.line(&mut text, &mut span);
            }
            cut_to(&mut text, &mut span, kept);
            for line in lines {
                (line.span, line.text) = (span, text.clone());
            }
        };
        // What was found before an error stays.
        _ = reader.lines(&wanted, &mut found);
        if let Some(redactor) = redactor {
            nearby.announce(0, redactor);
        }
    }
}

/// Cuts long lines to what is shown.
pub(crate) fn cut(findings: &mut [Finding]) {
    for line in findings.iter_mut().flat_map(|finding| &mut finding.evidence) {
        if let Some((end, _)) = line.text.char_indices().nth(SHOWN) {
            cut_to(&mut line.text, &mut line.span, end);
            line.text.push('…');
            line.text.shrink_to_fit();
        }
    }
}

fn cut_to(text: &mut String, span: &mut Option<[u32; 2]>, most: usize) {
    text.truncate(text.floor_char_boundary(most));
    *span = span.map(|ends| ends.map(|end| end.min(text.len() as u32)));
}
