//! Sentences that tell a secret: `A temporary password is generated for root@localhost: X`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{harmless, steps, value};

/// What announces a user and a password in one word: `logging in as me:X`.
const ANNOUNCING: [&str; 16] = [
    "login ",
    "login: ",
    "user/pass ",
    "log in with ",
    "log in as ",
    "logging in as ",
    "logging in with ",
    "logged in with ",
    "authenticate as ",
    "authenticating as ",
    "authenticated with ",
    "credentials ",
    "credentials: ",
    "creds ",
    "credential ",
    "authenticating with ",
];
/// Names that say what the other word is, so that it must look like a secret.
const LABELS: [&str; 12] = [
    "user", "username", "role", "id", "uid", "name", "email", "account", "method", "type",
    "provider", "realm",
];

static STARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(ANNOUNCING).expect("fixed words")
});

/// Finds users with their passwords in sentences.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    for start in STARTS.find_iter(text) {
        if text[..start.start()].ends_with(|c: char| c.is_alphanumeric() || "_-".contains(c)) {
            continue;
        }
        let line = value::line(text, start.end(), 200);
        let lead = ["are ", "is ", "user ", "for ", "with ", "as ", "using "];
        let rest = lead.iter().find_map(|word| line.strip_prefix(word)).unwrap_or(line);
        let at = start.end() + line.len() - rest.len();
        if let Some(range) = divided(rest) {
            found.push(Secret::new(SecretKind::Password, at + range.start..at + range.end));
            continue;
        }
        let word = &rest[..rest.find([' ', '"', '\'', '`']).unwrap_or(rest.len())];
        let word = word.split("\\n").next().unwrap_or(word).trim_end_matches('\\');
        let alone = start.pattern().as_usize() == 0 && rest.len() == line.len();
        let pair = announced(word, alone).map(|range| at + range.start..at + range.end);
        found.extend(pair.map(|range| Secret::new(SecretKind::Password, range)));
    }
}

/// The password of `me / X`.
fn divided(rest: &str) -> Option<Range<usize>> {
    let (user, behind) = rest.split_once(" / ")?;
    let name = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "_.@-".contains(c));
    let word = &behind[..behind.find(char::is_whitespace).unwrap_or(behind.len())];
    let value = word.trim_end_matches([',', '.', ';', ')', '"', '\'']);
    let fits = name && !value.is_empty() && !harmless::is_placeholder(value);
    let start = rest.len() - behind.len();
    fits.then_some(start..start + value.len())
}

/// The password of `me:X` or `me/X`; `alone` if nothing says that it is one.
fn announced(word: &str, alone: bool) -> Option<Range<usize>> {
    let word = word.trim_end_matches([',', '.', ';', ')', ']', '}', '!']);
    let sign = word.find([':', '/'])?;
    let (user, value) = (&word[..sign], &word[sign + 1..]);
    let name = !user.is_empty() && user.chars().all(|c| c.is_alphanumeric() || "_.@-".contains(c));
    let number = value.bytes().all(|byte| byte.is_ascii_digit()) && value.len() < 6;
    let path = value.starts_with('/') || value.contains("://") || word.matches('/').count() > 1;
    let long = value.len() > 5 && value.bytes().all(|byte| byte.is_ascii_digit());
    let random = long
        || harmless::is_random(value)
        || harmless::is_jumbled(value)
        || harmless::is_marked(value);
    let label =
        alone || LABELS.contains(&&*user.to_ascii_lowercase()) || word[sign..].starts_with('/');
    let fits = name && !number && !path && (random || !label);
    (fits && !harmless::is_placeholder(value) && !harmless::is_prose(value))
        .then_some(sign + 1..word.len())
}

/// Words that lead from the name of a secret to its value.
const LEADING: [&str; 74] = [
    "defaults",
    "current",
    "is",
    "was",
    "has",
    "have",
    "been",
    "being",
    "value",
    "generated",
    "created",
    "set",
    "reset",
    "changed",
    "updated",
    "for",
    "of",
    "to",
    "the",
    "a",
    "an",
    "user",
    "account",
    "role",
    "database",
    "db",
    "will",
    "be",
    "now",
    "new",
    "as",
    "using",
    "on",
    "at",
    "hash",
    "in",
    "by",
    "default",
    "temporary",
    "initial",
    "superuser",
    "admin",
    "root",
    "your",
    "this",
    "login",
    "server",
    "and",
    "automatically",
    "randomly",
    "provided",
    "supplied",
    "given",
    "entered",
    "received",
    "used",
    "from",
    "lautet",
    "ist",
    "est",
    "es",
    "היא",
    "هي",
    "für",
    "pour",
    "para",
    "per",
    "voor",
    "incorrecta",
    "incorrecte",
    "falsch",
    "πρόσβασης",
    "incorrect",
    "wrong",
];
/// Those behind which anything is a name.
const NAMING: [&str; 18] = [
    "for", "of", "user", "account", "role", "database", "db", "on", "at", "server", "by", "login",
    "from", "für", "pour", "para", "per", "voor",
];
/// Those behind which the value may stand.
const TELLING: [&str; 14] = [
    "is", "was", "to", "value", "like", "ilike", "eq", "equals", "lautet", "ist", "est", "es",
    "היא", "هي",
];
/// Most words between name and value.
const WORDS: usize = 12;
const LONGEST: usize = 80;

/// Where the value begins that a sentence tells; `at` is behind the name.
pub(super) fn value(text: &str, at: usize) -> Option<usize> {
    let (mut at, mut naming, mut telling) = (at, false, false);
    for _ in 0..WORDS {
        let near = &text[at..text.floor_char_boundary(at + LONGEST)];
        let word = &near[..near.find([' ', '\t', '\n']).unwrap_or(near.len())];
        let next = at + word.len();
        let bare =
            word.trim_matches(['"', '\'', ',', ':', '=', '`', '(', ')']).to_ascii_lowercase();
        let leading =
            LEADING.contains(&&*bare) || ["like", "ilike", "eq", "equals"].contains(&&*bare);
        if word.ends_with([':', '=']) && (leading || naming || bare.is_empty()) {
            return Some(blank(text, next)).filter(|at| *at < text.len());
        }
        if telling && !leading && !word.is_empty() {
            return Some(at);
        }
        if word.is_empty() || !(leading || naming) {
            return None;
        }
        telling = TELLING.contains(&&*bare);
        naming = NAMING.contains(&&*bare)
            || (naming && ["the", "a", "an", "your", "this"].contains(&&*bare));
        at = blank(text, next);
    }
    None
}

fn blank(text: &str, at: usize) -> usize {
    text.len() - text[at..].trim_start_matches([' ', '\t']).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sentences_lead_to_their_value() {
        for (text, expected) in [
            ("is generated for root@localhost: X1", Some("X1")),
            ("value: X1", Some("X1")),
            ("for user 'me' is X1", Some("X1")),
            ("is: X1", Some("X1")),
            ("for the elastic user: X1", Some("X1")),
            ("has been set to X1", Some("X1")),
            ("FOR 'u'@'h' = 'X1'", Some("'X1'")),
            ("LIKE 'X1'", Some("'X1'")),
            ("authentication failed for user: me", None),
            ("for user", None),
        ] {
            assert_eq!(value(text, 0).map(|at| &text[at..]), expected, "{text}");
        }
    }
}
