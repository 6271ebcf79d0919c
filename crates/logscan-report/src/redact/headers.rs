//! Headers of requests: `Authorization` in any scheme, and cookies.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{block, cookies, forms, harmless, quotes, signs, steps, value};

/// Schemes with one word behind them.
const SHORT: [&str; 10] = [
    "basic",
    "bearer",
    "token",
    "negotiate",
    "apikey",
    "ntlm",
    "key",
    "jwt",
    "splunk",
    "genie-key",
];
/// Schemes with several.
const LONG: [&str; 9] = [
    "digest",
    "aws4-hmac-sha256",
    "signature",
    "oauth",
    "hawk",
    "hmac-sha256",
    "hmac",
    "aws",
    "sharedkey",
];

/// Masks the value of a header; where the search goes on.
pub(super) fn find(
    text: &str,
    at: usize,
    kind: SecretKind,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let whole = extent(text, at);
    let whole = if kind == SecretKind::Cookie { jar(text, whole) } else { whole };
    let value = &text[whole.clone()];
    if let Some(range) = continued(text, &whole).filter(|_| kind != SecretKind::Cookie) {
        let end = range.end;
        found.push(Secret::new(kind, range));
        return Some(end);
    }
    if value.is_empty() || harmless::is_placeholder(value) {
        return None;
    }
    if kind == SecretKind::Cookie {
        if !are_cookies(value) {
            return None;
        }
        found.extend(pairs(text, &whole).map(|range| Secret::new(kind, range)));
        return Some(whole.end);
    }
    let range = authorization(text, whole)?;
    let end = range.end;
    found.push(Secret::new(kind, range));
    Some(end)
}

/// The word in the next line, where a shell goes on behind the scheme: `Bearer \`.
fn continued(text: &str, whole: &Range<usize>) -> Option<Range<usize>> {
    let scheme = &text[whole.clone()];
    let known = SHORT.iter().any(|short| scheme.eq_ignore_ascii_case(short));
    if known && text[whole.end..].starts_with('\n') {
        return below(text, block::next_line(text, whole.end + 1));
    }
    let next = signs::blanks(text, whole.end);
    let known = known && text[whole.end..next].contains('\n');
    let word = known.then(|| value::line(text, next, 2000))?;
    let end = word.find([' ', '"', '\'', '\\']).unwrap_or(word.len());
    (end > 0).then_some(next..next + end)
}

/// The only word of a line, if it looks made by chance.
fn below(text: &str, at: usize) -> Option<Range<usize>> {
    let line = value::line(text, at, 2000);
    let word = line.trim();
    let made = harmless::is_random(word) || forms::is_login(word);
    let start = at + line.find(word)?;
    (made && !word.contains(' ')).then(|| start..start + word.len())
}

/// Masks the value of a header that stands in the next line, if it names its scheme.
pub(super) fn next(
    text: &str,
    at: usize,
    kind: SecretKind,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let line = value::line(text, at, 200);
    let start = at + line.len() - line.trim_start_matches([' ', '\t']).len();
    let (scheme, rest) = line.trim().split_once(' ')?;
    let known = SHORT.contains(&&*scheme.to_ascii_lowercase()) && !rest.trim().contains(' ');
    known.then(|| find(text, start, kind, found)).flatten()
}

/// In its quotes or to the end of the line.
fn extent(text: &str, at: usize) -> Range<usize> {
    let inner = text[at..].trim_start_matches(['[', '(']);
    let start = text.len() - inner.len();
    if let Some(values) = quotes::quoted_at(text, start) {
        return values.ranges[0].clone();
    }
    // A quote that was open before the header closes it.
    let stop = |c: char| ['"', '\'', '\\', '\r', '\n'].contains(&c);
    let end = text[start..].find(stop).map_or(text.len(), |end| start + end);
    start..start + text[start..end].trim_end().len()
}

