//! Secrets that are known by their own form: tokens of services, JSON web tokens, keys.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use base64::Engine;
use base64::alphabet;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use logscan_model::report::SecretKind;

use super::block;
use super::find::Secret;
use super::harmless;
use super::steps;
use super::tokens::TOKENS;
use super::value;

/// Most bytes of a token that are looked at to see whether it is one.
const LONGEST: usize = 1000;

static STARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let starts = TOKENS.iter().map(|(start, ..)| start);
    AhoCorasick::builder()
        .match_kind(MatchKind::LeftmostLongest)
        .build(starts)
        .expect("fixed words")
});

/// Finds what is known by its form.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    tokens(text, found);
    runs(text, found);
    keys(text, found);
}

fn tokens(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    // Where runs of letters end: a run in which many tokens seem to begin is walked once.
    let mut ends = [0; 5];
    for start in STARTS.find_iter(text) {
        if start.start() < past {
            continue;
        }
        let (prefix, least, letters) = TOKENS[start.pattern().as_usize()];
        let known = &mut ends[letters as usize];
        if *known < start.end() {
            let run = text[start.end()..].bytes().take_while(|byte| letters.has(*byte)).count();
            steps::count(run);
            *known = start.end() + run;
        }
        let rest = *known - start.end();
        let end = start.end() + rest.min(LONGEST);
        if rest < least || !stands(text, start.start(), end, prefix) {
            continue;
        }
        past = start.end() + rest;
        let begin =
            if prefix == ".atlasv1." { start.start().saturating_sub(14) } else { start.start() };
        let begin = if prefix.contains('/') { start.end() } else { begin };
        found.push(Secret::new(SecretKind::Token, text.ceil_char_boundary(begin)..past));
    }
}

/// Whether a token with a common beginning stands there: short ones begin a word, and some
/// have parts.
fn stands(text: &str, start: usize, end: usize, prefix: &str) -> bool {
    let token = text[start..end].trim_end_matches(['.', '-', '=']);
    let apart = !text[..start].ends_with(|c: char| c.is_ascii_alphanumeric());
    let digits = token[prefix.len()..].bytes().any(|byte| byte.is_ascii_digit());
    match prefix {
        "eyJ" => token.contains('.'),
        "SK" => apart && token.len() == 34,
        "s." => apart && digits && token.len() == 26,
        "SG." => apart && token.matches('.').count() == 2,
        "sk-" | "key-" | "pul-" | "EAAA" | "EAAC" | "1//0" | "dapi" | "xai-" => apart && digits,
        _ => true,
    }
}

/// Runs of the letters of base64: what is a whole line of a key, holds a secret, or has the
/// form of a bot's token.
fn runs(text: &str, found: &mut Vec<Secret>) {
    let letter = |c: char| c.is_ascii_alphanumeric() || "+/_-.:".contains(c);
    let mut at = 0;
    while let Some(start) = text[at..].find(letter).map(|start| at + start) {
        let end = text[start..].find(|c| !letter(c)).map_or(text.len(), |end| start + end);
        at = end;
        if end - start >= 20 {
            steps::count(end - start);
            run(text, start, end, found);
        }
    }
}

fn run(text: &str, start: usize, end: usize, found: &mut Vec<Secret>) {
    if let Some(range) = bot(&text[start..end]) {
        found.push(Secret::new(SecretKind::Token, start + range.start..start + range.end));
    }
    let padded = text.len() - text[end..].trim_start_matches('=').len();
    let (padded, mut from) = (padded.min(end + 2), start);
    for part in text[start..end].split([':', '.']) {
        let to = from + part.len();
        let whole = if to == end { padded } else { to };
        if part.len() >= 20 && part.len() <= 8000 && holds_secret(part) {
            found.push(Secret::new(SecretKind::Token, from..whole));
        }
        from = to + 1;
    }
}

/// `123456789:AA…` of Telegram, `MTk4….Xk29fj.…` of Discord.
fn bot(run: &str) -> Option<Range<usize>> {
    if let Some((id, rest)) = run.split_once(':') {
        let digits = id.len() - id.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let long = (33..=37).contains(&rest.len()) && !rest.contains(['.', ':', '/']);
        return ((8..=10).contains(&digits) && digits == id.len() && long).then_some(0..run.len());
    }
    let parts: Vec<usize> = run.splitn(4, '.').map(str::len).collect();
    let fits = matches!(parts[..], [24..=28, 6, 25..=45]) && run.starts_with(['M', 'N', 'O']);
    fits.then_some(0..run.len())
}

