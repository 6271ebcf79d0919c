//! Values that stand before their names: `'X' == password`, `'X' is the password`, `X (password)`,
//! `MD5('X') AS password`.

use std::ops::Range;

use super::find::Secret;
use super::harmless;
use super::keys::{Key, Sure};

/// Most bytes before a name that are looked at.
const NEAR: usize = 200;
/// What leads from a value to its name.
const LEADING: [&str; 9] = [
    " is the",
    " is not the",
    " is your",
    " is my",
    " used as the",
    " used as",
    " as the",
    " as",
    " (",
];

/// Masks the value before the name that stands there.
pub(super) fn find(text: &str, name: Range<usize>, key: Key, found: &mut Vec<Secret>) {
    if key.sure != Sure::Always {
        return;
    }
    let from = text.ceil_char_boundary(name.start.saturating_sub(NEAR));
    let near = &text[from..name.start];
    let behind = &text[name.end..];
    let column = || column(near).filter(|_| behind.starts_with([',', ')']));
    let value =
        compared(near).or_else(column).or_else(|| computed(near)).or_else(|| told(near, behind));
    found.extend(value.map(|value| Secret::new(key.kind, from + value.start..from + value.end)));
}

/// `'X' == `: a string that is compared.
fn compared(near: &str) -> Option<Range<usize>> {
    let front = near.trim_end();
    let value = front.strip_suffix("==").or_else(|| front.strip_suffix("!="))?.trim_end();
    quoted(value)
}

/// `'X' `: a string that a statement names as a column, if other strings stand before it.
fn column(near: &str) -> Option<Range<usize>> {
    let value = near.strip_suffix(' ')?;
    let selected = near.contains("SELECT ") || near.contains("select ");
    quoted(value).filter(|_| selected)
}

/// `MD5('X') AS `: a column that a statement makes.
fn computed(near: &str) -> Option<Range<usize>> {
    let front = near.trim_end();
    let front = front.strip_suffix(" AS").or_else(|| front.strip_suffix(" as"))?;
    quoted(front.trim_end().strip_suffix(')')?)
}

/// `'X' is the `, `X (`: only what was plainly chosen, because sentences go like that too.
fn told(near: &str, behind: &str) -> Option<Range<usize>> {
    let front = near.trim_end_matches(' ');
    let value = LEADING.iter().find_map(|lead| front.strip_suffix(lead))?;
    if front.ends_with('(') && !behind.starts_with(')') {
        return None;
    }
    let string = quoted(value);
    let certain = string.is_some();
    let range = string.unwrap_or_else(|| {
        let start = value.rfind([' ', '\t', '\n', '"', '\'']).map_or(0, |at| at + 1);
        start..value.len()
    });
    let value = &value[range.clone()];
    let chosen = certain && harmless::is_chosen(value)
        // `me / X (password)`.
        || front.ends_with('(') && beside_user(near, range.start) && harmless::may_be_value(value);
    (chosen || harmless::is_mixed(value) || harmless::is_jumbled(value)).then_some(range)
}

/// Whether a user and a slash stand before the value.
fn beside_user(near: &str, start: usize) -> bool {
    near[..start].strip_suffix(" / ").is_some_and(|front| front.ends_with(char::is_alphanumeric))
}

/// The string that ends here.
fn quoted(text: &str) -> Option<Range<usize>> {
    let quote = text.chars().next_back().filter(|c| ['"', '\''].contains(c))?;
    let inner = &text[..text.len() - 1];
    let start = inner.trim_end_matches('\\').rfind(quote)? + 1;
    let end = inner.trim_end_matches('\\').len();
    (start < end).then_some(start..end)
}
