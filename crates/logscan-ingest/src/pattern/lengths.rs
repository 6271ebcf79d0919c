//! How many bytes of a text a placeholder takes.

use memchr::memmem;

use super::{Kind, Piece, begins, blanks};

pub(super) fn run(text: &str, accepts: impl Fn(char) -> bool) -> usize {
    text.find(|c| !accepts(c)).unwrap_or(text.len())
}

pub(super) fn number_length(text: &str, fraction: bool) -> usize {
    let sign = usize::from(text.starts_with('-'));
    let whole = run(&text[sign..], |c| c.is_ascii_digit());
    if whole == 0 {
        return 0;
    }
    let rest = &text[sign + whole..];
    let behind = match rest.strip_prefix('.').filter(|_| fraction) {
        Some(digits) => run(digits, |c| c.is_ascii_digit()),
        None => 0,
    };
    sign + whole + if behind > 0 { behind + 1 } else { 0 }
}

/// Bytes in which what follows a text is looked for: a line may announce a pattern at each word.
const NEAR: usize = 8 << 10;

/// Up to where the next pieces stand; everything if nothing follows.
pub(super) fn text_length(rest: &str, following: &[Piece]) -> Option<usize> {
    match following.first() {
        None => Some(rest.trim_end().len()),
        Some(Piece::Placeholder(_, Kind::Rule)) => {
            Some(rest.trim_end_matches(|c| "=_-!".contains(c)).len()).filter(|length| *length > 0)
        }
        Some(Piece::Placeholder(_, Kind::Percent)) => rest.rfind('['),
        Some(first) => {
            let begins: &str = if let Piece::Literal(text) = first { text } else { " " };
            let near = &rest.as_bytes()[..rest.len().min(NEAR)];
            let mut places = memmem::find_iter(near, begins);
            places.find(|at| follows(&rest[*at..], following))
        }
    }
}

/// Whether the literals and blanks up to the next placeholder stand at the beginning of `text`.
pub(super) fn follows(text: &str, pieces: &[Piece]) -> bool {
    let mut rest = text;
    for piece in pieces {
        let length = match piece {
            Piece::Literal(literal) => begins(rest, literal).then_some(literal.len()),
            Piece::Blank => blanks(rest),
            Piece::Placeholder(..) => return true,
        };
        let Some(length) = length else { return false };
        rest = &rest[length..];
    }
    true
}

pub(super) fn nodeid_length(text: &str) -> Option<usize> {
    let path = run(text, |c| !c.is_whitespace());
    let separator = text[..path].find("::").filter(|at| *at > 0)?;
    if !text[..separator].contains('.') || text.starts_with(['\'', '"', '(', '<']) {
        return None;
    }
    let mut depth = 0usize;
    for (at, c) in text.char_indices().skip_while(|(at, _)| *at < separator) {
        match c {
            '[' => depth += 1,
            ']' => depth = depth.saturating_sub(1),
            c if c.is_whitespace() && depth == 0 => return Some(at),
            _ => {}
        }
    }
    Some(text.trim_end().len())
}

pub(super) fn rule_length(text: &str) -> usize {
    let Some(first) = text.chars().next().filter(|c| "=_-!".contains(*c)) else { return 0 };
    let length = run(text, |c| c == first);
    if length >= 3 { length } else { 0 }
}

pub(super) fn counts_length(text: &str) -> usize {
    if !text.starts_with(|c: char| c.is_ascii_digit()) {
        return 0;
    }
    let end = text.find(" in ").unwrap_or(text.len());
    let counts = run(text, |c| c.is_ascii_lowercase() || c.is_ascii_digit() || ", ".contains(c));
    end.min(counts)
}

/// `PASSED …`, `- reason`, `<- conftest.py`
pub(super) fn is_outcome(text: &str) -> bool {
    let words = [
        "PASSED",
        "FAILED",
        "FAIL",
        "ERROR",
        "SKIPPED",
        "XFAIL",
        "XPASS",
        "RERUN",
        "-",
        "<-",
        "skipped",
        "expected failure",
        "unexpected success",
        "ignored",
        "bench:",
    ];
    text == "ok" || words.iter().any(|word| text.starts_with(word))
}

pub(super) fn grouped_length(text: &str) -> usize {
    let mut length = run(text, |c| c.is_ascii_digit());
    while let Some(group) = text[length..].strip_prefix(',').filter(|_| length > 0) {
        if run(group, |c| c.is_ascii_digit()) != 3 {
            break;
        }
        length += 4;
    }
    length
}

pub(super) fn percent_length(text: &str) -> Option<usize> {
    let inside = text.strip_prefix('[')?;
    let end = inside.find("%]")?;
    let number = inside[..end].trim();
    let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
    digits.then_some(end + 3)
}
