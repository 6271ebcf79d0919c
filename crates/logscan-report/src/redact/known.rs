//! What was announced as a secret once, wherever it stands bare: as it is, and as programs
//! encode it.
//!
//! A secret that cannot be mistaken for a word is masked wherever its letters stand. A short
//! one, a word in small letters or a number is masked where it stands apart, and not at all if
//! a report needs it to be read: `postgres` may be a password, but is the name of the server
//! first.

use std::collections::{BTreeMap, HashSet};
use std::ops::Range;

use aho_corasick::{AhoCorasick, AhoCorasickKind, MatchKind};
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};

use super::harmless;
use super::steps;

/// Length from which a secret is looked for within other words.
const TELLING: usize = 8;
/// Secrets that are looked for; a log that announces more was written to be one.
const MOST: usize = 10_000;
/// Secrets whose encodings are looked for too, and users that may stand before them.
const ENCODED: usize = 1_000;
pub(super) const USERS: usize = 16;

/// Passwords by default, and words of reports and of the logs they quote.
const WORDS: [&str; 129] = [
    "postgres",
    "postgresql",
    "mysql",
    "mariadb",
    "redis",
    "mongo",
    "mongodb",
    "rabbitmq",
    "oracle",
    "sqlite",
    "mssql",
    "cassandra",
    "neo4j",
    "elastic",
    "minio",
    "minioadmin",
    "kafka",
    "root",
    "admin",
    "administrator",
    "test",
    "tests",
    "testing",
    "tester",
    "user",
    "users",
    "username",
    "password",
    "passwd",
    "pass",
    "guest",
    "secret",
    "changeme",
    "default",
    "dev",
    "develop",
    "development",
    "prod",
    "production",
    "staging",
    "local",
    "localhost",
    "example",
    "demo",
    "sample",
    "foo",
    "bar",
    "baz",
    "app",
    "api",
    "web",
    "service",
    "server",
    "client",
    "database",
    "data",
    "db",
    "base",
    "session",
    "sessions",
    "pool",
    "pools",
    "connection",
    "connections",
    "worker",
    "workers",
    "timeout",
    "error",
    "errors",
    "failed",
    "failure",
    "warning",
    "info",
    "debug",
    "none",
    "null",
    "true",
    "false",
    "yes",
    "no",
    "on",
    "off",
    "main",
    "master",
    "public",
    "private",
    "token",
    "key",
    "login",
    "auth",
    "name",
    "host",
    "port",
    "line",
    "file",
    "log",
    "logs",
    "setup",
    "teardown",
    "call",
    "scott",
    "tiger",
    "system",
    "manager",
    "sa",
    "svc",
    "temp",
    "tmp",
    "1234",
    "5432",
    "3306",
    "6379",
    "8080",
    "8000",
    "27017",
    "1521",
    "1433",
    "5672",
    "9000",
    "9092",
    "9042",
    "11211",
    "2181",
    "2379",
    "7687",
    "9200",
    "2024",
    "2025",
    "2026",
];

/// All known secrets in two automata.
#[derive(Clone, Debug)]
pub(super) struct Known {
    /// Those that are looked for anywhere, and those that must stand apart.
    anywhere: AhoCorasick,
    apart: AhoCorasick,
    names: [Vec<String>; 2],
    /// How many secrets it was made from.
    pub(super) secrets: usize,
}

impl Known {
    /// `secrets` with their names; `said` are names of users, hosts and bases, and users may
    /// stand before a password in base64.
    pub(super) fn new(
        secrets: &[(String, String)],
        said: &HashSet<String>,
        users: &[String],
    ) -> Self {
        let mut spelled: [BTreeMap<String, String>; 2] = Default::default();
        for (index, (secret, name)) in secrets.iter().take(MOST).enumerate() {
            let all = if index < ENCODED { spellings(secret, users) } else { vec![secret.clone()] };
            for spelling in all {
                if let Some(apart) = apart(&spelling, said) {
                    spelled[usize::from(apart)].entry(spelling).or_insert_with(|| name.clone());
                }
            }
        }
        let [anywhere, apart] = spelled.map(|spelled| {
            let (spellings, names): (Vec<String>, Vec<String>) = spelled.into_iter().unzip();
            (automaton(&spellings), names)
        });
        Self {
            anywhere: anywhere.0,
            apart: apart.0,
            names: [anywhere.1, apart.1],
            secrets: secrets.len(),
        }
    }

    /// Where known secrets stand in the text, and their names; none overlaps another one.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        steps::count(text.len());
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for (automaton, names, apart) in
            [(&self.anywhere, &self.names[0], false), (&self.apart, &self.names[1], true)]
        {
            if names.is_empty() {
                continue;
            }
            let places = automaton
                .find_iter(text)
                .filter(|place| !apart || stands_apart(text, &place.range()));
            found.extend(places.map(|place| (place.range(), &*names[place.pattern().as_usize()])));
        }
        found.sort_by_key(|(range, _)| (range.start, std::cmp::Reverse(range.end)));
        let mut end = 0;
        found.retain(|(range, _)| {
            let own = range.start >= end;
            end = end.max(range.end);
            own
        });
        found
    }
}

