//! Names and values with nothing but a blank between them: `password X`.

use std::ops::Range;

use super::harmless;
use super::keys::{Key, Sure};
use super::pairs::How;
use super::sentence;
use super::signs::{opens, typed};
use super::value::Ends;

/// Words before a name behind which its value stands: shells that set a variable.
const SETTING: [&str; 8] = ["setenv", "setx", "set", "-x", "-gx", "-Ux", "-xg", "-gX"];
/// Words before a user's name, or that configure a device.
const USERS: [&str; 8] =
    ["login", "user", "username", "account", "machine", "-u", "enable", "identity"];
/// Kinds of encoding that a device writes before a value.
const CODES: [&str; 5] = ["0", "5", "7", "8", "9"];

/// A name of a secret.
pub(super) struct Name {
    pub(super) key: Key,
    pub(super) start: usize,
    pub(super) end: usize,
    /// Whether it has dashes before it.
    pub(super) flag: bool,
}

/// Where the value begins, if what is loosely behind the name is one. `at` is behind the blanks.
pub(super) fn separator(
    text: &str,
    before: &[Range<usize>; 2],
    name: &Name,
    at: usize,
    apart: bool,
) -> Option<(usize, How)> {
    let rest = &text[at..];
    let whole = &text[name.start..name.end];
    if let Some(at) = setting(text, whole, at) {
        return Some((at, How::Flag));
    }
    let [user, last] = [&before[0], &before[1]].map(|word| &text[word.clone()]);
    let login = user.eq_ignore_ascii_case("login") && !last.is_empty();
    if apart && (name.flag || login) {
        return (!rest.starts_with('-')).then_some((at, How::Flag));
    }
    let capital = name.key.sure == Sure::Likely && !whole.contains(char::is_lowercase);
    if apart && capital && opens(rest) {
        return Some((at, How::Quoted));
    }
    let word = first(rest);
    if apart && name.key.sure == Sure::Likely && harmless::is_jumbled(word) {
        return Some((at, How::Flag));
    }
    if !apart || name.key.sure != Sure::Always {
        return None;
    }
    if opens(rest) {
        return Some((at, How::Quoted));
    }
    if harmless::is_type(word) {
        return typed(text, at).flatten().map(|at| (at, How::Pair(Ends::Blank)));
    }
    let told = sentence::value(text, at).map(|told| {
        let sign = text[..told].trim_end().ends_with([':', '=']);
        (told, if sign { How::Prose } else { How::Told })
    });
    told.or_else(|| alone(text, name, [user, last], at).map(|at| (at, How::Flag)))
}

fn first(rest: &str) -> &str {
    &rest[..rest.find([' ', '\n', ',', '\r', '\t']).unwrap_or(rest.len())]
}

/// `requirepass X`, `sentinel auth-pass me X`.
fn setting(text: &str, name: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if name.ends_with("auth-pass") {
        let master = first(rest);
        let behind = rest[master.len()..].strip_prefix(' ')?;
        return Some(text.len() - behind.len());
    }
    let known = name.ends_with("requirepass") || name.ends_with("masterauth");
    (known && !rest.starts_with('-') && !text[..at].ends_with(name)).then_some(at)
}

/// Nothing says that this is the value, but nothing else looks like it.
fn alone(text: &str, name: &Name, [user, last]: [&str; 2], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let word = first(rest);
    let whole = &text[name.start..name.end];
    let number = word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let bare = word.trim_end_matches(['"', '\'', '.', ';', ')']);
    if harmless::is_random(word) || number || harmless::is_jumbled(bare) {
        return Some(at);
    }
    if harmless::is_told_of(bare) || harmless::is_prose(bare) || bare.chars().count() < 4 {
        let code = CODES.contains(&word) && USERS[2..].contains(&user.to_ascii_lowercase().as_str());
        let enabled = CODES.contains(&word) && last.eq_ignore_ascii_case("enable");
        let value = rest[word.len()..].strip_prefix(' ').filter(|_| code || enabled);
        return value.map(|value| text.len() - value.len());
    }
    let behind = rest[word.len()..].trim_start_matches([' ', '\r']);
    let ends = behind.is_empty() || behind.starts_with(['\n', ';', '|', '"', '\'']) || behind.starts_with("&& ");
    let compound = whole.contains(['.', '_']) || whole.starts_with('_');
    let set = SETTING.contains(&last) || (user == "config" && last == "set");
    let named = USERS.contains(&&*user.to_ascii_lowercase()) && !last.is_empty();
    let with = ["using", "with"].iter().any(|word| last.eq_ignore_ascii_case(word));
    let enabled = last.eq_ignore_ascii_case("enable");
    // A line that is a name and a value, as files of settings have it, names no sentence.
    let line = text[..name.start].rfind('\n').map_or(0, |at| at + 1);
    let first = text[line..name.start].trim().is_empty() && line > 0;
    let mixed = bare.contains(|c: char| c.is_ascii_digit() || "!$%&+=_#^".contains(c));
    let own = compound || set || named || with || enabled || (first && mixed) || mixed;
    (ends && own && !is_name_of(word)).then_some(at)
}

/// Whether a word is a place or a file, not a value.
fn is_name_of(word: &str) -> bool {
    word.starts_with(['-', '/', '(', '[', '{', '<']) || word.contains("::") || word.ends_with([':', '('])
}
