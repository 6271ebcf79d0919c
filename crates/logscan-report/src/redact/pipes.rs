//! What is written into a tool that reads its secret from another one, or from its own command:
//! `echo X | docker login --password-stdin`, `passwd --stdin me <<< X`, `expect "assword:"` and
//! `send "X\r"`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::report::SecretKind;

use super::block;
use super::commands::word;
use super::find::Secret;
use super::harmless;
use super::steps;
use super::value;

/// What says that a tool reads a secret.
const READERS: [&str; 17] = [
    "password-stdin",
    "passwd --stdin",
    "passwd -s",
    "chpasswd",
    "sudo -s",
    "sudo -k -s",
    "with-token",
    "vault login -",
    "passphrase-fd",
    "stdin:password",
    "cryptsetup ",
    "vncpasswd -f",
    "| kinit",
    "| passwd",
    "| sudo passwd",
    "htpasswd -i",
    "smbpasswd -s",
];
/// Most bytes of a line that are looked at beside one.
const NEAR: usize = 400;
/// Most bytes between a prompt and what is sent to it.
const PROMPT: usize = 200;
/// Most lines of a here-document.
const LINES: usize = 20;

static WORDS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder().ascii_case_insensitive(true).build(READERS).expect("fixed words")
});

/// Finds what tools read as a secret.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    sent(text, found);
    let mut past = 0;
    let mut readers = WORDS.find_iter(text).peekable();
    while let Some(reader) = readers.next() {
        let next = readers.peek().map_or(text.len(), |next| next.start());
        let near = text.ceil_char_boundary(reader.start().saturating_sub(NEAR)).max(past);
        let start = text[near..reader.start()].rfind('\n').map_or(near, |at| near + at + 1);
        let end = reader.end() + value::line(text, reader.end(), NEAR).len();
        let end = end.min(next.max(reader.end()));
        steps::count(end - start);
        past = reader.end();
        if let Some(pipe) = text[start..reader.end()].rfind('|') {
            let users = READERS[reader.pattern().as_usize()] == "chpasswd";
            echoed(&text[..start + pipe], start, users, found);
        }
        let behind = &text[reader.start()..end];
        if let Some(at) = behind.find("<<<") {
            let word = word(&text[..end], reader.start() + at + 3);
            found.extend(word.and_then(|word| secret(text, word.range)));
        } else if let Some(at) = behind.find("<<").filter(|_| text[end..].starts_with('\n')) {
            document(text, reader.start() + at + 2, end, found);
        }
    }
}

/// What a script for `expect` sends to a prompt that asks for a secret.
fn sent(text: &str, found: &mut Vec<Secret>) {
    for (at, send) in text.match_indices("send ") {
        let before = &text[text.ceil_char_boundary(at.saturating_sub(PROMPT))..at];
        steps::count(before.len());
        let asked = before.rfind("expect").map(|expect| before[expect..].to_ascii_lowercase());
        if !asked.is_some_and(|asked| ["assw", "assphrase"].iter().any(|of| asked.contains(of))) {
            continue;
        }
        let behind = at + send.len();
        let line = value::line(text, behind, NEAR);
        let option = line.strip_prefix("-- ").map_or(0, |rest| line.len() - rest.len());
        let word = word(&text[..behind + line.len()], behind + option);
        found.extend(word.into_iter().flat_map(|word| typed(text, word.range)));
    }
}

/// The secrets of a word whose line ends are written out: `X\nX`, `X\r`.
fn typed(text: &str, word: Range<usize>) -> impl Iterator<Item = Secret> {
    let mut at = word.start;
    let lines = text[word].split('\\').enumerate().map(move |(index, part)| {
        let end = if index > 0 && part.starts_with(['n', 'r']) { 1 } else { 0 };
        let range = at + end..at + part.len();
        at += part.len() + 1;
        range
    });
    lines.filter_map(|range| secret(text, range))
}

/// The words that `echo`, `printf` or `yes` write into the pipe at the end of the text.
fn echoed(text: &str, start: usize, users: bool, found: &mut Vec<Secret>) {
    let writers = ["echo ", "printf ", "yes ", "Write-Output "];
    let last = writers
        .iter()
        .filter_map(|name| text[start..].rfind(name).map(|at| start + at + name.len()));
    let Some(mut at) = last.max() else { return };
    let mut words = Vec::new();
    while let Some(word) = word(text, at) {
        at = word.end.max(at + 1).min(text.len());
        words.push(word.range);
    }
    let plain = |range: &Range<usize>| !text[range.clone()].starts_with(['-', '%']);
    let words = words.into_iter().filter(plain).map(|range| {
        let user = text[range.clone()].find(':').filter(|_| users);
        range.start + user.map_or(0, |at| at + 1)..range.end
    });
    found.extend(words.flat_map(|range| typed(text, range)));
}

/// The lines up to the mark that ends them.
fn document(text: &str, at: usize, end: usize, found: &mut Vec<Secret>) {
    let marks = |c: char| "-~ '\"\\".contains(c);
    let mark = text[at..end].trim_start_matches(marks);
    let mark =
        &mark[..mark.find(|c: char| !(c.is_alphanumeric() || c == '_')).unwrap_or(mark.len())];
    let mut at = end + 1;
    for _ in 0..LINES {
        if mark.is_empty() || at >= text.len() {
            return;
        }
        let line = value::line(text, at, NEAR);
        let inner = line[block::margin(line)..].trim();
        if inner == mark {
            return;
        }
        let start = at + line.len() - line[block::margin(line)..].trim_start().len();
        found.extend(secret(text, start..start + inner.len()));
        at += line.len() + 1;
    }
}

fn secret(text: &str, word: Range<usize>) -> Option<Secret> {
    let value = &text[word.clone()];
    (!value.is_empty() && !harmless::is_placeholder(value))
        .then(|| Secret::new(SecretKind::Password, word))
}