/// Whether base64 holds a user and a password, as behind `Basic`.
pub(super) fn is_login(part: &str) -> bool {
    password(part).is_some()
}

/// The password of a user and a password in base64.
pub(super) fn password(part: &str) -> Option<String> {
    let text = decoded(part)?;
    let (_, value) = text.split_once(':')?;
    (!value.is_empty() && !text.contains(char::is_control)).then(|| value.to_owned())
}

/// The text that base64 holds.
fn decoded(part: &str) -> Option<String> {
    const LENIENT: GeneralPurposeConfig = GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true);
    let alphabet = if part.contains(['-', '_']) { alphabet::URL_SAFE } else { alphabet::STANDARD };
    let mixed = part.bytes().any(|byte| byte.is_ascii_uppercase())
        && part.bytes().any(|byte| byte.is_ascii_lowercase());
    let decode = || GeneralPurpose::new(&alphabet, LENIENT).decode(part).ok();
    mixed.then(decode).flatten().and_then(|bytes| String::from_utf8(bytes).ok())
}

/// Whether base64 hides an address or a setting with a secret.
fn holds_secret(part: &str) -> bool {
    decoded(part).is_some_and(|text| {
        let mut inner = Vec::new();
        if !text.contains(char::is_control) || text.contains('\n') {
            super::address::find(&text, &mut inner);
            super::pairs::find(&text, &mut inner);
        }
        !inner.is_empty()
    })
}

const BEGIN: &str = "-----BEGIN ";
/// Most bytes before the mark in its line.
const HEAD: usize = 200;
/// Lines of a key but the last one are at least as long.
const SHORTEST: usize = 20;

/// Private keys between their marks, cut ones, and lines from the middle of one.
fn keys(text: &str, found: &mut Vec<Secret>) {
    let mut at = 0;
    while let Some(begin) = text[at..].find(BEGIN).map(|begin| at + begin + BEGIN.len()) {
        let title = value::line(text, begin, 60);
        let name = title.find("-----").map(|end| &title[..end]);
        at = begin;
        if let Some(name) = name.filter(|name| name.contains("PRIVATE KEY")) {
            let tail = title[name.len() + 5..].strip_prefix(" BLOCK-----").map_or(0, |_| 11);
            let start = begin + name.len() + 5 + tail;
            let front = begin - BEGIN.len();
            let front = &text[text.ceil_char_boundary(front.saturating_sub(HEAD))..front];
            let head = front.rfind('\n').map_or(front, |line| &front[line + 1..]);
            at = start + body(&text[start..], head);
            if !harmless::is_pseudonym(text[start..at].trim()) {
                found.push(Secret::new(SecretKind::Key, start..at));
            }
        }
    }
    let mut within = false;
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        within = middle(line, start, within, found);
        start += line.len();
    }
}

/// Up to the end mark, or as far as lines look like those of a key; `head` stands before it, and
/// its like before each line.
fn body(rest: &str, head: &str) -> usize {
    let mut at = 0;
    for line in rest.split_inclusive('\n') {
        if let Some(end) = line.find("-----END") {
            return at + line[..end].trim_end_matches(['\n', ' ']).len().max(usize::from(end > 0));
        }
        let inner = line[block::margin(line)..].trim();
        let letters = inner.chars().all(|c| c.is_ascii_alphanumeric() || "+/=\\\"',".contains(c));
        let names = ["Proc-Type: ", "DEK-Info: ", "Version: ", "Comment: "];
        let named = names.iter().any(|name| inner.contains(name));
        if at > 0 && !letters && !named && !continues(line, head) {
            return at - 1;
        }
        at += line.len();
    }
    rest.len()
}

