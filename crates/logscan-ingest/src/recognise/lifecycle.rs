//! What a line says is taken or given back: a noun, a verb and what identifies the one.

use std::sync::LazyLock;

use logscan_model::Span;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    tag_announced_by: Vec<String>,
    tags: Vec<String>,
    marks: Vec<String>,
    identifier_marks: Vec<String>,
    not: Vec<String>,
    filler: Vec<String>,
    noun: Vec<Noun>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Noun {
    words: Vec<String>,
    taken: Vec<String>,
    returned: Vec<String>,
}

static LIFECYCLE: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../catalogue/lifecycle.toml"))
        .unwrap_or_else(|problem| panic!("lifecycle.toml: {problem}"))
});

/// Bytes of the longest line that is read.
const LONGEST: usize = 240;

/// What happens to the one that a line names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Transition {
    /// Somebody takes it.
    Taken,
    /// Somebody gives it back.
    Returned,
}

/// A transition, and where noun and name stand in the message.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Lived {
    pub(crate) transition: Transition,
    pub(crate) noun: Span,
    pub(crate) name: Span,
}

/// Texts of which a line must hold one to be looked at.
pub(super) fn announcing() -> impl Iterator<Item = &'static String> {
    LIFECYCLE.announced_by.iter().chain(&LIFECYCLE.tag_announced_by)
}

/// Whether a program marks the line as being about its database: `[DB_SESSION] …`.
pub(crate) fn is_tagged(message: &str) -> bool {
    let tags = message.split('[').skip(1).filter_map(|rest| Some(rest.split_once(']')?.0));
    tags.into_iter().any(|tag| tag.split('_').any(|part| LIFECYCLE.tags.iter().any(|t| t == part)))
}

/// The name of the test that a message marks as begun, and whether it is certain that it is one.
pub(crate) fn marked(message: &str) -> Option<(Span, bool)> {
    let begin = behind_logger(message, behind_fields(message));
    let rest = &message[begin..];
    let of =
        |marks: &[String]| marks.iter().find(|m| rest.starts_with(m.as_str())).map(String::len);
    let (mark, identifier) = match of(&LIFECYCLE.marks) {
        Some(mark) => (mark, false),
        None => (of(&LIFECYCLE.identifier_marks)?, true),
    };
    let from = begin + mark;
    let name = before_fields(&message[from..]).trim_end_matches([' ', '-', '=', '*', '#', '<']);
    let of_level = ["warning", "error", "fatal", "failed"].iter().any(|level| {
        name.get(..level.len()).is_some_and(|start| start.eq_ignore_ascii_case(level))
    });
    let is_name =
        name.len() > 3 && name.len() < 160 && name.starts_with(char::is_alphabetic) && !of_level;
    let certain = !identifier || is_identifier(name);
    (is_name && (certain || is_sentence(name)))
        .then(|| (Span { start: from as u32, end: (from + name.len()) as u32 }, certain))
}

/// Whether a text may be the name of a test in words: `Orders saves a draft`.
fn is_sentence(name: &str) -> bool {
    name.starts_with(char::is_uppercase)
        && name.split(' ').count() > 2
        && name.chars().all(|c| c.is_alphanumeric() || " -'".contains(c))
}

/// Whether a text is a name of a program: `test_saves`, `savesOrder`, `shop.test_order.saves`.
fn is_identifier(name: &str) -> bool {
    let inner = |c: char| c == '_' || c == '.' || c.is_uppercase();
    name.trim_end_matches(['.', ':']).chars().skip(1).any(inner)
        && name.chars().all(|c| c.is_alphanumeric() || "_.:#()[]".contains(c))
}

/// The words of a message before `name=value`, as loggers of JSON add them.
fn before_fields(message: &str) -> &str {
    let mut words = message;
    while let Some((front, last)) = words.trim_end().rsplit_once(' ')
        && last.contains('=')
        && !last.starts_with('=')
        && !last.ends_with('=')
    {
        words = front;
    }
    words
}

/// Where the words of a message begin behind `name=value`, as loggers put it first.
fn behind_fields(message: &str) -> usize {
    let mut begin = message.len() - message.trim_start().len();
    while let Some((field, rest)) = message[begin..].split_once(' ') {
        if !field.contains('=') || field.starts_with('=') {
            break;
        }
        begin = message.len() - rest.trim_start().len();
    }
    begin
}

