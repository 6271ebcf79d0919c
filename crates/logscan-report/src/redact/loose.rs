//! Names and values with nothing but a blank between them: `password X`.

use std::ops::Range;

use super::harmless;
use super::keys::{self, Key, Sure};
use super::pairs::How;
use super::signs::{among, opens, typed};
use super::value::Ends;
use super::{sentence, signs};

/// Words before a name behind which its value stands: shells that set a variable.
const SETTING: [&str; 9] = ["setenv", "setx", "set", "-x", "-gx", "-Ux", "-xg", "-gX", "ENV"];
/// Words before a user's name, or that configure a device.
const USERS: [&str; 8] =
    ["login", "user", "username", "account", "machine", "-u", "enable", "identity"];
/// Words before a name that say that somebody made the value.
const MADE: [&str; 6] = ["generated", "initial", "temporary", "root", "shared", "superuser"];
/// Words before a name that say that its value is used or shown.
const DOING: [&str; 18] = [
    "bearer",
    "consumer",
    "access",
    "refresh",
    "use",
    "using",
    "with",
    "try",
    "trying",
    "expected",
    "got",
    "entered",
    "sent",
    "received",
    "generated",
    "initial",
    "temporary",
    "your",
];
/// What is said of a value, and not of a word of a program's text.
const JUDGED: [&str; 9] = [
    "is invalid",
    "is expired",
    "has expired",
    "rejected",
    "was rejected",
    "is not valid",
    "not found",
    "expired",
    "does not match",
];
/// Blanks that a list of flags has before its explanations.
const FAR: usize = 3;
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
    if let Some(at) = of_user(text, whole, at) {
        return Some((at, How::Flag));
    }
    let [user, last] = [&before[0], &before[1]].map(|word| &text[word.clone()]);
    if let Some(code) = coded(rest, [user, last]).filter(|_| apart) {
        return Some((at + code, How::Flag));
    }
    let login = user.eq_ignore_ascii_case("login") && !last.is_empty();
    if apart && (name.flag || login) {
        // Far behind a flag stands what a help text says of it.
        let gap = &text[name.end..at];
        let said = gap.len() > FAR && gap.bytes().all(|byte| byte == b' ');
        return (!rest.starts_with('-') && !said).then_some((at, How::Flag));
    }
    let capital = name.key.sure == Sure::Likely && !whole.contains(char::is_lowercase);
    if apart
        && capital
        && opens(rest)
        && !is_name_of(first(rest.trim_start_matches(['\\', '"', '\''])))
    {
        return Some((at, How::Quoted));
    }
    // `syntax error near token "x1"` quotes a program's text.
    let parsed = ["near", "unexpected", "invalid"].iter().any(|word| last.ends_with(word));
    let string = || first(rest.trim_start_matches(['\\', '"', '\'']));
    if apart
        && name.key.sure == Sure::Likely
        && !parsed
        && opens(rest)
        && (harmless::is_chosen(string()) || is_judged(rest, string()))
    {
        return Some((at, How::Quoted));
    }
    // `token in (…)` is of a program.
    let certain = name.key.sure == Sure::Always
        || name.key.sure == Sure::Likely && rest.starts_with(['I', 'N']);
    if let Some(list) = among(text, at).filter(|_| apart && certain) {
        return Some((list, How::Quoted));
    }
    let word = first(rest);
    let number = word.len() >= 8 && harmless::is_number(word);
    let made = || number || harmless::is_jumbled(word) || harmless::is_mixed(word);
    if apart && name.key.sure == Sure::Likely && made() {
        return Some((at, How::Flag));
    }
    if apart && is_placed(text, name, last, at) {
        return Some((at, How::Flag));
    }
    if let Some(at) = told(text, at).filter(|_| apart && name.key.sure == Sure::Likely) {
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

/// Whether the word at `at` is a value by its place: the last of its line far behind the name,
/// as in a table, behind what is done with a value, or before what is said of one.
fn is_placed(text: &str, name: &Name, last: &str, at: usize) -> bool {
    let rest = &text[at..];
    let word = first(rest).trim_end_matches(['.', ')', ';']);
    let behind = &rest[word.len()..];
    let end = signs::is_end(behind);
    let far = text[..at].ends_with("  ") || text[..at].ends_with('\t');
    let in_table = far && end && name.key.sure == Sure::Always;
    let judged = || JUDGED.iter().any(|words| behind.trim_start().starts_with(words));
    let shown = end || behind.starts_with([',', ';']) || behind.starts_with(" for ");
    let done = || shown && DOING.iter().any(|word| last.eq_ignore_ascii_case(word));
    let named = matches!(name.key.sure, Sure::Always | Sure::Likely);
    named && (in_table || judged() || done()) && harmless::may_be_value(word)
}

/// `is X` at the end of a line.
fn told(text: &str, at: usize) -> Option<usize> {
    let start = text[at..].starts_with("is ").then(|| sentence::value(text, at)).flatten()?;
    let rest = &text[start..];
    let word = first(rest).trim_end_matches('.');
    (harmless::may_be_value(word) && signs::is_end(&rest[word.len()..])).then_some(start)
}

/// Whether somebody says of the string that it is not valid.
fn is_judged(rest: &str, string: &str) -> bool {
    let behind = rest.split_once(string).map_or("", |(_, behind)| behind);
    let behind = behind.trim_start_matches(['\\', '"', '\'', ' ']);
    string.len() > 3
        && string.chars().all(char::is_alphanumeric)
        && JUDGED.iter().any(|words| behind.starts_with(words))
}

fn first(rest: &str) -> &str {
    let stops = [' ', '\n', ',', '\r', '\t', '"', '\'', '\\', '`'];
    rest[..rest.find(stops).unwrap_or(rest.len())].trim_end_matches([']', ')'])
}

/// `requirepass X`, `sentinel auth-pass me X`.
fn setting(text: &str, name: &str, at: usize) -> Option<usize> {
    let rest = &text[at..];
    if name.ends_with("auth-pass") {
        // `SENTINEL SET m auth-pass X`.
        let front = &text[text.ceil_char_boundary(at.saturating_sub(80))..at];
        if front.contains("SET ") || front.contains("set ") {
            return Some(at);
        }
        let master = first(rest);
        let behind = rest[master.len()..].strip_prefix(' ')?;
        return Some(text.len() - behind.len());
    }
    let known = name.ends_with("requirepass") || name.ends_with("masterauth");
    (known && !rest.starts_with('-') && !text[..at].ends_with(name)).then_some(at)
}

/// `PASSWORD elastic = X`, as a tool prints what it set for its users.
fn of_user(text: &str, name: &str, at: usize) -> Option<usize> {
    let user = first(&text[at..]);
    let rest = text[at + user.len()..].strip_prefix(" = ").filter(|_| name == "PASSWORD")?;
    let plain = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || c == '_');
    plain.then_some(text.len() - rest.len())
}

