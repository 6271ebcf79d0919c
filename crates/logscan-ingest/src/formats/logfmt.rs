//! Key=value lines of Go's slog, logrus and their like.

use std::fmt::Write as _;

use super::{Format, Head, Headless, time};

/// `time=… level=… msg="…" key=value`
pub(super) const FORMAT: Format = Format {
    name: "logfmt",
    summary: "key=value lines with time, level and msg: slog, logrus",
    example: r#"time=2026-03-01T10:00:00.476+02:00 level=ERROR msg="closed pool" attempt=3"#,
    head,
    headless: Headless::Continues,
};

fn head(line: &str) -> Option<Head<'_>> {
    let rest = line.strip_prefix("time=").or_else(|| line.strip_prefix("ts="))?;
    let (stamp, rest) = value(rest)?;
    let (_, stamp) = time::stamp(stamp)?;
    let (_, rest) = rest.split_once("msg=")?;
    let (message, fields) = value(rest)?;
    let mut message = message.replace("\\\"", "\"").replace("\\n", " ");
    if !fields.trim().is_empty() {
        _ = write!(message, " {}", fields.trim());
    }
    Some(Head::at(stamp, message))
}

/// A value, perhaps quoted, and what follows it.
fn value(text: &str) -> Option<(&str, &str)> {
    let Some(inside) = text.strip_prefix('"') else {
        let end = text.find(' ').unwrap_or(text.len());
        return Some(text.split_at(end));
    };
    let mut escaped = false;
    let end = inside.find(|c: char| {
        let closes = c == '"' && !escaped;
        escaped = c == '\\' && !escaped;
        closes
    })?;
    Some((&inside[..end], &inside[end + 1..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_unescaped_with_their_fields() {
        let line = r#"time="2025-07-02T02:37:02+02:00" level=warning msg="say \"x\"" k=v"#;
        assert_eq!(head(line).unwrap().message, r#"say "x" k=v"#);
    }
}
