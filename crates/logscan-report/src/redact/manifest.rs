//! Manifests of secrets: every value below `stringData` is one, and every value below `data`
//! of a `kind: Secret`.

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{block, harmless, steps, value};

/// Most lines of a manifest.
const LINES: usize = 60;
const LONGEST: usize = 4000;

/// Finds the values of manifests.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    let mut past = 0;
    for (at, name) in text.match_indices("stringData") {
        if at >= past {
            past = held(text, at, at + name.len(), found);
        }
    }
    let mut past = 0;
    for (at, name) in text.match_indices("Secret") {
        let front = text[..at].trim_end_matches([' ', '"', '\'', '\\']);
        let kind = front
            .strip_suffix(':')
            .is_some_and(|front| front.trim_end_matches(['"', '\\']).ends_with("kind"));
        let whole = !text[at + name.len()..].starts_with(char::is_alphabetic);
        if at >= past && kind && whole {
            past = data(text, at, found).max(at);
        }
    }
}

/// The `data` that stands beside the kind.
fn data(text: &str, at: usize, found: &mut Vec<Secret>) -> usize {
    let near = text.ceil_char_boundary(at.saturating_sub(LONGEST / 4));
    let end = text.floor_char_boundary(at + LONGEST / 4);
    steps::count(end - near);
    let below = text[at..end].find("\n---").map_or(end, |stop| at + stop);
    let mut past = near;
    for (place, name) in text[near..below].match_indices("data") {
        let start = near + place;
        let own = !text[..start].ends_with(char::is_alphanumeric);
        if own && start >= past {
            past = held(text, start, start + name.len(), found);
        }
    }
    past.max(end)
}

/// The values of the mapping whose name ends at `end`; behind them.
fn held(text: &str, start: usize, end: usize, found: &mut Vec<Secret>) -> usize {
    let closed = text[end..].trim_start_matches(['\\', '"']);
    let Some(rest) = closed.strip_prefix(':') else { return end };
    let inner = rest.trim_start_matches(' ');
    let at = text.len() - inner.len();
    if inner.starts_with('{') {
        let values = value::elements_at(text, at);
        values.ranges.into_iter().for_each(|range| push(text, range, found));
        return values.end;
    }
    let line = text[..start].rfind('\n').map_or(0, |at| at + 1);
    let indent = start - line;
    let Some(mut at) = inner.starts_with('\n').then_some(at + 1) else { return at };
    for _ in 0..LINES {
        let line = value::line(text, at, LONGEST);
        steps::count(line.len());
        let head = block::next_line(text, at) - at;
        let begin = line.len() - line[head.min(line.len())..].trim_start_matches(' ').len();
        let sign = line[begin..].find(": ").map(|sign| begin + sign + 2);
        let Some(sign) = sign.filter(|_| begin > indent) else { return at };
        let values = value::at(text, at + sign, value::Ends::To(at + line.len()));
        values.ranges.into_iter().for_each(|range| push(text, range, found));
        at = (at + line.len() + 1).min(text.len());
    }
    at
}

fn push(text: &str, range: std::ops::Range<usize>, found: &mut Vec<Secret>) {
    let value = &text[range.clone()];
    if !range.is_empty() && !harmless::is_placeholder(value) && !["|", ">", "|-"].contains(&value) {
        found.push(Secret::new(SecretKind::Password, range));
    }
}
