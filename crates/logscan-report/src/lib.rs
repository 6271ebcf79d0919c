//! A report as bytes, for people and for programs.
//!
//! The crate exists so that no writer can find out something on its own: it gets a
//! finished [`Report`] and may only choose words, order and colours. Secrets are
//! taken out before any writer runs ([`redact::Redactor`]), so that no writer can
//! forget to. A new format is one file and one line in [`Format::ALL`].

use std::io::{self, Write};
use std::path::Path;

use logscan_model::{Report, Rule};

pub use escape::{Json, cell, toml_file, visible};
pub use own::{CUT_LOG, SIGNATURES, is_own_output};
pub use ticket::ticket;
pub use view::hidden;

mod charts;
mod chrome;
pub mod comparison;
pub mod csv;
mod escape;
mod github;
mod gitlab;
mod html;
mod human;
mod json;
mod jsonl;
mod junit;
mod markdown;
mod own;
mod perfetto;
pub mod redact;
mod sarif;
mod spot;
mod text;
mod ticket;
mod trace;
mod view;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod growth;
#[cfg(test)]
#[path = "../tests/placements/mod.rs"]
mod placements;

/// How a report can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// Text for a terminal; its first five lines carry the answer.
    Human,
    /// The whole report, schema `logscan.report/1`.
    Json,
    /// The report as one JSON object per line.
    Jsonl,
    /// The findings as a table.
    Csv,
    /// Text for a ticket.
    Markdown,
    /// One page that needs nothing else.
    Html,
    /// SARIF 2.1.0 for code scanning services.
    Sarif,
    /// JUnit XML for build servers.
    Junit,
    /// Annotations of a GitHub Actions run.
    Github,
    /// GitLab's code quality report.
    Gitlab,
    /// A trace for Perfetto.
    Perfetto,
    /// A trace in the trace event format.
    Chrome,
}

impl Format {
    /// Every format, in the order in which help lists them.
    pub const ALL: [Self; 12] = [
        Self::Human,
        Self::Json,
        Self::Jsonl,
        Self::Csv,
        Self::Markdown,
        Self::Html,
        Self::Sarif,
        Self::Junit,
        Self::Github,
        Self::Gitlab,
        Self::Perfetto,
        Self::Chrome,
    ];

    /// The name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Human => "human",
            Self::Json => "json",
            Self::Jsonl => "jsonl",
            Self::Csv => "csv",
            Self::Markdown => "markdown",
            Self::Html => "html",
            Self::Sarif => "sarif",
            Self::Junit => "junit",
            Self::Github => "github",
            Self::Gitlab => "gitlab",
            Self::Perfetto => "perfetto",
            Self::Chrome => "chrome",
        }
    }

    /// The endings of files that hold this format.
    #[must_use]
    pub fn extensions(self) -> &'static [&'static str] {
        match self {
            Self::Human => &["txt"],
            Self::Json => &["json"],
            Self::Jsonl => &["jsonl", "ndjson"],
            Self::Csv => &["csv"],
            Self::Markdown => &["md", "markdown"],
            Self::Html => &["html", "htm"],
            Self::Sarif => &["sarif"],
            Self::Junit => &["xml"],
            Self::Perfetto => &["pftrace", "perfetto-trace"],
            Self::Github | Self::Gitlab | Self::Chrome => &[],
        }
    }

    /// The format of this name.
    #[must_use]
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|format| format.name() == name)
    }

    /// The format that a file's ending asks for.
    #[must_use]
    pub fn from_extension(path: &Path) -> Option<Self> {
        let ending = path.extension()?.to_str()?.to_ascii_lowercase();
        Self::ALL.into_iter().find(|format| format.extensions().contains(&&*ending))
    }
}

