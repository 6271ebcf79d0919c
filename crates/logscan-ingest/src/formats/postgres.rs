//! PostgreSQL's server log on stderr, with any `log_line_prefix` that begins with a
//! time.

use memchr::memchr_iter;

use super::{Format, Head, Headless, time};

/// `time zone [pid] … SEVERITY:  text`
pub(super) const FORMAT: Format = Format {
    name: "postgres",
    summary: "PostgreSQL's server log with a time at the head of its log_line_prefix",
    example: "2026-03-01 10:00:00.123 UTC [4711] LOG:  database system is ready to accept connections",
    head,
    headless: Headless::Continues,
};

/// Severities and the satellites that follow a record in lines of their own.
const WORDS: [&str; 20] = [
    "LOG",
    "ERROR",
    "FATAL",
    "PANIC",
    "WARNING",
    "NOTICE",
    "INFO",
    "DEBUG",
    "DEBUG1",
    "DEBUG2",
    "DEBUG3",
    "DEBUG4",
    "DEBUG5",
    "DETAIL",
    "HINT",
    "STATEMENT",
    "CONTEXT",
    "QUERY",
    "LOCATION",
    "BACKTRACE",
];

fn head(line: &str) -> Option<Head<'_>> {
    if !line.as_bytes().first()?.is_ascii_digit() {
        return None;
    }
    let (rest, stamp) = time::stamp(line)?;
    let colons = memchr_iter(b':', rest.as_bytes());
    let severity_end = colons.into_iter().find(|at| rest[*at..].starts_with(":  "))?;
    let (prefix, message) = (&rest[..severity_end], &rest[severity_end + 3..]);
    let severity = prefix.rsplit([' ', ':', ']']).next()?;
    // Whatever it says, the server dies of it.
    let message =
        if severity == "PANIC" { &rest[prefix.len() - severity.len()..] } else { message };
    let pid = backend_pid(prefix);
    // Other loggers put names into brackets, and may quote a server's line.
    let quoted = has_level(&prefix[..prefix.len() - severity.len()])
        || pid.is_none() && prefix.contains('[');
    let known = WORDS.contains(&severity) && !quoted;
    known.then(|| Head { pid, by_server: true, ..Head::at(stamp, message) })
}

/// Whether a logger of another program puts its own level before what it quotes.
pub(super) fn has_level(prefix: &str) -> bool {
    const LEVELS: [&str; 8] =
        ["TRACE", "DEBUG", "INFO", "WARN", "WARNING", "ERROR", "CRITICAL", "SEVERE"];
    let mut words = prefix.split(|c: char| !c.is_alphanumeric());
    words.any(|word| LEVELS.iter().any(|level| level.eq_ignore_ascii_case(word)))
}

/// The first number in brackets, alone or before a dash: `[4711]`, `[4711-1]`. A client without an
/// address is `[local]`, one without a name `[unknown]`.
fn backend_pid(prefix: &str) -> Option<u32> {
    let inside = prefix.split('[').skip(1).filter_map(|rest| rest.split([']', '-']).next());
    inside.flat_map(str::parse).next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_prefixes_are_heads() {
        for line in [
            "2026-11-20 19:43:41 UTC:10.0.0.5(35632):app@kwik_test:[8243]:LOG:  ready",
            "2026-11-20 20:28:44.370 UTC [8243] postgres@reviewpoint_test LOG:  ready",
            "2026-11-20 20:25:55 UTC [8243]: [3-1] user=,db=,app=,client= LOG:  ready",
            "2026-11-20 20:25:55 UTC [8243-1] LOG:  ready",
            "2026-11-20 20:25:55 UTC:[local]:[unknown]@[unknown]:[8243]: LOG:  ready",
        ] {
            let head = head(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((head.pid, &*head.message), (Some(8243), "ready"), "{line}");
        }
    }

    #[test]
    fn what_another_logger_quotes_is_no_line_of_a_server() {
        for line in [
            "2026-11-20 19:43:41,000 ERROR src.db: FATAL:  database \"shop\" does not exist",
            "2026-11-20 19:43:41.000 | ERROR    | src.db:connect:12 - FATAL:  role \"svc\" does not exist",
        ] {
            assert!(head(line).is_none() && !super::super::is_servers(line), "{line}");
        }
        assert!(super::super::is_servers("2026-11-20 20:25:55 UTC [8243]: LOG:  ready"));
    }
}
