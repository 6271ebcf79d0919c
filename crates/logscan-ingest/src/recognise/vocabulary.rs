//! What the words of a message say.

use std::collections::{BTreeMap, HashMap};
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::event::Needs;
use logscan_model::{Basis, EventKind};
use serde::Deserialize;

use super::Meaning;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    stop: Vec<String>,
    title: Vec<String>,
    database: Vec<String>,
    /// How the names of their files end.
    file: Vec<String>,
    other: Vec<String>,
    words: BTreeMap<String, Vec<String>>,
    meaning: Vec<Rule>,
}

/// A meaning: what must be said, and what must not.
#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct Rule {
    kind: EventKind,
    all: Vec<String>,
    #[serde(default)]
    none: Vec<String>,
    /// Whether it tells of a failure whatever stands beside it.
    #[serde(default)]
    is_failure: bool,
    /// Whether the line itself must name a database.
    #[serde(default)]
    names_database: bool,
    /// Whether it is enough that any line of the log names one.
    #[serde(default)]
    log_names_database: bool,
}

/// The same with a bit for each set.
struct Compiled {
    kind: EventKind,
    all: Sets,
    none: Sets,
    is_failure: bool,
    log_names_database: bool,
}

/// Sets of phrases, one bit for each.
type Sets = u128;

/// The set of names that only databases have.
const DATABASE: Sets = 1;
/// The set of names of other clients.
const OTHER: Sets = 2;

struct Vocabulary {
    announced_by: Vec<String>,
    stop: AhoCorasick,
    title: Vec<String>,
    file: Vec<String>,
    /// Phrases by their first word, or by its beginning of two letters where that word stands
    /// for any ending.
    whole: HashMap<String, Vec<Phrase>>,
    begun: HashMap<String, Vec<Phrase>>,
    rules: Vec<Compiled>,
}

struct Phrase {
    words: Vec<Word>,
    set: Sets,
}

enum Word {
    Whole(String),
    Beginning(String),
}

impl Word {
    fn of(text: &str) -> Self {
        match text.strip_suffix('*') {
            Some(beginning) => Self::Beginning(beginning.to_owned()),
            None => Self::Whole(text.to_owned()),
        }
    }

    fn fits(&self, word: &str) -> bool {
        match self {
            Self::Whole(text) => text == word,
            Self::Beginning(text) => word.starts_with(text),
        }
    }
}

/// Letters by which words that may end in any way are looked up.
const LOOKED_UP: usize = 2;

static VOCABULARY: LazyLock<Vocabulary> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../catalogue/vocabulary.toml"))
        .unwrap_or_else(|problem| panic!("vocabulary.toml: {problem}"));
    Vocabulary::of(file)
});

impl Vocabulary {
    fn of(file: File) -> Self {
        let mut whole: HashMap<String, Vec<Phrase>> = HashMap::new();
        let mut begun: HashMap<String, Vec<Phrase>> = HashMap::new();
        let mut add = |phrase: &String, set| {
            let words: Vec<Word> = phrase.split(' ').map(Word::of).collect();
            match &words[0] {
                Word::Whole(word) => whole.entry(word.clone()),
                Word::Beginning(text) => begun.entry(text[..LOOKED_UP].to_owned()),
            }
            .or_default()
            .push(Phrase { words, set });
        };
        file.database.iter().for_each(|phrase| add(phrase, DATABASE));
        file.other.iter().for_each(|phrase| add(phrase, OTHER));
        let mut bits: HashMap<&str, Sets> = HashMap::new();
        for (index, (name, phrases)) in file.words.iter().enumerate() {
            let set = 1 << (index + 2);
            bits.insert(name, set);
            phrases.iter().for_each(|phrase| add(phrase, set));
        }
        let set = |name: &String| {
            *bits.get(name.as_str()).unwrap_or_else(|| panic!("vocabulary.toml: no set {name:?}"))
        };
        let sets = |names: &[String]| names.iter().map(set).fold(0, |all, one| all | one);
        let compiled = |rule: &Rule| Compiled {
            kind: rule.kind,
            all: sets(&rule.all) | if rule.names_database { DATABASE } else { 0 },
            none: sets(&rule.none),
            is_failure: rule.is_failure,
            log_names_database: rule.log_names_database,
        };
        let stop = AhoCorasick::new(&file.stop)
            .unwrap_or_else(|problem| panic!("vocabulary.toml: {problem}"));
        let rules = file.meaning.iter().map(compiled).collect();
        let mut announced_by = file.announced_by;
        announced_by
            .extend(announced_by.iter().filter_map(|text| joined(text)).collect::<Vec<_>>());
        Self { announced_by, stop, title: file.title, file: file.file, whole, begun, rules }
    }

