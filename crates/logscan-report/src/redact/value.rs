//! The value behind a name: where it begins and ends, in whatever quoting.
//!
//! Every function looks at the bytes that it returns and at a bounded number beside them, and
//! the search goes on behind them: that is what keeps masking linear.

use std::ops::Range;

use super::{block, quotes, steps};

/// Marks that may close around a value or follow it.
pub(super) const CLOSING: [char; 10] = [',', ';', ')', ']', '}', '>', '"', '\'', '`', '|'];
/// Longest text before a quote that may belong to a value: `SecretStr(`, `new String(`.
pub(super) const LONGEST_CALL: usize = 40;
/// Most bytes of a list that are searched.
pub(super) const LONGEST_LIST: usize = 4000;

/// The values behind a name, and how they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Values {
    pub(super) ranges: Vec<Range<usize>>,
    pub(super) quoted: bool,
    /// Where the search goes on.
    pub(super) end: usize,
}

impl Values {
    pub(super) fn one(range: Range<usize>, quoted: bool) -> Self {
        Self { end: range.end, ranges: vec![range], quoted }
    }
}

/// Where an unquoted value ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Ends {
    /// At a blank, or where plainly the next pair begins.
    Blank,
    /// At a comma or a bracket too: behind a name in quotes.
    Json,
    /// At this character.
    At(char),
    /// There.
    To(usize),
}

/// The value that begins at `at`; no range if there is none.
pub(super) fn at(text: &str, at: usize, ends: Ends) -> Values {
    let at = at + tag(&text[at..]);
    if let Some(end) = template(&text[at..]) {
        return Values { end: at + end, ..Values::default() };
    }
    let values = quotes::quoted_at(text, at)
        .or_else(|| list(text, at))
        .unwrap_or_else(|| bare(text, at, ends));
    steps::count(values.end.saturating_sub(at) + 1);
    let Values { mut ranges, quoted, end } = values;
    ranges.retain(|range| !range.is_empty());
    Values { ranges, quoted, end }
}

/// How long `!unsafe `, `!!str ` or `&anchor ` is, which YAML has before a value.
fn tag(text: &str) -> usize {
    let near = &text[..text.floor_char_boundary(LONGEST_CALL)];
    let Some((tag, _)) = near.split_once(' ') else { return 0 };
    let anchor = tag.strip_prefix('&').is_some_and(|name| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    });
    let known = anchor || ["!unsafe", "!!str", "!str", "!!binary"].contains(&tag);
    if known { tag.len() + 1 } else { 0 }
}

/// How long `(string) (len=9) ` is, which go-spew has before a value.
pub(super) fn spewed(text: &str) -> usize {
    let Some(rest) = text.strip_prefix("(string) ") else { return 0 };
    let sized = rest.strip_prefix("(len=").and_then(|rest| rest.split_once(") "));
    text.len() - sized.map_or(rest, |(_, rest)| rest).len()
}

/// `{{ x }}` and `${{ x }}`: a place for a value.
fn template(text: &str) -> Option<usize> {
    let inner = text.strip_prefix('$').unwrap_or(text).strip_prefix("{{ ")?;
    let end = line(inner, 0, 200).find("}}")?;
    Some(text.len() - inner.len() + end + 2)
}

fn bare(text: &str, at: usize, ends: Ends) -> Values {
    let braces = || braced(text, at).map(|range| Values::one(range, true));
    let dollars = || dollars(text, at).map(|range| Values::one(range, true));
    braces().or_else(dollars).unwrap_or_else(|| Values::one(unquoted(text, at, ends), false))
}

/// The rest of the line, at most so many bytes of it: a line may be the whole text, and is
/// asked for at each of its names.
pub(super) fn line(text: &str, at: usize, most: usize) -> &str {
    let near = &text[at..text.floor_char_boundary(at + most)];
    &near[..near.find('\n').unwrap_or(near.len())]
}

/// `{x}` as ODBC writes what holds marks; `}}` is one of them.
fn braced(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].strip_prefix('{')?;
    if rest.trim_start_matches('\\').starts_with(['"', '\'']) || rest.starts_with(['{', '}']) {
        return None;
    }
    let rest = line(rest, 0, 200);
    let mut from = 0;
    while let Some(end) = rest[from..].find('}').map(|end| from + end) {
        if !rest[end..].starts_with("}}") || rest[end + 2..].is_empty() {
            let pairs = rest[..end].contains([':', '=']) && rest[..end].contains(' ');
            return (!pairs).then_some(at + 1..at + 1 + end);
        }
        from = end + 2;
    }
    None
}

/// `$$x$$` and `$tag$x$tag$`, as PostgreSQL quotes.
pub(super) fn dollars(text: &str, at: usize) -> Option<Range<usize>> {
    let rest = text[at..].strip_prefix('$')?;
    let near = &rest[..rest.floor_char_boundary(20)];
    let tag = &near[..near.find('$')?];
    let plain = tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let begin = at + tag.len() + 2;
    let line = line(text, begin, LONGEST_LIST);
    let end = plain.then(|| line.find(&format!("${tag}$"))).flatten()?;
    Some(begin..begin + end)
}

