//! Two runs side by side, as bytes.
//!
//! The figures come as a table of before and after, the findings with what became of
//! them; who fixed something shows this page to say that it is fixed.

mod html;
mod human;
mod markdown;

use std::io::{self, Write};

use logscan_model::comparison::{Comparison, FigureChange, FindingChange, Outcome, Side};

use crate::escape::Json;
use crate::text::{clip, visible};
use crate::{Format, Options, view};

/// How a comparison can be written.
pub const FORMATS: [Format; 4] = [Format::Human, Format::Json, Format::Markdown, Format::Html];

/// Writes the comparison.
///
/// # Errors
/// What `out` returns; `Unsupported` for a format that is not among [`FORMATS`].
pub fn write(
    format: Format,
    comparison: &Comparison,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(comparison, options, out),
        Format::Json => {
            serde_json::to_writer_pretty(Json(&mut *out), comparison)?;
            writeln!(out)
        }
        Format::Markdown => markdown::write(comparison, options.markdown_limit, out),
        Format::Html => html::write(comparison, out),
        _ => Err(io::ErrorKind::Unsupported.into()),
    }
}

/// Most columns of a text.
const TEXT: usize = 600;

/// The outcome as a heading.
fn outcome(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Better => "BETTER",
        Outcome::Worse => "WORSE",
        Outcome::Same => "SAME",
        Outcome::Unknown => "UNKNOWN",
    }
}

/// `FAILED: 2 of 14 tests failed`.
fn standing(side: &Side) -> String {
    format!("{}: {}", view::status(side.status), shown(&side.headline))
}

/// `P101 pool-exhausted`.
fn rule(change: &FindingChange) -> String {
    format!("{} {}", change.code, change.name)
}

/// `count 5 → 2, leaked 4 → 1`: what both runs tell and differs; empty if nothing does.
fn moved(change: &FindingChange) -> String {
    let count = [Some(change.before as f64), Some(change.after as f64)];
    let numbers = change.numbers.iter().map(|(name, both)| (name.replace('_', " "), *both));
    let all = std::iter::once(("count".to_owned(), count)).chain(numbers);
    let both = change.before > 0 && change.after > 0;
    let moved = all.filter(|(_, [before, after])| both && before != after);
    let moved = moved.map(|(name, [before, after])| {
        format!("{name} {} → {}", value(before, ""), value(after, ""))
    });
    moved.collect::<Vec<_>>().join(", ")
}

/// Name, before and after of a figure.
fn cells(figure: &FigureChange) -> [String; 3] {
    let [before, after] = [figure.before, figure.after].map(|one| value(one, figure.unit));
    [figure.name.to_owned(), before, after]
}

fn value(value: Option<f64>, unit: &str) -> String {
    match value {
        Some(value) if unit.is_empty() => view::number(value),
        Some(value) => format!("{} {unit}", view::number(value)),
        None => "unknown".to_owned(),
    }
}

fn shown(text: &str) -> String {
    clip(&visible(text), TEXT)
}

#[cfg(test)]
mod tests {
    use super::*;
    use logscan_model::comparison::Change;
    use logscan_model::report::{Status, Tool};
    use logscan_model::{Class, Severity};
    use std::collections::BTreeMap;

    fn change(change: Change, code: &str, counts: [u64; 2], title: &str) -> FindingChange {
        let number = |count: u64| (count > 0).then_some(count as f64);
        FindingChange {
            change,
            code: code.into(),
            name: "session-never-closed".into(),
            class: Class::Leak,
            severity: Severity::Error,
            title: title.into(),
            before: counts[0],
            after: counts[1],
            numbers: BTreeMap::from([("leaked_sessions".into(), counts.map(number))]),
            fingerprint: "3f9a".into(),
        }
    }

    fn comparison() -> Comparison {
        let side = |name: &str, status, headline: &str| Side {
            name: name.into(),
            status,
            headline: headline.into(),
        };
        let figure = |name, unit, before, after| FigureChange { name, unit, before, after };
        Comparison {
            schema: logscan_model::comparison::SCHEMA,
            tool: Tool { name: "logscan", version: "0.1.0" },
            before: side("before.log", Status::Failed, "2 of 14 tests failed"),
            after: side("after.log", Status::Warning, "All tests passed, but <b>leaks</b>"),
            outcome: Outcome::Better,
            headline: "1 gone, 1 better".into(),
            findings: vec![
                change(Change::Better, "L101", [4, 1], "Sessions stay | open <img src=x> @team"),
                change(Change::Gone, "P101", [2, 0], "The pool ran dry\u{1b}[2J"),
            ],
            figures: vec![
                figure("sessions left open", "", Some(4.0), Some(1.0)),
                figure("95 of 100 sessions took at most", "s", None, Some(0.25)),
            ],
            redacted: true,
        }
    }

    fn written(format: Format) -> String {
        let mut bytes = Vec::new();
        write(format, &comparison(), &Options::default(), &mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    }

    #[test]
    fn secrets_of_both_sides_are_masked() {
        let mut comparison = comparison();
        comparison.redacted = false;
        let url = "pg://me:hunter2@db".to_owned();
        for side in [&mut comparison.before, &mut comparison.after] {
            (side.name, side.headline) = (url.clone(), url.clone());
        }
        comparison.findings[0].title = url;
        crate::redact::Redactor::default().comparison(&mut comparison);
        assert!(comparison.redacted && !format!("{comparison:?}").contains("hunter2"));
    }

    #[test]
    fn for_a_terminal() {
        insta::assert_snapshot!(written(Format::Human));
    }

    #[test]
    fn for_a_ticket() {
        insta::assert_snapshot!(written(Format::Markdown));
    }

    #[test]
    fn for_programs() {
        insta::assert_snapshot!(written(Format::Json));
    }

    #[test]
    fn for_a_browser() {
        let page = written(Format::Html);
        insta::assert_snapshot!(page.split_once("</style>").unwrap().1);
    }

    #[test]
    fn it_is_said_if_nothing_was_masked() {
        let open = Comparison { redacted: false, ..comparison() };
        for format in [Format::Human, Format::Markdown, Format::Html] {
            let mut bytes = Vec::new();
            write(format, &open, &Options::default(), &mut bytes).unwrap();
            assert!(String::from_utf8(bytes).unwrap().contains("Nothing was masked"));
            assert!(!written(format).contains("Nothing was masked"));
        }
    }

    #[test]
    fn other_formats_are_refused() {
        let mut bytes = Vec::new();
        for format in Format::ALL.into_iter().filter(|format| !FORMATS.contains(format)) {
            let refused = write(format, &comparison(), &Options::default(), &mut bytes);
            assert_eq!(refused.unwrap_err().kind(), io::ErrorKind::Unsupported);
        }
        assert!(bytes.is_empty());
    }
}
