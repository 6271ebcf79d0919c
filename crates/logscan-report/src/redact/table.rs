//! Tables with a column that holds secrets: what `psql`, `mysql` and `sqlcmd` print, CSV, and
//! the rows of `COPY`.
//!
//! A line whose cells are names, one of them that of a secret, is a header; the lines that are
//! cut as it is are its rows.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::keys::{self, Sure};
use super::{block, harmless, steps, value};

/// What stands between cells. Behind a comma or a semicolon prose goes on too.
const SIGNS: [char; 5] = ['|', '│', '\t', ';', ','];
/// Most bytes of a line that are looked at.
const LONGEST: usize = 4000;
/// Longest name of a column, with what stands before the first one.
const NAME: usize = 64;
/// Most columns.
const MOST: usize = 64;
/// Columns that hold secrets but have no name of one.
const COLUMNS: [&str; 3] = ["authentication_string", "password_hash", "passwd_hash"];

/// How the lines of a table are cut.
enum Cut {
    /// At this sign; the header has it at these characters.
    Sign(char, Vec<usize>),
    /// Where the dashes under the header begin and end.
    Dashes(Vec<Range<usize>>),
}

struct Table {
    cut: Cut,
    /// Which columns are secrets, and how many there are.
    secret: Vec<usize>,
    all: usize,
    /// A line that holds only dashes stands under the header.
    ruled: bool,
}

/// Finds the secrets of tables.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    let mut at = 0;
    while let Some(length) = text[at..].find('\n') {
        let next = at + length + 1;
        let line = value::line(text, at, LONGEST);
        steps::count(line.len());
        let table = (line.len() == length).then(|| header(text, at, line)).flatten();
        at = table.map_or(next, |table| rows(text, next, &table, found).max(next));
    }
}

/// The table whose header the line is.
fn header(text: &str, at: usize, line: &str) -> Option<Table> {
    let next = value::line(text, at + line.len() + 1, LONGEST);
    let ruled = is_rule(next);
    if let Some(columns) = copied(line) {
        let cut = Cut::Sign('\t', Vec::new());
        return named(cut, &columns, false);
    }
    for sign in SIGNS.into_iter().filter(|sign| line.contains(*sign)) {
        let cells: Vec<&str> = cells(line, sign).into_iter().map(|cell| &line[cell]).collect();
        if cells.len() > MOST || !cells.iter().skip(1).all(|cell| is_name(cell, sign)) {
            continue;
        }
        let places = line.chars().enumerate().filter(|(_, c)| *c == sign);
        let cut = Cut::Sign(sign, places.map(|(place, _)| place).collect());
        return named(cut, &cells, ruled);
    }
    let dashes = groups(next).filter(|_| ruled)?;
    let cells: Vec<&str> = dashes.iter().map(|group| char_slice(line, group)).collect();
    // A heading is as long as its line of dashes.
    let heading = cells.len() == 1 && line.trim().chars().count() == next.trim().chars().count();
    let names = cells.iter().all(|cell| is_name(cell.trim(), ';'));
    (names && !heading).then(|| named(Cut::Dashes(dashes), &cells, ruled)).flatten()
}

fn named(cut: Cut, cells: &[&str], ruled: bool) -> Option<Table> {
    let secret = |cell: &str| {
        let name = cell.trim().trim_matches(['"', '`', '\'', '*']);
        let word = name.rsplit(' ').next().unwrap_or(name);
        let sure = keys::key(word).map(|key| key.sure);
        COLUMNS.contains(&word) || matches!(sure, Some(Sure::Always | Sure::Likely))
    };
    let secret: Vec<usize> = (0..cells.len()).filter(|index| secret(cells[*index])).collect();
    (!secret.is_empty()).then_some(Table { cut, secret, all: cells.len(), ruled })
}