/// Whether a line has before it what the first one had, and then nothing but a line of a key.
fn continues(line: &str, head: &str) -> bool {
    let line = line.trim_end_matches(['\n', '\r', ' ', '"', '\'', ',', '\\']);
    let letter = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let front = line.trim_end_matches(letter);
    let part = &line[front.len()..];
    let long = part.is_empty()
        || part.len() >= SHORTEST
        || part.ends_with('=')
        || harmless::is_chosen(part);
    long && !head.trim().is_empty() && shape(front).eq(shape(head))
}

/// What stands before each line of a log: times and numbers differ, and with them blanks.
fn shape(head: &str) -> impl Iterator<Item = char> + '_ {
    let kind = |c: char| if c.is_ascii_digit() { '0' } else { c };
    let mut last = ' ';
    head.trim_end().chars().map(kind).filter(move |c| {
        let again = last == *c && ['0', ' '].contains(c);
        last = *c;
        !again
    })
}

/// A line of a key whose beginning is not there; its last line is shorter. Behind a head, which
/// every line of a log may have, it must look as if it was encoded.
fn middle(line: &str, start: usize, within: bool, found: &mut Vec<Secret>) -> bool {
    let whole = line[block::margin(line)..].trim();
    let head = whole.rfind([' ', '\t']).map_or(0, |at| at + 1);
    let inner = whole[head..].trim_matches(['"', '\'', ',', '\\']);
    let letters = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    let body = inner.trim_end_matches('=');
    let hex = body.bytes().all(|byte| byte.is_ascii_hexdigit());
    let long = !hex && (60..=76).contains(&inner.len()) && (head == 0 || is_encoded(body));
    let fits = body.chars().all(letters) && !body.is_empty() && inner.len() - body.len() < 3;
    let last = within
        && inner.len() < 60
        && (inner.ends_with('=') || (inner.len() > 3 && harmless::is_random(inner)));
    if fits && (long || last) {
        let at = start + line.rfind(inner).unwrap_or(0);
        found.push(Secret::new(SecretKind::Key, at..at + inner.len()));
    }
    fits && long
}

/// Whether capitals, small letters and digits take turns as they do in no name.
fn is_encoded(word: &str) -> bool {
    let class = |byte: u8| (byte.is_ascii_lowercase(), byte.is_ascii_uppercase());
    let turns = word.as_bytes().windows(2).filter(|pair| class(pair[0]) != class(pair[1]));
    let digits = word.bytes().filter(u8::is_ascii_digit).count();
    digits >= 3 && turns.count() * 5 > word.len() * 2
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    const LINES: [&str; 4] = [
        "MIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7VJTUt9Us8cKj",
        "MzEfYyjiWA4R4/M2bS1GB4t7NXp98C3SC6dVMvDuictGeurT8jNbvJZHtCSuYEvu",
        "NMoSfm76oqFvAp8Gy0iz5sxjZmSnXyCdPEovGhLa0VzMaQ8s+CLOyS56YyCFGeJZ",
        "qgtzJ6GR3eqoYSW9b9UMvkBpZODSctWSNGj3P7jRFDO5VoTwCQAWbFnOjDfH5Ulg",
    ];

    /// The lines of a key and one behind it, each with a head that differs in its number.
    fn logged(head: &str, end: bool) -> String {
        let mark = |word: &str| format!("-----{word} RSA PRIVATE KEY-----");
        let lines = std::iter::once(mark("BEGIN")).chain(LINES.map(str::to_owned));
        let lines = lines.chain(end.then(|| mark("END"))).chain(["it goes on".to_owned()]);
        let number = |(at, line): (usize, String)| head.replace('7', &(at + 7).to_string()) + &line;
        lines.enumerate().map(number).collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_lines_of_a_key_may_have_heads() {
        for head in [
            "",
            "E   ",
            "2026-11-20 12:00:17,123 ",
            "12:00:17 ",
            "[gw7] ",
            "     7 ",
            "#12 1.734 ",
            "DEBUG:root:",
            "web_7  | ",
        ] {
            for end in [true, false] {
                let mut text = logged(head, end);
                mask(&mut text);
                let kept = LINES.iter().filter(|line| text.contains(&line[..20])).count();
                assert!(kept == 0 && text.ends_with("it goes on"), "{head}: {text}");
                assert!(text.contains("‹key-1›") && !text.contains("‹key-2›"), "{head}: {text}");
            }
        }
    }
}
