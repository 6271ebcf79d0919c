//! The rows of statements that insert: the columns say which of their values are secrets.

use std::ops::Range;

use super::block;
use super::find::Secret;
use super::items::{Columns, first_items, items, pick};
use super::keys::{self, Sure};
use super::steps;

/// Tables that hold logins.
const TABLES: [&str; 14] = [
    "user",
    "users",
    "account",
    "accounts",
    "credential",
    "credentials",
    "login",
    "logins",
    "auth_user",
    "secrets",
    "api_keys",
    "tokens",
    "auth",
    "members",
];

/// Most bytes before a `VALUES` that are looked at for its columns.
const BEFORE: usize = 400;

/// `INSERT INTO users (name, password) VALUES ('svc', 'X')` from the table's name to behind
/// `VALUES`; where the search goes on.
pub(super) fn insert(
    text: &str,
    at: usize,
    values: usize,
    found: &mut Vec<Secret>,
) -> (Columns, usize) {
    let columns = columns(&text[at..values]);
    let end = rows(text, values, &columns, found);
    (given(text, values, columns), end)
}

/// Behind blanks, commas and the heads of lines.
fn next_row(text: &str, at: usize) -> usize {
    let mut at = at;
    loop {
        let rest = text[at..].trim_start_matches([' ', ',', '\t']);
        at = text.len() - rest.len();
        if !rest.starts_with('\n') {
            return at;
        }
        at = block::next_line(text, at + 1);
    }
}

/// The columns whose values are given as parameters, if others have theirs in the statement:
/// `VALUES (DEFAULT, $1)`.
fn given(text: &str, at: usize, columns: Columns) -> Columns {
    let Columns::Some(secret, all) = &columns else { return columns };
    let rest = text[at..].trim_start_matches([' ', '\n', '\t']);
    let Some(row) = rest.strip_prefix('(') else { return columns };
    let (values, _) = first_items(text, text.len() - row.len(), *all);
    let given = values.iter().enumerate().filter(|(_, (range, quoted))| {
        !quoted && text[range.clone()].starts_with(['$', '?', '%', '@', ':'])
    });
    let given: Vec<usize> = given.map(|(column, _)| column).collect();
    if given.is_empty() || given.len() >= *all || values.len() < *all {
        return columns;
    }
    let wanted = (0..given.len()).filter(|index| secret.contains(&given[*index])).collect();
    Columns::Some(wanted, given.len())
}

/// What the name of a table and its list of columns say.
pub(super) fn columns(near: &str) -> Columns {
    steps::count(near.len());
    let name = near.split(['(', '\n']).next().unwrap_or("");
    let table = name.trim_start().split([' ', '\t']).next().unwrap_or("");
    let table = table.rsplit('.').next().unwrap_or("").trim_matches(['"', '`', '[', ']', '\\']);
    let list = near.split_once('(').and_then(|(_, list)| list.split_once(')'));
    match list {
        Some((list, _)) => listed(list, &table.to_ascii_lowercase()),
        None if TABLES.contains(&&*table.to_ascii_lowercase()) => Columns::Any,
        None => Columns::Unnamed,
    }
}

/// What stands before a `VALUES` whose statement was not seen: `(name, password) VALUES …`.
pub(super) fn beginning(text: &str, values: Range<usize>) -> Columns {
    let from = text.ceil_char_boundary(values.start.saturating_sub(BEFORE));
    let near = text[from..values.start].trim_end();
    steps::count(near.len());
    let list = near.strip_suffix(')').and_then(|near| near.rsplit_once('('));
    match list {
        Some((_, list)) => listed(list, ""),
        // Prose lists values too.
        None if &text[values] != "VALUES" => Columns::Plain,
        None => Columns::Unnamed,
    }
}

/// Columns that hold the secrets of a table whose name says that it keeps some.
const OF_KEPT: [&str; 4] = ["key", "token", "secret", "value"];

