//! Every format: whole, read back by another parser, and nothing in it alive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{format, log, report};
use logscan_model::Report;
use logscan_report::{Format, Options, csv, redact::Redactor, write};

/// Whether a CI system would obey a line.
fn is_command(line: &str) -> bool {
    let behind = line.trim_start().strip_prefix("::");
    behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fuzz_target!(|data: &[u8]| {
    let [which, writer, rest @ ..] = data else { return };
    let mut report = report(format(*which), &log(rest), false);
    Redactor::new(false).report(&mut report);
    match Format::ALL.get(usize::from(*writer) % (Format::ALL.len() + 1)) {
        Some(format) => page(*format, &report),
        None => csv::tables().iter().for_each(|table| cells(table.name, &report)),
    }
});

fn page(format: Format, report: &Report) {
    let mut bytes = Vec::new();
    write(format, report, &Options::default(), &mut bytes).unwrap();
    if format == Format::Perfetto {
        return;
    }
    let page = std::str::from_utf8(&bytes).unwrap();
    match format {
        Format::Json | Format::Sarif | Format::Gitlab | Format::Chrome => {
            serde_json::from_str::<serde_json::Value>(page).unwrap();
        }
        Format::Junit => {
            roxmltree::Document::parse(page).unwrap();
        }
        Format::Html => {
            let [begin, end] = ["<script", "</script>"].map(|tag| page.matches(tag).count());
            assert!(!page.contains("<script>1") && begin == end);
        }
        Format::Human | Format::Markdown => {
            assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
            assert!(!page.lines().any(is_command));
        }
        _ => {}
    }
}

fn cells(table: &str, report: &Report) {
    let mut bytes = Vec::new();
    csv::write_table(table, report, false, &mut bytes).unwrap();
    let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
    for row in ::csv::Reader::from_reader(&bytes[..]).records() {
        assert!(!row.unwrap().iter().any(formula));
    }
}
