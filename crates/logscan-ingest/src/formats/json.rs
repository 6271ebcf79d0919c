//! JSON lines: loguru's `serialize=True`, structlog, python-json-logger, pino, zap,
//! PostgreSQL's jsonlog.

use std::borrow::Cow;
use std::fmt::Write as _;

use memchr::{memchr2_iter, memmem};
use serde::Deserialize;
use serde_json::{Map, Value};

use super::{Format, Head, Headless, time};

/// One object per line.
pub(super) const FORMAT: Format = Format {
    name: "json-lines",
    summary: "one JSON object per line: loguru's serialize, structlog, pino, zap, PostgreSQL's jsonlog",
    example: r#"{"event": "pool state", "level": "info", "timestamp": "2026-03-01T10:00:00.123456Z"}"#,
    head,
    headless: Headless::Unknown,
};

/// loguru wraps the record; the others are flat.
#[derive(Deserialize)]
struct Loguru<'t> {
    #[serde(borrow)]
    record: Record<'t>,
}

#[derive(Deserialize)]
struct Record<'t> {
    #[serde(borrow)]
    message: Cow<'t, str>,
    time: Option<Time>,
    process: Option<Process>,
}

#[derive(Deserialize)]
struct Time {
    timestamp: f64,
}

#[derive(Deserialize)]
struct Process {
    id: u32,
}

const MESSAGE_KEYS: [&str; 4] = ["event", "message", "msg", "log"];
const TIME_KEYS: [&str; 6] = ["timestamp", "time", "asctime", "ts", "@timestamp", "datetime"];
const SILENT_KEYS: [&str; 6] = ["level", "levelname", "logger", "name", "lineno", "filename"];
const PID_KEYS: [&str; 3] = ["pid", "process", "process_id"];

fn head(line: &str) -> Option<Head<'_>> {
    if !line.starts_with('{') || !line.trim_end().ends_with('}') {
        return None;
    }
    let wrapped = memmem::find(line.as_bytes(), b"\"record\"").is_some();
    let loguru = wrapped.then(|| serde_json::from_str(line).ok()).flatten();
    match loguru {
        Some(Loguru { record }) => Some(Head {
            time: record.time.and_then(|time| time::from_epoch(time.timestamp)),
            pid: record.process.map(|process| process.id),
            ..Head::of(record.message)
        }),
        None => flat(&serde_json::from_str(line).ok()?),
    }
}

fn flat(object: &Map<String, Value>) -> Option<Head<'static>> {
    if let Some(message) = of_go_test(object) {
        let time = object.get("Time").and_then(json_time);
        let test = object.get("Test").and_then(Value::as_str).map(str::to_owned);
        return Some(Head { time, test, ..Head::of(message) });
    }
    let key = MESSAGE_KEYS.into_iter().find(|key| object.contains_key(*key))?;
    // Docker keeps the line's end, and says to which stream it was printed.
    let mut message = object[key].as_str()?.trim_end_matches(['\n', '\r']).to_owned();
    let of_docker = |name: &str| key == "log" && name == "stream";
    let shown = |name: &str| name != key && !is_head_key(name) && !of_docker(name);
    for (name, value) in object.iter().filter(|(name, _)| shown(name)) {
        match value {
            Value::String(text) => _ = write!(message, " {name}={text}"),
            other => _ = write!(message, " {name}={other}"),
        }
    }
    let number = |name: &&str| object.get(*name).and_then(Value::as_u64);
    Some(Head {
        time: TIME_KEYS.into_iter().find_map(|name| object.get(name)).and_then(json_time),
        pid: PID_KEYS.iter().find_map(number).and_then(|pid| u32::try_from(pid).ok()),
        by_server: object.contains_key("error_severity"),
        ..Head::of(message)
    })
}

/// What `go test -json` would have printed without `-json`.
fn of_go_test(object: &Map<String, Value>) -> Option<String> {
    let text = |key: &str| object.get(key).and_then(Value::as_str);
    let (action, package) = (text("Action")?, text("Package")?);
    let seconds = || object.get("Elapsed").and_then(Value::as_f64).unwrap_or_default();
    match (action, text("Test")) {
        ("output", _) => Some(text("Output")?.trim_end().to_owned()),
        ("fail", Some(test)) => Some(format!("--- FAIL: {test} ({:.2}s)", seconds())),
        ("fail", None) => Some(format!("FAIL\t{package}\t{:.3}s", seconds())),
        _ => Some(String::new()),
    }
}

fn is_head_key(name: &str) -> bool {
    TIME_KEYS.contains(&name) || SILENT_KEYS.contains(&name)
}

fn json_time(value: &Value) -> Option<logscan_model::Stamp> {
    match value {
        Value::String(text) => time::stamp(text).map(|(_, stamp)| stamp),
        // pino counts milliseconds.
        other => {
            other.as_f64().map(|n| if n > 1e11 { n / 1e3 } else { n }).and_then(time::from_epoch)
        }
    }
}

/// Whether the objects and lists of a JSON line stand deeper within each other than this.
pub(super) fn is_deeper(line: &str, than: usize) -> bool {
    // Most lines do not even hold so many.
    memchr2_iter(b'{', b'[', line.as_bytes()).nth(than).is_some() && depth(line) > than
}

fn depth(line: &str) -> usize {
    let (mut depth, mut deepest, mut in_text) = (0usize, 0, false);
    let mut bytes = line.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'\\' if in_text => _ = bytes.next(),
            b'"' => in_text = !in_text,
            b'{' | b'[' if !in_text => depth += 1,
            b'}' | b']' if !in_text => depth = depth.saturating_sub(1),
            _ => {}
        }
        deepest = deepest.max(depth);
    }
    deepest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loguru_gives_time_process_and_message() {
        let line = r#"{"text": "x\n", "record": {"message": "a \"b\"", "process": {"id": 7, "name": "p"},
            "time": {"repr": "…", "timestamp": 1.5}}}"#;
        let head = head(line).unwrap();
        assert_eq!((head.pid, &*head.message), (Some(7), "a \"b\""));
        assert_eq!(head.time.unwrap().to_string(), "1970-01-01T00:00:01.500000Z");
    }

    #[test]
    fn the_other_keys_of_a_flat_object_are_part_of_the_message() {
        let line = r#"{"event": "pool state", "level": "info", "size": 5, "url": "x"}"#;
        assert_eq!(head(line).unwrap().message, "pool state size=5 url=x");
    }

    #[test]
    fn go_names_the_test_that_wrote_a_line() {
        let line = r#"{"Action":"output","Package":"app/b","Test":"TestA/x","Output":"a\n"}"#;
        let head = head(line).unwrap();
        assert_eq!((head.test.as_deref(), &*head.message), (Some("TestA/x"), "a"));
    }

    #[test]
    fn what_is_no_record_has_no_head() {
        for line in ["{", "{}", "[1]", r#"{"a": 1}"#, "{'event': 'x'}"] {
            assert_eq!(head(line), None, "{line}");
        }
    }
}
