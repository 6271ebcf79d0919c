//! Secrets in statements: what identifies a login, and values whose column says what they are.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::inserts;
use super::items::{Columns, items, pick};
use super::keys::{self, Sure};
use super::parameters::{assigned, binding, bound, logged, parameters};
use super::steps;
use super::{block, quotes, value};

/// What begins with a word of a statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Identified,
    /// `SET PASSWORD FOR 'svc'@'%' = 'X'`.
    Set,
    Insert,
    Values,
    Select,
    Clause,
    Parameters,
    /// Parameters, if a statement stands before them in the line.
    Listed,
    /// Parameters behind the end of a statement: `; "svc", "X"`.
    Behind,
    /// Parameters without quotes: `bind => [X, 3]`, `bind(X,3)`.
    Bound,
    /// `;@p0 = 'X'`, if a statement stands before it in the line.
    Assigned,
    Binding,
    Crypt,
    Row,
    /// A key of a base that is encrypted.
    Pragma,
    /// The parameters that SQLAlchemy logs in the line behind a statement.
    Logged,
}

/// Words with which such a statement or its parameters begin.
const WORDS: [(&str, Part); 54] = [
    ("identified", Part::Identified),
    ("set password for", Part::Set),
    ("insert into", Part::Insert),
    ("replace into", Part::Insert),
    ("insert ignore into", Part::Insert),
    ("merge into", Part::Insert),
    ("upsert into", Part::Insert),
    ("then insert", Part::Insert),
    ("update ", Part::Clause),
    ("select ", Part::Select),
    ("where ", Part::Clause),
    ("parameters:", Part::Parameters),
    ("parameters=", Part::Parameters),
    ("params:", Part::Parameters),
    ("params=", Part::Parameters),
    ("bindings:", Part::Parameters),
    ("bind => [", Part::Bound),
    (" bind(", Part::Bound),
    ("params:[(", Part::Bound),
    ("parameters: <", Part::Bound),
    ("',@", Part::Assigned),
    (";@p", Part::Assigned),
    ("\"values\":[", Part::Listed),
    ("\"bind\":", Part::Listed),
    ("\"bindings\":", Part::Listed),
    ("bind\\\":", Part::Listed),
    (" [", Part::Listed),
    ("args=(", Part::Listed),
    ("args=[", Part::Listed),
    ("args=\"[", Part::Listed),
    ("args = (", Part::Listed),
    ("args = [", Part::Listed),
    ("', (", Part::Listed),
    ("\", (", Part::Listed),
    ("\"args\":[", Part::Listed),
    ("; \"", Part::Behind),
    ("portal parameter ", Part::Parameters),
    ("[generated in ", Part::Logged),
    (" [generated in ", Part::Logged),
    ("[cached since ", Part::Logged),
    (" [cached since ", Part::Logged),
    ("[no key ", Part::Logged),
    (" [no key ", Part::Logged),
    ("[raw sql]", Part::Logged),
    (" [raw sql]", Part::Logged),
    ("binding parameter", Part::Binding),
    ("crypt(", Part::Crypt),
    ("decrypt(", Part::Crypt),
    ("values", Part::Values),
    ("row contains (", Part::Row),
    ("pragma key", Part::Pragma),
    ("pragma rekey", Part::Pragma),
    ("pragma hexkey", Part::Pragma),
    ("attach database", Part::Pragma),
];

static STARTS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let words = WORDS.iter().map(|(word, _)| word);
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(words)
        .expect("fixed words")
});

/// Most bytes between a statement and its values, where an object prints both.
const BESIDE: usize = 200;
/// Most bytes of a statement that are looked at for its columns.
pub(super) const LONGEST: usize = 4000;

/// The line in which the last statement began.
#[derive(Clone, Copy, Debug, Default)]
struct Last {
    start: usize,
    end: usize,
}

