//! Two runs side by side: what a JSON report tells of a run, and how runs differ.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::report::{Report, Status, Tool};
use crate::timeline::Stats;
use crate::{Class, Finding, Resource, Severity};

/// Name and version of the schema of a comparison.
pub const SCHEMA: &str = "logscan.diff/1";

/// What a comparison needs of a report; reads the JSON of `logscan.report/1`.
#[derive(Clone, Debug, Deserialize)]
pub struct RunSummary {
    /// Name and version of the report's schema.
    pub schema: String,
    /// The answer.
    pub verdict: SummaryVerdict,
    /// What is wrong.
    pub findings: Vec<KnownFinding>,
    /// What happened.
    pub timeline: SummaryTimeline,
    /// Totals.
    pub stats: Stats,
}

impl From<Report> for RunSummary {
    fn from(report: Report) -> Self {
        let Report { verdict, findings, timeline, stats, .. } = report;
        let pools = timeline.pools.into_iter();
        let counts = timeline.connection_counts.into_iter();
        Self {
            schema: report.schema.to_owned(),
            verdict: SummaryVerdict { status: verdict.status, headline: verdict.headline },
            findings: findings.into_iter().map(KnownFinding::from).collect(),
            timeline: SummaryTimeline {
                pools: pools
                    .map(|pool| SummaryPool { peak_checked_out: pool.peak_checked_out })
                    .collect(),
                connection_counts: counts.map(|one| SummaryCount { count: one.count }).collect(),
            },
            stats,
        }
    }
}

impl From<Finding> for KnownFinding {
    fn from(finding: Finding) -> Self {
        let numbers = finding.numbers.into_iter();
        Self {
            id: finding.id,
            code: finding.code.to_owned(),
            name: finding.name.to_owned(),
            class: finding.class,
            severity: finding.severity,
            title: finding.title,
            numbers: numbers.map(|(name, number)| (name.to_owned(), number)).collect(),
            tests: finding.tests,
            affected_tests: finding.affected_tests,
            count: finding.count,
            resource: finding.resource,
            fingerprint: finding.fingerprint,
        }
    }
}

/// The answer of a run.
#[derive(Clone, Debug, Deserialize)]
pub struct SummaryVerdict {
    /// How the run stands.
    pub status: Status,
    /// One sentence.
    pub headline: String,
}

/// A finding as a report tells it.
#[derive(Clone, Debug, PartialEq, Deserialize)]
pub struct KnownFinding {
    /// `F1`.
    pub id: String,
    /// Code of the rule.
    pub code: String,
    /// Name of the rule.
    pub name: String,
    /// Family of trouble.
    pub class: Class,
    /// How much it matters.
    pub severity: Severity,
    /// One line.
    pub title: String,
    /// The figures behind it.
    pub numbers: BTreeMap<String, f64>,
    /// Tests that did it.
    pub tests: Vec<String>,
    /// Tests that failed because of it.
    pub affected_tests: Vec<String>,
    /// How often.
    pub count: u64,
    /// What it is about.
    #[serde(default)]
    pub resource: Option<Resource>,
    /// Stable over runs.
    pub fingerprint: String,
}

/// What happened in a run, as far as it is compared.
#[derive(Clone, Debug, Deserialize)]
pub struct SummaryTimeline {
    /// Connection pools.
    pub pools: Vec<SummaryPool>,
    /// Printed counts of connections, in their order.
    pub connection_counts: Vec<SummaryCount>,
}

/// A pool of a run.
#[derive(Clone, Debug, Deserialize)]
pub struct SummaryPool {
    /// The most connections seen in use.
    pub peak_checked_out: Option<u32>,
}

/// A printed count of connections.
#[derive(Clone, Debug, Deserialize)]
pub struct SummaryCount {
    /// Connections.
    pub count: u64,
}

/// How a run differs from an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Comparison {
    /// Name and version of this schema.
    pub schema: &'static str,
    /// Who compared.
    pub tool: Tool,
    /// The earlier run.
    pub before: Side,
    /// The later run.
    pub after: Side,
    /// All in all.
    pub outcome: Outcome,
    /// One sentence.
    pub headline: String,
    /// Findings of both, what matters most first.
    pub findings: Vec<FindingChange>,
    /// Figures of both.
    pub figures: Vec<FigureChange>,
    /// Whether secrets were masked; if not, names and titles may hold some.
    pub redacted: bool,
}

/// One of the two runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Side {
    /// What was read.
    pub name: String,
    /// How the run stands.
    pub status: Status,
    /// One sentence.
    pub headline: String,
}

/// A comparison in one word.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Nothing is new or worse, and something is gone or better.
    Better,
    /// Something is new or worse.
    Worse,
    /// The findings are the same.
    Same,
    /// A run is not understood well enough to tell.
    Unknown,
}

impl Outcome {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Better => "better",
            Self::Worse => "worse",
            Self::Same => "same",
            Self::Unknown => "unknown",
        }
    }
}

/// What became of a finding.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FindingChange {
    /// What became of it.
    pub change: Change,
    /// Code of the rule.
    pub code: String,
    /// Name of the rule.
    pub name: String,
    /// Family of trouble.
    pub class: Class,
    /// How much it matters, where it is worst.
    pub severity: Severity,
    /// One line, of the later run if it is still there.
    pub title: String,
    /// How often before; 0 if it was not there.
    pub before: u64,
    /// How often after; 0 if it is gone.
    pub after: u64,
    /// Figures before and after, by name.
    pub numbers: BTreeMap<String, [Option<f64>; 2]>,
    /// Stable over runs.
    pub fingerprint: String,
}

/// What became of a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Change {
    /// It was not there before.
    New,
    /// It matters more, or happens more often.
    Worse,
    /// It is as before.
    Same,
    /// It matters less, or happens less often.
    Better,
    /// It is not there any more.
    Gone,
}

impl Change {
    /// The word.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::New => "new",
            Self::Worse => "worse",
            Self::Same => "same",
            Self::Better => "better",
            Self::Gone => "gone",
        }
    }
}

/// A figure of both runs.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct FigureChange {
    /// What is counted: `sessions left open`.
    pub name: &'static str,
    /// `s` for seconds, else empty.
    pub unit: &'static str,
    /// Before; `null` if the log does not tell.
    pub before: Option<f64>,
    /// After; `null` if the log does not tell.
    pub after: Option<f64>,
}
