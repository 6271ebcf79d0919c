//! Errors of databases that print the values of a key: `Key (api_token)=(X) already exists.`,
//! `Duplicate entry 'X' for key 'users.api_token'`.
//!
//! The columns say which of the values are secrets, or the name of the key, which is made from
//! those of its columns.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::keys::{self, Sure};
use super::{harmless, steps, value};

/// What begins such an error.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Error {
    /// The columns and their values.
    Columns,
    /// The value, and the name of the key behind it.
    Entry,
    /// The value behind the name of the key.
    Value,
}

const STARTS: [(&str, Error); 3] = [
    ("key (", Error::Columns),
    ("duplicate entry '", Error::Entry),
    ("duplicate key value is (", Error::Value),
];
/// Ends of the name of a key that say which kind of key it is.
const KINDS: [&str; 9] = ["key", "idx", "index", "unique", "uq", "uniq", "uk", "uindex", "pk"];
/// Most bytes of an error that are looked at.
const LONGEST: usize = 4000;
/// Most bytes between the name of a key and its value.
const NEAR: usize = 300;

static ERRORS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let starts = STARTS.iter().map(|(start, _)| start);
    AhoCorasick::builder().ascii_case_insensitive(true).build(starts).expect("fixed words")
});

/// Finds the values that such errors print.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for start in ERRORS.find_iter(text) {
        if start.start() < past {
            continue;
        }
        let printed = match STARTS[start.pattern().as_usize()].1 {
            Error::Columns => columns(text, start.end(), found),
            Error::Entry => entry(text, start.end(), found),
            Error::Value => printed(text, start.start(), start.end(), found),
        };
        past = printed.unwrap_or(past);
    }
}

/// Whether the name of a column is that of a secret.
fn is_secret(column: &str) -> bool {
    keys::key(column).is_some_and(|key| matches!(key.sure, Sure::Always | Sure::Likely))
}

/// Whether a column or what is made of one (`lower(token)`) is a secret.
fn names(column: &str) -> bool {
    column.split(|c: char| !(c.is_alphanumeric() || c == '_')).any(is_secret)
}

/// Whether the name of a key tells that its column is a secret: `users.uq_users_api_token`.
fn is_key_of_secret(key: &str) -> bool {
    let name = key.rsplit('.').next().unwrap_or(key);
    let kind = |part: &str| KINDS.contains(&&*part.to_ascii_lowercase());
    let mut name = name.trim_end_matches(|c: char| c.is_ascii_digit() || c == '_');
    // `api_key` is the name of a column.
    while !is_secret(name) {
        match name.rsplit_once('_').filter(|(_, part)| kind(part)) {
            Some((front, _)) => name = front,
            None => return false,
        }
    }
    true
}

/// `id, api_token)=(3, X) already exists`.
fn columns(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let near = value::line(text, at, LONGEST);
    let (list, rest) = near.split_once(")=(")?;
    let start = at + near.len() - rest.len();
    let end = start + closing(rest);
    steps::count(end - at);
    let columns = parts(list);
    let values = parts(&text[start..end]);
    let alike = columns.len() == values.len();
    for (index, range) in values.into_iter().enumerate() {
        let column = columns.get(index).filter(|_| alike).map(|range| &list[range.clone()]);
        if column.map_or_else(|| names(list), names) {
            push(text, start + range.start..start + range.end, columns.len() == 1, found);
        }
    }
    Some(end)
}

/// Where the bracket around the values closes: the last one before what is said of them.
fn closing(rest: &str) -> usize {
    let said = [") already", ") is ", ") conflicts", ") exists", ")=("];
    let end = said.iter().filter_map(|said| rest.find(said)).min();
    end.or_else(|| rest.rfind(')')).unwrap_or(rest.len())
}

/// What stands between commas, but for those within brackets.
fn parts(list: &str) -> Vec<Range<usize>> {
    let (mut parts, mut start, mut depth) = (Vec::new(), 0, 0);
    for (at, c) in list.char_indices() {
        depth += i32::from(c == '(') - i32::from(c == ')');
        if depth == 0 && list[at..].starts_with(", ") {
            parts.push(start..at);
            start = at + 2;
        }
    }
    parts.push(start..list.len());
    parts
}

