//! Command lines whose options take a secret without saying so: `mysql -pX`, `curl -u me:X`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::signs::blanks;
use super::steps;
use super::value;

/// How a tool takes its secret.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Takes {
    /// Directly behind the option: `-pX`.
    Attached(&'static str),
    /// As the next word, or directly behind the option.
    Next(&'static str),
    /// As the next word, behind the word `login`.
    Login(&'static str),
    /// As `user:X` behind one of these options.
    Pair(&'static [&'static str]),
    /// As `user/X`, perhaps with `@base` behind it.
    Slash,
    /// As `user%X` behind `-U`.
    Percent,
    /// As the second word behind one of these.
    Second(&'static [&'static str]),
    /// As the next word behind this one.
    Behind(&'static str),
    /// Behind `pass:`.
    Pass,
}

const TOOLS: [(&[&str], Takes); 18] = [
    (
        &[
            "mysql",
            "mysqldump",
            "mysqladmin",
            "mysqlimport",
            "mysqlcheck",
            "mysqlsh",
            "mysqlslap",
            "mycli",
            "mariadb",
            "mariadb-dump",
            "mariadb-admin",
            "mysqlpump",
            "mysqlbinlog",
            "xtrabackup",
            "mydumper",
        ],
        Takes::Attached("-p"),
    ),
    (&["7z", "7za", "rar", "unrar"], Takes::Attached("-p")),
    (
        &["curl", "wget", "http", "https", "httpie", "xh", "ab", "siege", "etcdctl", "curlie"],
        Takes::Pair(&[
            "-u",
            "--user",
            "-U",
            "--proxy-user",
            "-a",
            "--auth",
            "-A",
            "--basic",
            "--proxy-auth",
        ]),
    ),
    (&["lftp", "ncftp"], Takes::Pair(&["-u"])),
    (
        &[
            "sshpass",
            "mongo",
            "mongosh",
            "mongodump",
            "mongorestore",
            "mongoexport",
            "mongoimport",
            "mongostat",
            "cqlsh",
            "cypher-shell",
            "rabbitmqadmin",
            "twine",
            "influx",
            "neo4j-admin",
            "nodetool",
            "couchbase-cli",
            "arangosh",
            "ysqlsh",
            "vertica",
            "vsql",
            "trino",
            "taos",
            "gsql",
            "nzsql",
            "ksql",
        ],
        Takes::Next("-p"),
    ),
    (&["redis-cli", "valkey-cli", "keydb-cli", "dragonfly", "redis-benchmark"], Takes::Next("-a")),
    (
        &["sqlcmd", "bcp", "isql", "osql", "tsql", "fisql", "mssql-cli", "unzip", "zip"],
        Takes::Next("-P"),
    ),
    (
        &["ldapsearch", "ldapadd", "ldapmodify", "ldapwhoami", "ldapdelete", "vsql", "beeline"],
        Takes::Next("-w"),
    ),
    (&["beeline"], Takes::Next("-p")),
    (&["gbak", "gfix", "gsec", "isql-fb"], Takes::Next("-pas")),
    (
        &["docker", "podman", "nerdctl", "oc", "az", "helm", "crane", "skopeo", "buildah"],
        Takes::Login("-p"),
    ),
    (
        &["sqlplus", "sqlldr", "expdp", "impdp", "exp", "imp", "rman", "sqlcl", "tnsping"],
        Takes::Slash,
    ),
    (&["smbclient", "rpcclient", "smbmap", "net"], Takes::Percent),
    (&["rabbitmqctl"], Takes::Second(&["add_user", "change_password", "authenticate_user"])),
    (&["db2", "db2cmd"], Takes::Behind("using")),
    (&["openssl"], Takes::Pass),
    (&["openssl"], Takes::Next("-k")),
    (&["mysqladmin", "mariadb-admin"], Takes::Behind("password")),
];

static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let names = TOOLS.iter().flat_map(|(names, _)| names.iter());
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).expect("fixed words")
});

