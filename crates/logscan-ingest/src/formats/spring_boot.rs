//! Spring Boot's console and file layout.

use super::{Format, Head, Headless, after_level, time};

/// `time LEVEL pid --- [thread] logger : message`
pub(super) const FORMAT: Format = Format {
    name: "spring-boot",
    summary: "Spring Boot's layout: time, level, pid, ---, [thread], logger, colon",
    example: "2026-03-01T10:00:00.123+02:00  INFO 4711 --- [           main] com.zaxxer.hikari.HikariDataSource       : HikariPool-1 - Starting...",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let (pid, rest) = after_level(rest.trim_start())?.trim_start().split_once(" --- [")?;
    let (_, message) = rest.split_once(" : ")?;
    Some(Head { pid: pid.parse().ok(), ..Head::at(stamp, message) })
}