/// The columns of `COPY users (id, password) FROM stdin;`.
fn copied(line: &str) -> Option<Vec<&str>> {
    let copy = ["COPY ", "copy ", "Copy "].iter().filter_map(|word| line.rfind(word)).max()?;
    let (list, rest) = line[copy..].split_once('(')?.1.split_once(')')?;
    let reads = rest.trim_start().get(..10).is_some_and(|s| s.eq_ignore_ascii_case("from stdin"));
    reads.then(|| list.split(',').collect())
}

/// Whether a cell can be the name of a column; where prose goes on, only one word.
fn is_name(cell: &str, sign: char) -> bool {
    let name = cell.trim().trim_matches(['"', '`', '\'', '*']);
    let prose = sign == ',' || sign == ';';
    let part =
        |c: char| c.is_alphanumeric() || "_.-#".contains(c) || (!prose && " %()".contains(c));
    let alone = !name.is_empty() && !cell.starts_with(' ');
    cell.len() < NAME && name.chars().all(part) && (!prose || alone)
}

/// Whether a line only rules a table, but for what every line has before it.
fn is_rule(line: &str) -> bool {
    let rule = |c: char| "-+|=: \t─│┼├┤┌┐└┘┬┴╞╪╡━═".contains(c);
    let head = line.trim_end_matches(rule);
    let tail = &line[head.len()..];
    let runs = ["---", "───", "===", "━━━", "═══"];
    (head.is_empty() || tail.starts_with([' ', '|', '\t']))
        && runs.iter().any(|run| tail.contains(run))
}

/// Runs of dashes, in characters, up to where the next one begins.
fn groups(line: &str) -> Option<Vec<Range<usize>>> {
    let mut groups: Vec<Range<usize>> = Vec::new();
    let mut dash = false;
    for (place, c) in line.chars().enumerate() {
        if c == '-' && !dash {
            if let Some(last) = groups.last_mut() {
                last.end = place;
            }
            groups.push(place..usize::MAX);
        } else if c != '-' && c != ' ' && !groups.is_empty() {
            return None;
        }
        dash = c == '-';
    }
    (!groups.is_empty()).then_some(groups)
}

fn char_slice<'l>(line: &'l str, range: &Range<usize>) -> &'l str {
    let byte = |place: usize| line.char_indices().nth(place).map_or(line.len(), |(at, _)| at);
    let start = byte(range.start);
    &line[start..if range.end == usize::MAX { line.len() } else { byte(range.end) }]
}

/// The cells of a line; a sign in quotes is part of one.
fn cells(line: &str, sign: char) -> Vec<Range<usize>> {
    let (mut cells, mut start, mut quoted) = (Vec::new(), 0, false);
    let plain = ['|', '│'].contains(&sign);
    for (at, c) in line.char_indices() {
        let opens = c == '"' && (quoted || line[start..at].trim().is_empty());
        quoted ^= opens && !plain;
        if c == sign && !quoted {
            cells.push(start..at);
            start = at + c.len_utf8();
        }
    }
    cells.push(start..line.len());
    cells
}

/// Masks the column in the lines behind a header; behind them.
fn rows(text: &str, at: usize, table: &Table, found: &mut Vec<Secret>) -> usize {
    let mut at = at;
    while at < text.len() {
        let line = value::line(text, at, LONGEST);
        steps::count(line.len());
        let next = (at + line.len() + 1).min(text.len());
        if !is_rule(line) {
            let Some(cells) = row(text, at, line, table) else { return at };
            for cell in cells {
                let value = &text[cell.clone()];
                let told = harmless::is_placeholder(value) || harmless::is_type(value);
                if !value.is_empty() && !told {
                    found.push(Secret::new(SecretKind::Password, cell));
                }
            }
        }
        if !text[at + line.len()..].starts_with('\n') {
            return at + line.len();
        }
        at = next;
    }
    at
}