    /// The sets of which a phrase stands in the words.
    fn sets(&self, words: &[String]) -> Sets {
        let mut found = 0;
        for (at, word) in words.iter().enumerate() {
            let whole = self.whole.get(word.as_str()).into_iter().flatten();
            let begun = word.get(..LOOKED_UP).and_then(|start| self.begun.get(start));
            for phrase in whole.chain(begun.into_iter().flatten()) {
                let rest = &words[at..];
                let fits = phrase.words.len() <= rest.len()
                    && phrase.words.iter().zip(rest).all(|(wanted, word)| wanted.fits(word));
                found |= if fits { phrase.set } else { 0 };
            }
        }
        found
    }
}

/// The words of a text as the name of a class joins them: `ooMany` for `oo many`.
fn joined(text: &str) -> Option<String> {
    let (first, rest) = text.split_once(' ').filter(|(first, _)| !first.is_empty())?;
    let words = rest.split(' ').map(|word| {
        let (start, end) = word.split_at_checked(1).unwrap_or_default();
        start.to_uppercase() + end
    });
    Some(first.to_owned() + &words.collect::<String>())
}

/// Texts of which a line must hold one to be read by vocabulary.
pub(crate) fn announcing() -> &'static [String] {
    &VOCABULARY.announced_by
}

/// What the words of a message say, if they say one of the meanings.
pub(super) fn read(message: &str, is_error: bool) -> Option<Meaning> {
    let vocabulary = &*VOCABULARY;
    let trimmed = message.trim_start();
    // A comment is a heading, or what a test prints of its error.
    let comment = trimmed.starts_with('#') && !is_error;
    if comment || is_title(trimmed) {
        return None;
    }
    let stop = vocabulary.stop.find(message).map_or(message.len(), |found| found.start());
    let message = &message[..stop];
    let words = words(message);
    let sets = vocabulary.sets(&words);
    let holds = |rule: &&Compiled| sets & rule.all == rule.all && sets & rule.none == 0;
    let rule = vocabulary.rules.iter().find(holds)?;
    let database = sets & DATABASE != 0 || names_a_file(message, &vocabulary.file);
    if !database && sets & OTHER != 0 {
        return None;
    }
    let failure = !is_error && !rule.is_failure && !names_error_class(trimmed);
    let log_names_database = rule.log_names_database;
    let needs = Needs { database: !database, failure, log_names_database };
    Some(Meaning { kind: rule.kind, basis: Basis::Vocabulary, needs })
}

/// Whether a message is the title of a test that passed, or a heading.
pub(super) fn is_title(message: &str) -> bool {
    let message = message.trim_start();
    VOCABULARY.title.iter().any(|title| message.starts_with(title.as_str()))
}

/// Whether a message names a file by one of these endings.
fn names_a_file(message: &str, endings: &[String]) -> bool {
    endings.iter().any(|ending| {
        message.match_indices(ending.as_str()).any(|(at, _)| {
            let behind = message[at + ending.len()..].chars().next();
            at > 0 && behind.is_none_or(|c| !(c.is_alphanumeric() || c == '.' || c == '_'))
        })
    })
}

/// Whether a message begins with the class of an error: `PG::ConnectionBad`, `E   TimeoutError`.
fn names_error_class(message: &str) -> bool {
    let message = message.strip_prefix("E ").unwrap_or(message).trim_start();
    if let Some((class, _)) = message.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        return class.contains(['\\', '.']) && !class.contains(' ');
    }
    let message = message.strip_prefix("Caused by:").unwrap_or(message).trim_start();
    let end = message.find([':', ' ', '(']).unwrap_or(message.len());
    let class = &message[..end];
    let of_error =
        ["Error", "Exception", "Timeout", "Failure"].iter().any(|end| class.ends_with(end));
    let qualified = message[end..].starts_with(':') && class.contains('.') || class.contains("::");
    of_error || qualified && class.contains(|c: char| c.is_ascii_uppercase())
}