/// The strings of `["a b", 'c']`, `[a, b]` and `{"value": "x"}`: those that name no other.
fn list(text: &str, at: usize) -> Option<Values> {
    let near = line(text, at, LONGEST_LIST);
    let open = near.chars().next().filter(|c| ['[', '{', '('].contains(c))?;
    let inner = near[1..].trim_start().trim_start_matches('\\');
    let strings = inner.starts_with(['"', '\'', '[', '{']);
    // `[a b]`, as Go prints a list.
    let words = || near[1..].split(']').next().is_some_and(|inner| inner.contains([',', ' ']));
    if !(strings || open == '[' && words()) {
        return None;
    }
    Some(elements(text, at, near.len()))
}

/// What stands in the brackets that open here, but for the names of others.
pub(super) fn elements_at(text: &str, at: usize) -> Values {
    elements(text, at, line(text, at, LONGEST_LIST).len())
}

/// Names in a mapping of credentials that say where and how, not with what.
const PLAIN: [&str; 25] = [
    "type",
    "format",
    "pattern",
    "title",
    "description",
    "minlength",
    "maxlength",
    "required",
    "example",
    "host",
    "hostname",
    "port",
    "user",
    "username",
    "database",
    "dbname",
    "db",
    "name",
    "schema",
    "minsize",
    "maxsize",
    "timeout",
    "ssl",
    "region",
    "url",
];

fn elements(text: &str, at: usize, length: usize) -> Values {
    let (mut depth, mut values, mut next) = (0, Values { quoted: true, ..Values::default() }, at);
    let mut plain = false;
    while next < at + length {
        let c = text[next..].chars().next().unwrap_or('\n');
        match c {
            '[' | '{' | '(' => depth += 1,
            ']' | '}' | ')' => depth -= 1,
            _ if c.is_whitespace() || [',', ':', '=', '>'].contains(&c) => {}
            _ => {
                let element = element(text, next);
                next = element.end.max(next + c.len_utf8());
                let behind = text[next..].trim_start_matches(['\\', '"', '\'', ' ']);
                if behind.starts_with([':', '=']) {
                    plain = PLAIN.contains(&&*text[element].to_ascii_lowercase());
                } else if !std::mem::take(&mut plain) {
                    values.ranges.push(element);
                }
                next = text.len() - text[next..].trim_start_matches(['\\', '"', '\'']).len();
                continue;
            }
        }
        next += c.len_utf8();
        if depth == 0 {
            break;
        }
    }
    values.end = next;
    values
}

fn element(text: &str, at: usize) -> Range<usize> {
    if let Some(Values { ranges, .. }) = quotes::quoted_at(text, at) {
        return ranges[0].clone();
    }
    let stop = |c: char| [',', ']', '}', ')', ':', '='].contains(&c) || c == '\n';
    at..text[at..].find(stop).map_or(text.len(), |end| at + end)
}

/// Up to a blank, or to what plainly is the next pair of a list.
fn unquoted(text: &str, start: usize, ends: Ends) -> Range<usize> {
    if let Ends::To(end) = ends {
        return start..start + text[start..end].trim_end().len();
    }
    let stop = |c: char| match ends {
        Ends::Blank | Ends::To(_) => c.is_whitespace(),
        Ends::Json => c.is_whitespace() || [',', '}', ']', ')'].contains(&c),
        Ends::At(end) => c == end || c == '\n',
    };
    let mut past = text[start..].find(stop).map_or(text.len(), |end| start + end);
    // A shell and libpq read on behind `\\ `.
    while ends == Ends::Blank && text[start..past].ends_with('\\') && text[past..].starts_with(' ')
    {
        past = text[past + 1..].find(stop).map_or(text.len(), |end| past + 1 + end);
    }
    let run = &text[start..past];
    if let Ends::At(_) = ends {
        let kept = run.trim();
        let lead = run.len() - run.trim_start().len();
        return start + lead..start + lead + kept.len();
    }
    let end = next_pair(run).unwrap_or(run.len()).min(closed(run).unwrap_or(run.len()));
    let kept = run[..end].trim_end_matches(CLOSING);
    // All of it may be marks; then they are the secret.
    let kept = if kept.is_empty() { &run[..end] } else { kept };
    // The bracket that closes one within the value is a part of it.
    let opened = kept.matches('(').count() > kept.matches(')').count();
    let closing = usize::from(opened && run[kept.len()..end].starts_with(')'));
    let kept = &run[..kept.len() + closing];
    if let Some(end) = run.ends_with('\\').then(|| joined(text, start + run.len())).flatten() {
        return start..end;
    }
    let own = kept.starts_with([':', '[', '{', '(', '"', '\'', ',', '}', ')']) && kept.len() < 2;
    start..start + if own { 0 } else { kept.len() }
}

/// Where a value ends that a shell reads on in the next line, behind a slash at the end of this
/// one.
fn joined(text: &str, at: usize) -> Option<usize> {
    let next = text[at..].starts_with('\n').then(|| block::next_line(text, at + 1))?;
    let line = line(text, next, LONGEST_LIST);
    let word = line.split(char::is_whitespace).next()?.trim_end_matches(CLOSING);
    (!word.is_empty()).then_some(next + word.len())
}

