//! Where one line holds the database that is used against the one that is meant: `using
//! redis://a/31 instead of redis://a/3`, `expected database shop_test but connected to shop_dev`.

use logscan_model::Span;

/// Words between the two, and whether the one that is used stands behind them.
const OPPOSE: [(&str, bool); 12] = [
    (" instead of ", false),
    (" rather than ", false),
    ("(expected ", false),
    (", expected ", false),
    ("(want ", false),
    (", want ", false),
    (" config says ", false),
    (" should be ", false),
    ("but connected to ", true),
    ("but is connected to ", true),
    ("but got ", true),
    ("but found ", true),
];
/// Bytes of the longest line that is read.
const LONGEST: usize = 300;

/// Whether a line may hold two targets against each other.
pub(crate) fn may_hold(message: &str) -> bool {
    message.len() <= LONGEST && OPPOSE.iter().any(|(words, _)| message.contains(words))
}

/// The target that is used, and the one that is meant.
pub(crate) fn read(message: &str) -> Option<(Span, Span)> {
    if message.len() > LONGEST {
        return None;
    }
    let (at, words, behind) =
        OPPOSE.iter().find_map(|(words, behind)| Some((message.find(words)?, words, *behind)))?;
    let (before, after) = (&message[..at], &message[at + words.len()..]);
    let tokens = |text| -> Vec<Token<'_>> { tokens(text).collect() };
    let (left, right) = (tokens(before), tokens(after));
    let first = left.iter().rev().find(|token| token.kind.is_some())?;
    let alike = |token: &&Token<'_>| token.text != first.text && token.may_be(first.kind);
    let second = right.iter().find(alike)?;
    let place = |token: &Token<'_>| {
        let start = token.text.as_ptr().addr() - message.as_ptr().addr();
        Span { start: start as u32, end: (start + token.text.len()) as u32 }
    };
    let (used, meant) = if behind { (second, first) } else { (first, second) };
    Some((place(used), place(meant)))
}

/// What a word of a line may name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Url,
    /// With or without a port.
    Server,
    /// A database.
    Name,
}

struct Token<'t> {
    text: &'t str,
    kind: Option<Kind>,
}

impl Token<'_> {
    /// Whether it may be another one of this kind.
    fn may_be(&self, kind: Option<Kind>) -> bool {
        match kind {
            Some(Kind::Url) => self.kind == Some(Kind::Url),
            Some(Kind::Server) => {
                self.kind == Some(Kind::Server) || is_host(self.text) && !is_file(self.text)
            }
            Some(Kind::Name) => is_name(self.text),
            None => false,
        }
    }
}

/// The words of a text, with what each of them names.
fn tokens(text: &str) -> impl Iterator<Item = Token<'_>> {
    let mut names_database = false;
    text.split([' ', '(', ')', ',', ';']).map(move |word| {
        let key = word.split_once('=').filter(|(key, _)| is_key(key));
        let text = key.map_or(word, |(_, value)| value);
        let text = text.trim_matches(['"', '\'', '`', '<', '>', '[', ']', '.', ':']);
        let key_names = |part: &str| key.is_some_and(|(key, _)| key.to_uppercase().contains(part));
        let is_named =
            std::mem::replace(&mut names_database, word.eq_ignore_ascii_case("database"));
        let kind = if is_url(text) {
            Some(Kind::Url)
        } else if is_server(text) || key_names("HOST") && is_host(text) {
            Some(Kind::Server)
        } else if (is_named || key_names("DATABASE") || key_names("DB_NAME")) && is_name(text) {
            Some(Kind::Name)
        } else {
            None
        };
        Token { text, kind }
    })
}

fn is_key(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
}

fn is_url(text: &str) -> bool {
    let scheme = text.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        !scheme.starts_with("http") && is_key(&scheme.replace(['+', ':'], "_"))
    })
}

/// `db.ci.local:5432`
fn is_server(text: &str) -> bool {
    let port = text.rsplit_once(':').filter(|(host, _)| is_host(host) && !is_file(host));
    port.is_some_and(|(_, port)| (4..=5).contains(&port.len()) && port.parse::<u16>().is_ok())
}

fn is_host(text: &str) -> bool {
    let is_part = |byte: u8| byte.is_ascii_alphanumeric() || b"-.".contains(&byte);
    text.len() > 3
        && (text.contains(['.', '-']) || text == "localhost")
        && text.bytes().all(is_part)
        && text.starts_with(|c: char| c.is_ascii_alphanumeric())
}

/// `store_test.go` is no host.
fn is_file(text: &str) -> bool {
    const ENDS: [&str; 14] = [
        "go", "py", "rb", "js", "ts", "java", "kt", "rs", "php", "exs", "cs", "yml", "json", "log",
    ];
    text.rsplit_once('.').is_some_and(|(_, end)| ENDS.contains(&end))
}

fn is_name(text: &str) -> bool {
    (3..=63).contains(&text.len()) && is_key(text) && text.starts_with(|c: char| c.is_alphabetic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_used_one_is_held_against_the_meant_one() {
        for (message, expected) in [
            (
                "using redis://localhost:6379/31 from a instead of redis://localhost:6379/3 from b",
                Some(("redis://localhost:6379/31", "redis://localhost:6379/3")),
            ),
            (
                "connected to: redis-ro.ci:6379 (REDIS_URL of .env, test config says redis.ci)",
                Some(("redis-ro.ci:6379", "redis.ci")),
            ),
            (
                "config: MYSQL_HOST=db-replica.ci.local (expected db-primary.ci.local), errno 1290",
                Some(("db-replica.ci.local", "db-primary.ci.local")),
            ),
            (
                "expected database shop_it (application-it.yml) but connected to shop_dev",
                Some(("shop_dev", "shop_it")),
            ),
            ("returned 3 rows instead of 4", None),
            ("x_test.go:44 expected status 200 but got 500", None),
            ("http://localhost:8080/a instead of http://localhost:8080/b", None),
        ] {
            let read = read(message).map(|(used, meant)| (used.of(message), meant.of(message)));
            assert_eq!(read, expected, "{message}");
        }
    }
}