/// The words of a message in lower case. What stands in quotes and is one word is a name.
fn words(message: &str) -> Vec<String> {
    let mut words = Vec::new();
    for part in outside_of_names(message) {
        split(part, &mut words);
    }
    words
}

/// The parts of a message between quoted names.
fn outside_of_names(message: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut rest = message;
    let mut from = 0;
    while let Some(at) = rest[from..].find(['"', '\'', '`']).map(|at| from + at) {
        let quote = rest.as_bytes()[at];
        // An apostrophe stands within a word.
        let within = |at: usize| rest.as_bytes().get(at).is_some_and(u8::is_ascii_alphanumeric);
        if quote == b'\'' && at > 0 && within(at - 1) && within(at + 1) {
            from = at + 1;
            continue;
        }
        let Some(length) = rest[at + 1..].find(char::from(quote)) else { break };
        let quoted = &rest[at + 1..at + 1 + length];
        if quoted.contains(' ') {
            from = at + 1;
            continue;
        }
        parts.push(&rest[..at]);
        rest = &rest[at + 2 + length..];
        from = 0;
    }
    parts.push(rest);
    parts
}

/// Splits text at all that is no letter or digit, and where a capital begins a word. The name of
/// an option, `timeout=30`, `timeout: 30`, `--timeout`, and of a file of tests says nothing.
fn split(text: &str, words: &mut Vec<String>) {
    let says = |word: &&str| !is_flag(word) && !is_test_file(word) && !is_function(word);
    let mut letters = Vec::with_capacity(text.len());
    letters.extend(text.split_inclusive(' ').filter(says).flat_map(str::chars));
    let mut word = String::new();
    let mut identifier = words.len();
    for (at, &letter) in letters.iter().enumerate() {
        if !letter.is_alphanumeric() {
            finish(&mut word, words);
            let limit = words.last().is_some_and(|word| word == "timeout");
            if is_option(&letters[at..]) || limit && is_amount(&letters[at..]) {
                words.truncate(identifier);
            }
            if letter != '_' {
                identifier = words.len();
            }
            continue;
        }
        let before = at.checked_sub(1).map(|before| letters[before]);
        let after = letters.get(at + 1);
        let begins = letter.is_uppercase()
            && before.is_some_and(|before| {
                before.is_lowercase()
                    || before.is_uppercase() && after.is_some_and(|c| c.is_lowercase())
            });
        if begins {
            finish(&mut word, words);
        }
        word.extend(letter.to_lowercase());
    }
    finish(&mut word, words);
}

/// Whether a word is a flag of a command: `--detectOpenHandles`.
fn is_flag(word: &str) -> bool {
    word.strip_prefix("--").is_some_and(|name| name.starts_with(|c: char| c.is_ascii_alphabetic()))
}

/// Whether a word is the name of a function: `closeLeakedConnections()`.
fn is_function(word: &str) -> bool {
    let name = word.trim_end_matches(|c: char| !c.is_alphanumeric());
    let hump = |pair: &[u8]| pair[0].is_ascii_lowercase() && pair[1].is_ascii_uppercase();
    name.starts_with(|c: char| c.is_ascii_lowercase())
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        && name.as_bytes().windows(2).any(hump)
}

/// Whether a word is a path whose file or folder says that it holds tests:
/// `tests/db/test_lock_timeout.py::test_waits`; not the place of a frame.
fn is_test_file(word: &str) -> bool {
    let path = word.trim_end().split("::").next().unwrap_or_default();
    let Some((folders, file)) = path.rsplit_once('/') else { return false };
    let source = file.contains('.') && !path.starts_with('(');
    let of_tests = |part: &str| {
        let part = part.to_ascii_lowercase();
        ["test", "spec"]
            .iter()
            .any(|word| part.starts_with(word) || part.contains(&format!("_{word}")))
    };
    source
        && (folders.split('/').any(of_tests)
            || of_tests(file)
            || file.contains(".test.")
            || file.contains(".spec."))
}