/// Where a quote that was open before the value closes: nothing of a value follows it.
fn closed(run: &str) -> Option<usize> {
    let quotes = run.match_indices(['"', '\'', '`']).filter(|(at, _)| *at > 0);
    let mut closing = quotes.filter(|(at, _)| {
        run[at + 1..]
            .chars()
            .next()
            .is_none_or(|c| CLOSING.contains(&c) || [':', '&', '\\'].contains(&c))
    });
    closing.next().map(|(at, _)| without_line_end(&run[..at]).len())
}

/// A value without the end of its line, which is written behind it where all of the line is quoted.
fn without_line_end(value: &str) -> &str {
    let mut kept = value.trim_end_matches('\\');
    while let Some(shorter) = kept.strip_suffix("\\n").or_else(|| kept.strip_suffix("\\r")) {
        kept = shorter.trim_end_matches('\\');
    }
    kept
}

/// Behind more of a line end that is written out: `\r\n`.
fn written(text: &str) -> &str {
    let rest = text.trim_start_matches('\\');
    let end = if rest.len() < text.len() { rest.strip_prefix(['n', 'r', 't']) } else { None };
    end.unwrap_or(text)
}

/// Where `&name=`, `;name=`, `,name=`, `,name:` or a written line end with one begins.
fn next_pair(run: &str) -> Option<usize> {
    run.match_indices(['&', ';', ',', '\\']).map(|(at, _)| at).find(|at| {
        let behind = &run[at + 1..];
        let name = match &run[*at..=*at] {
            "\\" => match behind.trim_start_matches('\\').strip_prefix(['n', 'r', 't']) {
                Some("") => return true,
                Some(behind) => written(behind),
                None => return false,
            },
            _ => behind.strip_prefix("amp;").unwrap_or(behind),
        };
        let near = &name[..name.floor_char_boundary(60)];
        let rest =
            near.trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-. \"'".contains(c));
        let colon = run[*at..].starts_with([',', '\\']) && rest.starts_with(':');
        rest.len() < near.len() && (rest.starts_with('=') || colon)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(text: &str) -> Vec<&str> {
        let values = at(text, 0, Ends::Blank);
        values.ranges.into_iter().map(|range| &text[range]).collect()
    }

    #[test]
    fn a_value_ends_where_its_writing_ends() {
        for (text, expected) in [
            ("'it\\'s' x", "it\\'s"),
            ("'it''s' x", "it''s"),
            (r"'a'\''b' x", r"a'\''b"),
            ("'hun'ter2' x", "hun'ter2"),
            ("SecretStr('abc')", "abc"),
            ("Some(\"abc\")", "abc"),
            ("new String(\"abc\")", "abc"),
            ("b\"abc\"", "abc"),
            ("N'abc'", "abc"),
            ("\"\"\"a \"b\" c\"\"\"", "a \"b\" c"),
            ("“abc def” x", "abc def"),
            ("{a;b}}c};x", "a;b}}c"),
            ("$$a b$$ x", "a b"),
            ("$q$a b$q$ x", "a b"),
            (r#"\"a\\\"b\",\"c\""#, r#"a\\\"b"#),
            ("a;b&c d", "a;b&c"),
            ("abc;Timeout=3", "abc"),
            ("abc&ssl=1", "abc"),
            ("abc&amp;ssl=1", "abc"),
            ("abc, user=me}", "abc"),
            ("abc,user:me}", "abc"),
            (r"abc\nUSER=me", "abc"),
            ("abc)}", "abc"),
            ("a(bc)", "a(bc)"),
            ("a(bc))", "a(bc)"),
            ("abc\\\ndef ghi", "abc\\\ndef"),
            ("\"cut off", "cut off"),
            ("abc',next", "abc"),
            ("{a x", "{a"),
            ("a&=b c", "a&=b"),
        ] {
            assert_eq!(values(text), [expected], "{text}");
        }
        for text in [" ", "{ x", "''", "\"\" x", ", x"] {
            assert!(values(text).is_empty(), "{text}: {:?}", values(text));
        }
    }

    #[test]
    fn lists_hold_several() {
        assert_eq!(values("[\"two words\", 'b'] c"), ["two words", "b"]);
        assert_eq!(values(r#"[\"two words\",\"b\"]"#), ["two words", "b"]);
        assert_eq!(values("{\"value\": \"x y\", \"old\": [\"z\"]}"), ["x y", "z"]);
        assert_eq!(values("[a1, b2] c"), ["a1", "b2"]);
    }

    #[test]
    fn behind_a_name_in_quotes_a_value_ends_at_a_comma() {
        let text = "1234,\"user\":\"me\"}";
        assert_eq!(at(text, 0, Ends::Json).ranges.first(), Some(&(0..4)));
    }

    #[test]
    fn a_quoted_value_may_go_on_in_the_next_line() {
        assert_eq!(values("\"abc\ndef\""), ["abc\ndef"]);
        assert_eq!(values("\"abc\nuser = \"x\""), ["abc"]);
    }
}