fn automaton(spellings: &[String]) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(spellings)
        .or_else(|_| AhoCorasick::new(spellings))
        .expect("secrets are shorter than the memory")
}

/// Whether a secret must stand apart to be one; `None` if it is not looked for.
fn apart(secret: &str, said: &HashSet<String>) -> Option<bool> {
    let letters = secret.chars().count();
    let common =
        || WORDS.contains(&&*secret.to_lowercase()) || said.contains(&secret.to_lowercase());
    if letters < 4 || secret.contains('‹') || common() || harmless::is_placeholder(secret) {
        return None;
    }
    let marks = secret.chars().any(|c| !c.is_alphanumeric() && c != '_');
    let telling = secret.len() >= TELLING
        && (harmless::is_random(secret)
            || (marks && secret.contains(|c: char| c.is_ascii_digit())));
    Some(!telling)
}

/// Whether no letter or digit stands beside it.
fn stands_apart(text: &str, range: &Range<usize>) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '‹';
    !text[..range.start].ends_with(word)
        && !text[range.end..].starts_with(word)
        && !text[range.end..].starts_with('›')
}

/// How a secret may be written: as it is, as it reads decoded, and that encoded.
fn spellings(secret: &str, users: &[String]) -> Vec<String> {
    let mut plain = vec![secret.to_owned()];
    for _ in 0..2 {
        let decoded = plain.last().and_then(|last| decoded(last));
        plain.extend(decoded);
    }
    let unescaped = unescaped(secret);
    if unescaped != secret {
        plain.push(unescaped);
    }
    let mut all = plain.clone();
    for one in &plain {
        let encoded = percent(one, false);
        all.extend([
            percent(&encoded, false),
            percent(one, true),
            encoded,
            escaped(one),
            html(one),
        ]);
        all.extend(base64(one.as_bytes()));
        all.extend(
            users.iter().take(USERS).flat_map(|user| base64(format!("{user}:{one}").as_bytes())),
        );
    }
    all.sort();
    all.dedup();
    all
}

/// In both alphabets, without the marks that fill up the end.
fn base64(bytes: &[u8]) -> [String; 2] {
    [STANDARD.encode(bytes), URL_SAFE.encode(bytes)]
        .map(|text| text.trim_end_matches('=').to_owned())
}

/// With everything but letters and digits written as `%40`.
fn percent(text: &str, small: bool) -> String {
    let mut encoded = String::with_capacity(text.len() + 8);
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            _ if small => encoded.push_str(&format!("%{byte:02x}")),
            _ => encoded.push_str(&format!("%{byte:02X}")),
        }
    }
    encoded
}

/// `p%40ss` as its reader reads it; `None` if nothing in it is encoded.
fn decoded(text: &str) -> Option<String> {
    super::layers::Layer::of(text).map(|layer| layer.text)
}

fn unescaped(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        plain.push(if c == '\\' { chars.next().unwrap_or(c) } else { c });
    }
    plain.replace("''", "'")
}

fn escaped(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"")
}

fn html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\'', "&#x27;")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secret: &str, text: &str) -> String {
        let known = Known::new(
            &[(secret.into(), "‹password-1›".into())],
            &HashSet::from(["app_db".into()]),
            &["me".into()],
        );
        let mut masked = text.to_owned();
        for (range, name) in known.find(text).into_iter().rev() {
            masked.replace_range(range, name);
        }
        masked
    }

    #[test]
    fn a_secret_is_known_in_its_encodings() {
        for text in [
            "p@ss'w0rd/x",
            "p%40ss%27w0rd%2Fx",
            "p%2540ss%2527w0rd%252Fx",
            "p%40ss%27w0rd%2fx",
            "p@ss&#x27;w0rd/x",
            "cEBzcyd3MHJkL3g",
            "bWU6cEBzcyd3MHJkL3g",
        ] {
            assert_eq!(masked("p@ss'w0rd/x", &format!("a{text}b")), "a‹password-1›b", "{text}");
        }
        assert_eq!(masked("p%40ssw0rd1", "bare p@ssw0rd1"), "bare ‹password-1›");
        assert_eq!(masked("a\\\"b0c1d2e", "bare a\"b0c1d2e"), "bare ‹password-1›");
    }

    #[test]
    fn short_secrets_must_stand_apart() {
        assert_eq!(
            masked("hunter", "hunter's (hunter) hunters"),
            "‹password-1›'s (‹password-1›) hunters"
        );
        assert_eq!(masked("48213", "id 48213, 148213"), "id ‹password-1›, 148213");
    }

    #[test]
    fn what_a_report_needs_is_kept() {
        for word in ["postgres", "Admin", "app_db", "abc", "5432"] {
            assert_eq!(masked(word, &format!("the {word} of")), format!("the {word} of"));
        }
    }
}