/// Whether what stands behind a name makes it the name of an option with a value.
fn is_option(behind: &[char]) -> bool {
    match behind {
        ['=', next, ..] => !next.is_whitespace() && *next != '=' && *next != '>',
        [':', ' ', next, ..] => next.is_ascii_digit() || *next == ':' || *next == '@',
        _ => false,
    }
}

/// Whether a number stands behind the name of a time limit, and nothing says that it is over:
/// `timeout 30 s`, not `timeout 30000ms exceeded`.
fn is_amount(behind: &[char]) -> bool {
    let [' ', first, ..] = behind else { return false };
    let rest = behind[1..].iter().collect::<String>();
    let mut words = rest.split([' ', ',', ')', '.']).skip(1).filter(|word| !word.is_empty());
    let over = ["exceeded", "expired", "reached", "elapsed", "was", "passed"];
    first.is_ascii_digit() && !words.by_ref().take(2).any(|word| over.contains(&word))
}

fn finish(word: &mut String, words: &mut Vec<String>) {
    if !word.is_empty() {
        words.push(std::mem::take(word));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kind(message: &str) -> Option<EventKind> {
        read(message, true).map(|meaning| meaning.kind)
    }

    #[test]
    fn names_of_classes_are_words() {
        let mut all = Vec::new();
        split("SQLState of HikariPool$PoolTimeoutError, couldn't", &mut all);
        let expected =
            ["sql", "state", "of", "hikari", "pool", "pool", "timeout", "error", "couldn", "t"];
        assert_eq!(all, expected);
    }

    #[test]
    fn time_limits_say_nothing_of_time_that_is_over() {
        assert_eq!(kind("connected to mssql, pool 1/5 in use, login timeout 30 s"), None);
        assert_eq!(kind("pool timeout 30000ms exceeded"), Some(EventKind::PoolTimeout));
    }

    #[test]
    fn names_of_options_say_nothing() {
        let message = "checkout(pool, [pool_timeout: 500, queue: :on], lockTimeout=3) timeout: x";
        assert_eq!(words(message).join(" "), "checkout pool 500 on 3 timeout x");
    }

    #[test]
    fn quoted_names_say_nothing() {
        assert_eq!(
            words(r#"table "locked" isn't `closed` 'by us'"#).join(" "),
            "table isn t by us"
        );
    }

    #[test]
    fn what_words_say() {
        use EventKind::{
            ConnectionLost, ConnectionShared, Deadlock, LeakReported, LockTimeout, LoginRefused,
            MissingObject, PoolTimeout, ServerFull, ServerStarting, UsedAfterClose,
        };
        let cases = [
            ("Error: timed out while acquiring a connection", PoolTimeout),
            ("PoolExhaustedException: none left", PoolTimeout),
            ("dbutils.pooled_db.TooManyConnectionsError", PoolTimeout),
            (
                "org.h2.jdbc.JdbcSQLTimeoutException: Timeout trying to lock table \"QUEUES\"",
                LockTimeout,
            ),
            ("redis.exceptions.MaxConnectionsError: Too many connections", ServerFull),
            ("the database is still starting up", ServerStarting),
            ("connection leaked by test", LeakReported),
            ("Error: the pool is closed", UsedAfterClose),
            ("Deadlock found by the database", Deadlock),
            ("Lost connection to the database server", ConnectionLost),
            ("a second operation was started on this context instance", ConnectionShared),
            ("login failed for user", LoginRefused),
            ("no such table: x", MissingObject),
        ];
        for (message, expected) in cases {
            assert_eq!(kind(message), Some(expected), "{message}");
        }
    }

    #[test]
    fn words_about_other_things_say_nothing() {
        let harmless = [
            "HTTP connection pool timed out waiting for a connection",
            "Error: file not found",
            "rejected by thread pool executor: queue is full",
            "✓ rejects when the pool timed out waiting for a connection",
        ];
        for message in harmless {
            assert_eq!(kind(message), None, "{message}");
        }
    }

    #[test]
    fn what_names_no_database_needs_one_beside_it() {
        let needs = |message| read(message, true).map(|meaning| meaning.needs.database);
        assert_eq!(needs("Error: connection refused"), Some(true));
        assert_eq!(needs("Error: connection to postgres refused"), Some(false));
    }
}