/// What the reader's screen can show and how much they want to see.
///
/// Width and colours only concern the human format: files are the same for everybody.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Columns of the screen; `usize::MAX` for no limit.
    pub width: usize,
    /// Whether colours are shown.
    pub color: bool,
    /// Show harmless findings in full, and every line of evidence.
    pub verbose: bool,
    /// Show the answer only.
    pub quiet: bool,
    /// Leave cells of CSV as they are, also what spreadsheets would run.
    pub csv_raw: bool,
    /// Most bytes of a Markdown page.
    pub markdown_limit: usize,
    /// The rules that were asked, for formats that list them all.
    pub rules: &'static [Rule],
    /// The address of a line of an input, for terminals that open it.
    pub links: Option<fn(&str, u64) -> Option<String>>,
}

/// What the strictest of the common trackers takes in one text, in bytes.
pub const TICKET: usize = 65_536;

impl Default for Options {
    fn default() -> Self {
        Self {
            width: 100,
            color: false,
            verbose: false,
            quiet: false,
            csv_raw: false,
            markdown_limit: TICKET,
            rules: &[],
            links: None,
        }
    }
}

/// Writes the report. Call [`redact::Redactor`] on it first.
///
/// # Errors
/// Only what `out` returns.
pub fn write(
    format: Format,
    report: &Report,
    options: &Options,
    out: &mut dyn Write,
) -> io::Result<()> {
    match format {
        Format::Human => human::write(report, options, out),
        Format::Json => json::write(report, out),
        Format::Jsonl => jsonl::write(report, out),
        Format::Csv => csv::write(report, options.csv_raw, out),
        Format::Markdown => markdown::write(report, options.markdown_limit, out),
        Format::Html => html::write(report, out),
        Format::Sarif => sarif::write(report, options.rules, out),
        Format::Junit => junit::write(report, options.rules, out),
        Format::Github => github::write(report, out),
        Format::Gitlab => gitlab::write(report, out),
        Format::Perfetto => perfetto::write(report, out),
        Format::Chrome => chrome::write(report, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_lead_back_to_their_format() {
        for format in Format::ALL {
            assert_eq!(Format::from_name(format.name()), Some(format));
        }
        assert_eq!(Format::from_name("yaml"), None);
    }

    #[test]
    fn the_ending_of_a_file_chooses_the_format() {
        let format = |path: &str| Format::from_extension(Path::new(path));
        assert_eq!(format("out/report.JSON"), Some(Format::Json));
        assert_eq!(format("ticket.md"), Some(Format::Markdown));
        assert_eq!(format("page.htm"), Some(Format::Html));
        assert_eq!(format("report.txt"), Some(Format::Human));
        assert_eq!(format("report"), None);
    }

    #[test]
    fn no_two_formats_claim_one_ending() {
        let all: Vec<_> = Format::ALL.iter().flat_map(|format| format.extensions()).collect();
        let mut unique = all.clone();
        unique.sort();
        unique.dedup();
        assert_eq!(unique.len(), all.len());
    }

    #[test]
    fn what_is_accepted_fails_nothing() {
        let mut report = fixture::failed_run();
        for finding in &mut report.findings {
            finding.accepted = Some(logscan_model::Accepted {
                by: logscan_model::AcceptedBy::Suppression,
                reason: "known since spring".into(),
                date: Some("2026-03-01".into()),
            });
        }
        let text = |format| fixture::written(format, &report);
        assert!(!text(Format::Junit).contains("<failure"));
        assert!(!text(Format::Gitlab).contains("critical"));
        let annotations = text(Format::Github);
        assert!(annotations.starts_with("::notice ") && annotations.lines().count() == 1);
        assert_eq!(text(Format::Sarif).matches("\"suppressions\"").count(), 4);
        let said = "accepted by a suppression of 2026-03-01: known since spring";
        for format in [Format::Human, Format::Markdown, Format::Html] {
            let plain = text(format).replace("</dt><dd>", " ").replace("  ", " ").to_lowercase();
            assert!(plain.contains(said), "{plain}");
        }
    }

    #[test]
    fn every_format_writes_the_same_bytes_twice() {
        let report = fixture::failed_run();
        for format in Format::ALL {
            let bytes = || fixture::written(format, &report);
            assert_eq!(bytes(), bytes(), "{}", format.name());
        }
    }
}
