//! How full a pool is, and how many connections there are, in the words of any program.

use std::sync::LazyLock;

use logscan_model::Span;
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    pool: Vec<String>,
    not: Vec<String>,
    in_use: Vec<String>,
    idle: Vec<String>,
    size: Vec<String>,
    waiting: Vec<String>,
    counted: Vec<String>,
    listed_in: Vec<String>,
    listed: Vec<String>,
    sum: Vec<String>,
    statement: Vec<String>,
}

static COUNTS: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../catalogue/pool-counts.toml"))
        .unwrap_or_else(|problem| panic!("pool-counts.toml: {problem}"))
});

/// Bytes of the longest line that is read.
const LONGEST: usize = 400;
/// Words of the longest name of a number: `connections in use`.
const MOST_WORDS: usize = 3;

/// Where the numbers of a pool stand in the line.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct PoolCounts {
    pub(crate) in_use: Span,
    pub(crate) idle: Option<Span>,
    pub(crate) size: Option<Span>,
    pub(crate) waiting: Option<Span>,
}

/// Texts of which a line must hold one to be looked at.
pub(super) fn announcing() -> impl Iterator<Item = &'static String> {
    COUNTS.announced_by.iter().chain(&COUNTS.counted).chain(&COUNTS.listed_in)
}

/// How full a line says that a pool is; `message` is where its text begins behind its head.
pub(crate) fn read(line: &str, message: usize) -> Option<PoolCounts> {
    let announced = || COUNTS.announced_by.iter().any(|text| line.contains(text.as_str()));
    if line.len() > LONGEST || !announced() || !is_of_a_pool(line, message) {
        return None;
    }
    let mut found: [Option<Span>; 4] = [None; 4];
    let names = [&COUNTS.in_use, &COUNTS.idle, &COUNTS.size, &COUNTS.waiting];
    // The size that is named first stands in the list first: the most that a pool may have.
    let mut rank = usize::MAX;
    for (name, span) in named_numbers(line) {
        for (found, names) in found.iter_mut().zip(names) {
            let Some(at) = names.iter().position(|known| *known == name) else { continue };
            if std::ptr::eq(names, &COUNTS.size) {
                if at < rank {
                    (*found, rank) = (Some(span), at);
                }
            } else {
                found.get_or_insert(span);
            }
            break;
        }
    }
    let [in_use, idle, size, waiting] = found;
    let counts = PoolCounts { in_use: in_use?, idle, size, waiting };
    (idle.is_some() || size.is_some() && waiting.is_some()).then_some(counts)
}

/// How many connections the line says that there are.
pub(crate) fn count(line: &str) -> Option<Span> {
    if line.len() > LONGEST {
        return None;
    }
    let said = COUNTS.counted.iter().find_map(|words| {
        let at = line.find(words.as_str())?;
        let front = line[..at].strip_suffix(' ').unwrap_or_default();
        let digits = front.len() - front.trim_end_matches(|c: char| c.is_ascii_digit()).len();
        let apart = front[..front.len() - digits].ends_with([' ', ':', '=', '(', '[']);
        if digits > 0 && digits < 7 && (apart || digits == front.len()) {
            return Some(Span { start: (front.len() - digits) as u32, end: front.len() as u32 });
        }
        let rest = line[at + words.len()..].trim_start_matches([':', '=', ' ']);
        number_at(line, line.len() - rest.len())
            .filter(|_| line[at + words.len()..].starts_with([':', '=']))
    });
    said.or_else(|| listed(line))
}

/// How many connections a line says that the server lists: the number before what is listed, behind
/// a name of their sum, or behind the last sign.
fn listed(line: &str) -> Option<Span> {
    let holds = |words: &[String]| words.iter().any(|word| line.contains(word.as_str()));
    if !holds(&COUNTS.listed_in) || holds(&COUNTS.statement) {
        return None;
    }
    let apart = |c: char| !(c.is_alphanumeric() || "_.-".contains(c));
    let place = |word: &str| word.as_ptr().addr() - line.as_ptr().addr();
    let mut words = line.split(apart).filter(|word| !word.is_empty()).peekable();
    while let Some(word) = words.next() {
        let is_of_them = |next: &&str| COUNTS.listed.iter().any(|of| of == next);
        if let Some(number) = number_at(line, place(word)).filter(|number| number.of(line) == word)
            && words.peek().is_some_and(is_of_them)
        {
            return Some(number);
        }
    }
    let directly = COUNTS.listed_in.iter().find_map(|view| {
        let behind = line.find(view.as_str())? + view.len();
        number_at(line, line.len() - line[behind..].trim_start().len())
    });
    let mut sums = named_numbers(line).filter(|(name, _)| COUNTS.sum.contains(name));
    let last = || {
        let behind = line.rfind([':', '=']).map(|at| at + 1)?;
        let value = line.len() - line[behind..].trim_start().len();
        number_at(line, value).filter(|number| number.end as usize == line.trim_end().len())
    };
    directly.or_else(|| sums.next().map(|(_, number)| number)).or_else(last)
}

