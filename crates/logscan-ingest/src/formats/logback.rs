//! logback's plain layouts: thread in brackets, level, logger, dash.

use super::{Format, Head, Headless, after_level, time};

/// `time [thread] LEVEL logger - message`
pub(super) const FORMAT: Format = Format {
    name: "logback",
    summary: "logback and log4j: time, [thread], level, logger, dash",
    example: "10:00:00.123 [main] DEBUG com.zaxxer.hikari.pool.HikariPool - HikariPool-1 - Pool stats (total=1, active=0, idle=1, waiting=0)",
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let (rest, stamp) = time::stamp(line)?;
    let rest = rest.trim_start();
    // The level may stand on either side of the thread.
    let rest = match rest.strip_prefix('[') {
        Some(thread) => after_level(thread.split_once("] ")?.1.trim_start())?,
        None => after_level(rest)?.trim_start().strip_prefix('[')?.split_once(']')?.1,
    };
    let rest = rest.trim_start();
    let (logger, message) = rest.split_once(" - ").or_else(|| rest.split_once(" -- "))?;
    let named = !logger.is_empty() && !logger.trim_end().contains(' ');
    named.then(|| Head::at(stamp, message))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_layouts_are_heads() {
        for line in [
            "20:04:06.402 [main] INFO com.zaxxer.hikari.HikariDataSource - x",
            "20:04:06.402 [main] INFO com.zaxxer.hikari.HikariDataSource -- x",
            "2026-03-01 20:04:06,402 [HikariPool-1 housekeeper] WARN  c.z.h.pool.ProxyLeakTask - x",
            "2026-03-01 20:04:06.402 INFO  [main] c.z.hikari.HikariDataSource - x",
        ] {
            assert_eq!(head(line).unwrap_or_else(|| panic!("{line}")).message, "x");
        }
    }
}