/// Cookies are pairs; `Cookie: none` and `cookies: 3` are not.
fn are_cookies(value: &str) -> bool {
    let name = value.split_once('=').filter(|(_, value)| !value.is_empty()).map(|(name, _)| name);
    let part = |c: char| c.is_ascii_alphanumeric() || "_-.%$".contains(c);
    name.is_some_and(|name| name.chars().all(part))
}

/// The whole line where a cookie has its value in quotes.
fn jar(text: &str, whole: Range<usize>) -> Range<usize> {
    let open = text[..whole.start].ends_with(['"', '\'']);
    let cut = text[..whole.end].ends_with('=') && text[whole.end..].starts_with('"');
    if open || !cut {
        return whole;
    }
    whole.start..whole.start + value::line(text, whole.start, 4000).trim_end().len()
}

/// The values of cookies, without what else is said of one.
fn pairs<'t>(text: &'t str, whole: &Range<usize>) -> impl Iterator<Item = Range<usize>> + 't {
    let start = |part: &str| part.as_ptr() as usize - text.as_ptr() as usize;
    let pairs = text[whole.clone()].split(';').filter_map(|pair| pair.split_once('='));
    let own = pairs.filter(|(name, _)| {
        !cookies::PARTS.iter().any(|part| name.trim().eq_ignore_ascii_case(part))
    });
    own.filter(|(_, value)| !harmless::is_placeholder(value)).map(move |(_, value)| {
        let inner = value.trim().trim_matches('"');
        start(inner)..start(inner) + inner.len()
    })
}

fn authorization(text: &str, whole: Range<usize>) -> Option<Range<usize>> {
    let value = &text[whole.clone()];
    let first = value.split([' ', '\t']).next().unwrap_or("");
    let scheme = first.to_ascii_lowercase();
    let rest = value[first.len()..].trim_start();
    let behind = whole.end - rest.len();
    let one = |from: usize| {
        from..from + text[from..whole.end].find([' ', '\t', ',']).unwrap_or(whole.end - from)
    };
    let known = SHORT.contains(&&*scheme) || LONG.contains(&&*scheme);
    let range = match () {
        () if LONG.contains(&&*scheme) => {
            behind
                ..behind + value::line(text, behind, 2000).trim_end().len().max(whole.end - behind)
        }
        () if known => one(behind),
        () if rest.is_empty() || first.contains(|c: char| !c.is_ascii_alphabetic() && c != '-') => {
            one(whole.start)
        }
        () if harmless::is_prose(first) || harmless::is_told_of(first) => return None,
        () => whole.clone(),
    };
    let value = &text[range.clone()];
    (!value.is_empty() && !harmless::is_placeholder(value) && !harmless::is_prose(value))
        .then_some(range)
}

/// `Bearer X` where no header is named.
pub(super) fn scheme(text: &str, name: &str, end: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let known =
        ["bearer", "basic", "token", "apikey"].iter().any(|word| name.eq_ignore_ascii_case(word));
    let rest = known.then(|| text[end..].strip_prefix(' ')).flatten()?;
    let letters = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
    let word = &rest[..rest.find(|c| !letters(c)).unwrap_or(rest.len())];
    steps::count(word.len());
    let long = word.len() >= 12
        && harmless::is_random(word)
        && word.contains(|c: char| c.is_ascii_digit());
    let plain = word.trim_end_matches(['.', '=']);
    if plain.contains('=') {
        // The next field: `token_type=Bearer expires_in=3600`.
        return None;
    }
    let token = match name.to_ascii_lowercase().as_str() {
        "bearer" => {
            let alone = signs::is_end(&rest[word.len()..]) && harmless::may_be_value(plain);
            alone || long || harmless::is_chosen(plain) || harmless::is_number(word)
        }
        "basic" => long || forms::is_login(word),
        _ => long || harmless::is_mixed(plain),
    };
    let range = end + 1..end + 1 + word.len();
    token.then(|| found.push(Secret::new(SecretKind::Token, range.clone())))?;
    Some(range.end)
}
