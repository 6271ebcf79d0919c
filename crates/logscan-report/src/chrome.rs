//! The trace event format, which every trace viewer reads.
//!
//! Sessions of one worker overlap and do not nest, so everything is an asynchronous
//! event with an id of its own.

use std::cell::Cell;
use std::io::{self, Write};

use logscan_model::Report;
use serde::Serialize;
use serde_json::{Value, json};

use crate::escape::Json;
use crate::json::Each;
use crate::trace::{self, Group, Row, Slice};
use crate::view;

/// Writes the events.
pub(crate) fn write(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    let trace = trace::trace(report);
    let groups = trace.as_ref().map_or(&[][..], |trace| &trace.groups);
    // Each event has a number that no other one has; two share those of a slice.
    let next = Cell::new(0);
    let number = || next.replace(next.get() + 1) + 1;
    let of_group = |(index, group)| events(group, index + 1, &number);
    let file = File {
        display_time_unit: "ms",
        other_data: json!({
            "tool": format!("{} {}", report.tool.name, report.tool.version),
            "verdict": view::status(report.verdict.status),
            "axis": trace.as_ref().map_or("", |trace| &trace.sentence),
        }),
        trace_events: Each(|| groups.iter().enumerate().flat_map(of_group)),
    };
    serde_json::to_writer(Json(&mut *out), &file)?;
    writeln!(out)
}

/// The file; its fields stand in the order of their names.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct File<E> {
    display_time_unit: &'static str,
    other_data: Value,
    trace_events: E,
}

/// The events of a group, made one by one: there may be hundreds of thousands.
fn events<'g>(
    group: &'g Group<'_>,
    process: usize,
    number: &'g dyn Fn() -> u64,
) -> impl Iterator<Item = Value> + 'g {
    let name = json!({
        "ph": "M", "name": "process_name", "pid": process, "tid": 0, "args": { "name": group.name },
    });
    let rows = group.rows.iter().flat_map(move |row| {
        let slices = row.slices.iter().flat_map(move |one| slice(row, one, process, number()));
        slices.chain(row.marks.iter().map(move |mark| {
            json!({
                "ph": "n", "cat": row.name, "name": mark.name, "id": number(),
                "pid": process, "tid": 0, "ts": micros(mark.at),
            })
        }))
    });
    let counters = group.counters.iter().flat_map(move |counter| {
        counter.points.iter().map(move |(at, value)| {
            json!({
                "ph": "C", "name": counter.name, "pid": process, "tid": 0, "ts": micros(*at),
                "args": { "in use": value },
            })
        })
    });
    std::iter::once(name).chain(rows).chain(counters)
}

/// Begin and end of a slice.
fn slice(row: &Row, slice: &Slice, process: usize, id: u64) -> [Value; 2] {
    let name = slice.name();
    let details = slice.details().into_iter();
    let args: serde_json::Map<String, Value> =
        details.map(|(name, text)| (name.into(), json!(text))).collect();
    [("b", slice.from), ("e", slice.to)].map(|(phase, at)| {
        json!({
            "ph": phase, "cat": row.name, "name": name, "id": id,
            "pid": process, "tid": 0, "ts": micros(at), "args": args,
        })
    })
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
