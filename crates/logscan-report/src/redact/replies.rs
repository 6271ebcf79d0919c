//! Commands of protocols that carry a secret: `AUTH X`, `ACL SETUSER me >X`, `USER me`, `PASS X`.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::commands::{Word, word};
use super::find::Secret;
use super::harmless;
use super::value;

/// Finds what these commands carry.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    auth(text, found);
    users(text, found);
    pass(text, found);
    connect(text, found);
}

/// `AUTH X` and `AUTH user X` of the Redis protocol.
fn auth(text: &str, found: &mut Vec<Secret>) {
    for (at, name) in ["AUTH", "auth"].into_iter().flat_map(|name| text.match_indices(name)) {
        let begins = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        if let Some(range) = sent(text, at + name.len()) {
            found.push(Secret::new(SecretKind::Password, range));
            continue;
        }
        // `MIGRATE … AUTH2 user X`.
        let rest = text[at + name.len()..].strip_prefix('2').unwrap_or(&text[at + name.len()..]);
        let behind = rest.trim_start_matches(['"', '\'', '\\']);
        // In small letters it is a command only if it has its value in quotes.
        let quoted = behind.starts_with(" \"") && name == "auth";
        if !begins || !behind.starts_with(' ') || (name == "auth" && !quoted) {
            continue;
        }
        let Some(first) = word(text, text.len() - behind.len() + 1) else { continue };
        let value = &text[first.range.clone()];
        let method = [
            "mechanism",
            "PLAIN",
            "LOGIN",
            "CRAM-MD5",
            "XOAUTH2",
            "TLS",
            "SASL",
            "GSSAPI",
            "EXTERNAL",
        ];
        let told = harmless::is_prose(value) || harmless::is_placeholder(value);
        if value.is_empty()
            || method.contains(&value)
            || (quoted && !harmless::may_be_value(value))
            || value.ends_with(':')
            || (told && value != "default")
        {
            continue;
        }
        let same = |second: &Word| {
            !text[first.end..second.range.start].contains('\n')
                && !harmless::is_prose(&text[second.range.clone()])
        };
        let second = word(text, first.end).filter(same);
        let last = second.map_or(first.range.clone(), |second| second.range);
        found.push(Secret::new(SecretKind::Password, last));
        found.push(Secret { certain: false, ..Secret::new(SecretKind::Password, first.range) });
    }
}

/// The word behind a command as the protocol sends it, with its line ends written out:
/// `AUTH\r\n$9\r\nX\r\n`.
fn sent(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].strip_prefix("\\r\\n$")?;
    let (length, behind) = value::line(rest, 0, 4000).split_once("\\r\\n")?;
    length.parse::<u32>().ok()?;
    let start = behind.as_ptr() as usize - text.as_ptr() as usize;
    Some(start..start + behind.find("\\r\\n").unwrap_or(behind.len()))
}

/// `ACL SETUSER me on >X` and `user me on >X`.
fn users(text: &str, found: &mut Vec<Secret>) {
    let marks = ["SETUSER ", "SETUSER\" ", " on >", " off >"].into_iter();
    for (at, mark) in marks.flat_map(|mark| text.match_indices(mark)) {
        let near = value::line(text, at, 400);
        let front = &text[text.ceil_char_boundary(at.saturating_sub(80))..at];
        let user =
            mark.starts_with('S') || front.rsplit(' ').nth(1).is_some_and(|w| w.ends_with("user"));
        let Some(from) = near
            .find(" >")
            .or_else(|| near.find("\">"))
            .filter(|from| user && (mark.starts_with('S') || *from < 6))
        else {
            continue;
        };
        let start = at + from + 2;
        let rest = value::line(text, start, 200);
        let end = start + rest.find([' ', '"', '\t', '\r']).unwrap_or(rest.len());
        found.push(Secret::new(SecretKind::Password, start..end));
    }
}

/// `PASS X` of FTP and POP, if `USER me` stands before it.
fn pass(text: &str, found: &mut Vec<Secret>) {
    let mut past = 0;
    for (at, name) in text.match_indices("PASS ") {
        let near = &text[text.ceil_char_boundary(at.saturating_sub(200))..at];
        let begins = near.ends_with(|c: char| !c.is_alphanumeric()) && near.contains("USER ");
        if !begins || at < past {
            continue;
        }
        let Some(value) = word(text, at + name.len()) else { continue };
        past = value.end;
        let rest = &text[value.end..];
        let last = rest.is_empty() || rest.starts_with(['\n', '\r', '\\']);
        if last && !harmless::is_placeholder(&text[value.range.clone()]) {
            found.push(Secret::new(SecretKind::Password, value.range));
        }
    }
}

/// The word behind `USING` in `CONNECT TO base USER me USING X`.
fn using(text: &str, at: usize) -> Option<Secret> {
    let near = value::line(text, at, 400);
    let user = ["USER ", "user "].iter().find_map(|word| near.find(word))?;
    let from = ["USING ", "using "].iter().find_map(|word| near.find(word).map(|at| at + 6))?;
    let value = word(text, at + from).filter(|_| user < from)?;
    Some(Secret::new(SecretKind::Password, value.range))
}

/// `connect me/X@base` and `conn me/X as sysdba`.
fn connect(text: &str, found: &mut Vec<Secret>) {
    let names = ["connect ", "CONNECT ", "conn ", "CONN "].into_iter();
    let mut past = 0;
    for (at, name) in names.flat_map(|name| text.match_indices(name)) {
        let begins = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        if !begins || (past > at && past - at < 4000) {
            continue;
        }
        let Some(value) = word(text, at + name.len()) else { continue };
        past = value.end;
        let whole = &text[value.range.clone()];
        if whole.eq_ignore_ascii_case("to") {
            found.extend(using(text, value.end));
            continue;
        }
        let Some(slash) = whole.find('/').filter(|slash| *slash > 0) else { continue };
        let plain = whole[..slash].chars().all(|c| c.is_alphanumeric() || "_$#\"".contains(c));
        let base = whole.rfind('@').filter(|base| *base > slash);
        let rest = value::line(text, value.end, 8).trim_start_matches(' ');
        let rest = rest.get(..3).unwrap_or("").to_lowercase();
        if plain && (base.is_some() || rest == "as ") {
            let range = slash + 1..base.unwrap_or(whole.len());
            let start = value.range.start;
            found.push(Secret::new(SecretKind::Password, start + range.start..start + range.end));
        }
    }
}