impl Last {
    /// A statement begins there. The end of its line is looked for once in each line.
    fn begin(&mut self, text: &str, at: usize) {
        self.start = at;
        if at >= self.end {
            self.end = text[at..].find('\n').map_or(text.len(), |end| at + end);
            steps::count(self.end - at);
        }
    }

    /// Whether this place is behind the statement in its line.
    fn holds(self, at: usize) -> bool {
        self.start < at && at <= self.end && at - self.start < LONGEST
    }
}

/// Most bytes between the line of a statement and its parameters.
const ABOVE: usize = 1000;

/// Finds the secrets of statements.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let (mut columns, mut past, mut clause_end) = (Columns::Unknown, 0, 0);
    // Where an insertion begins, and whether rows of one may follow.
    let (mut inserting, mut selected, mut last) = (None, false, Last::default());
    // Parameters whose statement stands behind them in the line.
    let mut early = None;
    for word in STARTS.find_iter(text) {
        let (at, part) = (word.end(), WORDS[word.pattern().as_usize()].1);
        let chosen = part == Part::Select && (inserting.is_some() || selected);
        let inner = matches!(part, Part::Select | Part::Clause) && word.start() < clause_end;
        if word.start() < past {
            continue;
        }
        if inner && !chosen {
            last.begin(text, at);
            continue;
        }
        match part {
            Part::Identified => past = identified(text, at, found).unwrap_or(at),
            Part::Set => past = set(text, at, found).unwrap_or(at),
            Part::Insert => inserting = Some(at),
            Part::Values => {
                let from = inserting.take().filter(|from| at - from < LONGEST);
                if let Some(from) = from {
                    (columns, past) = inserts::insert(text, from, at, found);
                    past = listed(text, past, &columns, found);
                    last.begin(text, at);
                    before(text, at, early.take(), &columns, found);
                } else if text[at..].starts_with(": [") && at < last.end + BESIDE {
                    past = listed(text, at, &columns, found);
                } else if text[at..].trim_start().starts_with('(') {
                    past = inserts::rows(text, at, &inserts::beginning(text, word.range()), found);
                }
            }
            Part::Select if chosen => {
                let from = inserting.take().filter(|from| at - from < LONGEST);
                if let Some(from) = from {
                    columns = inserts::columns(&text[from..word.start()]);
                }
                (past, selected) = inserts::select(text, word.start(), at, &columns, found);
            }
            Part::Select | Part::Clause => {
                let near = clause(value::line(text, at, LONGEST));
                clause_end = at + near.len();
                columns = if mentions(near) { Columns::Any } else { kept(columns) };
                inserts::tuple(text, at, near, found);
                last.begin(text, at);
                before(text, at, early.take(), &columns, found);
                selected = false;
            }
            Part::Parameters => {
                // A statement far above is another one's.
                if at > last.end + ABOVE {
                    columns = Columns::Unknown;
                }
                let told = matches!(columns, Columns::Plain) && told_behind(text, at);
                let columns = if told { &Columns::Any } else { &columns };
                past = parameters(text, at, columns, found);
            }
            Part::Listed if last.holds(at) => {
                past = listed(text, at - 1, &columns, found).max(at);
            }
            Part::Listed => early = Some(at - 1),
            Part::Behind if last.holds(at) => {
                let (values, end) = items(text, at - 1);
                pick(text, &values, &columns, false, found);
                past = end;
            }
            Part::Assigned if last.holds(at) => {
                past = assigned(text, word.start() + 1, &columns, found);
            }
            Part::Bound if at <= last.end + BESIDE => past = bound(text, at, &columns, found),
            Part::Behind | Part::Assigned | Part::Bound => {}
            Part::Logged => past = logged(text, at, &columns, found).max(at),
            Part::Binding => past = binding(text, at, &columns, found),
            Part::Crypt => past = crypt(text, at, found),
            Part::Row => {
                past = row(text, at, found);
                told_row(text, at, found);
            }
            Part::Pragma => past = pragma(text, at, found),
        }
    }
}