/// `X' for key 'users.api_token'`.
fn entry(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let near = value::line(text, at, LONGEST);
    let end = near.find(" for key ")?;
    let value = near[..end].trim_end_matches('\\').strip_suffix(['\'', '"'])?;
    let value = value.trim_end_matches('\\');
    steps::count(end);
    let name = near[end + " for key ".len()..].trim_start_matches(['\\', '\'', '"', '`']);
    let name = &name[..name.find(['\'', '"', '`', '\\', ' ']).unwrap_or(name.len())];
    if is_key_of_secret(name) {
        push(text, at..at + value.len(), true, found);
    }
    Some(at + end)
}

/// `The duplicate key value is (X).` behind `constraint 'UQ_users_api_token'`.
fn printed(text: &str, start: usize, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(NEAR))..start];
    let near = &near[near.rfind("iolation").or_else(|| near.rfind("annot insert"))?..];
    let quotes = ['\'', '"', '`', '“', '”', ' ', '\\'];
    let line = value::line(text, at, LONGEST);
    let end = line.find(").").or_else(|| line.rfind(')')).unwrap_or(line.len());
    steps::count(end);
    if near.split(quotes).any(is_key_of_secret) {
        let values = parts(&line[..end]);
        let certain = values.len() == 1;
        values.into_iter().for_each(|range| {
            push(text, at + range.start..at + range.end, certain, found);
        });
    }
    Some(at + end)
}

fn push(text: &str, range: Range<usize>, certain: bool, found: &mut Vec<Secret>) {
    let value = &text[range.clone()];
    let short = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    if !range.is_empty() && !short && !harmless::is_placeholder(value) {
        found.push(Secret { certain, ..Secret::new(SecretKind::Token, range) });
    }
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn the_columns_of_a_key_say_which_values_are_secrets() {
        for (text, expected) in [
            (
                "Key (api_token)=(a b) already exists.",
                "Key (api_token)=(‹token-1›) already exists.",
            ),
            (
                "Key (id, api_token)=(7312, hunter2) is not present in table \"x\".",
                "Key (id, api_token)=(7312, ‹token-1›) is not present in table \"x\".",
            ),
            (
                "Key (lower(token::text), id)=(hunter2, 7) already exists.",
                "Key (lower(token::text), id)=(‹token-1›, 7) already exists.",
            ),
            ("Key (token)=(hun)ter2) already exists.", "Key (token)=(‹token-1›) already exists."),
            (
                "Duplicate entry 'hunter2' for key 'users.uq_users_api_token'",
                "Duplicate entry '‹token-1›' for key 'users.uq_users_api_token'",
            ),
            (
                "Duplicate entry 'it's' for key 'users_api_token_unique'",
                "Duplicate entry '‹token-1›' for key 'users_api_token_unique'",
            ),
            (
                "Violation of UNIQUE KEY constraint 'UQ_users_api_token'. Cannot insert duplicate key in object \
                 'dbo.users'. The duplicate key value is (hunter2).",
                "Violation of UNIQUE KEY constraint 'UQ_users_api_token'. Cannot insert duplicate key in object \
                 'dbo.users'. The duplicate key value is (‹token-1›).",
            ),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }

    #[test]
    fn other_keys_are_no_secrets() {
        for text in [
            "DETAIL:  Key (email)=(a@example.org) already exists.",
            "Key (user_id, token_id)=(7, 31337) is not present in table \"tokens\".",
            "Duplicate entry 'bob' for key 'users.PRIMARY'",
            "Duplicate entry '7-main' for key 'tokens.uq_tokens_name'",
            "Violation of PRIMARY KEY constraint 'PK_tokens'. Cannot insert duplicate key in object 'dbo.tokens'. \
             The duplicate key value is (31337).",
            "key (a)",
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, text);
        }
    }
}
