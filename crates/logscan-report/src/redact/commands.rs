//! Command lines whose options take a secret without saying so: `mysql -pX`, `curl -u me:X`.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::quotes;
use super::signs::blanks;
use super::steps;
use super::tools::{NAMES, Takes, tools};

/// Finds what command lines take.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for name in NAMES.find_iter(text) {
        let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || "_-.".contains(c)));
        let begins = apart(text[..name.start()].chars().next_back());
        let word = text[name.start()..].find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
        if name.start() < past || !begins {
            continue;
        }
        let end = word.map_or(text.len(), |end| name.start() + end);
        let used = text[end..].starts_with([' ', '"', '\'', '\\', '\t']);
        if used && tools(&text[name.start()..end]).next().is_some() {
            past = command(text, name.start()..end, found);
        }
    }
}

/// A word of a command line, without its quotes.
pub(super) struct Word {
    pub(super) range: Range<usize>,
    pub(super) end: usize,
}

/// The word that begins there or behind blanks; `None` at the end of the command.
pub(super) fn word(text: &str, at: usize) -> Option<Word> {
    let at = text.len() - text[blanks(text, at)..].trim_start_matches([',', '[', '(', ' ']).len();
    let rest = &text[at..];
    if rest.is_empty() || rest.starts_with(['\n', '|', ';', ')', ']']) || rest.starts_with("&&") {
        return None;
    }
    if let Some(values) =
        quotes::quoted_at(text, at).filter(|values| values.ranges[0].start - at < 8)
    {
        let closed = text[values.end..].trim_start_matches('\\');
        let end = text.len() - closed.strip_prefix(['"', '\'', '`']).unwrap_or(closed).len();
        return Some(Word { range: values.ranges[0].clone(), end: end.max(at + 1) });
    }
    let end = bare(text, at);
    let inner = text[at..end].trim_end_matches(['"', '\'', ',', ']', ')', '\\']);
    Some(Word { range: at..at + inner.len(), end })
}

/// The end of a word without quotes around it, but perhaps within: `-p'a b'`.
fn bare(text: &str, at: usize) -> usize {
    let (mut end, mut quote) = (at, None);
    for c in text[at..].chars() {
        match quote {
            _ if c == '\n' => break,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c.is_whitespace() => break,
            None if ['"', '\''].contains(&c)
                && text[at..end]
                    .ends_with(|c: char| c.is_ascii_alphabetic() || c == '=' || c == ':') =>
            {
                let closed = text[end + 1..text.floor_char_boundary(end + 400)].split('\n').next();
                quote = closed.filter(|rest| rest.contains(c)).map(|_| c);
            }
            None => {}
        }
        end += c.len_utf8();
    }
    end
}

/// Most words that may be a secret by their place.
const MOST: usize = 3;

/// What a word of a command stands behind.
struct Behind<'t> {
    last: &'t str,
    before: &'t str,
    /// Whether what arms the option stood before.
    armed: bool,
    /// Whether an option that names a user stood before.
    user: bool,
    /// Whether the word is in quotes and the one before it is not.
    quoted: bool,
    /// What follows the word.
    rest: &'t str,
}

/// Goes through a command; behind its end.
fn command(text: &str, name: Range<usize>, found: &mut Vec<Secret>) -> usize {
    let mut how: Vec<(Takes, bool)> = ways(&text[name.clone()]);
    let closed = text[name.end..].trim_start_matches('\\');
    let mut at = text.len() - closed.strip_prefix(['"', '\'']).unwrap_or(closed).len();
    let (mut last, mut before) = (name, 0..0);
    let (mut tail, mut user) = (Vec::new(), false);
    while let Some(word) = word(text, at) {
        steps::count(word.end - at);
        let name = &text[word.range.clone()];
        user |= ["-u", "--username", "--user", "-U"].iter().any(|option| name.starts_with(option));
        // A short word may name a network, a host or a base.
        if !name.starts_with('-') && name.len() > 3 && tools(name).next().is_some() {
            (how, tail) = (ways(name), Vec::new());
        } else {
            let quoted = |range: &Range<usize>| text[..range.start].ends_with(['"', '\'']);
            for (takes, armed) in &mut how {
                let arms = arms(*takes, name);
                *armed |= arms;
                let behind = Behind {
                    last: &text[last.clone()],
                    before: &text[before.clone()],
                    armed: *armed,
                    user,
                    quoted: quoted(&word.range) && !quoted(&last),
                    rest: &text[word.end..],
                };
                let value = taken(*takes, name, &behind);
                found.extend(value.and_then(|value| secret(text, &word.range, &value)));
                if matches!(takes, Takes::From(..)) && *armed && !arms && is_plain(name) {
                    tail.push(word.range.clone());
                }
            }
        }
        before = std::mem::replace(&mut last, word.range);
        at = word.end.max(at + 1);
    }
    placed(text, &how, &tail, found);
    at
}

/// How a tool takes its secrets, and whether nothing must stand before them.
fn ways(name: &str) -> Vec<(Takes, bool)> {
    tools(name).map(|takes| (takes, matches!(takes, Takes::From([], _)))).collect()
}

/// Whether a word says that a later one may be the secret.
fn arms(takes: Takes, word: &str) -> bool {
    match takes {
        Takes::After(name, _) => word == name,
        Takes::From(words, _) => words.iter().any(|name| {
            let letter = name.strip_prefix('-').filter(|_| !word.starts_with("--"));
            let begins = name.ends_with('.') && word.starts_with(*name);
            word == *name
                || begins
                || letter.is_some_and(|c| word.starts_with('-') && word.contains(c))
        }),
        Takes::Share => word.starts_with("\\\\"),
        _ => false,
    }
}

