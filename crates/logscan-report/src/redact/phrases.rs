//! Phrases in which programs print a secret, as data: `phrases.toml`.

use std::sync::{LazyLock, OnceLock};

use aho_corasick::AhoCorasick;
use logscan_model::report::SecretKind;
use regex::{Regex, RegexBuilder};
use serde::Deserialize;

use super::find::Secret;
use super::{harmless, steps};

/// Bytes before and behind the word of a phrase in which all of it stands.
const BEFORE: usize = 300;
const BEHIND: usize = 400;

/// What stands in a phrase for what.
const PARTS: [(&str, &str); 8] = [
    ("\\n{lead}", r"\r?\n{lead}"),
    ("{end}", r"[ \t]*(?:\r?\n|$)"),
    (
        "{quoted}",
        concat!(
            r#"(?:\\+"([^"\\\n]+)\\+"|\\+'([^'\\\n]+)\\+'"#,
            r#"|"((?:[^"\\\n]|\\.)+)"|'((?:[^'\\\n]|\\.)+)'|`([^`\n]+)`)"#
        ),
    ),
    ("{value}", r#"([^\s"'`,;)\]}|]+)"#),
    ("{chance}", r#"([^\s"'`,;)\]}|]{6,})"#),
    (
        "{word}",
        "(?:passw(?:or)?d|passwort|passphrase|passcode|contraseña|mot de passe|secret|token|api[ _-]?key)",
    ),
    ("{any}", r"[^\n]*?"),
    (
        "{lead}",
        concat!(
            r"(?:[\w.-]+ +\| |(?:[^\t\n]{1,80}\t[^\t\n]{1,80}\t)?\S+Z |E |<\d+>1 (?:\S+ ){5}- ",
            r"|[A-Z][a-z]{2} +\d+ [\d:]{8} \S+ \S+: )?[ \t]*"
        ),
    ),
];

#[derive(Deserialize)]
struct File {
    phrases: Vec<Group>,
}

/// The phrases of one kind of program.
#[derive(Deserialize)]
struct Group {
    all: Vec<Phrase>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Phrase {
    near: String,
    phrase: String,
    /// Made when its word is met first: most never are.
    #[serde(skip)]
    expression: OnceLock<Regex>,
}

impl Phrase {
    fn expression(&self) -> &Regex {
        self.expression.get_or_init(|| {
            let mut phrase = self.phrase.clone();
            for (part, meaning) in PARTS {
                phrase = phrase.replace(part, meaning);
            }
            let built = RegexBuilder::new(&phrase).case_insensitive(true).build();
            built.expect("a test builds every phrase")
        })
    }
}

static PHRASES: LazyLock<Vec<Phrase>> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("phrases.toml")).expect("a test reads the file");
    file.phrases.into_iter().flat_map(|group| group.all).collect()
});

static NEAR: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = PHRASES.iter().map(|phrase| &phrase.near);
    AhoCorasick::builder().ascii_case_insensitive(true).build(words).expect("fixed words")
});

/// Finds the secrets in phrases.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    // Where the next search for a phrase may begin: what is nearer was searched already.
    let mut next = vec![0; PHRASES.len()];
    for word in NEAR.find_overlapping_iter(text) {
        let index = word.pattern().as_usize();
        if word.start() < next[index] {
            continue;
        }
        next[index] = word.start() + BEHIND - BEFORE;
        let start = text.ceil_char_boundary(word.start().saturating_sub(BEFORE));
        let end = text.floor_char_boundary(word.end() + BEHIND);
        let near = &text[start..end];
        steps::count(near.len());
        let phrase = &PHRASES[index];
        let by_chance = phrase.phrase.contains("{chance}");
        for parts in phrase.expression().captures_iter(near) {
            if end < text.len() && parts.get_match().end() == near.len() {
                // It may go on.
                continue;
            }
            for secret in parts.iter().skip(1).flatten() {
                let value = secret.as_str();
                let cut = secret.end() == near.len() && end < text.len();
                if cut
                    || harmless::is_placeholder(value)
                    || by_chance && !harmless::is_random(value)
                {
                    continue;
                }
                let range = start + secret.start()..start + secret.end();
                found.push(Secret::new(SecretKind::Password, range));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;
    use super::*;

    #[test]
    fn every_phrase_is_an_expression_that_holds_a_secret() {
        for phrase in PHRASES.iter() {
            assert!(phrase.expression().captures_len() > 1, "{}", phrase.phrase);
            assert_eq!(phrase.near, phrase.near.to_lowercase(), "{}", phrase.phrase);
        }
    }

    #[test]
    fn secrets_in_phrases_are_masked() {
        for (text, expected) in [
            (
                r#"Typing "hunter" into password field"#,
                r#"Typing "‹password-1›" into password field"#,
            ),
            (
                r#"Filling field 'password' with 'hunter'"#,
                r#"Filling field 'password' with '‹password-1›'"#,
            ),
            (
                r#"  - fill("hunter") on locator('#password')"#,
                r#"  - fill("‹password-1›") on locator('#password')"#,
            ),
            (
                r#"send_keys('hunter') into <input type="password" id="pw">"#,
                r#"send_keys('‹password-1›') into <input type="password" id="pw">"#,
            ),
            (
                r#"E        +  where 'hunter' = Config().db_password"#,
                r#"E        +  where '‹password-1›' = Config().db_password"#,
            ),
            (r#"let(:password) { 'hunter' }"#, r#"let(:password) { '‹password-1›' }"#),
            (r#"passwordEncoder.encode("hunter")"#, r#"passwordEncoder.encode("‹password-1›")"#),
            (
                r#"http.Header{"Accept":[]string{"*/*"}, "X-Api-Key":[]string{"hunter"}}"#,
                r#"http.Header{"Accept":[]string{"*/*"}, "X-Api-Key":[]string{"‹password-1›"}}"#,
            ),
            (
                r#"mapOf("user" to "app", "password" to "hunter")"#,
                r#"mapOf("user" to "app", "password" to "‹password-1›")"#,
            ),
            (
                r#"a:1:{s:8:"password";s:6:"hunter";}"#,
                r#"a:1:{s:8:"password";s:6:"‹password-1›";}"#,
            ),
            (
                r#"{"kty":"oct","k":"hunter","alg":"HS256"}"#,
                r#"{"kty":"oct","k":"‹password-1›","alg":"HS256"}"#,
            ),
            (r#"auth: 'app:hunter', host: 'db'"#, r#"auth: '‹token-1›', host: 'db'"#),
            (r#"changed password from hunter to x"#, r#"changed password from ‹password-1› to x"#),
            (
                r#"security unlock-keychain -p hunter build.keychain"#,
                r#"security unlock-keychain -p ‹password-1› build.keychain"#,
            ),
            (
                r#"redis[redis:6379]: 0 -> auth([ 'hunter' ])"#,
                r#"redis[redis:6379]: 0 -> auth([ '‹password-1›' ])"#,
            ),
            (r#"a1 LOGIN bob hunter"#, r#"a1 LOGIN bob ‹password-1›"#),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }

    #[test]
    fn what_only_reads_like_a_phrase_stays() {
        for text in [
            "type \"varchar\" into column two",
            "password authentication failed for user \"app\"",
            "column \"password\" of relation \"users\" does not exist",
            "where 3 = len(rows)",
            "password reset:\n  test_reset_password",
            "expected \"a\" to equal \"b\"",
            "oauth: \"module:function\"",
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, text);
        }
    }
}
