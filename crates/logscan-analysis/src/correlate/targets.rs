//! Where connections are meant to go, and where they go: addresses out of URLs, fields
//! and what engines print of themselves.

use logscan_model::timeline::{Moment, Name, Target, TargetRole};
use logscan_model::{Event, EventKind, Field};

/// The target that a line tells, if it names a host.
pub(super) fn target(event: &Event, chunk: &str, test: Option<Name>) -> Option<Target> {
    let role = match event.kind {
        EventKind::TargetBound | EventKind::EngineHost => TargetRole::Bound,
        EventKind::TargetSet => return set(event, chunk),
        EventKind::TargetProvided => TargetRole::Provided,
        EventKind::TargetUsed => TargetRole::Used,
        _ => TargetRole::Announced,
    };
    let at = Moment { time: event.time, place: event.place };
    let number = |port: i64| u16::try_from(port).ok();
    let (host, port, database) = match event.text(Field::Url, chunk) {
        Some(url) => pairs(url).or_else(|| parse(url))?,
        None => {
            // A port that a container publishes is one of this machine.
            let published = event.kind == EventKind::TargetProvided;
            let own = published.then_some("localhost");
            let host = event.text(Field::Host, chunk).or(own)?.to_owned();
            let database = event.text(Field::Database, chunk).map(str::to_owned);
            (host, event.int(Field::Port).and_then(number), database)
        }
    };
    Some(Target { host: normal(&host), port, database, role, test, worker: None, at })
}

/// So many lines apart the environment of a job sets a host and its port.
const ONE_SETTING: u64 = 6;

/// Adds the port that the environment sets by itself to the host that it sets above.
pub(super) fn add_port(last: &mut Target, event: &Event) -> bool {
    let port = event.int(Field::Port).and_then(|port| u16::try_from(port).ok());
    let below = event.place.input == last.at.place.input
        && event.place.line - last.at.place.line <= ONE_SETTING;
    let of_set = event.kind == EventKind::TargetSet && last.port.is_none() && below;
    let role = matches!(last.role, TargetRole::Set { .. });
    last.port = last.port.or(port.filter(|_| of_set && role));
    of_set && role && port.is_some()
}

/// The target that the environment of a job sets: an address of a database, or the host of one.
fn set(event: &Event, chunk: &str) -> Option<Target> {
    let at = Moment { time: event.time, place: event.place };
    let (host, port, database, usual_port) = match event.text(Field::Url, chunk) {
        Some(url) => {
            let (host, port, database) = pairs(url).or_else(|| parse(url))?;
            let usual = usual_port(url)?;
            (host, port.or(Some(usual)), database, Some(usual))
        }
        None => {
            let database = event.text(Field::Database, chunk).map(str::to_owned);
            let host = match event.text(Field::Host, chunk) {
                // The kind of the database, by the name of its driver.
                Some("mysql" | "mariadb" | "pgsql" | "sqlsrv") => return None,
                Some(host) => host,
                None => database.as_ref().map(|_| "")?,
            };
            (host.to_owned(), None, database, port_of_kind(host))
        }
    };
    let role = TargetRole::Set { usual_port };
    Some(Target { host: normal(&host), port, database, role, test: None, worker: None, at })
}

/// Kinds of servers, and the ports on which they usually listen.
const KINDS: [(&str, u16); 14] = [
    ("postgres", 5432),
    ("pgsql", 5432),
    ("ecto", 5432),
    ("cockroach", 26257),
    ("mysql", 3306),
    ("mariadb", 3306),
    ("mongodb", 27017),
    ("redis", 6379),
    ("valkey", 6379),
    ("sqlserver", 1433),
    ("mssql", 1433),
    ("oracle", 1521),
    ("cassandra", 9042),
    ("neo4j", 7687),
];

/// The port on which servers of the kind that a URL names usually listen; `None` if it names no
/// database.
fn usual_port(url: &str) -> Option<u16> {
    let url = url.trim_start_matches(['"', '\'']);
    if let Some((scheme, _)) = url.split_once("://") {
        return port_of_kind(scheme.strip_prefix("jdbc:").unwrap_or(scheme));
    }
    // Npgsql calls it a host, SQL Server's client a server or a data source.
    let first = url.split('=').next()?.trim().to_ascii_lowercase();
    port_of_kind(&first).or(match first.as_str() {
        "host" => Some(5432),
        "server" | "data source" => Some(1433),
        _ => None,
    })
}

/// Whether a text is the URL of a server of a known kind.
pub(super) fn is_database_url(text: &str) -> bool {
    text.contains("://") && usual_port(text).is_some()
}

/// The usual port of servers of the kind with whose name a scheme or a host begins.
fn port_of_kind(name: &str) -> Option<u16> {
    KINDS.iter().find(|(kind, _)| name.starts_with(kind)).map(|(_, port)| *port)
}