/// Which columns of a list hold secrets; `table` is empty if it is not known.
fn listed(list: &str, table: &str) -> Columns {
    let keeps = ["api_keys", "apikeys", "secrets", "tokens"].iter().any(|end| table.ends_with(end));
    let names = list.split(',').map(|name| name.trim().trim_matches(['"', '`', '\\', '[', ']']));
    let names: Vec<&str> = names.collect();
    let secret = |name: &&str| {
        let kept = keeps && OF_KEPT.contains(&&*name.to_ascii_lowercase());
        kept || keys::key(name).is_some_and(|key| key.sure != Sure::Random)
    };
    let secret: Vec<usize> = (0..names.len()).filter(|index| secret(&names[*index])).collect();
    if secret.is_empty() { Columns::Plain } else { Columns::Some(secret, names.len()) }
}

/// `INSERT INTO users (name, password) SELECT 'svc', 'X'`, and what `UNION` adds to it; behind
/// it, and whether it is one. `start` is where the word itself begins.
pub(super) fn select(
    text: &str,
    start: usize,
    at: usize,
    columns: &Columns,
    found: &mut Vec<Secret>,
) -> (usize, bool) {
    let near = text[text.ceil_char_boundary(start.saturating_sub(80))..start].trim_end();
    let near = near.trim_end_matches(|c: char| c.is_whitespace() || c == '(');
    let joined = near.len() > 5 && {
        let tail = near[near.ceil_char_boundary(near.len() - 5)..].to_ascii_lowercase();
        tail == "union" || tail.ends_with(" all")
    };
    let Columns::Some(_, all) = columns else { return (at, false) };
    if !(joined || near.ends_with([')', '|', 'E', '>']) || near.is_empty()) {
        return (at, false);
    }
    let most = 2 * *all + 1;
    let (mut values, mut end) = first_items(text, at, most);
    while values.len() < *all
        && text[..end].trim_end().ends_with(',')
        && text[end..].starts_with('\n')
    {
        let (more, next) = first_items(text, block::next_line(text, end + 1), most);
        values.extend(more);
        if next <= end + 1 {
            break;
        }
        end = next;
    }
    // What follows a string is the name of its column, or the rest of the statement.
    let rest = ["as ", "from ", "where ", "union ", "on "];
    values.retain(|(range, quoted)| {
        let word = &text[range.clone()];
        let word = &word[..word.floor_char_boundary(6)];
        *quoted || !rest.iter().any(|name| word.to_ascii_lowercase().starts_with(name))
    });
    values.truncate(*all);
    pick(text, &values, columns, true, found);
    // Another word of the statement may stand among what is no string.
    (values.last().map_or(at, |(range, _)| range.end.max(at)), true)
}

/// `UPDATE users SET (name, password) = ('svc', 'X')`; `near` is the statement behind `at`.
pub(super) fn tuple(text: &str, at: usize, near: &str, found: &mut Vec<Secret>) {
    let set = [" set (", " SET (", " Set ("].iter().find_map(|set| near.find(set));
    let Some(list) = set.map(|set| set + 6) else { return };
    let Some(close) = near[list..].find(')').map(|close| list + close) else { return };
    let rest = near[close + 1..].trim_start();
    let Some(rest) = rest.strip_prefix('=') else { return };
    let rest = rest.trim_start();
    let rest = rest.strip_prefix("ROW").unwrap_or(rest);
    rows(text, at + near.len() - rest.len(), &listed(&near[list..close], ""), found);
}

/// The rows behind `VALUES`; behind them.
pub(super) fn rows(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let (mut at, first) = (at, at);
    loop {
        let start = next_row(text, at);
        let rest = &text[start..];
        let follows = at == first || text[at..start].contains(',');
        if !rest.starts_with('(') || !follows {
            return at;
        }
        let (values, end) = items(text, start + 1);
        pick(text, &values, columns, true, found);
        at = end;
    }
}
