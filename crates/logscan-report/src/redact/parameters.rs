//! The parameters of a statement, which its columns or nothing explain: `parameters: ('svc', 'X')`,
//! `$1 = 'X'`, `svc(String), X(String)`.

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::items::{Columns, items, pick};
use super::statements::{LONGEST, row};
use super::{harmless, inserts, quotes, steps, value};

/// What stands behind `parameters:`; behind it.
pub(super) fn parameters(
    text: &str,
    at: usize,
    columns: &Columns,
    found: &mut Vec<Secret>,
) -> usize {
    let rest = text[at..].trim_start_matches([' ', '\t', '\'', '"', '\\']);
    let rest = rest.strip_prefix("array").filter(|rest| rest.starts_with('{')).unwrap_or(rest);
    let start = text.len() - rest.len();
    let marked = rest.starts_with(['$', '@', '?', '(', '[', '{']);
    if rest.starts_with(['$', '@']) || rest.starts_with("[@") {
        return assigned(text, start, columns, found);
    }
    if marked {
        let inner = rest.trim_start_matches(['(', '[']);
        let from = text.len() - inner.len();
        if inner.starts_with('{') {
            return named(text, from + 1, columns, found);
        }
        let (values, end) = items(text, from);
        pick(text, &values, columns, false, found);
        return inserts::rows(text, end, columns, found);
    }
    typed(text, start, columns, found)
}

/// `[generated in 0.1s] ('svc', 'X')`, in the line behind a statement. Of one that was not seen
/// only what looks made by chance is a secret.
pub(super) fn logged(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let near = value::line(text, at, 60);
    let start = if text[..at].ends_with(']') { Some(0) } else { near.find(']').map(|end| end + 1) };
    let start = start.map(|start| at + start).unwrap_or(at);
    let rest = text[start..].trim_start_matches(' ');
    let open = text.len() - rest.len();
    match columns {
        Columns::Unknown if rest.starts_with(['(', '[']) => row(text, open + 1, found),
        Columns::Unknown | Columns::Plain | Columns::Unnamed => open,
        _ => parameters(text, open, columns, found),
    }
}

/// `X, 3` without quotes, up to the bracket that closes.
pub(super) fn bound(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let near = value::line(text, at, LONGEST);
    let start = near.find('{').map_or(0, |open| open + 1);
    let end = near[start..].find([')', ']', '}']).map_or(near.len(), |end| start + end);
    let (mut from, mut items) = (at + start, Vec::new());
    for part in near[start..end].split(',') {
        let value = part.trim_matches([' ', '<', '>', '"', '\'']);
        let begin = from + (value.as_ptr() as usize - part.as_ptr() as usize);
        let number = value.parse::<f64>().is_ok() || ["true", "false", "null"].contains(&value);
        items.push((begin..begin + value.len(), !number));
        from += part.len() + 1;
    }
    pick(text, &items, columns, false, found);
    at + end
}

/// `$1 = 'X', $2 = 'Y'` of PostgreSQL, `@p0='X' (Size = 4000)`, `@p0 = N'X' [Type: String (4000)]`.
pub(super) fn assigned(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let (mut at, mut items) = (at, Vec::new());
    let next = |at: usize| {
        let near = value::line(text, at, 200);
        let typed = near.strip_prefix("' [Type").and_then(|near| near.find(']'));
        let at = typed.map_or(at, |end| at + "' [Type".len() + end + 1);
        let near = value::line(text, at, 200);
        near.find('=').filter(|sign| !near[..*sign].contains(']')).map(|sign| at + sign)
    };
    while let Some(sign) = next(at) {
        let start = text.len() - text[sign + 1..].trim_start_matches([' ', '\'']).len();
        let start = start + usize::from(text[start..].starts_with("N'"));
        let open = if text[..start].ends_with('\'') { start - 1 } else { start };
        let Some(values) = quotes::quoted_at(text, open) else {
            at = sign + 1;
            let next = value::line(text, at, 200).find(['$', '@']);
            match next {
                Some(next) => at += next,
                None => break,
            }
            items.push((sign + 1..sign + 1, false));
            continue;
        };
        items.push((values.ranges[0].clone(), true));
        at = values.end;
    }
    pick(text, &items, columns, false, found);
    at
}

/// The values of `{'param_1': 'X'}`: names that tell are found as pairs.
fn named(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let any = matches!(columns, Columns::Any | Columns::Some(..));
    let (mut at, begin) = (at, at);
    loop {
        at = text.len() - text[at..].trim_start_matches([' ', ',', ':', '\t', '[', '(']).len();
        let Some(c) = text[at..].chars().next().filter(|c| !['\n', '}', ')'].contains(c)) else {
            break;
        };
        let Some(values) =
            quotes::quoted_at(text, at).filter(|values| values.ranges[0].start - at < 10)
        else {
            at += c.len_utf8();
            continue;
        };
        let range = values.ranges[0].clone();
        let close = text[values.end..].trim_start_matches(['\\', '"', '\'', '`']);
        at = (text.len() - close.len()).max(at + 1);
        let name = close.trim_start_matches(' ').starts_with(':');
        if any && !name && !range.is_empty() && !harmless::is_placeholder(&text[range.clone()]) {
            found.push(Secret { certain: false, ..Secret::new(SecretKind::Password, range) });
        }
    }
    steps::count(at - begin);
    at
}

/// `svc(String), X(String)` of MyBatis.
fn typed(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let near = value::line(text, at, LONGEST);
    if !near.contains("(String)") {
        return at;
    }
    let (mut from, mut items) = (at, Vec::new());
    for part in near.split(", ") {
        let end = part.rfind('(').filter(|_| part.ends_with(')')).unwrap_or(0);
        items.push((from..from + end, part.ends_with("(String)")));
        from += part.len() + 2;
    }
    pick(text, &items, columns, false, found);
    at + near.len()
}

/// `binding parameter [1] as [VARCHAR] - [X]` of Hibernate.
pub(super) fn binding(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let near = value::line(text, at, 400);
    let number =
        near.trim_start_matches([' ', '[', '(']).split(|c: char| !c.is_ascii_digit()).next();
    let number = number.and_then(|number| number.parse::<usize>().ok()).unwrap_or(1);
    let start = ["- [", "<- ["].iter().find_map(|mark| near.find(mark).map(|at| at + mark.len()));
    let Some(start) = start.map(|start| at + start) else { return at };
    let end = value::line(text, start, 400).rfind(']').map_or(start, |end| start + end);
    let (wanted, certain) = match columns {
        Columns::Some(secret, all) => {
            (secret.contains(&((number.max(1) - 1) % (*all).max(1))), true)
        }
        Columns::Any | Columns::Unknown => (true, false),
        Columns::Plain | Columns::Unnamed => (false, false),
    };
    let number =
        ["INT", "NUMERIC", "BOOL", "DATE", "TIME", "DOUBLE"].iter().any(|kind| near.contains(kind));
    if wanted && !number && end > start && !harmless::is_placeholder(&text[start..end]) {
        found.push(Secret { certain, ..Secret::new(SecretKind::Password, start..end) });
    }
    end
}
