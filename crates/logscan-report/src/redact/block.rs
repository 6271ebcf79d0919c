//! Values that stand in the lines behind their name: `password: |` of YAML, lists of items.

use super::find::Secret;
use super::harmless;
use super::keys::{Key, Sure};
use super::{quotes, value};

/// What says in YAML that a value stands in the next lines.
const MARKS: [&str; 6] = ["|", ">", "|-", ">-", "|+", ">+"];
/// What opens a value of several lines.
const OPEN: [&str; 4] = ["(", "[", "\"\"\"", "'''"];
/// Most lines of such a value.
const LINES: usize = 40;
/// Most lines of a mapping before its value.
const HELD: usize = 6;
/// Most bytes of one of them.
const LINE: usize = 4000;

/// Whether the rest of a line says that the value stands in the next ones.
pub(super) fn opens(rest: &str) -> bool {
    is_folded(rest) || is_open(rest) || is_document(rest)
}

/// Whether a value of several lines begins: `(`, `Some(`.
fn is_open(mark: &str) -> bool {
    let call = mark.strip_suffix('(').filter(|name| name.starts_with(char::is_uppercase));
    OPEN.contains(&mark) || call.is_some_and(|name| name.chars().all(char::is_alphanumeric))
}

/// `<<EOF`, `<<-'EOF'`; Erlang's strings begin with `<<"`.
fn is_document(mark: &str) -> bool {
    let word = mark.strip_prefix("<<").map(|word| word.trim_start_matches(['-', '\'']));
    word.is_some_and(|word| word.starts_with(|c: char| c.is_ascii_uppercase()))
}

/// Whether it is a mark of YAML, perhaps with the depth of what follows: `|2`.
fn is_folded(mark: &str) -> bool {
    let bare = mark.trim_end_matches(|c: char| c.is_ascii_digit());
    MARKS.contains(&mark) || (mark.len() == bare.len() + 1 && MARKS.contains(&bare))
}

/// Bytes of a line that runners and pagers put before it: `E   `, `> `, `| `, and blanks.
pub(super) fn margin(line: &str) -> usize {
    let near = &line[..line.floor_char_boundary(60)];
    let blank = near.len() - near.trim_start_matches([' ', '\t']).len();
    let mark = near[blank..]
        .strip_prefix(['E', '>', '|', '#', '+'])
        .is_some_and(|rest| rest.is_empty() || rest.starts_with([' ', '\t']));
    blank + usize::from(mark)
}

/// Where the text of a line begins behind what every line has: a head but for its digits, or
/// a margin. `at` is its first byte.
pub(super) fn next_line(text: &str, at: usize) -> usize {
    let near = &text[text.ceil_char_boundary(at.saturating_sub(300))..at];
    let before = near.trim_end_matches('\n');
    let before = &before[before.rfind('\n').map_or(0, |at| at + 1)..];
    let next = value::line(text, at, 100);
    let same = before.char_indices().zip(next.chars());
    let same = same.take_while(|((_, a), b)| a == b || (a.is_ascii_digit() && b.is_ascii_digit()));
    let head = same.last().map_or(0, |((at, c), _)| at + c.len_utf8());
    let head = next[..next.floor_char_boundary(head)].rfind(' ').map_or(0, |at| at + 1);
    at + head.max(margin(next))
}

/// Masks the lines that are the value of the name that ends here.
pub(super) fn find(text: &str, end: usize, key: Key, found: &mut Vec<Secret>) -> Option<usize> {
    let sign = text[end..].strip_prefix(['"', '\'']).unwrap_or(&text[end..]);
    let sign = sign.trim_start_matches(' ').strip_prefix([':', '='])?;
    let at = text.len() - sign.len();
    let line = value::line(text, at, 16);
    let mark = line.trim();
    let folded = is_folded(mark);
    let ended_by = mark.strip_prefix("<<").filter(|_| is_document(mark));
    if let Some(word) = ended_by.filter(|_| key.sure == Sure::Always) {
        return document(text, at + line.len(), word, key, found);
    }
    let ends = text[at + line.len()..].starts_with('\n');
    let sure = key.sure == Sure::Always || (folded && key.sure == Sure::Likely);
    if !sure || !ends || !(mark.is_empty() || folded || is_open(mark) || mark == "{") {
        return None;
    }
    let line_end = at + line.len();
    let key_line = text[..end].rfind('\n').map_or(0, |at| at + 1);
    if mark == "{" {
        return held(text, line_end + 1, key, found);
    }
    if is_open(mark) {
        return opened(text, line_end + 1, mark, key, found);
    }
    let lead = Lead::new(&text[key_line..end]);
    lines(text, line_end + 1, &lead, folded, key, found)
}

