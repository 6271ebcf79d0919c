//! Which files this program wrote: a report that lies beside the logs is none of them.

use crate::csv;

/// The first line of a log that was cut for a ticket.
pub const CUT_LOG: &str = "Cut by logscan: the lines around the evidence of ";

/// The first line of the list of signatures.
pub const SIGNATURES: &str = "Signatures of lines";

/// How files of this program begin, and a text that stands near their beginning: a log that quotes
/// one is none of them.
const MARKS: [(&str, &str); 12] = [
    ("<", "<!-- made by logscan -->"),
    ("{", "\"logscan.report/"),
    ("{", "\"logscan.diff/"),
    ("{", "\"logscan.bundle/"),
    ("<", "<testsuites name=\"logscan\""),
    ("::", "title=logscan%3A "),
    ("{", "\"id\": \"logscan/\""),
    ("{", "\"tool\":\"logscan "),
    // Reports of code quality have no head; this is how ours begin.
    ("[", "[\n  {\n    \"categories\": [\n      \"Bug Risk\"\n    ],\n    \"check_name\": \""),
    (CUT_LOG, CUT_LOG),
    // The lists of signatures and of formats.
    (SIGNATURES, SIGNATURES),
    ("Line formats\n", "  pytest-terminal "),
];
/// Words that begin the first and the second line of a report for a terminal.
const VERDICTS: [&str; 7] = ["HEALTHY", "WARNING", "FAILED", "UNKNOWN", "BETTER", "WORSE", "SAME"];
const SECONDS: [&str; 4] = ["Cause    ", "Seen     ", "Hidden   ", "Before   "];

/// Whether a file that begins so is an output of this program.
#[must_use]
pub fn is_own_output(beginning: &str) -> bool {
    let start = beginning.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']);
    // Within a string of JSON the quotes of another document have slashes before them.
    let holds =
        |mark: &str| beginning.match_indices(mark).any(|(at, _)| !beginning[..at].ends_with('\\'));
    MARKS.iter().any(|(begins, mark)| start.starts_with(begins) && holds(mark))
        || is_table(beginning)
        || is_explanation(beginning)
        || is_page(beginning)
        || is_markdown(beginning)
}

/// A text for a tracker, which may hold no mark that a reader does not see.
fn is_markdown(beginning: &str) -> bool {
    let is_heading = |line: &str| {
        let verdict = line.strip_prefix("## ").and_then(|line| line.split_once(": "));
        verdict.is_some_and(|(word, _)| VERDICTS.contains(&word))
    };
    let parts = ["**First cause:** `", " understood\n", "- **Before** `"];
    beginning.lines().take(4).any(is_heading) && parts.iter().any(|part| beginning.contains(part))
}

/// What `logscan formats --why` says of a file.
fn is_explanation(beginning: &str) -> bool {
    let mut lines = beginning.lines();
    let reason = lines.next().is_some_and(|line| line.contains(" is read as "));
    reason && lines.take(2).any(|line| line.starts_with("encoding ") && line.contains(", wrapper "))
}

fn is_table(beginning: &str) -> bool {
    let head = beginning.lines().next().unwrap_or_default();
    csv::tables().iter().any(|table| table.columns.join(",") == head)
}

/// The report for a terminal, perhaps with colours, the prompt or a message before it, or the times
/// of a CI system.
fn is_page(beginning: &str) -> bool {
    let lines: Vec<String> = beginning.lines().take(4).map(without_colours).collect();
    let lines: Vec<&str> = lines.iter().map(|line| without_time(line)).collect();
    lines.windows(2).any(|pair| {
        let verdict = pair[0].split_once(' ').is_some_and(|(word, _)| VERDICTS.contains(&word));
        verdict && SECONDS.iter().any(|word| pair[1].starts_with(word))
    })
}

/// A line behind the time that a CI system puts before it.
fn without_time(line: &str) -> &str {
    let (time, rest) = line.split_once(' ').unwrap_or_default();
    let is_time = time.starts_with("20") && time.contains('T') && time.ends_with('Z');
    if is_time { rest } else { line }
}

fn without_colours(line: &str) -> String {
    let mut parts = line.split("\u{1b}[");
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |plain, part| plain + part.split_once('m').map_or(part, |(_, rest)| rest))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Format, Options, fixture, write};

    #[test]
    fn every_text_that_is_written_is_known_again() {
        for report in [fixture::failed_run(), fixture::healthy_run(), fixture::empty()] {
            for format in Format::ALL {
                let options = Options { color: true, ..Options::default() };
                let mut bytes = Vec::new();
                write(format, &report, &options, &mut bytes).unwrap();
                let text = String::from_utf8_lossy(&bytes);
                // A trace for Perfetto is no text, and an empty list says nothing.
                if format != Format::Perfetto && text.trim() != "[]" {
                    assert!(is_own_output(&text), "{}: {text}", format.name());
                }
            }
            for table in csv::tables() {
                let mut bytes = Vec::new();
                table.write(&report, false, &mut bytes).unwrap();
                assert!(is_own_output(&String::from_utf8_lossy(&bytes)), "{}", table.name);
            }
        }
    }

    #[test]
    fn what_was_printed_is_known_also_behind_a_prompt_and_in_a_job_log() {
        assert!(is_own_output(
            "a.log is read as plain: no other\nencoding utf-8, compression none, wrapper none\n"
        ));
        let page = "WARNING  x\nCause    R102 y\n";
        assert!(is_own_output(&format!("$ logscan analyze out.log\n{page}")));
        let timed = page.replace("WARN", "2026-03-01T10:00:05.1Z WARN");
        assert!(is_own_output(&timed.replace("Cause", "2026-03-01T10:00:05.1Z Cause")));
    }

    #[test]
    fn logs_are_not() {
        for log in [
            "2026-11-20 20:00:00 INFO wrote {\"schema\": \"logscan.report/1\"}",
            r#"{"level":"info","msg":"wrote {\"schema\":\"logscan.report/1\"}"}"#,
            "",
            "FAILED tests/a.py::test_x\nCause unknown\n",
            "10:00:00 a: logscan\n",
        ] {
            assert!(!is_own_output(log), "{log}");
        }
    }
}
