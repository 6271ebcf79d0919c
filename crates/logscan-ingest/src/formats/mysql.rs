//! The error log of MySQL and MariaDB.

use super::{Format, Head, Headless, time};

/// `time thread [Level] …`
pub(super) const FORMAT: Format = Format {
    name: "mysql",
    summary: "the error log of MySQL and MariaDB: a time, a thread and a [Level]",
    example: "2026-03-01T10:00:00.268166Z 0 [System] [MY-010931] [Server] ready for connections.",
    head,
    headless: Headless::Continues,
};

const LEVELS: [&str; 5] = ["System", "Note", "Warning", "ERROR", "Error"];

fn head(line: &str) -> Option<Head<'_>> {
    // MariaDB pads the hour with a blank.
    let padded;
    let timed = match line.get(10..12) {
        Some("  ") => {
            padded = format!("{} 0{}", &line[..10], line.get(12..)?);
            padded.as_str()
        }
        _ => line,
    };
    let (rest, stamp) = time::stamp(timed)?;
    let rest = &line[line.len() - rest.len()..];
    let rest = rest.trim_start().trim_start_matches(|c: char| c.is_ascii_digit());
    let (level, message) = rest.trim_start().strip_prefix('[')?.split_once("] ")?;
    LEVELS.contains(&level).then_some(Head { by_server: true, ..Head::at(stamp, message) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_servers_are_read() {
        for line in [
            "2025-09-22  1:25:54 0 [Note] mariadbd: ready for connections.",
            "2024-04-10 17:03:06+00:00 [Note] [Entrypoint]: Temporary server started.",
        ] {
            assert!(head(line).is_some_and(|head| head.time.is_some()), "{line}");
        }
    }
}
