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
use base64::engine::general_purpose::STANDARD;

use super::harmless;
use super::spelled::{TELLING, base64, encoded, plain};
use super::steps;

/// Bytes of secrets that are looked for; a log that announces more was written to be one. The
/// encodings are looked for of those that come first.
const MOST: usize = 384 << 10;
const ENCODED: usize = 96 << 10;
/// Longest base64 that is decoded.
const LONGEST_BASE64: usize = 256;

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

/// Where a spelling of a secret counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Where {
    Anywhere,
    /// Where no letter or digit stands beside it.
    Apart,
    /// Where none does, but perhaps `_`: `db_X`.
    Part,
    /// As a part of base64, all of which is masked.
    Base64,
}

/// What is looked for, with the names that take its place.
#[derive(Default)]
struct Spellings {
    names: BTreeMap<Where, BTreeMap<String, String>>,
    bytes: usize,
}

impl Spellings {
    fn add(&mut self, place: Where, all: impl IntoIterator<Item = String>, name: &str) {
        let names = self.names.entry(place).or_default();
        for spelling in all {
            self.bytes += spelling.len();
            names.entry(spelling).or_insert_with(|| name.to_owned());
        }
    }

    fn automata(self) -> Vec<(Where, AhoCorasick, Vec<String>)> {
        let automata = self.names.into_iter().map(|(place, names)| {
            let (spellings, names): (Vec<String>, Vec<String>) = names.into_iter().unzip();
            (place, automaton(&spellings), names)
        });
        automata.collect()
    }
}

/// All known secrets, an automaton for each place where they count.
#[derive(Clone, Debug)]
pub(super) struct Known {
    spelled: Vec<(Where, AhoCorasick, Vec<String>)>,
    /// How many secrets it was made from.
    pub(super) secrets: usize,
}

impl Known {
    /// `secrets` with their names; `said` are names of users, hosts and bases.
    pub(super) fn new(secrets: &[(String, String)], said: &HashSet<String>) -> Self {
        let mut spellings = Spellings::default();
        for (secret, name) in secrets {
            let encodings = spellings.bytes + secret.len() < ENCODED;
            let plain = if encodings { plain(secret) } else { vec![secret.clone()] };
            for spelling in plain {
                let fits = spellings.bytes + spelling.len() < MOST;
                let Some(place) = place(&spelling, said).filter(|_| fits) else { continue };
                if encodings {
                    spellings.add(place, encoded(&spelling), name);
                    spellings.add(Where::Base64, base64(spelling.as_bytes()), name);
                }
                spellings.add(place, [spelling], name);
            }
        }
        Self { spelled: spellings.automata(), secrets: secrets.len() }
    }

