//! Whether a line says in any words that something went wrong: `catalogue/trouble.toml`.

use std::sync::LazyLock;

use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    words: Vec<String>,
    denied_by: Vec<String>,
}

struct Vocabulary {
    announced_by: Vec<String>,
    phrases: Vec<Vec<String>>,
    denied_by: Vec<String>,
}

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let File { announced_by, words, denied_by } =
        toml::from_str(include_str!("../../catalogue/trouble.toml"))
            .unwrap_or_else(|problem| panic!("trouble.toml: {problem}"));
    let phrases = words.iter().map(|phrase| phrase.split(' ').map(str::to_owned).collect());
    Vocabulary { announced_by, phrases: phrases.collect(), denied_by }
});

/// Bytes of the longest line that is read: longer ones are no message of a tool.
const LONGEST: usize = 400;

/// Texts of which a line must hold one to be looked at.
pub(super) fn announcing() -> impl Iterator<Item = &'static String> {
    VOCABULARY.announced_by.iter()
}

/// Whether a line tells of trouble; `None` if it has no word of any.
pub(crate) fn read(line: &str) -> Option<bool> {
    if line.len() > LONGEST || super::vocabulary::is_title(line) {
        return None;
    }
    // What stands in a name or a path is part of it.
    let words = line.split(|c: char| !(c.is_alphanumeric() || "_-./'".contains(c)));
    let words = words.map(|word| word.trim_matches(|c| "-./'".contains(c)));
    let mut all = Vec::with_capacity(line.len() / 2);
    all.extend(words.filter(|word| !word.is_empty()));
    let words = all.as_slice();
    let mut told = None;
    for at in 0..words.len() {
        let found = VOCABULARY.phrases.iter().find(|phrase| begins(&words[at..], phrase));
        let Some(phrase) = found else { continue };
        told = Some(!is_denied(words, at, at + phrase.len()));
        if told == Some(true) {
            break;
        }
    }
    told
}

fn begins(words: &[&str], phrase: &[String]) -> bool {
    let fits = |(word, part): (&&str, &String)| match part.strip_suffix('*') {
        _ if part == "#" => word.bytes().all(|byte| byte.is_ascii_digit()),
        Some(beginning) => {
            word.get(..beginning.len()).is_some_and(|word| word.eq_ignore_ascii_case(beginning))
        }
        None => word.eq_ignore_ascii_case(part),
    };
    words.len() >= phrase.len() && words.iter().zip(phrase).all(fits)
}

/// Whether the words from `begin` to `end` are said not to be so: `0 problems`, `failed: 0`,
/// `no known problems`; not `2 problems, 0 warnings`.
fn is_denied(words: &[&str], begin: usize, end: usize) -> bool {
    let counts = |word: &&str| word.parse::<u64>().is_ok_and(|count| count > 0);
    if words[..begin].last().is_some_and(counts) {
        return false;
    }
    let before = words[begin.saturating_sub(2)..begin].iter();
    let counted = words.iter().take(end + 2).skip(end - 1).filter(|word| **word == "0");
    let denies = |word: &&str| VOCABULARY.denied_by.iter().any(|no| no.eq_ignore_ascii_case(word));
    before.chain(counted).any(denies)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trouble_is_told_in_any_words() {
        for line in [
            "./ci.sh: line 9: psql: command not found",
            "fatal: [web1]: UNREACHABLE! => {\"changed\": false}",
            "Package size limit has exceeded by 2.11 kB",
            "Vulnerabilities found!",
            "make: *** Waiting for unfinished jobs....",
            "Command did not exit successfully npm run lint exit status 1",
            "✖   found 2 problems, 0 warnings",
            "make: *** No rule to make target 'integration'.  Stop.",
            "Has findings for blocking rules so exiting with code 1",
            "Found 1 error.",
            "advisories ok, bans FAILED, licenses ok, sources ok",
            "leaks found: 2",
        ] {
            assert_eq!(read(line), Some(true), "{line}");
        }
    }

    #[test]
    fn what_did_not_happen_is_no_trouble() {
        for line in [
            "found 0 vulnerabilities",
            "    0 Error(s)",
            "Success: no issues found in 12 source files",
            "errors.ts | 100 | 100 |",
            "Tests: 12 passed, failed: 0",
            "terminated workers: 0",
            "exit code 0",
            "src/failed.rs | 100 |",
            "✓ tells that a login failed",
            "No known vulnerabilities found",
            "a background save may fail under low memory",
        ] {
            assert_ne!(read(line), Some(true), "{line}");
        }
    }
}
