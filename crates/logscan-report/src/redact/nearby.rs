//! Words that were made by chance on a line that names a secret, in whatever structure and
//! language: `Kennwort für app: X`, `(password, X)`, `token "X" is not valid`.

use std::ops::Range;

use super::find::Secret;
use super::harmless;
use super::keys::{self, Key, Sure};
use super::steps;

/// Most bytes before and behind a name that are looked at.
const NEAR: usize = 160;
/// Shortest word that can be told from a name.
const SHORTEST: usize = 8;
/// Longest word: what is longer is not one secret.
const LONGEST: usize = 128;
/// Fewer letters of a kind that follow each other, on average, than names have.
const RUN: f64 = 2.4;

/// Masks what looks made by chance around the name that stands there; what stands before
/// `searched` was looked at. Returns how far it looked.
pub(super) fn find(
    text: &str,
    name: &Range<usize>,
    key: Key,
    searched: usize,
    found: &mut Vec<Secret>,
) -> usize {
    let masked = text[..name.start].ends_with('‹');
    if masked || !matches!(key.sure, Sure::Always | Sure::Likely) {
        return searched;
    }
    let from = text.ceil_char_boundary(name.start.saturating_sub(NEAR));
    let to = text.floor_char_boundary(name.end + NEAR);
    // A word that is cut is not looked at.
    let from = match text[from..name.start].rfind('\n') {
        Some(end) => from + end + 1,
        None if from == 0 => 0,
        None => text[from..name.start].find(char::is_whitespace).map_or(name.start, |at| from + at),
    };
    let to = match text[name.end..to].find('\n') {
        Some(end) => name.end + end,
        None if to == text.len() => to,
        None => text[name.end..to].rfind(char::is_whitespace).map_or(name.end, |at| name.end + at),
    };
    beside(text, name.end..to, key, found);
    let (before, behind) = (from.max(searched), name.end.max(searched));
    steps::count(to.saturating_sub(before));
    let apart = |c: char| c.is_whitespace() || "\"'`,;|│()[]{}<>“”‘’«»「」".contains(c);
    for word in [before..name.start.max(before), behind..to.max(behind)] {
        let mut at = word.start;
        for part in text[word].split_inclusive(apart) {
            let whole = part.trim_end_matches(apart);
            let value = value(whole);
            let start = at + whole.len() - value.len();
            if is_made(value) {
                found.push(Secret::new(key.kind, start..start + value.len()));
            }
            at += part.len();
        }
    }
    to.max(searched)
}

/// Signs that open or end a value.
const OPENS: &str = "([<{\"'`,;~|";
/// Signs that also stand between a name and its value.
const LEADS: &str = ")]}=>-—–";
/// Words that do.
const SAYS: [&str; 4] = ["is", "was", "value", "now"];
/// Most signs and blanks between them.
const GAP: usize = 6;

/// Masks the word behind a name and a sign, `password (X)`, `password - X`, `token is X`, if
/// somebody may have chosen it for a password.
fn beside(text: &str, line: Range<usize>, key: Key, found: &mut Vec<Secret>) {
    let rest = &text[line.clone()];
    let between = |c: char| c == ' ' || c == '\t' || OPENS.contains(c) || LEADS.contains(c);
    let mut word = rest.trim_start_matches(between);
    let gap = &rest[..rest.len() - word.len()];
    let mut told = gap.contains(|c: char| !c.is_whitespace() && c != '=');
    for says in SAYS {
        if let Some(behind) = word.strip_prefix(says).filter(|behind| behind.starts_with(' ')) {
            word = behind.trim_start_matches(between);
            told = true;
        }
    }
    let ends = |c: char| c.is_whitespace() || OPENS.contains(c) || ")]}=/\\".contains(c);
    let value = &word[..word.find(ends).unwrap_or(word.len())];
    let value = value.trim_end_matches(['.', ':', '!', '?']);
    // `password-reset2` is one name.
    let told = told && gap != "-" && gap.chars().count() <= GAP;
    if told && harmless::is_chosen(value) && keys::key(value).is_none() && !is_algorithm(value) {
        let start = line.end - word.len();
        found.push(Secret::new(key.kind, start..start + value.len()));
    }
}

/// How something is hashed, encoded or signed, which also stands behind the names of secrets.
fn is_algorithm(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| c.is_ascii_digit() || c == '-').to_lowercase();
    ALGORITHMS.contains(&&*name)
}

const ALGORITHMS: [&str; 14] = [
    "sha",
    "base",
    "scram-sha",
    "pbkdf",
    "argon",
    "bcrypt",
    "scrypt",
    "blake",
    "curve",
    "utf",
    "oauth",
    "oauthbearer",
    "hmac-sha",
    "rfc",
];

/// What stands behind the last name of a word: `X` of `key=X`.
fn value(word: &str) -> &str {
    let behind = word.trim_end_matches(['=', ':']);
    let start = behind.rfind(['=', ':']).map_or(0, |at| at + 1);
    word[start..].trim_start_matches('-').trim_end_matches(['.', ':', '!', '?'])
}

/// Whether a word can be nothing but chance: no name, place, number, time or sum.
pub(super) fn is_made(word: &str) -> bool {
    if !(SHORTEST..=LONGEST).contains(&word.len()) || !harmless::is_mixed(word) {
        return false;
    }
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    let hex = word.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-');
    let place = word.contains(['/', '@', '\\']) || word.contains("..") || word.starts_with("0x");
    let constant = word.contains('_') && !word.contains(char::is_lowercase);
    let number = word.starts_with(|c: char| c.is_ascii_digit()) && digits * 2 > word.len();
    !hex && !place && !constant && !number && (word.len() as f64) < RUN * runs(word) as f64
}

/// How often another kind of letter begins; a capital goes with the small letters behind it.
fn runs(word: &str) -> usize {
    let kind = |c: char| {
        if c.is_lowercase() || c.is_uppercase() { 0 } else { 1 + usize::from(c.is_numeric()) }
    };
    let pairs = word.chars().zip(word.chars().skip(1));
    let begins = |(before, c): (char, char)| {
        kind(before) != kind(c) || c.is_uppercase() && before.is_lowercase()
    };
    1 + pairs.filter(|pair| begins(*pair)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_beside_a_name_is_its_value_if_it_may_be_a_password() {
        for line in [
            "password (hunter2)",
            "PASSWORD [hunter2]",
            "the token is hunter2",
            "password; hunter2",
        ] {
            let mut text = line.to_owned();
            super::super::text(&mut text);
            assert!(!text.contains("hunter2"), "{text}");
        }
        for line in
            ["password (required)", "password, password2", "password (sha256)", "token - utf8"]
        {
            let mut text = line.to_owned();
            super::super::text(&mut text);
            assert_eq!(text, line);
        }
    }

    #[test]
    fn chance_is_told_from_names() {
        for word in ["Zq7kP2xW9b", "hG4tR9wQ2m", "tok_a8K2mX93b7", "k3yB0x9Zq1"] {
            assert!(is_made(word), "{word}");
        }
        for word in [
            "OAuth2PasswordBearer",
            "Md5PasswordEncoder",
            "test_login_2_fails",
            "2024-11-20T12:00:01.123456Z",
            "3f786850e387550fdab836ed7e6dc881de23001b",
            "src/auth/Token1Q2w.java",
            "PostgreSQL15",
            "Base64Utf8Decoder",
            "psycopg2.errors.InvalidPassword",
        ] {
            assert!(!is_made(word), "{word}");
        }
    }
}
