//! Cookies outside of headers: dictionaries of them, calls that set one, and the files in which
//! tools keep them.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::steps;
use super::{quotes, value};

/// What a cookie has beside its value.
pub(super) const PARTS: [&str; 14] = [
    "name", "domain", "path", "expires", "expiry", "maxage", "max-age", "max_age", "samesite",
    "secure", "httponly", "url", "version", "comment",
];
/// Calls behind which a name and a value stand.
const CALLS: [&str; 5] = [".set", ".put", ".add", ".append", ".setitem"];

/// Finds cookies by what holds them.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    let names = ["ookie", "OOKIE"].into_iter();
    let mut places: Vec<usize> =
        names.flat_map(|name| text.match_indices(name)).map(|(at, _)| at + 5).collect();
    places.sort_unstable();
    for at in places {
        if at >= past {
            past = held(text, at, found).unwrap_or(at);
        }
    }
    described(text, found);
    if text.contains("\tFALSE\t") || text.contains("\tTRUE\t") {
        kept(text, found);
    }
}

/// What is said of a cookie behind its value, or the cookie that goes beside it.
const BEHIND: [&str; 5] = ["; HttpOnly", "; httponly", "; SameSite=", "; Secure;", "; csrftoken="];

/// `session=X; HttpOnly`: only cookies are described like that.
fn described(text: &str, found: &mut Vec<Secret>) {
    for part in BEHIND {
        for (at, _) in text.match_indices(part) {
            let near = &text[text.ceil_char_boundary(at.saturating_sub(400))..at];
            // What is cut at its beginning has lost its name.
            let near = match near.rsplit_once('\n') {
                Some((_, line)) => line,
                None if at > 400 => near.split_once("; ").map_or("", |(_, rest)| rest),
                None => near,
            };
            // Other things that are said of it may stand between.
            let pairs = near.rsplit("; ").map_while(|pair| {
                let (name, value) =
                    pair.rsplit_once(' ').map_or(pair, |(_, pair)| pair).split_once('=')?;
                Some((name, value))
            });
            let own = pairs.filter(|(name, _)| !PARTS.contains(&&*name.to_ascii_lowercase()));
            for (name, value) in own {
                let plain = name.chars().all(|c| c.is_ascii_alphanumeric() || "_-.%".contains(c));
                let start = value.as_ptr() as usize - text.as_ptr() as usize;
                if plain && !name.is_empty() {
                    push(text, start..start + value.len(), found);
                }
            }
        }
    }
}

/// What the word that ends here holds; behind it.
fn held(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let rest = &text[at..text.floor_char_boundary(at + 80)];
    let rest = ["s", "S", "Jar", "jar", "_jar", "Store"]
        .iter()
        .find_map(|end| rest.strip_prefix(end))
        .unwrap_or(rest);
    let place = |rest: &str| text.floor_char_boundary(at + 80) - rest.len();
    let rest = rest.trim_start_matches(['\\', '"', '\'']);
    // `<Cookie name=X for host>`.
    if let Some(shown) = rest.strip_prefix(' ').filter(|_| text[..at].ends_with("<Cookie")) {
        let sign = shown.find('=')?;
        let start = place(&shown[sign + 1..]);
        let line = value::line(text, start, 4000);
        let end = line.find([' ', '>']).unwrap_or(line.len());
        push(text, start..start + end, found);
        return Some(start + end);
    }
    if let Some(inner) = rest.strip_prefix('[') {
        return indexed(text, place(inner), found);
    }
    let call = CALLS.iter().find_map(|call| rest.strip_prefix(call)).unwrap_or(rest);
    if let Some(inner) = call.strip_prefix('(').filter(|inner| inner.starts_with(['"', '\'', '\\']))
    {
        return set(text, place(inner), found);
    }
    let sign = rest.strip_prefix(".update").or_else(|| rest.strip_prefix(".merge")).unwrap_or(rest);
    let open = sign.trim_start_matches([' ', ':', '=', '>', '(']);
    if !open.starts_with(['{', '[']) {
        return None;
    }
    let values = value::elements_at(text, place(open));
    let front = &text[text.ceil_char_boundary(at.saturating_sub(10))..at];
    let header = front.to_ascii_lowercase().ends_with("set-cookie");
    for range in values.ranges {
        if !is_part(text, range.start) {
            let value = &text[range.clone()];
            // `session=X; Path=/`, as a header has it.
            let name = value.find('=').filter(|at| {
                header && {
                    value[..*at].chars().all(|c| c.is_ascii_alphanumeric() || "_-.".contains(c))
                        && value[at + 1..].len() > 2
                }
            });
            let from = name.map_or(0, |at| at + 1);
            push(text, range.start + from..range.end, found);
        }
    }
    Some(values.end)
}

/// `cookies["session"] = "X"`.
fn indexed(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let near = value::line(text, at, 80);
    let close = near.find(']')?;
    let behind = near[close + 1..].trim_start();
    let behind = behind.strip_prefix('=').filter(|rest| !rest.starts_with('='))?.trim_start();
    let start = at + near.len() - behind.len();
    let values = quotes::quoted_at(text, start)?;
    push(text, values.ranges[0].clone(), found);
    Some(values.end)
}

/// `set_cookie('session', 'X')`: the second of two strings.
fn set(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let name = quotes::quoted_at(text, at)?;
    let behind =
        text[name.end..].trim_start_matches(['\\', '"', '\'']).trim_start().strip_prefix(',')?;
    let start = text.len() - behind.trim_start().len();
    let start = ["value=", "value: "]
        .iter()
        .find(|name| text[start..].starts_with(**name))
        .map_or(start, |name| start + name.len());
    let values = quotes::quoted_at(text, start)?;
    push(text, values.ranges[0].clone(), found);
    Some(values.end)
}

/// Whether the value that begins here says something else of a cookie.
fn is_part(text: &str, start: usize) -> bool {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(40))..start];
    let marks = ['"', '\'', '\\', ' ', ':', '=', '>'];
    let front = near.trim_end_matches(marks);
    let sign = near[front.len()..].contains([':', '=']);
    let name = front.len()
        - front.trim_end_matches(|c: char| c.is_alphanumeric() || "_-".contains(c)).len();
    sign && PARTS.contains(&&*front[front.len() - name..].to_ascii_lowercase())
}

/// A line of a file of cookies: `host TRUE / FALSE 0 name X` between tabs.
fn kept(text: &str, found: &mut Vec<Secret>) {
    let mut at = 0;
    for line in text.split_inclusive('\n') {
        let cells: Vec<&str> = line.splitn(8, '\t').collect();
        if let [_, all, path, secure, until, _, value] = cells[..] {
            let told = |cell: &str| cell == "TRUE" || cell == "FALSE";
            let number = until.bytes().all(|byte| byte.is_ascii_digit());
            let start = at + line.len() - value.len();
            if told(all) && told(secure) && path.starts_with('/') && number {
                push(text, start..start + value.trim_end().len(), found);
            }
        }
        at += line.len();
    }
}

fn push(text: &str, range: Range<usize>, found: &mut Vec<Secret>) {
    let value = &text[range.clone()];
    let number = value.len() < 5 && value.bytes().all(|byte| byte.is_ascii_digit());
    if !range.is_empty() && !number && !harmless::is_placeholder(value) {
        found.push(Secret::new(SecretKind::Cookie, range));
    }
}
