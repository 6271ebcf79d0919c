//! Where a value with blanks ends that nothing quotes: with its line in a file of settings, with
//! what was opened before its name.

use std::ops::Range;

use super::value::Ends;
use super::{block, harmless, settings, value};

/// Most bytes behind the first word of a value that are looked at.
const LONGEST: usize = 200;

/// Where an unquoted value ends: with what was opened right before its name, or with the next
/// setting of a connection string. `start` is where the name begins, with its dashes.
pub(super) fn ends(text: &str, start: usize, at: usize) -> Ends {
    let near = value::line(text, at, LONGEST);
    let opened = text[..start].chars().next_back();
    let quoted = |quote: char| {
        near.match_indices(quote).map(|(at, _)| (at, quote)).find(|(at, _)| {
            let behind = &near[at + 1..];
            behind.is_empty()
                || behind.starts_with([',', ']', ')', '}', ';', ':', ' ', '"', '\'', '\\'])
        })
    };
    let end = settings::end(text, start, near).map(|end| (end, ';'));
    let end = end.or_else(|| opened.filter(|c| ['"', '\''].contains(c)).and_then(quoted));
    let whole = end.map(|(end, c)| (&near[..end], c));
    let fits = |whole: &str| {
        let quotes = ['"', '\''];
        let known = settings::is_known(&near[whole.len()..]) && !whole.contains(' ');
        !whole.contains(quotes) || (known && !whole.starts_with(quotes))
    };
    if let Some((whole, ';')) = whole.filter(|(whole, _)| fits(whole)) {
        return if whole.is_empty() { Ends::Blank } else { Ends::To(at + whole.len()) };
    }
    match whole
        .filter(|(whole, _)| !whole.contains(['=', '"', '\'']) || !whole.contains([' ', ';', '&']))
    {
        Some((whole, _)) if whole.contains(' ') => Ends::To(at + whole.len()),
        _ => Ends::Blank,
    }
}

/// Where the words end that belong to a value whose first word was found. `start` is where the
/// name begins, with its dashes.
pub(super) fn more(text: &str, start: usize, first: &Range<usize>) -> Option<usize> {
    let rest = value::line(text, first.end, LONGEST);
    let end = in_brackets(text, start, rest)
        .or_else(|| in_quotes(text, start, rest))
        .or_else(|| in_line(text, start, first.start, rest))?;
    let words = rest[..end].trim_end();
    let told = |word: &str| harmless::is_prose(word) || harmless::is_told_of(word);
    let plain = words.starts_with(' ')
        && !words.contains(['=', ':', '"', '\'', ',', '|', '(', '[', '{', '<', '‹'])
        && !words.split_whitespace().next().is_none_or(told);
    plain.then_some(first.end + words.len())
}

/// `{password: a b, user: me}`, `map[password:a b user:me]`: up to the next entry or the bracket.
fn in_brackets(text: &str, start: usize, rest: &str) -> Option<usize> {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(LONGEST))..start];
    let front = near.trim_end_matches(' ');
    if !front.ends_with(['{', '(', '[', ',']) && !near.contains("map[") {
        return None;
    }
    let close = rest.find(['}', ')', ']'])?;
    // Entries of Go stand between blanks.
    let entry = rest[..close].find(':').filter(|_| near.contains("map["));
    let entry = entry.and_then(|colon| rest[..colon].rfind(' '));
    Some(entry.unwrap_or_else(|| rest[..close].find(',').unwrap_or(close)))
}

/// `'X-Api-Key: a b'`: up to the quote that was opened before the name.
fn in_quotes(text: &str, start: usize, rest: &str) -> Option<usize> {
    let quote = text[..start].chars().next_back().filter(|c| ['"', '\''].contains(c))?;
    rest.find(quote)
}

/// `password: a b` where the name begins its line: up to the end or to a remark.
fn in_line(text: &str, start: usize, at: usize, rest: &str) -> Option<usize> {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(LONGEST))..start];
    let line = near.rfind('\n').map(|end| &near[end + 1..]);
    let line = line.or_else(|| (near.len() == start).then_some(near))?;
    let begins = ["", "- "].contains(&line[block::margin(line)..].trim_start());
    (begins && text[..at].ends_with(' ')).then(|| rest.find(" #").unwrap_or(rest.len()))
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn values_with_blanks_are_masked_to_their_end() {
        for (text, expected) in [
            ("password: hunter two # old\nx", "password: ‹password-1› # old\nx"),
            ("E   db.password = hunter two", "E   db.password = ‹password-1›"),
            ("{password: hunter two, user: me}", "{password: ‹password-1›, user: me}"),
            ("map[password:hunter two user:me]", "map[password:‹password-1› user:me]"),
            ("Config(password=hunter two, user=me)", "Config(password=‹password-1›, user=me)"),
            ("curl -H 'X-Api-Key: hunter two' h", "curl -H 'X-Api-Key: ‹token-1›' h"),
            ("password: hunter2 was refused", "password: ‹password-1› was refused"),
            ("PGPASSWORD=hunter psql -h db", "PGPASSWORD=‹password-1› psql -h db"),
            ("PGPASSWORD=hunter\\ two psql", "PGPASSWORD=‹password-1› psql"),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
