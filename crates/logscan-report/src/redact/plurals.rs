//! Lists and mappings behind a plural: `passwords: a, X`, `secrets: {ci: X}`.
//!
//! The names in a mapping say for whom a secret is, and so need not be those of secrets.

use std::ops::Range;

use super::find::Secret;
use super::keys::{Key, Sure};
use super::{harmless, judge, quotes, steps, value};

/// Ends of names of several secrets.
const PLURALS: [&str; 9] = [
    "passwords",
    "passwds",
    "passphrases",
    "pwds",
    "tokens",
    "secrets",
    "keys",
    "credentials",
    "creds",
];
/// Most values of a list.
const MOST: usize = 40;
/// Longest value that is looked at.
const LONGEST: usize = 400;

/// Whether a name is that of several secrets.
pub(super) fn is_plural(name: &str) -> bool {
    let near = &name[name.ceil_char_boundary(name.len().saturating_sub(16))..];
    let near = near.to_ascii_lowercase();
    PLURALS.iter().any(|end| near.ends_with(end))
}

/// Masks the values of what stands there; where it ends, if it is a list or a mapping, and
/// whether something of it was a secret.
pub(super) fn find(
    text: &str,
    at: usize,
    key: Key,
    found: &mut Vec<Secret>,
) -> Option<(usize, bool)> {
    let before = found.len();
    let (ranges, end) = if text[at..].starts_with(['[', '{', '(']) {
        let values = value::elements_at(text, at);
        (values.ranges, values.end)
    } else {
        listed(text, at)?
    };
    steps::count(end - at);
    let quoted = |range: &Range<usize>| text[..range.start].ends_with(['"', '\'']);
    // What was masked before is a list still.
    let masked = ranges.iter().any(|range| harmless::is_pseudonym(&text[range.clone()]));
    let secret = |range: &Range<usize>| is_secret(key, &text[range.clone()], quoted(range));
    let secrets = ranges.into_iter().filter(secret);
    found.extend(secrets.map(|range| Secret::new(key.kind, range)));
    Some((end, masked || found.len() > before))
}

/// Whether one of several values is a secret. A list of tokens may be one of words.
fn is_secret(key: Key, value: &str, quoted: bool) -> bool {
    let told = harmless::is_placeholder(value)
        || judge::is_remark(value)
        || (!quoted && (harmless::is_prose(value) || harmless::is_type(value)));
    let name = value.contains(['-', '_', '.', '/'])
        && value.chars().all(|c| c.is_ascii_lowercase() || "-_./".contains(c));
    !told
        && match key.sure {
            Sure::Always => !value.is_empty(),
            Sure::Likely => value.len() > 3 && !name && !value.contains(' '),
            _ => harmless::is_chosen(value) || harmless::is_random(value),
        }
}

/// Values between commas, each one word.
fn listed(text: &str, at: usize) -> Option<(Vec<Range<usize>>, usize)> {
    let (mut ranges, mut at) = (Vec::new(), at);
    while ranges.len() < MOST {
        let near = value::line(text, at, LONGEST);
        let end = match quotes::quoted_at(near, 0) {
            Some(values) => {
                ranges.push(at + values.ranges[0].start..at + values.ranges[0].end);
                (values.end + 1).min(near.len())
            }
            None => {
                let end = near.find([',', ' ', '\\', '"', '\'']).unwrap_or(near.len());
                let word = near[..end].trim_end_matches([']', ')', '}', ';', '.']);
                // Arguments of a call.
                if word.contains(['(', '{', '[']) {
                    return None;
                }
                ranges.push(at..at + word.len());
                end
            }
        };
        let rest = near.get(end..)?;
        at += end;
        let Some(next) = rest.strip_prefix(',') else {
            // A sentence goes on, or the next pair begins.
            let done = rest.is_empty() || rest.starts_with(['\\', '"', '\'', ' ', '\r']);
            return (done && ranges.len() > 1).then_some((ranges, at));
        };
        let next = next.trim_start_matches(' ');
        let start = at + rest.len() - next.len();
        let word = &next[..next.find([',', ' ', '=', ':']).unwrap_or(next.len())];
        // Base64 may end with such signs.
        let sign = next[word.len()..].trim_start_matches('=');
        let base64 = sign.is_empty() || sign.starts_with([' ', ',', '"', '\\', '\'']);
        if word.is_empty() || next[word.len()..].starts_with(':') || !base64 {
            return (ranges.len() > 1).then_some((ranges, at));
        }
        at = start;
    }
    Some((ranges, at))
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        mask(&mut text);
        text
    }

    #[test]
    fn each_of_several_is_masked() {
        for (text, expected) in [
            ("passwords: ab, hunter2", "passwords: ‹password-1›, ‹password-2›"),
            ("passwords=ab,hunter2 x", "passwords=‹password-1›,‹password-2› x"),
            ("passwords: ab, cd, user: x", "passwords: ‹password-1›, ‹password-2›, user: x"),
            ("secrets: {a: hunter2, b: x}", "secrets: {a: ‹token-1›, b: x}"),
            ("\"tokens\": {\"ci\": \"hunter2\"}", "\"tokens\": {\"ci\": \"‹token-1›\"}"),
            ("tokens=[\"a\",\"hunter2\"]", "tokens=[\"a\",\"‹token-1›\"]"),
            (
                "secrets: {a: hunter2, db: {password: swordfish}}",
                "secrets: {a: ‹token-1›, db: {password: ‹password-1›}}",
            ),
            ("credentials: {svc: swordfish}", "credentials: {svc: ‹token-1›}"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn words_and_names_behind_a_plural_stay() {
        for text in [
            "tokens: [\"the\", \"cat\"]",
            "secrets: {db: {file: ./db.txt, external: true}}",
            "secrets: inherit",
            "tokens: 17, cost: 3",
            "foreign keys: users, sessions",
            "keys: id, name",
            "max_tokens: 4096, temperature: 1",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
