//! Every format: whole, read back by another parser, and nothing in it alive.
#![no_main]

use libfuzzer_sys::fuzz_target;
use logscan_fuzz::{format, log, report};
use logscan_report::{Format, Options, csv, redact::Redactor, write};

/// Whether a CI system would obey a line.
fn is_command(line: &str) -> bool {
    let behind = line.trim_start().strip_prefix("::");
    behind.is_some_and(|behind| behind.starts_with(|c: char| c.is_ascii_alphabetic()))
}

fuzz_target!(|data: &[u8]| {
    let [which, rest @ ..] = data else { return };
    let mut report = report(format(*which), &log(rest), false);
    Redactor::new(false).report(&mut report);
    let options = Options::default();
    for format in Format::ALL {
        let mut bytes = Vec::new();
        write(format, &report, &options, &mut bytes).unwrap();
        match format {
            Format::Json | Format::Sarif | Format::Gitlab | Format::Chrome => {
                serde_json::from_slice::<serde_json::Value>(&bytes).unwrap();
            }
            Format::Junit => {
                let text = std::str::from_utf8(&bytes).unwrap();
                roxmltree::Document::parse(text).unwrap();
            }
            Format::Html => {
                let page = std::str::from_utf8(&bytes).unwrap();
                assert!(!page.contains("<script>1") && page.matches("<script").count() == page.matches("</script>").count());
            }
            Format::Human | Format::Markdown => {
                let page = std::str::from_utf8(&bytes).unwrap();
                assert!(!page.chars().any(|c| c.is_control() && c != '\n'));
                assert!(!page.lines().any(is_command));
            }
            _ => {}
        }
    }
    for table in csv::tables() {
        let mut bytes = Vec::new();
        csv::write_table(table.name, &report, false, &mut bytes).unwrap();
        for row in ::csv::Reader::from_reader(&bytes[..]).records() {
            let row = row.unwrap();
            let formula = |cell: &str| cell.starts_with(['=', '+', '-', '@']) && cell.parse::<f64>().is_err();
            assert!(!row.iter().any(formula));
        }
    }
});