    /// Where known secrets stand in the text, and their names; none overlaps another one.
    pub(super) fn find(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        steps::count(text.len());
        let mut found: Vec<(Range<usize>, &str)> = Vec::new();
        for (place, automaton, names) in &self.spelled {
            let mut past = 0;
            for hit in automaton.find_iter(text) {
                let range = match place {
                    Where::Apart if !stands_apart(text, &hit.range()) => continue,
                    Where::Part if !stands_between(text, &hit.range()) => continue,
                    Where::Base64 if hit.start() < past => continue,
                    Where::Base64 => whole(text, hit.range()),
                    _ => hit.range(),
                };
                past = range.end;
                found.push((range, &names[hit.pattern().as_usize()]));
            }
        }
        found.extend(self.within_base64(text));
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

impl Known {
    /// Base64 that holds a secret with something beside it: `svc:X`.
    fn within_base64(&self, text: &str) -> Vec<(Range<usize>, &str)> {
        let mut found = Vec::new();
        let mut at = 0;
        let letter = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
        for word in text.split(|c: char| !letter(c)) {
            let range = at..at + word.len();
            at = range.end + text[range.end..].chars().next().map_or(0, char::len_utf8);
            if !(8..=LONGEST_BASE64).contains(&word.len()) || word.len() % 4 != 0 {
                continue;
            }
            let decoded =
                STANDARD.decode(word).ok().and_then(|bytes| String::from_utf8(bytes).ok());
            let Some(decoded) = decoded.filter(|decoded| decoded.contains(':')) else { continue };
            let name = self.spelled.iter().find_map(|(place, automaton, names)| {
                let mut hits = automaton.find_iter(&decoded);
                let hit = hits
                    .find(|hit| *place != Where::Base64 && stands_apart(&decoded, &hit.range()))?;
                Some(names[hit.pattern().as_usize()].as_str())
            });
            found.extend(name.map(|name| (range, name)));
        }
        found
    }
}

/// All of the base64 that stands here.
fn whole(text: &str, part: Range<usize>) -> Range<usize> {
    let letter = |c: char| c.is_ascii_alphanumeric() || "+/-_=".contains(c);
    let front = text[..part.start].trim_end_matches(letter);
    let behind = text[part.end..].trim_start_matches(letter);
    front.len()..text.len() - behind.len()
}

fn automaton(spellings: &[String]) -> AhoCorasick {
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .kind(Some(AhoCorasickKind::ContiguousNFA))
        .build(spellings)
        .or_else(|_| AhoCorasick::new(spellings))
        .expect("secrets are shorter than the memory")
}

/// Where a secret counts as one; `None` if it is not looked for.
fn place(secret: &str, said: &HashSet<String>) -> Option<Where> {
    let letters = secret.chars().count();
    let common =
        || WORDS.contains(&&*secret.to_lowercase()) || said.contains(&secret.to_lowercase());
    let short = letters < 4 && !(letters == 3 && harmless::is_of_both(secret));
    if short || secret.contains('‹') || common() || harmless::is_placeholder(secret) {
        return None;
    }
    let marks = secret.chars().any(|c| !c.is_alphanumeric() && c != '_');
    let telling = secret.len() >= TELLING
        && (harmless::is_random(secret)
            || (marks && secret.contains(|c: char| c.is_ascii_digit())));
    Some(match telling {
        true => Where::Anywhere,
        false if secret.len() > TELLING && !secret.contains('_') => Where::Part,
        false => Where::Apart,
    })
}

/// Whether no letter or digit stands beside it, though perhaps `_`.
fn stands_between(text: &str, range: &Range<usize>) -> bool {
    let front = text[..range.start].trim_end_matches('_');
    let behind = &text[range.end..];
    let end = text.len() - behind.trim_start_matches('_').len();
    let letter = |c: char| c.is_alphanumeric() || c == '‹';
    let joined = front.len() < range.start || end > range.end;
    joined && !text[..range.start].ends_with(letter) && !behind.starts_with(letter)
        || stands_apart(text, range)
}

/// Whether no letter or digit stands beside it.
fn stands_apart(text: &str, range: &Range<usize>) -> bool {
    let word = |c: char| c.is_alphanumeric() || c == '_' || c == '‹';
    !text[..range.start].ends_with(word)
        && !text[range.end..].starts_with(word)
        && !text[range.end..].starts_with('›')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn masked(secret: &str, text: &str) -> String {
        let known = Known::new(
            &[(secret.into(), "‹password-1›".into())],
            &HashSet::from(["app_db".into()]),
        );
        let mut masked = text.to_owned();
        for (range, name) in known.find(text).into_iter().rev() {
            masked.replace_range(range, name);
        }
        masked
    }

    #[test]
    fn a_secret_is_known_in_its_encodings() {
        assert_eq!(masked("tukaflustun", "db_tukaflustun_1"), "db_‹password-1›_1");
        assert_eq!(masked("YHa5+R9/Hw1q==", "YHa5+R9\\/Hw1q=="), "‹password-1›");
        for text in [
            "p@ss'w0rd/x",
            "p%40ss%27w0rd%2Fx",
            "p%2540ss%2527w0rd%252Fx",
            "p%40ss%27w0rd%2fx",
            "p@ss&#x27;w0rd/x",
            "7040737327773072642f78",
            "%70%40%73%73%27%77%30%72%64%2F%78",
            r"\u0070\u0040\u0073\u0073\u0027\u0077\u0030\u0072\u0064\u002f\u0078",
        ] {
            assert_eq!(masked("p@ss'w0rd/x", &format!("a{text}b")), "a‹password-1›b", "{text}");
        }
        for before in ["", "me:", "svc:", "user:"] {
            let encoded = STANDARD.encode(format!("{before}p@ss'w0rd/x and more"));
            assert_eq!(
                masked("p@ss'w0rd/x", &format!("({encoded})")),
                "(‹password-1›)",
                "{before}"
            );
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