fn is_of_a_pool(line: &str, message: usize) -> bool {
    let line = line.to_ascii_lowercase();
    let holds = |text: &str, words: &[String]| words.iter().any(|word| text.contains(&**word));
    // A name in brackets is the thread's that wrote the line, or a test's.
    let mut parts = line[message..].split(['[', ']']).step_by(2);
    holds(&line, &COUNTS.pool) && !parts.any(|part| holds(part, &COUNTS.not))
}

/// Numbers behind `name=` and `name:`, each with the last words of its name, joined.
fn named_numbers(line: &str) -> impl Iterator<Item = (String, Span)> {
    let signs = line.match_indices([':', '=']).map(|(at, _)| at);
    signs.flat_map(move |at| {
        let value = at + 1 + line[at + 1..].len() - line[at + 1..].trim_start().len();
        let span = number_at(line, value);
        let before = line[..at].trim_end();
        let apart = |c: char| !(c.is_alphanumeric() || "_- ".contains(c));
        let name = before.rsplit(apart).next().unwrap_or_default();
        let words: Vec<&str> = name.split_whitespace().collect();
        let names = (1..=MOST_WORDS.min(words.len())).rev().map(move |most| {
            let name = words[words.len() - most..].concat();
            name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
        });
        let names: Vec<String> = if span.is_some() { names.collect() } else { Vec::new() };
        names.into_iter().filter_map(move |name| Some((name, span?)))
    })
}

/// The whole number that begins there, perhaps `2/10` of which it is the first.
fn number_at(line: &str, at: usize) -> Option<Span> {
    let rest = &line[at..];
    let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let behind = rest[digits..].chars().next();
    let whole = behind.is_none_or(|c| !c.is_alphanumeric() && c != '.' && c != '%');
    (digits > 0 && digits < 7 && whole)
        .then(|| Span { start: at as u32, end: (at + digits) as u32 })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pools_tell_how_full_they_are() {
        for (line, expected) in [
            (
                "PoolProbe: after [a test]: acquired=2 allocated=10 idle=8 pending=0 max=12",
                [Some("2"), Some("8"), Some("12"), Some("0")],
            ),
            (
                "db stats: {MaxOpenConnections:10 OpenConnections:9 InUse:3 Idle:6 WaitCount:7}",
                [Some("3"), Some("6"), Some("10"), None],
            ),
            ("pool checked out: 5, available: 0", [Some("5"), Some("0"), None, None]),
        ] {
            let counts = read(line, 0).unwrap_or_else(|| panic!("{line}"));
            let found = [Some(counts.in_use), counts.idle, counts.size, counts.waiting];
            assert_eq!(found.map(|span| span.map(|span| span.of(line))), expected, "{line}");
        }
        for line in [
            "thread pool: active=3 idle=2",
            "active=3 idle=2",
            "connection idle: 30s, active: true",
            "db active=3",
        ] {
            assert_eq!(read(line, 0), None, "{line}");
        }
    }

    #[test]
    fn connections_are_counted() {
        for (line, expected) in [
            ("[TearDown] OrderTests: 5 server sessions for shop_test", Some("5")),
            ("open connections: 12", Some("12")),
            ("12 open connections", Some("12")),
            ("dbtest.go:48: pg_stat_activity: 9 sessions on signal_test, 8 idle", Some("9")),
            ("pg_stat_activity after test 1: total=11 idle=10 active=1", Some("11")),
            ("pg_stat_activity app='quay-tests' idle in transaction = 27", Some("27")),
            ("Threads_connected: 14", Some("14")),
            ("[conn] Threads_connected 62 after CatalogTest", Some("62")),
            ("pg_stat_activity after test 5: error: sorry, too many clients", None),
            ("SELECT count(*) FROM pg_stat_activity WHERE pid <> 12", None),
            ("2026-03-04 dump of pg_stat_activity", None),
            ("closing open connections", None),
            ("v12 open connections", None),
        ] {
            assert_eq!(count(line).map(|span| span.of(line)), expected, "{line}");
        }
    }
}
