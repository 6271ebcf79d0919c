//! Values in quotes, in the spelling of any language.

use std::ops::Range;

use super::value::{CLOSING, LONGEST_CALL, LONGEST_LIST, Values, line};
use super::words::LOOKUPS;

/// Quotes and what closes them.
const QUOTES: [(char, char); 8] = [
    ('"', '"'),
    ('\'', '\''),
    ('`', '`'),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
    ('„', '“'),
    ('「', '」'),
];

/// The value in quotes, with what may stand before them: `b`, `N`, `SecretStr(`, `Some(`.
pub(super) fn quoted_at(text: &str, at: usize) -> Option<Values> {
    let start = at + prefix(&text[at..]);
    let rest = &text[start..];
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let opening = rest[slashes..].chars().next()?;
    let (_, closing) = QUOTES.iter().find(|(open, _)| *open == opening)?;
    let begin = start + slashes + opening.len_utf8();
    let mark = &text[start..begin];
    let tripled = opening.is_ascii()
        && text[begin..].strip_prefix(mark).is_some_and(|rest| rest.starts_with(mark));
    let doubled = !tripled && slashes == 0 && opening == '\'' && {
        let inner = text[begin..].strip_prefix('\'');
        inner.is_some_and(|inner| inner.starts_with(char::is_alphanumeric))
    };
    let range = match () {
        () if doubled => doubled_to(text, begin + 1),
        () if tripled => tripled_to(text, begin + 2 * mark.len(), mark),
        () if slashes > 0 => escaped(text, begin, slashes, *closing),
        () => quoted(text, begin, *closing),
    };
    Some(Values::one(range, true))
}

/// `''x''`, as a statement within a string has it.
fn doubled_to(text: &str, begin: usize) -> Range<usize> {
    let near = line(text, begin, LONGEST_LIST);
    begin..begin + near.find("''").unwrap_or(near.len())
}

/// `"""x"""`.
fn tripled_to(text: &str, begin: usize, mark: &str) -> Range<usize> {
    let near = &text[begin..text.floor_char_boundary(begin + LONGEST_LIST)];
    let end = near.match_indices(mark).map(|(at, _)| at);
    let end = end.into_iter().find(|at| near[at + mark.len()..].starts_with(mark));
    begin..begin + end.unwrap_or_else(|| line(near, 0, LONGEST_LIST).len())
}

/// How many bytes may stand before a quote.
fn prefix(text: &str) -> usize {
    let near = &text[..text.floor_char_boundary(LONGEST_CALL)];
    let call = near.find('(').filter(|at| {
        let name = &near[..*at];
        !name.is_empty()
            && !looks_up(name)
            && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.:<>&* ".contains(c))
    });
    // `0x55d0 "x"`, as gdb shows a string.
    let address = near
        .strip_prefix("0x")
        .map(|rest| rest.trim_start_matches(|c: char| c.is_ascii_hexdigit()));
    if let Some(rest) = address.and_then(|rest| rest.strip_prefix(' '))
        && rest.starts_with('"')
    {
        return near.len() - rest.len();
    }
    // `<Secret 'x'>`.
    let object = near.strip_prefix('<').and_then(|rest| rest.split_once(' '));
    if let Some((_, rest)) = object.filter(|(name, rest)| {
        name.chars().all(char::is_alphanumeric) && rest.starts_with(['"', '\''])
    }) {
        return near.len() - rest.len();
    }
    let word = ["Just ", "some ", "new ", "<<"].iter().find(|word| near.starts_with(**word));
    // `string(10) "x"`, as PHP dumps it.
    if let Some(dumped) = near.strip_prefix("string(").and_then(|rest| rest.split_once(") \"")) {
        return near.len() - dumped.1.len() - 1;
    }
    let inner = call.map(|at| at + 1).or(word.map(|word| word.len())).unwrap_or(0);
    let letters =
        |at: usize| near[at..].bytes().take(2).take_while(|c| b"bruBRUNEfL@".contains(c)).count();
    let quote = |at: usize| {
        let rest = near[at..].trim_start_matches('\\');
        QUOTES.iter().any(|(open, _)| rest.starts_with(*open))
    };
    [inner + letters(inner), inner, letters(0)].into_iter().find(|at| quote(*at)).unwrap_or(0)
}

/// Whether a call finds a value by the name in its quotes: `os.getenv("DB_PASSWORD")`.
pub(super) fn looks_up(call: &str) -> bool {
    let last = call.rsplit(['.', ':', ' ']).next().unwrap_or(call).to_ascii_lowercase();
    LOOKUPS.iter().any(|end| last.ends_with(end)) || last.starts_with("get")
}

/// Up to the quote that closes it: one that is not escaped, not doubled, and not followed by
/// more of the value.
fn quoted(text: &str, start: usize, quote: char) -> Range<usize> {
    let rest = &text[start..];
    let mut chars = rest.char_indices();
    while let Some((at, c)) = chars.next() {
        let behind = &rest[at + c.len_utf8()..];
        match c {
            '\n' => return start..continued(text, start + at, quote).unwrap_or(start + at),
            '\\' if !behind.starts_with('\n') => _ = chars.next(),
            c if c != quote => {}
            _ if behind.starts_with(quote) && at > 0 => _ = chars.next(),
            _ if behind.starts_with('\\') && behind.trim_start_matches('\\').starts_with("''") => {
                let slashes = behind.len() - behind.trim_start_matches('\\').len();
                _ = chars.nth(slashes + 1);
            }
            _ if at > 0 && behind.starts_with(char::is_alphanumeric) => {}
            _ => return start..start + at,
        }
    }
    start..text.len()
}

/// Where a value that goes on in the next line is closed: that line must hold nothing else.
fn continued(text: &str, at: usize, quote: char) -> Option<usize> {
    let begin = at + 1;
    let line = line(text, begin, LONGEST_LIST);
    let indent = line.len() - line.trim_start().len();
    let end = line.find(quote)?;
    let alone = line[end + quote.len_utf8()..].trim_end().chars().all(|c| CLOSING.contains(&c));
    (alone && !line[indent..end.max(indent)].contains(['=', ' '])).then_some(begin + end)
}

/// Up to the quote that is escaped just as the one that opens it.
fn escaped(text: &str, begin: usize, slashes: usize, quote: char) -> Range<usize> {
    let mut run = 0;
    for (at, c) in text[begin..].char_indices() {
        match c {
            '\n' => return begin..begin + at,
            '\\' => run += 1,
            c if c == quote && run <= slashes => return begin..begin + at - run,
            _ => run = 0,
        }
    }
    begin..text.len()
}
