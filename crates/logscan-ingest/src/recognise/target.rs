//! Where a line says that its program connects, or where a database was made for it: words that
//! tell of it, and an address.

use std::sync::LazyLock;

use logscan_model::{EventKind, Span};
use serde::Deserialize;

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
struct File {
    announced_by: Vec<String>,
    provided: Vec<String>,
    set: Vec<String>,
    used: Vec<String>,
    not: Vec<String>,
}

static TARGETS: LazyLock<File> = LazyLock::new(|| {
    toml::from_str(include_str!("../../catalogue/told-targets.toml"))
        .unwrap_or_else(|problem| panic!("told-targets.toml: {problem}"))
});

/// Bytes of the longest line that is read.
const LONGEST: usize = 300;

/// Texts of which a line must hold one to be looked at.
pub(super) fn announcing() -> &'static [String] {
    &TARGETS.announced_by
}

/// What a message says of a target, and where the address stands in it.
pub(crate) fn read(message: &str) -> Option<(EventKind, Span)> {
    if message.len() > LONGEST {
        return None;
    }
    let address = address(message)?;
    let words = message[..address.start as usize].to_ascii_lowercase();
    let behind = message[address.end as usize..].to_ascii_lowercase();
    let says = |list: &[String]| {
        let said = list.iter().filter(|word| words.contains(word.as_str()));
        said.map(String::len).max()
    };
    if says(&TARGETS.not).is_some() || TARGETS.not.iter().any(|word| behind.contains(word.as_str()))
    {
        return None;
    }
    // The longer words say more: `pool started` uses what a container that `started` provides.
    let says = [
        (says(&TARGETS.provided), EventKind::TargetProvided),
        (says(&TARGETS.set), EventKind::TargetSet),
        (says(&TARGETS.used), EventKind::TargetUsed),
    ];
    let told = says.into_iter().rev().filter(|(said, _)| said.is_some());
    let (_, kind) = told.max_by_key(|(said, _)| *said)?;
    Some((kind, address))
}

/// The first address in a message: a URL, pairs of ADO.NET or libpq, or `host:port/database`.
fn address(message: &str) -> Option<Span> {
    url(message).or_else(|| pairs(message)).or_else(|| bare(message))
}

/// `postgres://…` up to a blank or a quote.
fn url(message: &str) -> Option<Span> {
    let is_scheme =
        |text: &&String| text.ends_with("://") || text.ends_with('+') || *text == "jdbc:";
    let schemes = TARGETS.announced_by.iter().filter(is_scheme);
    let start = schemes.filter_map(|scheme| message.find(scheme.as_str())).min()?;
    let rest = &message[start..];
    let ends = |c: char| c.is_whitespace() || "\"'`,)>|".contains(c);
    let end = rest.find(ends).unwrap_or(rest.len());
    let url = rest[..end].trim_end_matches(['.', ':', ';']);
    Some(span(start, url.len()))
}

/// `Server=db;Port=3306;Database=shop`, `host=db:5432 database=shop`: a host and something beside
/// it.
fn pairs(message: &str) -> Option<Span> {
    let names = ["Server=", "Host=", "Data Source=", "host="];
    let start = names.iter().find_map(|name| message.find(name))?;
    let lower = message[start..].to_ascii_lowercase();
    let beside = ["port=", "database=", "dbname=", "catalog="];
    beside.iter().any(|name| lower.contains(name)).then(|| span(start, message.len() - start))
}

/// `localhost:5432/shop`.
fn bare(message: &str) -> Option<Span> {
    let mut at = 0;
    for word in message.split(' ') {
        let address = word.trim_matches(['"', '\'', '(', ')', ',', '.', '`']);
        let server = address.split_once('/').filter(|(_, name)| !name.is_empty());
        let port = server.and_then(|(server, _)| Some(server.rsplit_once(':')?.1));
        if port.is_some_and(|port| (4..=5).contains(&port.len()) && port.parse::<u16>().is_ok()) {
            let lead = word.find(address).unwrap_or(0);
            return Some(span(at + lead, address.len()));
        }
        at += word.len() + 1;
    }
    None
}

fn span(start: usize, length: usize) -> Span {
    Span { start: start as u32, end: (start + length) as u32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_say_where_they_connect() {
        use EventKind::{TargetProvided as Provided, TargetUsed as Used};
        for (message, expected) in [
            (
                "connected to jdbc:postgresql://localhost:5432/shop_dev (PostgreSQL 16.3)",
                Some((Used, "jdbc:postgresql://localhost:5432/shop_dev")),
            ),
            (
                "MongoMemoryServer started: mongodb://127.0.0.1:40127/ (mongod 7.0.14)",
                Some((Provided, "mongodb://127.0.0.1:40127/")),
            ),
            (
                "[fixture] mysql container: Server=127.0.0.1;Port=32769;Database=shop_test",
                Some((Provided, "Server=127.0.0.1;Port=32769;Database=shop_test")),
            ),
            (
                "using connection string 'Default': Server=localhost;Port=3306;Database=shop",
                Some((Used, "Server=localhost;Port=3306;Database=shop")),
            ),
            (
                "prisma client ready, host=postgres:5432 database=shop_dev",
                Some((Used, "host=postgres:5432 database=shop_dev")),
            ),
            (
                "DATABASE_URL loaded from .env -> localhost:5432/shop_dev",
                Some((Used, "localhost:5432/shop_dev")),
            ),
            (
                "pool started jdbc:postgresql://localhost:5432/cellar (profile :default)",
                Some((Used, "jdbc:postgresql://localhost:5432/cellar")),
            ),
            (
                "[db] prisma client for localhost:5432/orders_dev (DATABASE_URL from .env)",
                Some((Used, "localhost:5432/orders_dev")),
            ),
            (
                "effective engine url: postgresql+psycopg2://ci@localhost:5432/orders_dev",
                Some((Used, "postgresql+psycopg2://ci@localhost:5432/orders_dev")),
            ),
            (
                "appsettings.Testing.json: Server=(localdb);Database=ShopTests",
                Some((EventKind::TargetSet, "Server=(localdb);Database=ShopTests")),
            ),
            ("could not connect to postgres://localhost:5432/shop", None),
            ("connecting to postgres://localhost:5432/shop failed", None),
            ("see postgres://localhost:5432/shop", None),
            ("using the fixture of user 7", None),
            ("connecting: attempt 1/5", None),
        ] {
            let read = read(message).map(|(kind, span)| (kind, span.of(message)));
            assert_eq!(read, expected, "{message}");
        }
    }
}
