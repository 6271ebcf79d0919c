//! What may stand between a name and its value, and what of a value is plainly no secret.

use std::ops::Range;

use super::harmless;
use super::keys::{Key, Sure};
use super::pairs::How;
use super::quotes;
use super::value::{self, Ends};
use super::{block, steps};

/// Whether a quote opens here, with the letters that SQL has before one.
pub(super) fn opens(rest: &str) -> bool {
    let quote = |rest: &str| {
        rest.trim_start_matches('\\').starts_with(['\'', '"', '`', '“', '‘', '«', '「'])
    };
    let letter = rest
        .strip_prefix(['N', 'E', 'b', 'n', 'e', 'B', 'U'])
        .is_some_and(|rest| rest.starts_with('\''));
    quote(rest) || letter || value::dollars(rest, 0).is_some()
}

/// The next word: letters and digits of any script, with `_`, `-` and `.` between them.
pub(super) fn next_word(text: &str, at: usize) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let start = at + text[at..].find(part)?;
    let end = text[start..].find(|c| !part(c) && c != '.').map_or(text.len(), |end| start + end);
    // `password....x` is no word.
    let end = text[start..end].find("..").map_or(end, |dots| start + dots);
    steps::count(end - at);
    Some(start..end)
}

/// The word without dashes and dots around it, and without the `n` of a written line end.
pub(super) fn bounds(text: &str, word: &Range<usize>) -> (usize, usize) {
    let whole = &text[word.clone()];
    let written = text[..word.start].ends_with('\\') && whole.starts_with(['n', 't', 'r']);
    let whole = if written { &whole[1..] } else { whole };
    let bare = whole.trim_start_matches(['-', '.']);
    // `-Dname=value` sets a property.
    let bare = if whole.starts_with("-D") { &bare[1..] } else { bare };
    let start = word.end - bare.len();
    (start, start + bare.trim_end_matches(['-', '.']).len())
}

/// Behind the quotes and brackets that close a name, and whether a quote did.
pub(super) fn closers(text: &str, end: usize) -> (usize, bool) {
    let rest = &text[end..];
    let closed = rest.trim_start_matches('\\');
    let closed = closed.strip_prefix(['"', '\'', '`', '”', '’']).unwrap_or(rest);
    let quoted = closed.len() < rest.len();
    let array = closed
        .strip_prefix('[')
        .map(|inner| inner.trim_start_matches(|c: char| c.is_ascii_digit()));
    let closed = array.and_then(|inner| inner.strip_prefix(']')).unwrap_or(closed);
    let closed = closed.strip_prefix(']').unwrap_or(closed);
    // `["password":protected]`, `[password:App\Db:private]`, as PHP shows an object.
    let near = value::line(closed, 0, 80);
    let shown = [":protected]", ":private]"].iter().find_map(|end| {
        let at = near.find(end).filter(|at| *at == 0 || near.starts_with(':'))?;
        (!near[..at].contains([' ', '='])).then(|| &closed[at + end.len()..])
    });
    let closed = shown.unwrap_or(closed);
    (text.len() - closed.len(), quoted)
}

/// Behind blanks, and behind a line end that a shell continues: with a backslash, with `^` in
/// cmd, with a backtick in PowerShell.
pub(super) fn blanks(text: &str, at: usize) -> usize {
    let rest = text[at..].trim_start_matches([' ', '\t', '\u{a0}']);
    let shells = ["\\\n", "\\\r\n", "^\n", "^\r\n", "`\n", "`\r\n"];
    let apart = text.len() - rest.len() > at;
    for end in shells.into_iter().take(if apart { 6 } else { 2 }) {
        if rest.starts_with(end) {
            let next = block::next_line(text, text.len() - rest.len() + end.len());
            return text.len() - text[next..].trim_start_matches([' ', '\t']).len();
        }
    }
    text.len() - rest.len()
}

/// Behind a remark in brackets with a sign behind it: `Password (again): X`.
pub(super) fn noted(text: &str, at: usize) -> usize {
    let near = value::line(text, at, 40);
    let note = near.strip_prefix('(').and_then(|rest| rest.split_once(')'));
    let signed = note.filter(|(note, behind)| {
        let words = note.chars().all(|c| c.is_alphabetic() || c == ' ');
        words && behind.starts_with([':', '='])
    });
    signed.map_or(at, |(_, behind)| at + near.len() - behind.len())
}

