//! The text of the lines that prove something, read again from the inputs.

use std::collections::BTreeSet;

use logscan_model::Finding;

use crate::inputs::Opened;

/// Characters of an evidence line that are kept.
const KEPT: usize = 400;

/// Fills in the text of all evidence; a line that can no longer be read stays empty.
pub(crate) fn quote(findings: &mut [Finding], inputs: &[Opened<'_>]) {
    for (index, opened) in inputs.iter().enumerate() {
        let Opened::Read(reader) = opened else { continue };
        let lines = findings.iter().flat_map(|finding| &finding.evidence);
        let of_input = lines.filter(|line| line.place.input.0 as usize == index);
        let wanted: BTreeSet<u64> = of_input.map(|line| line.place.line).collect();
        let Ok(texts) = reader.lines(&wanted) else { continue };
        let evidence = findings.iter_mut().flat_map(|finding| &mut finding.evidence);
        for line in evidence.filter(|line| line.place.input.0 as usize == index) {
            if let Some(text) = texts.get(&line.place.line) {
                let (text, message) = reader.shown(text);
                line.span = Some([message as u32, text.len() as u32]);
                line.text = text;
            }
        }
    }
}

/// Cuts long lines. A password is known by what stands around it: mask first, cut then.
pub(crate) fn cut(findings: &mut [Finding]) {
    for line in findings.iter_mut().flat_map(|finding| &mut finding.evidence) {
        let Some((end, _)) = line.text.char_indices().nth(KEPT) else { continue };
        line.text.truncate(end);
        line.text.push('…');
        let within = |at: u32| at.min(line.text.len() as u32);
        line.span = line.span.map(|[start, end]| [within(start), within(end)]);
    }
}