fn tools(name: &str) -> impl Iterator<Item = Takes> + '_ {
    let base = name.rsplit(['/', '\\']).next().unwrap_or(name);
    let base = base.strip_suffix(".exe").unwrap_or(base);
    TOOLS.iter().filter(move |(names, _)| names.contains(&base)).map(|(_, takes)| *takes)
}

/// Finds what command lines take, and the answers to `AUTH`.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for name in NAMES.find_iter(text) {
        let apart = |c: Option<char>| c.is_none_or(|c| !(c.is_alphanumeric() || "_-.".contains(c)));
        let begins = apart(text[..name.start()].chars().next_back());
        let word = text[name.start()..].find(|c: char| !(c.is_alphanumeric() || "_-.".contains(c)));
        if name.start() < past || !begins {
            continue;
        }
        let end = word.map_or(text.len(), |end| name.start() + end);
        let used = text[end..].starts_with([' ', '"', '\'', '\\', '\t']);
        if used && tools(&text[name.start()..end]).next().is_some() {
            past = command(text, name.start()..end, found);
        }
    }
    replies(text, found);
}

/// A word of a command line, without its quotes.
struct Word {
    range: Range<usize>,
    end: usize,
}

/// The word that begins there or behind blanks; `None` at the end of the command.
fn word(text: &str, at: usize) -> Option<Word> {
    let at = text.len() - text[blanks(text, at)..].trim_start_matches([',', '[', '(', ' ']).len();
    let rest = &text[at..];
    if rest.is_empty() || rest.starts_with(['\n', '|', ';', ')', ']']) || rest.starts_with("&&") {
        return None;
    }
    if let Some(values) =
        value::quoted_at(text, at).filter(|values| values.ranges[0].start - at < 8)
    {
        let closed = text[values.end..].trim_start_matches('\\');
        let end = text.len() - closed.strip_prefix(['"', '\'', '`']).unwrap_or(closed).len();
        return Some(Word { range: values.ranges[0].clone(), end: end.max(at + 1) });
    }
    let end = bare(text, at);
    let inner = text[at..end].trim_end_matches(['"', '\'', ',', ']', ')', '\\']);
    Some(Word { range: at..at + inner.len(), end })
}

/// The end of a word without quotes around it, but perhaps within: `-p'a b'`.
fn bare(text: &str, at: usize) -> usize {
    let (mut end, mut quote) = (at, None);
    for c in text[at..].chars() {
        match quote {
            _ if c == '\n' => break,
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if c.is_whitespace() => break,
            None if ['"', '\''].contains(&c)
                && text[at..end]
                    .ends_with(|c: char| c.is_ascii_alphabetic() || c == '=' || c == ':') =>
            {
                let closed = text[end + 1..text.floor_char_boundary(end + 400)].split('\n').next();
                quote = closed.filter(|rest| rest.contains(c)).map(|_| c);
            }
            None => {}
        }
        end += c.len_utf8();
    }
    end
}

/// Goes through a command; behind its end.
fn command(text: &str, name: Range<usize>, found: &mut Vec<Secret>) -> usize {
    let mut how: Vec<Takes> = tools(&text[name.clone()]).collect();
    let mut at = text.len() - text[name.end..].trim_start_matches(['"', '\'', '\\', ',']).len();
    let (mut last, mut before, mut login) = (name, 0..0, false);
    while let Some(word) = word(text, at) {
        steps::count(word.end - at);
        let name = &text[word.range.clone()];
        if !name.starts_with('-') && tools(name).next().is_some() {
            how = tools(name).collect();
        } else {
            login |= name == "login";
            let [last, before] = [&last, &before].map(|range: &Range<usize>| &text[range.clone()]);
            for takes in &how {
                let value = taken(*takes, name, last, before, login);
                found.extend(value.and_then(|value| secret(text, &word.range, &value)));
            }
        }
        before = std::mem::replace(&mut last, word.range);
        at = word.end.max(at + 1);
    }
    at
}

