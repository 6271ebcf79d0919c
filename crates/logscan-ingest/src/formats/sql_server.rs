//! The error log of SQL Server.

use super::{Format, Head, Headless, time};

/// `time source message`
pub(super) const FORMAT: Format = Format {
    name: "sql-server",
    summary: "the error log of SQL Server: a time, and Logon, Server or a process",
    example: "2024-05-14 08:31:11.37 spid33s     SQL Server is now ready for client connections.",
    head,
    headless: Headless::Between,
};

const SOURCES: [&str; 4] = ["Logon", "Server", "Backup", "Errors"];

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let (source, message) = rest.strip_prefix(' ')?.split_once("    ")?;
    let process = source.strip_prefix("spid").is_some_and(|number| {
        let number = number.strip_suffix('s').unwrap_or(number);
        !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit())
    });
    let known = process || SOURCES.contains(&source);
    known.then(|| Head { by_server: true, ..Head::at(stamp, message.trim_start()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_source_tells_the_servers_lines_from_others() {
        let logon = "2024-05-14 08:31:09.80 Logon       Error: 18456, Severity: 14, State: 7.";
        let message = "Error: 18456, Severity: 14, State: 7.";
        assert_eq!(head(logon).map(|head| head.message.into_owned()), Some(message.to_owned()));
        assert!(head("2024-05-14 08:31:09.80 Login       failed").is_none());
    }
}