/// The cells of a row that hold secrets; `None` behind the table.
fn row(text: &str, at: usize, line: &str, table: &Table) -> Option<Vec<Range<usize>>> {
    let secret = |cell: Range<usize>| trimmed(text, at, cell);
    match &table.cut {
        Cut::Sign(sign, places) => {
            let cells = aligned(line, *sign, places).unwrap_or_else(|| cells(line, *sign));
            let more = cells.len().checked_sub(table.all)?;
            // In prose a blank follows a comma.
            if *sign == ',' && cells[1..].iter().any(|cell| line[cell.clone()].starts_with(' ')) {
                return None;
            }
            let whole = |index: &usize| cells[*index].start..cells[*index + more].end;
            Some(table.secret.iter().map(whole).map(secret).collect())
        }
        Cut::Dashes(groups) => {
            let own = |index: &usize| {
                let cell = char_slice(line, &groups[*index]);
                let start = cell.as_ptr() as usize - line.as_ptr() as usize;
                start..start + cell.len()
            };
            let cells: Vec<_> = table.secret.iter().map(own).map(secret).collect();
            let inner = line[block::margin(line)..].trim();
            let ends = inner.is_empty() || inner.starts_with('(') && inner.ends_with(')');
            // Under a heading prose goes on; a value is one word, or stands as psql has it.
            let begin = block::next_line(text, at);
            let inset = text[..begin].ends_with(' ') || text[begin..].starts_with(' ');
            let word = table.ruled
                && cells.iter().all(|cell| {
                    let value = &text[cell.clone()];
                    !value.contains(' ') || (groups.len() == 1 && inset)
                });
            (!ends && word).then_some(cells)
        }
    }
}

/// The cells of a line that has the sign where the header has it.
fn aligned(line: &str, sign: char, places: &[usize]) -> Option<Vec<Range<usize>>> {
    let mut places = places.iter().peekable();
    let (mut cells, mut start) = (Vec::new(), 0);
    for (place, (at, c)) in line.char_indices().enumerate() {
        if places.next_if(|next| **next == place).is_some() {
            if c != sign {
                return None;
            }
            cells.push(start..at);
            start = at + c.len_utf8();
        }
    }
    cells.push(start..line.len());
    (places.peek().is_none() && ['|', '│'].contains(&sign)).then_some(cells)
}

/// A cell without blanks and quotes around it, and without what every line has before it.
fn trimmed(text: &str, at: usize, cell: Range<usize>) -> Range<usize> {
    let (mut start, end) = (at + cell.start, at + cell.end);
    if cell.start == 0 && at > 0 {
        start = block::next_line(text, at).clamp(start, end);
    }
    let value = &text[start..end];
    let inner = value.trim();
    let start = start + value.len() - value.trim_start().len();
    let quoted = inner.len() > 1 && inner.starts_with('"') && inner.ends_with('"');
    let quote = usize::from(quoted);
    start + quote..start + inner.len() - quote
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        mask(&mut text);
        text
    }

    #[test]
    fn only_the_column_of_the_secret_is_masked() {
        for (text, expected) in [
            (
                " usename | passwd \n---------+--------\n app     | a|b c\n bob     | \n(2 rows)\nx | y",
                " usename | passwd \n---------+--------\n app     | ‹password-1›\n bob     | \n(2 rows)\nx | y",
            ),
            (
                "| user | password | x |\n|---|---|---|\n| app | swordfish | 3 |\nend",
                "| user | password | x |\n|---|---|---|\n| app | ‹password-1› | 3 |\nend",
            ),
            (
                "name,token\napp,\"a,b\"\"c\"\nbob,NULL\n\nx,y",
                "name,token\napp,\"‹password-1›\"\nbob,NULL\n\nx,y",
            ),
            (
                "user  password\n----- ---------\napp   swordfish\n\nnext line",
                "user  password\n----- ---------\napp   ‹password-1›\n\nnext line",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_only_looks_like_a_table_stays() {
        for text in [
            "name,type,column\npassword,text,3",
            " id | name \n----+------\n 1  | password",
            "  Column  | Type \n----------+------\n password | text",
            "Passwords\n---------\nSet your own password.",
            "wrong user, password\nfoo, bar",
            "| test | password |\n|------|----------|\n",
            "user,password\n    a(b), c",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
