//! The report: what outsiders rely on, schema `logscan.report/1`.
//!
//! Field names follow the contract. Fields may be added; none is renamed or removed
//! within a version of the schema.

mod timeline;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::timeline::{Stats, Timeline};
use crate::{Failures, Finding, Note, Severity, Stamp};

/// Name and version of the schema.
pub const SCHEMA: &str = "logscan.report/1";

/// Everything that is said about one run.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Report {
    /// Name and version of this schema.
    pub schema: &'static str,
    /// Who made the report.
    pub tool: Tool,
    /// The answer.
    pub verdict: Verdict,
    /// What was read, in the order of the arguments.
    pub inputs: Vec<Input>,
    /// What is wrong with the system that was logged.
    pub findings: Vec<Finding>,
    /// Every failed test, explained or not.
    pub failures: Failures,
    /// What the reader did not want to see; `null` if everything is shown. The verdict is that
    /// of the whole run all the same.
    pub filter: Option<Filter>,
    /// What there is to know about the log.
    pub notes: Vec<Note>,
    /// What happened.
    pub timeline: Timeline,
    /// Totals.
    pub stats: Stats,
    /// What was masked.
    pub redaction: Redaction,
}

impl Report {
    /// The finding with this id.
    #[must_use]
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }

    /// The findings that a filter keeps out of the report.
    #[must_use]
    pub fn hidden(&self) -> &[Hidden] {
        self.filter.as_ref().map_or(&[], |filter| &filter.hidden)
    }

    /// The finding that heads the verdict, unless it is hidden.
    #[must_use]
    pub fn first_cause(&self) -> Option<&Finding> {
        self.verdict.root_causes.first().and_then(|id| self.finding(id))
    }
}

/// What a reader asked to see.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Filter {
    /// The options as they were given: `--worker gw1`.
    pub options: Vec<String>,
    /// The findings that are left out by them.
    pub hidden: Vec<Hidden>,
}

/// A finding that a filter leaves out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hidden {
    /// Its id in the whole report.
    pub id: String,
    /// Code of the rule.
    pub code: &'static str,
    /// How much it matters.
    pub severity: Severity,
}

/// What was masked before the report was written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Redaction {
    /// Whether secrets were looked for; if not, the report may hold some.
    pub on: bool,
    /// What was found, by kind.
    pub masked: Vec<Masked>,
}

/// Secrets of one kind that were masked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Masked {
    /// What they are.
    pub kind: SecretKind,
    /// Different ones.
    pub secrets: u64,
    /// Places in the report where they stood.
    pub places: u64,
}

/// What a secret is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum SecretKind {
    /// A password.
    Password,
    /// What stands for a login: tokens, API keys, headers.
    Token,
    /// A private key.
    Key,
    /// The cookies of a request.
    Cookie,
    /// An e-mail address, masked if wanted.
    Email,
}

impl SecretKind {
    /// Every kind.
    pub const ALL: [Self; 5] = [Self::Password, Self::Token, Self::Key, Self::Cookie, Self::Email];

    /// The word for it, also in the names that stand in place of secrets.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Token => "token",
            Self::Key => "key",
            Self::Cookie => "cookie",
            Self::Email => "email",
        }
    }
}

/// Who made the report.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Tool {
    /// `logscan`.
    pub name: &'static str,
    /// Its version.
    pub version: &'static str,
}

/// The answer.
#[derive(Clone, Debug, Serialize, JsonSchema)]
pub struct Verdict {
    /// How the run stands.
    pub status: Status,
    /// One sentence.
    pub headline: String,
    /// Ids of the findings that explain the others, best first.
    pub root_causes: Vec<String>,
}

/// How the run stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Status {
    /// No error and no warning.
    Healthy,
    /// Something will bite.
    Warning,
    /// Something explains failed tests, or will stop the run.
    Failed,
    /// The log does not tell.
    Unknown,
}

impl Status {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Healthy => "healthy",
            Self::Warning => "warning",
            Self::Failed => "failed",
            Self::Unknown => "unknown",
        }
    }
}

/// One input and how much of it was understood.
///
/// The four `lines_*` add up to `lines`, always.
#[derive(Clone, Debug, Default, PartialEq, Serialize, JsonSchema)]
pub struct Input {
    /// The path as it was given, or `-`.
    pub name: String,
    /// Size as stored, in bytes.
    pub bytes: u64,
    /// Bytes of the content that were read: unpacked and decoded, without a byte order mark.
    pub content_bytes: u64,
    /// How many of them stand in no line: the rests of lines that were too long or cut off.
    pub skipped_bytes: u64,
    /// Lines after decoding.
    pub lines: u64,
    /// Lines that say something about a test run or a database.
    pub lines_understood: u64,
    /// Lines whose form is known and that say nothing of interest.
    pub lines_ignored: u64,
    /// Lines of unknown form.
    pub lines_unknown: u64,
    /// Lines that were cut, overwritten or hold bytes that are no text.
    pub lines_damaged: u64,
    /// `utf-8`, `utf-16le`, `utf-16be`.
    pub encoding: String,
    /// `gzip`, or `null`.
    pub compression: Option<String>,
    /// `github-actions`, or `null`.
    pub wrapper: Option<String>,
    /// The line format that most lines have.
    pub format: String,
    /// First time in the input.
    pub first: Option<Stamp>,
    /// Last time in the input.
    pub last: Option<Stamp>,
    /// The commonest shapes of lines that were not understood.
    pub unknown_shapes: Vec<UnknownShape>,
}

/// Lines that look alike and were not understood.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct UnknownShape {
    /// The line with digits as `0` and names kept.
    pub shape: String,
    /// How many lines look like it.
    pub count: u64,
    /// The first of them.
    pub line: u64,
}
