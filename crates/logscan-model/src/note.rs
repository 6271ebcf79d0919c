//! What there is to say about the log itself.
//!
//! A note is never about the system that was logged: that is a finding. Every way
//! in which an input can disappoint is listed here with its severity.

use schemars::JsonSchema;
use serde::Serialize;

use crate::Place;

/// How an input disappointed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoteKind {
    /// A line was cut or overwritten by another writer.
    TornLine,
    /// Zero bytes stand where text should be: the file was overwritten or punched.
    NulBytes,
    /// Numbers of sessions are missing although their neighbours are there.
    SessionGap,
    /// Bytes that are not valid in the input's encoding.
    BadEncoding,
    /// A line longer than the reader keeps; its rest was counted, not read.
    LongLine,
    /// Objects and lists of a JSON line stand deeper within each other than the reader goes.
    DeepLine,
    /// Reading ended before the input did: an error, a limit, or a file that shrank.
    Stopped,
    /// The input is a document, of which only what it quotes of logs was read.
    Document,
    /// An input could not be read at all.
    Unreadable,
    /// Files were passed over because they are no logs.
    NoLogs,
    /// Members of an archive were left out: too many, too deep, or broken.
    MembersLeftOut,
    /// Members of an archive that are no files: links and devices.
    NoFiles,
    /// The file grew while it was read.
    Grown,
    /// Findings beyond the most that a report holds.
    ManyFindings,
    /// Workers beyond those that are told apart.
    ManyWorkers,
    /// Tests beyond those that are told apart.
    ManyTests,
    /// Pool states whose lines belong to several workers and cannot be told apart.
    MixedBlock,
    /// Sessions that several workers might have closed.
    AmbiguousSession,
    /// The names of the tests could not be joined to the debug log.
    NoTestNames,
    /// So many sessions were open at once that not all were followed.
    ManyOpenSessions,
    /// The clocks of two inputs differ, by so much as events show that stand in both.
    ClockOffset,
    /// Inputs have clocks that cannot be compared.
    UnalignedClocks,
    /// The inputs hold several runs of the test runner.
    SeveralRuns,
    /// Nothing in this input is about a database or a test run.
    NothingUnderstood,
}

impl NoteKind {
    /// Whether something was lost that findings may depend on.
    #[must_use]
    pub fn severity(self) -> NoteSeverity {
        match self {
            Self::TornLine
            | Self::NulBytes
            | Self::SessionGap
            | Self::BadEncoding
            | Self::LongLine
            | Self::DeepLine
            | Self::Stopped
            | Self::Document
            | Self::Unreadable
            | Self::MembersLeftOut
            | Self::ManyWorkers
            | Self::ManyTests => NoteSeverity::Loss,
            Self::NoFiles
            | Self::NoLogs
            | Self::Grown
            | Self::ManyFindings
            | Self::MixedBlock
            | Self::AmbiguousSession
            | Self::NoTestNames
            | Self::ManyOpenSessions
            | Self::ClockOffset
            | Self::UnalignedClocks
            | Self::SeveralRuns
            | Self::NothingUnderstood => NoteSeverity::Info,
        }
    }
}

/// Whether a note tells of a loss.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum NoteSeverity {
    /// Worth knowing.
    Info,
    /// Text is missing; no certainty is claimed where it could explain what was seen.
    Loss,
}

/// One thing to know about the log.
#[derive(Clone, Debug, PartialEq, Serialize, JsonSchema)]
pub struct Note {
    /// What it is about.
    pub kind: NoteKind,
    /// Whether text was lost.
    pub severity: NoteSeverity,
    /// How often.
    pub count: u64,
    /// One sentence for the user.
    pub sentence: String,
    /// Where it was seen first.
    pub first: Option<Place>,
}

impl Note {
    /// A note of a kind, with the severity that the kind has.
    #[must_use]
    pub fn new(kind: NoteKind, count: u64, sentence: String, first: Option<Place>) -> Self {
        Self { kind, severity: kind.severity(), count, sentence, first }
    }
}
