//! What is wrong with the system that was logged, and what proves it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::{Class, Place, Rule, Stamp};

/// How much a finding matters.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing and harmless.
    Info,
    /// Will bite.
    Warning,
    /// Explains a failed test, or will stop the run.
    Error,
}

impl Severity {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// How sure the finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Confidence {
    /// One reading of several.
    Possible,
    /// The best reading; `confidence_reason` says what is missing.
    Likely,
    /// The log says it.
    Certain,
}

impl Confidence {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Possible => "possible",
            Self::Likely => "likely",
            Self::Certain => "certain",
        }
    }
}

/// A sentence; most are the same in every finding of a rule, and hold nothing of the log.
pub type Sentence = Cow<'static, str>;

/// What a finding rests on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Basis {
    /// Messages whose exact wording is known.
    #[default]
    Signature,
    /// The codes of a vendor.
    Code,
    /// What the words of a message say, of which no signature knows the wording.
    Vocabulary,
    /// What happened to a connection, session, pool, server or worker over time.
    History,
}

impl Basis {
    /// The word of the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Signature => "signature",
            Self::Code => "code",
            Self::Vocabulary => "vocabulary",
            Self::History => "history",
        }
    }
}

/// What a line does for a finding.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Role {
    /// Shows the trouble itself.
    Primary,
    /// Shows how it came about.
    Context,
    /// Speaks against it.
    Counter,
}

/// A line that proves something.
///
/// Detectors name the place; `span` and `text` are filled in when the report is
/// put together, by reading those lines again.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Evidence {
    /// Where the line stands.
    #[serde(flatten)]
    pub place: Place,
    /// The bytes of `text` that matter; `null` means all of it.
    pub span: Option<[u32; 2]>,
    /// What the line does for the finding.
    pub role: Role,
    /// A few words: what to see here.
    pub label: Sentence,
    /// The line as it can be read, without colours and wrapper.
    pub text: String,
}

impl Evidence {
    /// A line that shows the trouble itself.
    #[must_use]
    pub fn primary(place: Place, label: impl Into<Sentence>) -> Self {
        Self { place, span: None, role: Role::Primary, label: label.into(), text: String::new() }
    }

    /// A line that shows how it came about.
    #[must_use]
    pub fn context(place: Place, label: impl Into<Sentence>) -> Self {
        Self { role: Role::Context, ..Self::primary(place, label) }
    }
}

/// The kind of thing that a finding is about.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum ResourceKind {
    /// A connection pool.
    Pool,
    /// A database server.
    Server,
    /// A session.
    Session,
    /// A SQLAlchemy engine or its like.
    Engine,
    /// A database.
    Database,
    /// A table or another relation.
    Table,
    /// Something that must be up first.
    Service,
    /// A lock.
    Lock,
    /// A worker process.
    Worker,
}

/// What a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resource {
    /// The kind of thing.
    pub kind: ResourceKind,
    /// Its name in the log.
    pub name: String,
}

impl Resource {
    /// The name, if it is one of something that all runs share.
    #[must_use]
    pub fn shared(&self) -> Option<&str> {
        use ResourceKind::{Database, Server, Service, Table};
        matches!(self.kind, Database | Server | Service | Table).then_some(&self.name)
    }
}

/// A judgement about the system that was logged.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Finding {
    /// `F1`, `F2`… in the order of the report.
    pub id: String,
    /// Code of the rule: `P101`.
    pub code: &'static str,
    /// Name of the rule: `pool-exhausted`.
    pub name: &'static str,
    /// Family of trouble.
    pub class: Class,
    /// How much it matters.
    pub severity: Severity,
    /// How sure it is.
    pub confidence: Confidence,
    /// Why it is as sure as that.
    pub confidence_reason: Sentence,
    /// One line.
    pub title: String,
    /// A few sentences.
    pub detail: Sentence,
    /// The figures behind it, by name.
    pub numbers: BTreeMap<&'static str, f64>,
    /// Workers concerned.
    pub workers: Vec<String>,
    /// Tests that did it.
    pub tests: Vec<String>,
    /// Tests that failed because of it.
    pub affected_tests: Vec<String>,
    /// What it is about.
    pub resource: Option<Resource>,
    /// When it began.
    pub start: Option<Stamp>,
    /// When it was over.
    pub end: Option<Stamp>,
    /// How often.
    pub count: u64,
    /// The lines that prove it; capped.
    pub evidence: Vec<Evidence>,
    /// The number of lines that prove it.
    pub evidence_total: u64,
    /// What it rests on.
    pub basis: Basis,
    /// What fits, where the log cannot tell which of several; the likeliest first.
    pub hypotheses: Vec<Hypothesis>,
    /// Ids of the findings that explain it.
    pub caused_by: Vec<String>,
    /// What to change.
    pub suggestion: Sentence,
    /// What would show that the finding is wrong.
    pub would_refute: Sentence,
    /// Stable across shifted lines, renumbered workers and another order.
    pub fingerprint: String,
    /// Why it does not count for the exit status; `null` if it does.
    pub accepted: Option<Accepted>,
}

/// One of several explanations that fit.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Hypothesis {
    /// What may be the case.
    pub claim: Sentence,
    /// What would decide it.
    pub decided_by: Sentence,
}

/// Why a finding does not count for the exit status.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Accepted {
    /// Who says so.
    pub by: AcceptedBy,
    /// Why, in the user's words.
    pub reason: String,
    /// The day on which it was accepted, `2026-03-01`.
    pub date: Option<String>,
}

/// Who says that a finding does not count.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum AcceptedBy {
    /// The report of an earlier run has it, too.
    Baseline,
    /// The user's settings.
    Suppression,
}

impl Finding {
    /// An empty finding of a rule; the caller fills in what it knows.
    #[must_use]
    pub fn of(rule: &Rule, severity: Severity, title: impl Into<String>) -> Self {
        Self {
            id: String::new(),
            code: rule.code,
            name: rule.name,
            class: rule.class,
            severity,
            confidence: Confidence::Certain,
            confidence_reason: Sentence::default(),
            title: title.into(),
            detail: Sentence::default(),
            numbers: BTreeMap::new(),
            workers: Vec::new(),
            tests: Vec::new(),
            affected_tests: Vec::new(),
            resource: None,
            start: None,
            end: None,
            count: 1,
            evidence: Vec::new(),
            evidence_total: 0,
            basis: Basis::default(),
            hypotheses: Vec::new(),
            caused_by: Vec::new(),
            suggestion: Sentence::default(),
            would_refute: Sentence::default(),
            fingerprint: String::new(),
            accepted: None,
        }
    }

    /// Adds an explanation that fits, with what would decide it.
    pub fn may_be(&mut self, claim: impl Into<Sentence>, decided_by: impl Into<Sentence>) {
        let (claim, decided_by) = (claim.into(), decided_by.into());
        self.hypotheses.push(Hypothesis { claim, decided_by });
    }

    /// The first line that shows the trouble itself.
    #[must_use]
    pub fn first_evidence(&self) -> Option<&Evidence> {
        let primary = self.evidence.iter().find(|line| line.role == Role::Primary);
        primary.or_else(|| self.evidence.first())
    }
}