/// The lines of a here-document up to the word that ends it.
fn document(
    text: &str,
    end: usize,
    word: &str,
    key: Key,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let word = word.trim_start_matches('-').trim_matches(['"', '\'']);
    let (mut at, before) = (text[end..].starts_with('\n').then_some(end + 1)?, found.len());
    for _ in 0..LINES {
        let start = next_line(text, at);
        let line = value::line(text, start, LINE);
        if word.is_empty() || line.trim() == word || line.is_empty() {
            break;
        }
        let range = start..start + line.trim_end().len();
        if !harmless::is_placeholder(&text[range.clone()]) {
            found.push(Secret::new(key.kind, range));
        }
        at = (start + line.len() + 1).min(text.len());
    }
    (found.len() > before).then(|| text.floor_char_boundary(at.saturating_sub(1)))
}

/// The `"value"` of a mapping that says more of it, as Terraform shows an output.
fn held(text: &str, at: usize, key: Key, found: &mut Vec<Secret>) -> Option<usize> {
    let mut at = at;
    for _ in 0..HELD {
        let start = next_line(text, at);
        let line = value::line(text, start, LINE);
        if line.trim_start().starts_with(['}', '{']) || start >= text.len() {
            return None;
        }
        let behind = line.trim_start().strip_prefix("\"value\":").map(str::trim_start);
        if let Some(behind) = behind {
            let from = start + line.len() - behind.len();
            let values = value::at(text, from, value::Ends::Json);
            let range = values.ranges.into_iter().next()?;
            let end = range.end;
            if !harmless::is_placeholder(&text[range.clone()]) {
                found.push(Secret::new(key.kind, range));
            }
            return Some(end);
        }
        at = (start + line.len() + 1).min(text.len());
    }
    None
}

/// The strings up to the bracket that closes, or all up to the quotes that do.
fn opened(text: &str, at: usize, mark: &str, key: Key, found: &mut Vec<Secret>) -> Option<usize> {
    let (mut at, before) = (at, found.len());
    for _ in 0..LINES {
        let start = next_line(text, at);
        let line = value::line(text, start, LINE);
        let item = line.trim_start_matches([' ', '\t']);
        let begin = start + line.len() - item.len();
        let quoted =
            quotes::quoted_at(text, begin).and_then(|values| values.ranges.into_iter().next());
        let tripled = mark.len() == 3 && !mark.ends_with('(');
        let range = match quoted {
            _ if tripled && !item.starts_with(mark) => begin..begin + item.trim_end().len(),
            Some(range) if !tripled => range,
            _ => break,
        };
        if !harmless::is_placeholder(&text[range.clone()]) {
            found.push(Secret::new(key.kind, range));
        }
        at = (start + line.len() + 1).min(text.len());
    }
    (found.len() > before).then(|| text.floor_char_boundary(at.saturating_sub(1)))
}

fn lines(
    text: &str,
    at: usize,
    lead: &Lead<'_>,
    folded: bool,
    key: Key,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let (mut at, first, before) = (at, at, found.len());
    for _ in 0..LINES {
        let line = value::line(text, at, LINE);
        let blank = lead.is_blank(line) && at + line.len() < text.len();
        if blank && (folded || at == first) {
            at += line.len() + 1;
            continue;
        }
        let Some(inner) = lead.inner(line) else { break };
        let item = inner.trim_start_matches("- ");
        // A mapping with one entry: `value: x`.
        let named = ["value: ", "secret: ", "default: ", "plain: ", "text: "];
        let item = named.iter().find_map(|name| item.strip_prefix(name)).unwrap_or(item).trim();
        let start = at + line.len() - inner.len() + inner.find(item).unwrap_or(0);
        let values = value::at(text, start, value::Ends::Blank);
        // Without a mark the line must be a value and nothing else.
        let phrase = inner.starts_with("- ")
            && !item.contains(['=', ':', ','])
            && !item.split(' ').next().is_none_or(harmless::is_prose);
        let alone = phrase
            || values.quoted
            || !item.trim_end_matches('=').contains([' ', '='])
                && !item.ends_with(':')
                && !item.contains(": ");
        if item.is_empty() || !(folded || alone) {
            break;
        }
        let range =
            if values.quoted { values.ranges.first()?.clone() } else { start..start + item.len() };
        let range = if folded { start..start + item.len() } else { range };
        if !harmless::is_placeholder(&text[range.clone()]) {
            found.push(Secret::new(key.kind, range));
        }
        at = (at + line.len() + 1).min(text.len());
        if at == text.len() || !(folded || inner.starts_with("- ")) {
            break;
        }
    }
    (found.len() > before).then(|| text.floor_char_boundary(at - 1))
}