/// `username me password 7 X`, `enable secret 5 X`, as devices are configured.
fn coded(rest: &str, [user, last]: [&str; 2]) -> Option<usize> {
    let code = first(rest);
    let configured = ["username", "user", "snmp-server"].contains(&user) || last == "enable";
    (configured && CODES.contains(&code) && rest[code.len()..].starts_with(' '))
        .then_some(code.len() + 1)
}

/// Nothing says that this is the value, but nothing else looks like it.
fn alone(text: &str, name: &Name, [user, last]: [&str; 2], at: usize) -> Option<usize> {
    let rest = &text[at..];
    let word = first(rest);
    let whole = &text[name.start..name.end];
    let number = word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let bare = word.trim_end_matches(['"', '\'', '.', ';', ')']);
    let variable = text[..name.start].ends_with(['$', '{', '%']);
    // A word that was made by chance may end like a name: `…Pw`.
    let padded = word.ends_with('=') && harmless::is_random(bare);
    let jumbled = harmless::is_mixed(bare) || harmless::is_jumbled(bare);
    let made = padded || jumbled || harmless::is_marked(bare);
    let key = !made && keys::key(bare).is_some();
    if variable || is_name_of(word) || key {
        return None;
    }
    if harmless::is_random(word)
        || number
        || harmless::is_jumbled(bare)
        || harmless::is_marked(bare)
    {
        return Some(at);
    }
    if harmless::is_told_of(bare) || harmless::is_prose(bare) || bare.chars().count() < 4 {
        return None;
    }
    let behind = rest[word.len()..].trim_start_matches([' ', '\r']);
    let ends = signs::is_end(&rest[word.len()..])
        || behind.starts_with(['\n', ';', '|', '"', '\'', '\\', '`', ']', ')'])
        || behind.starts_with("&& ");
    let told = ends || (behind.starts_with("for ") && last.eq_ignore_ascii_case("with"));
    let given = MADE.iter().any(|word| last.eq_ignore_ascii_case(word));
    let constant = whole.len() > "PASSWORD".len() && !whole.contains(char::is_lowercase);
    let compound = whole.contains(['.', '_']) || constant;
    let set = SETTING.contains(&last) || (user == "config" && last == "set");
    // `login me` in the line before it.
    let near = &text[text.ceil_char_boundary(name.start.saturating_sub(120))..name.start];
    let above = near.rsplit('\n').nth(1).unwrap_or("");
    let logged = above.find("login ").is_some_and(|at| !above[at + 6..].trim_end().contains(' '));
    let named = logged || USERS.contains(&&*user.to_ascii_lowercase()) && !last.is_empty();
    let with = ["using", "with"].iter().any(|word| last.eq_ignore_ascii_case(word));
    let enabled = last.eq_ignore_ascii_case("enable");
    let mixed = bare.contains(|c: char| c.is_ascii_digit() || "!$%&+=#^".contains(c));
    // Names with capitals within are of ASCII letters.
    let mixed = mixed || (!bare.is_ascii() && bare.chars().skip(1).any(char::is_uppercase));
    let own = compound || set || named || with || enabled || mixed || given;
    (told && own).then_some(at)
}

/// Whether a word is a place, a file, a version or a word of SQL, not a value.
fn is_name_of(word: &str) -> bool {
    let version = word.trim_start_matches('v').chars().all(|c| c.is_ascii_digit() || c == '.');
    let marked =
        word.starts_with(['-', '/', '(', '[', '{', '<', '$']) || word.ends_with([':', '(']);
    let capital = word.len() < 8 && word.bytes().all(|byte| byte.is_ascii_uppercase());
    marked || capital || (version && word.contains('.')) || word.contains("::")
}