/// `args=["svc", "X"]` before a statement in its line; `early` is where it begins.
fn before(text: &str, at: usize, early: Option<usize>, columns: &Columns, found: &mut Vec<Secret>) {
    let line = |early: &usize| at - early < LONGEST && !text[*early..at].contains('\n');
    if let Some(early) = early.filter(line) {
        listed(text, early, columns, found);
    }
}

/// `["svc", "X"]` directly behind a statement.
fn listed(text: &str, at: usize, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let rest = text[at..].trim_start_matches([' ', ';', ':', '=']);
    let known = matches!(columns, Columns::Any | Columns::Some(..));
    let inner = rest.trim_start_matches(['[', '(', ' ']).trim_start_matches('\\');
    let values = inner.starts_with(['"', '\'', '$', '@']) || inner.starts_with(char::is_numeric);
    let list = rest.strip_prefix('[').and_then(|rest| rest.split_once(']'));
    if let Some((list, _)) = list.filter(|(list, _)| known && !list.contains([',', '"', '\''])) {
        return words(text, list, columns, found);
    }
    if known && values && inner.len() < rest.len() {
        return parameters(text, text.len() - rest.len(), columns, found);
    }
    at
}

/// `[svc X]`, as Go prints a list; behind it.
fn words(text: &str, list: &str, columns: &Columns, found: &mut Vec<Secret>) -> usize {
    let start = |word: &str| word.as_ptr() as usize - text.as_ptr() as usize;
    let values = list.split(' ').filter(|word| !word.is_empty());
    let values: Vec<_> = values.map(|word| (start(word)..start(word) + word.len(), true)).collect();
    pick(text, &values, columns, false, found);
    start(list) + list.len() + 1
}

/// Whether the statement in the next line, to which the parameters belong, names a secret:
/// PostgreSQL tells them first.
fn told_behind(text: &str, at: usize) -> bool {
    let end = at + value::line(text, at, LONGEST).len();
    let next = text[end..].strip_prefix('\n').map_or("", |next| value::line(next, 0, LONGEST));
    next.find("STATEMENT:").is_some_and(|at| mentions(&next[at..]))
}

/// `PRAGMA key = 'X'`, `ATTACH DATABASE 'x' AS y KEY 'X'`.
fn pragma(text: &str, at: usize, found: &mut Vec<Secret>) -> usize {
    let near = value::line(text, at, 400);
    let attached = near.to_ascii_lowercase().find(" key ").map(|at| at + 5);
    let sign = near.trim_start().strip_prefix(['=', '(']).map(|rest| near.len() - rest.len());
    let Some(start) = attached.or(sign) else { return at };
    let start = at + start + near[start..].len() - near[start..].trim_start().len();
    let Some(values) = quotes::quoted_at(text, start) else { return at };
    found.push(Secret::new(SecretKind::Key, values.ranges[0].clone()));
    values.end
}

/// `Failing row contains (1, app, X)`: nothing names the columns, so what looks made by chance.
pub(super) fn row(text: &str, at: usize, found: &mut Vec<Secret>) -> usize {
    let (values, end) = items(text, at);
    let random = |value: &str| {
        let name = value.contains([' ', ':', '@']) || harmless::is_pseudonym(value);
        harmless::is_random(value) && !name
    };
    let random =
        values.into_iter().map(|(range, _)| range).filter(|range| random(&text[range.clone()]));
    let secret = |range| Secret { certain: false, ..Secret::new(SecretKind::Password, range) };
    found.extend(random.filter(|range| !harmless::is_uuid(&text[range.clone()])).map(secret));
    end
}