/// What stands before a name in its line; the lines of its value have the same, or less, and
/// are indented more.
struct Lead<'t> {
    /// A head that every line has, as from `docker compose logs`.
    head: &'t str,
    indent: usize,
}

impl<'t> Lead<'t> {
    fn new(line: &'t str) -> Self {
        let name = line.rfind([' ', '\t']).map_or(0, |at| at + 1);
        let name = if line[..name].ends_with("- ") { name - 2 } else { name };
        let before = &line[..name];
        let head = before.trim_end_matches([' ', '\t']);
        Self { head, indent: before.len() - head.len() }
    }

    /// Whether a line has nothing but its head or margin.
    fn is_blank(&self, line: &str) -> bool {
        let headed = !self.head.is_empty() && alike(self.head, line);
        let from = if headed { self.head.len() } else { margin(line) };
        line[from..].trim().is_empty()
    }

    /// The line without its head, if it is indented more than the name.
    fn inner<'l>(&self, line: &'l str) -> Option<&'l str> {
        let same = !self.head.is_empty() && alike(self.head, line);
        let (rest, indent) =
            if same { (&line[self.head.len()..], self.indent) } else { (&line[margin(line)..], 0) };
        let own = if self.head.is_empty() { &line[0..] } else { rest };
        let indent = if self.head.is_empty() { self.indent } else { indent };
        let inner = own.trim_start_matches([' ', '\t']);
        let depth =
            own.len() - inner.len() + if same || self.head.is_empty() { 0 } else { margin(line) };
        (depth > indent || (depth == indent && inner.starts_with("- "))).then_some(inner)
    }
}

/// Whether the line begins like this head but for its digits.
fn alike(head: &str, line: &str) -> bool {
    let same = |(a, b): (u8, u8)| a == b || (a.is_ascii_digit() && b.is_ascii_digit());
    line.is_char_boundary(head.len().min(line.len()))
        && line.len() >= head.len()
        && head.bytes().zip(line.bytes()).all(same)
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn values_in_the_next_lines_are_masked() {
        for (text, expected) in [
            ("password: |\n  a b\nuser: x", "password: |\n  ‹password-1›\nuser: x"),
            ("password:\n  hunter\nuser: x", "password:\n  ‹password-1›\nuser: x"),
            (
                "passwords:\n- a1\n- b2\nuser: x",
                "passwords:\n- ‹password-1›\n- ‹password-2›\nuser: x",
            ),
            (
                "E   password: >-\nE     a b\nE   user: x",
                "E   password: >-\nE     ‹password-1›\nE   user: x",
            ),
            (
                "db_1 | password: |\ndb_1 |   a b\ndb_1 | user: x",
                "db_1 | password: |\ndb_1 |   ‹password-1›\ndb_1 | user: x",
            ),
            (
                "12:00:01 INFO password: |\n  a b\n12:00:02 x",
                "12:00:01 INFO password: |\n  ‹password-1›\n12:00:02 x",
            ),
            ("secret: |+\n\n  a1\n  b2\nx: y", "secret: |+\n\n  ‹token-1›\n  ‹token-2›\nx: y"),
            (
                "- name: DB_PASSWORD\n  value: |\n    a b\nx: y",
                "- name: DB_PASSWORD\n  value: |\n    ‹password-1›\nx: y",
            ),
            ("password=<<EOF\na b\nEOF\nx", "password=<<EOF\n‹password-1›\nEOF\nx"),
            ("password = \"\"\"\nabcd12\n\"\"\"", "password = \"\"\"\n‹password-1›\n\"\"\""),
            ("password: |\n  übergänglich", "password: |\n  ‹password-1›"),
            ("password:\nnext line", "password:\nnext line"),
            ("password:\n  user: x\n", "password:\n  user: x\n"),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
