//! Lists of values between brackets, and which of them are secrets.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{block, harmless, nearby, quotes, steps};

/// What the statements so far say about parameters that follow.
pub(super) enum Columns {
    /// No statement was seen.
    Unknown,
    /// It names no secret.
    Plain,
    /// It inserts whole rows, and names no column.
    Unnamed,
    /// These of so many columns are secrets.
    Some(Vec<usize>, usize),
    /// It names a secret somewhere.
    Any,
}

/// An item of a list: its text, and whether it is in quotes.
pub(super) type Item = (Range<usize>, bool);

/// What stands between commas, up to the bracket that closes; behind it.
pub(super) fn items(text: &str, at: usize) -> (Vec<Item>, usize) {
    first_items(text, at, usize::MAX)
}

/// At most so many of them.
pub(super) fn first_items(text: &str, at: usize, most: usize) -> (Vec<Item>, usize) {
    let (mut items, mut at, begin) = (Vec::new(), at, at);
    while items.len() < most {
        at = next(text, at);
        let rest = &text[at..];
        let Some(c) = rest.chars().next().filter(|c| !['\n', ')', ']', '}'].contains(c)) else {
            break;
        };
        if let Some(values) =
            quotes::quoted_at(text, at).filter(|values| values.ranges[0].start - at < 10)
        {
            items.push((values.ranges[0].clone(), true));
            let close = text[values.end..].trim_start_matches(['\\', '"', '\'', '`']);
            at = (text.len() - close.len()).max(at + c.len_utf8());
        } else {
            let nested = ['(', '[', '{'].contains(&c);
            let stop = |c: char| [',', ')', ']', '}', '\n'].contains(&c);
            let end = text[at + c.len_utf8()..]
                .find(stop)
                .map_or(text.len(), |end| at + c.len_utf8() + end);
            if !nested {
                items.push((at..at + text[at..end].trim_end().len(), false));
            }
            at = if nested { at + c.len_utf8() } else { end };
        }
    }
    steps::count(at - begin);
    let closed = usize::from(text[at..].starts_with([')', ']', '}']));
    (items, at + closed)
}

/// Where the next item begins: behind a comma it may be in the next line.
fn next(text: &str, at: usize) -> usize {
    let apart = |at: usize| text.len() - text[at..].trim_start_matches([' ', ',', '\t']).len();
    let start = apart(at);
    if text[start..].starts_with('\n')
        && (text[at..start].contains(',') || text[..at].ends_with('('))
    {
        return apart(block::next_line(text, start + 1));
    }
    start
}

/// Notes the items that a column, or its absence, makes a secret.
pub(super) fn pick(
    text: &str,
    items: &[Item],
    columns: &Columns,
    named: bool,
    found: &mut Vec<Secret>,
) {
    let strings = items.iter().filter(|(_, quoted)| *quoted).count();
    let mut seen = 0;
    for (index, (range, quoted)) in items.iter().enumerate() {
        seen += usize::from(*quoted);
        let (wanted, certain) = match columns {
            Columns::Some(secret, all) => (secret.contains(&(index % (*all).max(1))), true),
            Columns::Any if named => (*quoted && (seen > 1 || strings == 1), strings <= 2),
            Columns::Any => (*quoted, strings == 1),
            Columns::Unknown => (*quoted, false),
            Columns::Plain => (false, false),
            Columns::Unnamed => {
                let login = (index, items.len(), strings) == (1, 2, 2);
                (*quoted && (login || nearby::is_made(&text[range.clone()])), false)
            }
        };
        let value = &text[range.clone()];
        let call = !quoted && value.contains('(');
        if wanted && !call && !range.is_empty() && !harmless::is_placeholder(value) {
            found.push(Secret { certain, ..Secret::new(SecretKind::Password, range.clone()) });
        }
    }
}