/// The values of a row whose columns the statement in the next line names.
fn told_row(text: &str, at: usize, found: &mut Vec<Secret>) {
    let end = at + value::line(text, at, LONGEST).len();
    let next = text[end..].strip_prefix('\n').map_or("", |next| value::line(next, 0, LONGEST));
    let Some((_, statement)) = next.split_once("INSERT INTO ") else { return };
    let columns = inserts::columns(statement.split(" VALUES").next().unwrap_or(statement));
    let (values, _) = items(text, at);
    let named = matches!(&columns, Columns::Some(_, all) if *all == values.len());
    if named {
        let values: Vec<_> = values.into_iter().map(|(range, _)| (range, true)).collect();
        pick(text, &values, &columns, false, found);
    }
}

/// A statement up to what another word of these explains.
fn clause(line: &str) -> &str {
    let ends = [" VALUES", "[parameters", "INSERT INTO", "insert into", "UPDATE ", "update "];
    &line[..ends.iter().filter_map(|end| line.find(end)).min().unwrap_or(line.len())]
}

fn kept(columns: Columns) -> Columns {
    if matches!(columns, Columns::Unknown) { Columns::Plain } else { columns }
}

/// Whether a statement names a column that holds a secret.
fn mentions(statement: &str) -> bool {
    steps::count(statement.len());
    let words = statement.split(|c: char| !(c.is_alphanumeric() || c == '_'));
    words.filter_map(keys::key).any(|key| key.sure != Sure::Random && key.sure != Sure::Header)
}

/// `IDENTIFIED BY 'X'`, `IDENTIFIED WITH plugin AS 'X'`, `IDENTIFIED BY X`.
fn identified(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let near = value::line(text, at, 120);
    if near.trim().eq_ignore_ascii_case("by") && text[at + near.len()..].starts_with('\n') {
        let next = block::next_line(text, at + near.len() + 1);
        let line = value::line(text, next, 80);
        let start = next + line.len() - line.trim_start().len();
        let range = quotes::quoted_at(text, start)?.ranges.into_iter().next()?;
        let end = range.end;
        if !harmless::is_placeholder(&text[range.clone()]) {
            found.push(Secret::new(SecretKind::Password, range));
        }
        return Some(end);
    }
    let lower = near.to_ascii_lowercase();
    let by = [" by ", " as ", " using "]
        .iter()
        .filter_map(|word| lower.find(word).map(|at| at + word.len()))
        .min()?;
    let mut at = at + by;
    for word in ["password", "values", "("] {
        let rest = text[at..].trim_start_matches([' ', '(']);
        let cut = rest.get(..word.len()).filter(|start| start.eq_ignore_ascii_case(word));
        at = text.len()
            - cut.map_or(rest, |_| rest[word.len()..].trim_start_matches([' ', '('])).len();
    }
    let values = value::at(text, at, value::Ends::Blank);
    let range = values.ranges.into_iter().next()?;
    if harmless::is_placeholder(&text[range.clone()])
        || (!values.quoted && harmless::is_prose(&text[range.clone()]))
    {
        return None;
    }
    found.push(Secret::new(SecretKind::Password, range));
    Some(values.end)
}

/// `'svc'@'%' = 'X'`, `svc = PASSWORD('X')`.
fn set(text: &str, at: usize, found: &mut Vec<Secret>) -> Option<usize> {
    let (_, behind) = value::line(text, at, 120).split_once('=')?;
    let open = behind.find(['\'', '"'])?;
    let values = quotes::quoted_at(text, behind.as_ptr() as usize - text.as_ptr() as usize + open)?;
    let range = values.ranges.first()?.clone();
    if !harmless::is_placeholder(&text[range.clone()]) {
        found.push(Secret::new(SecretKind::Password, range));
    }
    Some(values.end)
}

/// `crypt('X', gen_salt('bf'))`, `pgp_sym_decrypt(data, 'X')`.
fn crypt(text: &str, at: usize, found: &mut Vec<Secret>) -> usize {
    let (values, _) = items(text, at);
    for (range, quoted) in values {
        if quoted && !harmless::is_placeholder(&text[range.clone()]) && range.len() > 2 {
            found.push(Secret::new(SecretKind::Password, range));
        }
    }
    at
}