/// The sign between name and value.
pub(super) fn sign(text: &str, at: usize, quoted: bool) -> Option<(usize, How)> {
    const SIGNS: [&str; 24] = [
        "==>", "<<<", "||=", "??=", "<-", "...", "===", "!==", "=>", ":=", ":-", "==", "!=", "=~",
        "->", "→", "||", "??", "?:", "?=", "=", "：", "＝", "+=",
    ];
    let rest = &text[at..];
    let ends = if quoted { Ends::Json } else { Ends::Blank };
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        let behind = at + sign.len();
        if *sign == "..." {
            let dots = text.len() - text[behind..].trim_start_matches('.').len();
            let behind = blanks(text, dots);
            let colon = text[behind..].starts_with([':', '=']);
            return Some((blanks(text, behind + usize::from(colon)), How::Prose));
        }
        let ends = if *sign == ":-" { Ends::At('}') } else { ends };
        let behind = any(text, blanks(text, behind));
        // PHP dumps the value in the next line.
        let dumped = *sign == "=>" && text[behind..].starts_with('\n');
        let behind = if dumped { blanks(text, block::next_line(text, behind + 1)) } else { behind };
        // A program's text compares with names.
        let compares = ["==", "!=", "===", "!=="].contains(sign);
        return Some((behind, if compares { How::Prose } else { How::Pair(ends) }));
    }
    if rest.starts_with('「') {
        return Some((at, How::Quoted));
    }
    if let Some(side) = rest.chars().next().filter(|c| ['│', '┃', '║'].contains(c)) {
        let behind = blanks(text, at + side.len_utf8());
        let closed = value::line(text, behind, 200).contains(side);
        return closed.then_some((behind, How::Pair(Ends::At(side))));
    }
    if let Some(cell) = rest.strip_prefix('|') {
        let behind = blanks(text, text.len() - cell.len());
        return Some((behind, How::Prose));
    }
    // A pair of Lisp.
    if let Some(pair) = rest.strip_prefix(". ").filter(|pair| pair.starts_with('"')) {
        return Some((text.len() - pair.len(), How::Pair(ends)));
    }
    // One of several that are numbered: `Key 1: X`.
    let number = rest.trim_start_matches(|c: char| c.is_ascii_digit());
    if let Some(behind) =
        number.strip_prefix(": ").filter(|_| (1..=2).contains(&(rest.len() - number.len())))
    {
        return Some((blanks(text, text.len() - behind.len()), How::Prose));
    }
    if let Some(at) = fallback(text, at).filter(|_| quoted) {
        return Some((at, How::Quoted));
    }
    let colons = rest.len() - rest.trim_start_matches(':').len();
    let behind = blanks(text, at + colons);
    // `password::reset` is a path of names.
    let path = colons == 2 && behind == at + 2 && !text[behind..].starts_with(['"', '\'']);
    let how = if behind > at + colons && !quoted { How::Prose } else { How::Pair(ends) };
    (colons > 0 && !path).then_some((behind, how))
}

/// Behind `ANY(ARRAY` of a statement, where a list of values begins.
fn any(text: &str, at: usize) -> usize {
    let near = &text[at..text.floor_char_boundary(at + 5)];
    let word = near.get(..3).unwrap_or("");
    let known = ["any", "all"].iter().any(|name| word.eq_ignore_ascii_case(name));
    let Some(rest) = near.get(3..).filter(|_| known) else { return at };
    let Some(inner) = rest.trim_start().strip_prefix('(') else { return at };
    let open = at + near.len() - inner.len();
    let array = text.get(open..open + 5).is_some_and(|word| word.eq_ignore_ascii_case("array"));
    if array { open + 5 } else { open }
}

/// Where the list begins in which a statement looks for a value: `IN ('a', 'X')`,
/// `NOT IN (…)`.
pub(super) fn among(text: &str, at: usize) -> Option<usize> {
    let near = value::line(text, at, 12).to_ascii_lowercase();
    let rest = near.strip_prefix("not ").unwrap_or(&near);
    let rest = rest.strip_prefix("in")?.trim_start_matches(' ');
    let open = at + near.len() - rest.len();
    (rest.starts_with('(') && opens(text[open + 1..].trim_start())).then_some(open)
}

/// `password (X)`, `password [X]`, `password <X>`: only what was plainly chosen, because notes
/// stand there too. `end` is where the name ends, `at` is behind the blanks.
pub(super) fn bracketed(text: &str, key: Key, at: usize, end: usize) -> Option<(usize, How)> {
    let rest = value::line(text, at, 200);
    let close = match rest.chars().next()? {
        '(' => ')',
        '[' => ']',
        '<' => '>',
        _ => return None,
    };
    let inner = &rest[1..rest.find(close)?];
    let named = matches!(key.sure, Sure::Always | Sure::Likely);
    let plain = !inner.contains([' ', '=', ':', '[', '@', '#']);
    let chosen = match at > end {
        true => {
            let alone = key.sure == Sure::Always && harmless::may_be_value(inner);
            alone || harmless::is_chosen(inner) || harmless::is_number(inner)
        }
        false => harmless::is_mixed(inner),
    };
    (named && plain && chosen).then_some((at + 1, How::Pair(Ends::At(close))))
}

/// `password - X`, `password,X`: only what was plainly made by chance.
pub(super) fn listed(text: &str, key: Key, at: usize) -> Option<(usize, How)> {
    let rest = value::line(text, at, 200);
    let behind = ["- ", "– ", "— ", ","].iter().find_map(|sign| rest.strip_prefix(sign))?;
    let word = &behind[..behind.find([' ', ',', ';', '"', '\'', ')']).unwrap_or(behind.len())];
    let made = harmless::is_mixed(word) || harmless::is_jumbled(word);
    let start = at + rest.len() - behind.len();
    (key.sure == Sure::Always && made).then_some((start, How::Pair(Ends::At(','))))
}

