//! PostgreSQL's csvlog.

use super::{Format, Head, Headless, time};

/// `time,user,database,pid,…,SEVERITY,state,"message",…`
pub(super) const FORMAT: Format = Format {
    name: "postgres-csv",
    summary: "PostgreSQL's csvlog",
    example: "2026-03-01 10:00:00.123 UTC,\"app\",\"shop\",4711,\"127.0.0.1:35632\",65e1a2b0.1267,1,\"\",2026-03-01 10:00:00 UTC,,0,FATAL,53300,\"sorry, too many clients already\",,,,,,,,,\"\",\"client backend\",,0",
    head,
    headless: Headless::Continues,
};

const PID: usize = 3;
const SEVERITY: usize = 11;
const MESSAGE: usize = 13;

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let rest = rest.strip_prefix(',')?;
    let column = |number: usize| columns(rest).nth(number - 1);
    let severity = column(SEVERITY)?;
    let known = !severity.is_empty() && severity.bytes().all(|b| b.is_ascii_uppercase());
    let head = Head::at(stamp, column(MESSAGE)?);
    known.then_some(Head { pid: column(PID)?.parse().ok(), by_server: true, ..head })
}

/// The columns, without their quotes; quotes within them stay doubled.
fn columns(mut rest: &str) -> impl Iterator<Item = &str> {
    let mut more = true;
    std::iter::from_fn(move || {
        if !more {
            return None;
        }
        let quoted = rest.strip_prefix('"');
        let end = match quoted {
            Some(inside) => closing_quote(inside) + 2,
            None => rest.find(',').unwrap_or(rest.len()),
        };
        let column = &rest[..end.min(rest.len())];
        more = rest.len() > end;
        rest = rest.get(end + 1..).unwrap_or_default();
        Some(if quoted.is_some() { column.trim_matches('"') } else { column })
    })
}

/// Where the quote stands that is not one of two.
fn closing_quote(text: &str) -> usize {
    let mut bytes = text.bytes().enumerate().peekable();
    while let Some((at, byte)) = bytes.next() {
        if byte == b'"' && bytes.next_if(|(_, next)| *next == b'"').is_none() {
            return at;
        }
    }
    text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotes_hold_commas_together() {
        let read: Vec<_> = columns(r#"a,"b, c","say ""x""",,d"#).collect();
        assert_eq!(read, ["a", "b, c", r#"say ""x"#, "", "d"]);
        let head = head(FORMAT.example).unwrap();
        assert_eq!((head.pid, &*head.message), (Some(4711), "sorry, too many clients already"));
    }
}
