//! What an error means whose wording no signature knows: by the codes of vendors, and by what
//! its words say.
//!
//! Both are data: `catalogue/codes.toml` and `catalogue/vocabulary.toml`. What is recognised by
//! words alone is likely at most; whether it is about a database shows in the line itself, or
//! must show beside it.

mod codes;
pub(crate) mod lifecycle;
pub(crate) mod opposed;
pub(crate) mod overtime;
pub(crate) mod pool_counts;
pub(crate) mod target;
pub(crate) mod total;
pub(crate) mod trouble;
mod vocabulary;

use logscan_model::event::Needs;
use logscan_model::{Basis, EventKind};

/// Bytes of a message that are read.
const READ: usize = 600;

/// What a message means.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Meaning {
    /// The error.
    pub(crate) kind: EventKind,
    /// By what it was recognised.
    pub(crate) basis: Basis,
    /// What must be seen beside it.
    pub(crate) needs: Needs,
}

/// Texts of which a line must hold one to be looked at.
pub(crate) fn announcing() -> impl Iterator<Item = &'static String> {
    let errors = vocabulary::announcing().iter().chain(codes::announcing());
    let others = lifecycle::announcing().chain(total::announcing()).chain(target::announcing());
    errors.chain(others).chain(trouble::announcing()).chain(pool_counts::announcing())
}

/// What a message means, if that can be told.
///
/// `is_error` says that the line is known to tell of an error.
pub(crate) fn recognise(message: &str, is_error: bool) -> Option<Meaning> {
    let message = &message[..message.floor_char_boundary(READ)];
    let code = codes::read(message);
    if let Some((kind, codes::Weight::Own)) = code {
        return Some(Meaning { kind, basis: Basis::Code, needs: Needs::default() });
    }
    let words = vocabulary::read(message, is_error);
    let by_code = || {
        let (kind, _) = code?;
        Some(Meaning { kind, basis: Basis::Code, needs: Needs::default() })
    };
    words.or_else(by_code)
}

/// Whether other numbers in a message could change what it means.
pub(crate) fn reads_numbers(message: &str) -> bool {
    let message = &message[..message.floor_char_boundary(READ)];
    message.contains("exit") || codes::may_hold_one(message)
}

impl Meaning {
    /// Whether it counts only with what stands beside it.
    pub(crate) fn is_doubtful(self) -> bool {
        self.basis == Basis::Vocabulary && (self.needs.database || self.needs.failure)
    }
}