/// `(password, X)`, `{password, X}`, `{:password, "X"}`, `[--password, X]`: one of two.
pub(super) fn paired(text: &str, start: usize, at: usize) -> Option<(usize, How)> {
    let front = &text[..start];
    let bare = front.trim_end_matches([':', '-']);
    let close = match bare.chars().next_back()? {
        '(' => ')',
        '{' => '}',
        '[' => ']',
        _ => return None,
    };
    let rest = value::line(text, at, 200).strip_prefix(',')?.trim_start();
    let begin = at + value::line(text, at, 200).len() - rest.len();
    let inner = &rest[..rest.find(close)?];
    let marked = bare.len() < front.len() && !inner.starts_with('-');
    if rest.strip_prefix("<<").is_some_and(opens) || marked && opens(rest) {
        return Some((begin, How::Quoted));
    }
    let alone = !inner.contains([',', ' ', '=', ':']);
    let string = inner.trim_matches(['"', '\'']);
    // `hash(password, rounds)` calls something.
    let call = bare[..bare.len() - 1].ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let value = harmless::is_chosen(string) || !call && harmless::may_be_value(string);
    (alone && (marked || value)).then_some((begin, How::Pair(Ends::At(close))))
}

/// `password::X`, if the names of a program's text do not read like that: nothing else of a
/// path stands beside it.
pub(super) fn path(text: &str, key: Key, start: usize, at: usize) -> Option<(usize, How)> {
    if key.sure != Sure::Always {
        return None;
    }
    let rest = value::line(text, at, 200).strip_prefix("::")?;
    let word = &rest[..rest.find(char::is_whitespace).unwrap_or(rest.len())];
    let inner = word.trim_end_matches([',', ';', '"', '\'', ')', ']', '}']);
    let apart = !text[..start].ends_with([':', '<', '.', '/']);
    // `SHA512` is a constant.
    let plain = !inner.contains([':', '(', '<', '_']) && inner.contains(char::is_lowercase);
    (apart && plain && harmless::is_chosen(inner)).then_some((at + 2, How::Pair(Ends::Blank)))
}

/// Behind what gives a value if none was found: `).unwrap_or("X")`, `) or 'X'`.
pub(super) fn fallback(text: &str, at: usize) -> Option<usize> {
    let behind = text[at..].strip_prefix(')')?.trim_start_matches(' ');
    let sign = ["or ", "|| ", "?? ", "?: "].iter().find_map(|sign| behind.strip_prefix(sign));
    let call = || {
        let name = behind.strip_prefix('.')?;
        let open = value::line(name, 0, 30).find('(')?;
        name[..open].to_ascii_lowercase().contains("or").then(|| &name[open + 1..])
    };
    sign.or_else(call).filter(|rest| opens(rest)).map(|rest| text.len() - rest.len())
}

/// A value behind `value` and its sign.
pub(super) fn separator_end(text: &str, at: usize) -> Option<(usize, Ends)> {
    if text[at..].starts_with('>') {
        return Some((at + 1, Ends::At('<')));
    }
    let (closed, quoted) = closers(text, at);
    let (at, how) = sign(text, blanks(text, closed), quoted)?;
    Some((at, if let How::Pair(ends) = how { ends } else { Ends::Blank }))
}

/// Whether a value ends a sentence there: the line ends, a quote or bracket closes, the next
/// field of a log begins, or a number goes with it.
pub(super) fn is_end(rest: &str) -> bool {
    if ["\",", "\"}", "',", "'}", "]", "\\\"", "\\n", " - ", " | "]
        .iter()
        .any(|end| rest.starts_with(end))
    {
        return true;
    }
    let rest = rest.trim_start_matches(|c: char| c.is_ascii_digit() || ".\"')` \t\r".contains(c));
    rest.is_empty() || rest.starts_with('\n')
}

/// A quote, perhaps escaped or with letters before it.
pub(super) fn opening(text: &str, at: usize) -> Option<usize> {
    quotes::quoted_at(text, at).map(|_| at)
}

/// Behind `str = ` of a declaration; `Some(None)` if it gives no value, `None` if it is none.
pub(super) fn typed(text: &str, at: usize) -> Option<Option<usize>> {
    let line = value::line(text, at, 80);
    let word = line.split([' ', '=']).next().unwrap_or("");
    if !harmless::is_type(word) {
        return None;
    }
    let mut depth = 0;
    let sign = line.char_indices().find(|(_, c)| {
        let inner = depth > 0;
        depth += i32::from(['[', '(', '<'].contains(c)) - i32::from([']', ')', '>'].contains(c));
        depth <= 0
            && !(inner && [']', ')', '>'].contains(c))
            && ['=', ',', ';', ')', '"', '{'].contains(c)
    });
    let value = sign.filter(|(_, c)| *c == '=').map(|(sign, _)| blanks(text, at + sign + 1));
    Some(value)
}