/// Which bytes of a word a tool takes as a secret.
fn taken(takes: Takes, word: &str, last: &str, before: &str, login: bool) -> Option<Range<usize>> {
    let flag = word.starts_with('-');
    let after =
        |sign: char, from: usize| word[from..].find(sign).map(|at| from + at + 1..word.len());
    match takes {
        Takes::Attached(option) if word.starts_with(option) => Some(option.len()..word.len()),
        Takes::Next(option) | Takes::Login(option) if last == option && !flag => {
            (matches!(takes, Takes::Next(_)) || login).then_some(0..word.len())
        }
        Takes::Next(option) if word.starts_with(option) && word.len() > option.len() => {
            Some(option.len() + usize::from(word[option.len()..].starts_with('='))..word.len())
        }
        Takes::Pair(options) if options.contains(&last) => after(':', 0).or_else(|| after(',', 0)),
        Takes::Pair(options) => {
            let option = options
                .iter()
                .filter(|option| word.starts_with(**option))
                .max_by_key(|option| option.len())?;
            let long = !option.starts_with("--") || word[option.len()..].starts_with('=');
            after(':', option.len()).filter(|_| long && !word.contains("://"))
        }
        Takes::Slash if !flag && !word.starts_with(['/', '@', '.']) => {
            let slash =
                word.find('/').filter(|at| *at < 100 && !word[..*at].contains([':', '=', '.']))?
                    + 1;
            let end = word.rfind('@').filter(|end| *end > slash).unwrap_or(word.len());
            (!last.contains('/')).then_some(slash..end)
        }
        Takes::Percent if last == "-U" => after('%', 0),
        Takes::Second(words) if words.contains(&before) => Some(0..word.len()),
        Takes::Behind(name) if last == name => Some(0..word.len()),
        Takes::Pass => word.starts_with("pass:").then_some(5..word.len()),
        _ => None,
    }
}

fn secret(text: &str, word: &Range<usize>, value: &Range<usize>) -> Option<Secret> {
    let whole = &text[word.start + value.start..word.start + value.end];
    let quotes = whole.len() - whole.trim_start_matches(['"', '\'', '\\']).len();
    let bare = whole.trim_matches(['"', '\'', '\\']);
    let start = word.start + value.start + quotes;
    let port = value.start > 0 && !bare.is_empty() && bare.len() < 3;
    (!bare.is_empty() && !port && !harmless::is_placeholder(bare))
        .then(|| Secret::new(SecretKind::Password, start..start + bare.len()))
}

/// `AUTH X` and `AUTH user X` of the Redis protocol, `ACL SETUSER me >X`.
fn replies(text: &str, found: &mut Vec<Secret>) {
    for (at, name) in text.match_indices("AUTH") {
        let begins = !text[..at].ends_with(|c: char| c.is_alphanumeric() || "_-.".contains(c));
        let behind = text[at + name.len()..].trim_start_matches(['"', '\'', '\\']);
        if !begins || !behind.starts_with(' ') {
            continue;
        }
        let Some(first) = word(text, text.len() - behind.len() + 1) else { continue };
        let value = &text[first.range.clone()];
        let method = ["PLAIN", "LOGIN", "CRAM-MD5", "XOAUTH2", "TLS", "SASL", "GSSAPI", "EXTERNAL"];
        let told = harmless::is_prose(value) || harmless::is_placeholder(value);
        if value.is_empty()
            || method.contains(&value)
            || value.ends_with(':')
            || (told && value != "default")
        {
            continue;
        }
        let same = |second: &Word| {
            !text[first.end..second.range.start].contains('\n')
                && !harmless::is_prose(&text[second.range.clone()])
        };
        let second = word(text, first.end).filter(same);
        let last = second.map_or(first.range.clone(), |second| second.range);
        found.push(Secret::new(SecretKind::Password, last));
        found.push(Secret { certain: false, ..Secret::new(SecretKind::Password, first.range) });
    }
    for (at, _) in text.match_indices("SETUSER ") {
        let near = value::line(text, at, 400);
        if let Some(from) = near.find(" >") {
            let start = at + from + 2;
            let end = value::line(text, start, 200)
                .find(char::is_whitespace)
                .map_or(start + value::line(text, start, 200).len(), |end| start + end);
            found.push(Secret::new(SecretKind::Password, start..end));
        }
    }
}