/// Host, port and database of pairs, as ADO.NET, PDO and libpq take them:
/// `Host=db;Port=5432;Database=shop`, `mysql:host=db;dbname=shop`, `Server=tcp:db,1433`.
fn pairs(text: &str) -> Option<(String, Option<u16>, Option<String>)> {
    let text = text.trim_matches(['"', '\'', ' ']);
    let (scheme, rest) = text.split_once(':').unwrap_or_default();
    let rest = if rest.contains('=') && scheme.bytes().all(|byte| byte.is_ascii_lowercase()) {
        rest
    } else {
        text
    };
    let (mut host, mut port, mut database) = (None, None, None);
    for pair in rest.split([';', ' ']).filter(|_| rest.contains('=')) {
        let Some((name, value)) = pair.split_once('=') else { continue };
        let value = value.trim_matches(['"', '\'']);
        match name.trim().to_ascii_lowercase().as_str() {
            "host" | "server" | "source" => host = Some(value),
            "port" => port = value.parse().ok(),
            "database" | "dbname" | "catalog" => database = Some(value.to_owned()),
            _ => {}
        }
    }
    let host = host?.trim_start_matches("tcp:");
    let (host, own) = match host.rsplit_once(':') {
        Some((host, own)) if own.parse::<u16>().is_ok() => (host, own),
        _ => host.split_once(',').unwrap_or((host, "")),
    };
    let named = !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-_.".contains(c));
    named.then(|| (host.to_owned(), port.or(own.parse().ok()), database))
}

/// Host, port and database of `scheme://user:password@host:port/database?options`, or of its
/// end behind the `@`.
fn parse(url: &str) -> Option<(String, Option<u16>, Option<String>)> {
    let url = url.trim_start_matches(['"', '\'']);
    let end = url.find([')', ' ', '"', '\'', '>']).unwrap_or(url.len());
    let url = url[..end].split('?').next()?;
    let (scheme, rest) = url.split_once("://").unwrap_or(("", url));
    if scheme.contains("sqlite") || url.starts_with("sqlite") {
        return Some(("sqlite".to_owned(), None, None));
    }
    let address = rest.rsplit('@').next()?;
    let (server, database) = match address.split_once('/') {
        Some((server, database)) => (server, Some(database.to_owned())),
        None => (address, None),
    };
    let (host, port) = match server.rsplit_once(':') {
        Some((host, port)) => (host, port.parse().ok()),
        None => (server, None),
    };
    let named =
        !host.is_empty() && host.chars().all(|c| c.is_alphanumeric() || "-_.[]:".contains(c));
    named.then(|| (host.to_owned(), port, database.filter(|name| !name.is_empty())))
}

/// One name for this machine.
pub(super) fn normal(host: &str) -> String {
    let host = host.trim_matches(['[', ']']).to_ascii_lowercase();
    match host.as_str() {
        "127.0.0.1" | "::1" | "0.0.0.0" | "localhost" => "localhost".to_owned(),
        _ => host,
    }
}

/// Whether a port is one on which databases and their poolers usually listen.
pub(super) fn is_database_port(port: i64) -> bool {
    matches!(
        port,
        5430..=5439 | 6432 | 3306..=3309 | 33060 | 1433 | 1521 | 26257 | 27017..=27019 | 6379 | 9042 | 7687 | 50000
    )
}

/// Whether a host name says that it is a database.
pub(super) fn is_database_host(host: &str) -> bool {
    const WORDS: [&str; 28] = [
        "db",
        "database",
        "postgres",
        "postgresql",
        "pg",
        "mysql",
        "mariadb",
        "pgbouncer",
        "sql",
        "mssql",
        "rds",
        "redis",
        "mongo",
        "mongodb",
        "oracle",
        "cassandra",
        "clickhouse",
        "elasticsearch",
        "elastic",
        "opensearch",
        "valkey",
        "neo4j",
        "etcd",
        "cockroach",
        "cockroachdb",
        "scylla",
        "postgis",
        "timescaledb",
    ];
    host.split(['.', '-', '_']).any(|word| WORDS.contains(&word.trim_end_matches(char::is_numeric)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn urls_of_every_shape_give_host_port_and_database() {
        let read = |url| {
            let (host, port, database) = parse(url).unwrap();
            (normal(&host), port, database.unwrap_or_default())
        };
        let local = ("localhost".to_owned(), Some(61944), "shop".to_owned());
        assert_eq!(read("postgresql://u:p@localhost:61944/shop)"), local);
        assert_eq!(read("...@127.0.0.1:61944/shop"), local);
        assert_eq!(read("jdbc:postgresql://localhost:61944/shop?x=1"), local);
        assert_eq!(read("postgresql+asyncpg://u:p%40@db/x").0, "db");
        assert_eq!(read("sqlite+aiosqlite:///:memory:").0, "sqlite");
        let told = |text| {
            let (host, port, database) = pairs(text).unwrap();
            (normal(&host), port, database.unwrap_or_default())
        };
        for text in [
            "Host=127.0.0.1;Port=61944;Database=shop;Username=ci;Password=***",
            "\"Server=tcp:localhost,61944;Initial Catalog=shop;User Id=sa\"",
            "Data Source=localhost,61944;Initial Catalog=shop",
            "mysql:host=localhost;port=61944;dbname=shop",
            "host=localhost port=61944 dbname=shop user=ci",
            "host=localhost:61944 database=shop (from .env)",
        ] {
            assert_eq!(told(text), local, "{text}");
        }
        assert_eq!(pairs("postgresql://u:p@localhost:61944/shop?host=x"), None);
        assert!(parse("nothing at all!").is_some());
        assert_eq!(parse("://"), None);
    }

    #[test]
    fn hosts_that_are_databases_say_so() {
        assert!(
            is_database_host("postgres-1")
                && is_database_host("db")
                && is_database_host("my.rds.net")
        );
        assert!(!is_database_host("web") && !is_database_host("localhost"));
    }
}