/// Whether a word is a name with a value.
fn is_setting(word: &str) -> bool {
    let word = word.split(['"', '\\']).next().unwrap_or(word);
    word.trim_end_matches('=').contains('=')
}

/// Whether a word is neither an option nor leads what is written elsewhere.
fn is_plain(word: &str) -> bool {
    !word.starts_with(['-', '>', '<']) && !word.starts_with("2>")
}

/// The words that are the secret by their place. What follows it in a log cannot be told from
/// it.
fn placed(text: &str, how: &[(Takes, bool)], plain: &[Range<usize>], found: &mut Vec<Secret>) {
    let from = how.iter().find_map(|(takes, _)| match takes {
        Takes::From(_, from) => Some(*from),
        _ => None,
    });
    let Some(words) = from.and_then(|from| plain.get(from..)) else { return };
    let words: Vec<&Range<usize>> = words.iter().take(MOST).collect();
    let told = |value: &str| harmless::is_prose(value) || harmless::is_told_of(value);
    for word in words.iter().filter(|word| !told(&text[(**word).clone()])) {
        let certain = words.len() == 1;
        let whole = 0..word.len();
        found.extend(secret(text, word, &whole).map(|secret| Secret { certain, ..secret }));
    }
}

/// Which bytes of a word a tool takes as a secret.
fn taken(takes: Takes, word: &str, behind: &Behind<'_>) -> Option<Range<usize>> {
    let Behind { last, before, armed, user, quoted, rest } = *behind;
    let flag = word.starts_with('-');
    let after =
        |sign: char, from: usize| word[from..].find(sign).map(|at| from + at + 1..word.len());
    let all = 0..word.len();
    match takes {
        Takes::Attached(option) if word.starts_with(option) => Some(option.len()..word.len()),
        Takes::Quoted(option) if last == option && quoted => Some(all),
        Takes::Login(option) if !user && is_port(word.strip_prefix(option).unwrap_or(word)) => None,
        Takes::Login(option) => taken(Takes::Next(option), word, behind),
        Takes::Next(option) if last == option && !flag => Some(all),
        Takes::After(_, option) if last == option && !flag && armed => (option.starts_with('-')
            || !(is_setting(word) || harmless::is_prose(word)))
        .then_some(all),
        Takes::Next(option) if word.starts_with(option) && word.len() > option.len() => {
            Some(option.len() + usize::from(word[option.len()..].starts_with('='))..word.len())
        }
        Takes::Pair(options) => pair(options, word, last),
        Takes::Slash if !flag && !word.starts_with(['/', '@', '.']) => slash(word, last),
        Takes::Percent if last == "-U" => after('%', 0),
        Takes::Second(words) if words.contains(&before) => Some(all),
        Takes::Behind(name) if last == name => Some(all),
        Takes::Pass => word.starts_with("pass:").then_some(5..word.len()),
        Takes::Share => {
            let named = before == "user" && rest.trim_start().starts_with('/');
            let plain = !word.starts_with(['/', '\\', '*', '-']) && !word.ends_with(':');
            (plain && (armed || named)).then_some(all)
        }
        Takes::Resource if !flag && last.starts_with(['/', '\\']) => Some(all),
        Takes::Literal if last == "--from-literal" => after('=', 0),
        Takes::Literal => word.starts_with("--from-literal=").then(|| after('=', 15)).flatten(),
        Takes::Cookie(options) if options.contains(&last) => after('=', 0),
        _ => None,
    }
}

/// Whether a word may be the number of a port.
fn is_port(word: &str) -> bool {
    (4..=5).contains(&word.len()) && word.parse::<u16>().is_ok_and(|port| port > 1023)
}

/// `user:X` behind an option or in the same word with one.
fn pair(options: &[&str], word: &str, last: &str) -> Option<Range<usize>> {
    let after =
        |sign: char, from: usize| word[from..].find(sign).map(|at| from + at + 1..word.len());
    // `-su`: the last of several letters takes the word.
    let letters = last.strip_prefix('-').filter(|letters| letters.len() > 1);
    let several = letters.is_some_and(|letters| {
        letters.bytes().all(|byte| byte.is_ascii_alphabetic())
            && options.iter().any(|option| option.len() == 2 && letters.ends_with(&option[1..]))
    });
    if options.contains(&last) || several {
        return after(':', 0).or_else(|| after(',', 0));
    }
    let option = options
        .iter()
        .filter(|option| word.starts_with(**option))
        .max_by_key(|option| option.len())?;
    let long = !option.starts_with("--") || word[option.len()..].starts_with('=');
    after(':', option.len()).filter(|_| long && !word.contains("://"))
}

/// `user/X`, perhaps with `@base` behind it.
fn slash(word: &str, last: &str) -> Option<Range<usize>> {
    let user = word.strip_prefix("userid=").map_or(0, |rest| word.len() - rest.len());
    let named = |at: &usize| *at < 100 && !word[user..*at].contains([':', '=', '.']);
    let slash = word.find('/').filter(named)? + 1;
    let end = word.rfind('@').filter(|end| *end > slash).unwrap_or(word.len());
    (!last.contains('/')).then_some(slash..end)
}

fn secret(text: &str, word: &Range<usize>, value: &Range<usize>) -> Option<Secret> {
    let whole = &text[word.start + value.start..word.start + value.end];
    let quotes = whole.len() - whole.trim_start_matches(['"', '\'', '\\']).len();
    let bare = whole.trim_matches(['"', '\'', '\\']);
    let start = word.start + value.start + quotes;
    let port = value.start > 0 && !bare.is_empty() && bare.len() < 3;
    (!bare.is_empty() && !port && !harmless::is_placeholder(bare))
        .then(|| Secret::new(SecretKind::Password, start..start + bare.len()))
}
