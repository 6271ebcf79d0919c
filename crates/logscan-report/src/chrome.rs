//! The trace event format, which every trace viewer reads.
//!
//! Sessions of one worker overlap and do not nest, so everything is an asynchronous
//! event with an id of its own.

use std::io::{self, Write};

use logscan_model::Report;
use serde_json::{Value, json};

use crate::escape::Json;
use crate::trace::{self, Group};
use crate::view;

/// Writes the events.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let trace = trace::trace(report);
    let groups = trace.as_ref().map_or(&[][..], |trace| &trace.groups);
    let mut events = Vec::new();
    let mut next = 0;
    for (index, group) in groups.iter().enumerate() {
        push(group, index + 1, &mut next, &mut events);
    }
    let file = json!({
        "traceEvents": events,
        "displayTimeUnit": "ms",
        "otherData": {
            "tool": format!("{} {}", report.tool.name, report.tool.version),
            "verdict": view::status(report.verdict.status),
            "axis": trace.map_or(String::new(), |trace| trace.sentence),
        },
    });
    serde_json::to_writer(Json(&mut *out), &file)?;
    writeln!(out)
}

fn push(group: &Group, process: usize, next: &mut u64, events: &mut Vec<Value>) {
    events.push(json!({
        "ph": "M", "name": "process_name", "pid": process, "tid": 0, "args": { "name": group.name },
    }));
    for row in &group.rows {
        for slice in &row.slices {
            *next += 1;
            let args: serde_json::Map<String, Value> =
                slice.details.iter().map(|(name, text)| ((*name).into(), json!(text))).collect();
            let event = |phase, at: u64| {
                json!({
                    "ph": phase, "cat": row.name, "name": slice.name, "id": *next,
                    "pid": process, "tid": 0, "ts": micros(at), "args": args,
                })
            };
            events.extend([event("b", slice.from), event("e", slice.to)]);
        }
        for mark in &row.marks {
            *next += 1;
            events.push(json!({
                "ph": "n", "cat": row.name, "name": mark.name, "id": *next,
                "pid": process, "tid": 0, "ts": micros(mark.at),
            }));
        }
    }
    for counter in &group.counters {
        events.extend(counter.points.iter().map(|(at, value)| {
            json!({
                "ph": "C", "name": counter.name, "pid": process, "tid": 0, "ts": micros(*at),
                "args": { "in use": value },
            })
        }));
    }
}

fn micros(nanos: u64) -> f64 {
    nanos as f64 / 1e3
}

#[cfg(test)]
mod tests {
    use crate::{Format, fixture};

    #[test]
    fn every_slice_begins_and_ends() {
        let text = fixture::written(Format::Chrome, &fixture::failed_run());
        let file: serde_json::Value = serde_json::from_str(&text).unwrap();
        let events = file["traceEvents"].as_array().unwrap();
        let count = |phase: &str| events.iter().filter(|event| event["ph"] == phase).count();
        assert!(count("b") > 20 && count("b") == count("e"));
        assert!(count("C") > 0 && count("M") >= 2);
    }
}
