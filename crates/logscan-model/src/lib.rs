//! The nouns of logscan.
//!
//! Everything that two crates must agree on lives here: where a line stands
//! ([`Place`]), when it was written ([`Stamp`]), what it says ([`Event`]), what
//! happened ([`Timeline`]), what is wrong ([`Finding`]) and what outsiders get
//! ([`Report`]). The crate does no I/O, starts no threads and judges nothing.

pub mod comparison;
pub mod event;
mod facts;
pub mod failure;
pub mod finding;
mod kind;
pub mod limits;
mod lookup;
pub mod note;
pub mod place;
pub mod report;
pub mod rule;
pub mod settings;
pub mod stamp;
mod stats;
pub mod timeline;

pub use event::{Event, Field, Value};
pub use failure::{Domain, FailureGroup, Failures};
pub use finding::{
    Accepted, AcceptedBy, Basis, Confidence, Evidence, Finding, Hypothesis, Resource, ResourceKind,
    Role, Severity,
};
pub use kind::EventKind;
pub use limits::Limits;
pub use note::{Note, NoteKind};
pub use place::{InputId, Place, Span};
pub use report::Report;
pub use rule::{Class, Rule};
pub use stamp::Stamp;
pub use timeline::Timeline;