/// Where the words of a message begin behind the name of a logger: `OrderTest: `, `pool - `, `[Pool] `.
fn behind_logger(message: &str, begin: usize) -> usize {
    let rest = &message[begin..];
    // `[test] ` marks a test itself, and `make: ` is a command.
    let is_class = |name: &str| name.contains(|c: char| c.is_uppercase() || c == '.');
    let in_brackets =
        || rest.strip_prefix('[')?.split_once("] ").filter(|(name, _)| is_class(name));
    let before_dash = || rest.split_once(" - ");
    let before_colon =
        || rest.split_once(": ").filter(|(name, _)| is_class(name) && is_identifier(name));
    let is_word = |(name, _): &(&str, &str)| !name.is_empty() && !name.contains(' ');
    let behind = in_brackets().or_else(before_dash).filter(is_word).or_else(before_colon);
    behind.map_or(begin, |(_, words)| message.len() - words.trim_start().len())
}

/// What a message says is taken or given back.
pub(crate) fn read(message: &str) -> Option<Lived> {
    if message.len() > LONGEST {
        return None;
    }
    let words = words(message);
    let lower: Vec<String> = words.iter().map(|at| message[at.0..at.1].to_lowercase()).collect();
    if lower.iter().any(|word| LIFECYCLE.not.contains(word)) {
        return None;
    }
    LIFECYCLE.noun.iter().find_map(|noun| noun.lived(message, &words, &lower))
}

impl Noun {
    fn lived(&self, message: &str, words: &[(usize, usize)], lower: &[String]) -> Option<Lived> {
        let at = lower.iter().position(|word| self.words.contains(word))?;
        let transition = match (stands(&self.taken, lower), stands(&self.returned, lower)) {
            (true, false) => Transition::Taken,
            (false, true) => Transition::Returned,
            _ => return None,
        };
        let mut behind = words.iter().zip(lower).skip(at + 1);
        let (name, _) = behind.find(|(_, word)| !LIFECYCLE.filler.contains(word))?;
        // Between noun and name stands no other word, and a name holds a digit.
        let is_name = message[name.0..name.1].contains(|c: char| c.is_ascii_digit());
        let span = |(start, end): (usize, usize)| Span { start: start as u32, end: end as u32 };
        is_name.then(|| Lived { transition, noun: span(words[at]), name: span(*name) })
    }
}

/// Whether one of the phrases stands in the words.
fn stands(phrases: &[String], words: &[String]) -> bool {
    phrases.iter().any(|phrase| {
        let phrase: Vec<&str> = phrase.split(' ').collect();
        words.windows(phrase.len()).any(|window| window.iter().zip(&phrase).all(|(a, b)| a == b))
    })
}

/// Where the words of a message stand: names may hold points, dashes, colons and angle brackets.
fn words(message: &str) -> Vec<(usize, usize)> {
    let is_part = |c: char| c.is_alphanumeric() || "_-.@:<>".contains(c);
    let mut words = Vec::new();
    let mut begin = None;
    for (at, c) in message.char_indices().chain([(message.len(), ' ')]) {
        match (begin, is_part(c)) {
            (None, true) => begin = Some(at),
            (Some(start), false) => {
                let word = message[start..at].trim_end_matches(['.', ':', ',']);
                words.push((start, start + word.len()));
                begin = None;
            }
            _ => {}
        }
    }
    words.retain(|(start, end)| start < end);
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn noun_verb_and_name_make_a_transition() {
        use Transition::{Returned, Taken};
        let cases = [
            ("acquired client #8928", Taken, "8928"),
            ("connection no. 3 given back", Returned, "3"),
            ("db session 15 begins", Taken, "15"),
            ("got link #PID<0.197.0> from pool", Taken, "PID<0.197.0>"),
            ("link #PID<0.197.0> back in pool", Returned, "PID<0.197.0>"),
            ("checked out connection -4412", Taken, "-4412"),
        ];
        for (message, transition, name) in cases {
            let lived = read(message).unwrap_or_else(|| panic!("{message}"));
            assert_eq!((lived.transition, lived.name.of(message)), (transition, name));
        }
    }

    #[test]
    fn identifiers_are_marked_by_a_word() {
        assert!(marked("case closesPaidOrder").is_some());
        assert!(marked("case shop.test_order.test_saves").is_some());
        assert_eq!(marked("running Orders saves a draft").map(|(_, certain)| certain), Some(false));
        assert!(marked("running Orders").is_none());
        assert!(marked("case insensitive").is_none());
        assert!(marked("case closed_by of another user").is_none());
    }

    #[test]
    fn marks_name_tests() {
        let name = |message: &'static str| marked(message).map(|(span, _)| span.of(message));
        assert_eq!(name(">>> member::links_old_patient"), Some("member::links_old_patient"));
        assert_eq!(name("--- ratesParcel() ---"), Some("ratesParcel()"));
        assert_eq!((name("--- 3"), name("-----")), (None, None));
    }

    #[test]
    fn other_lines_say_nothing() {
        let silent = [
            "connection 3 could not be released",
            "session opened",
            "released version 3",
            "connection 7 opened",
            "got 3 rows",
            "waiting for connection 3 to be released",
        ];
        for message in silent {
            assert_eq!(read(message), None, "{message}");
        }
    }
}
