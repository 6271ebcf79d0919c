//! A catalogue that knows no error by its wording.

use super::Catalogue;

impl Catalogue {
    /// The same without the signatures of errors: these are then read by the codes of vendors and
    /// by vocabulary alone, so that both can be measured.
    #[must_use]
    pub fn without_errors(&self) -> Self {
        let kept = self.signatures.iter().filter(|(signature, _)| !signature.kind.is_fault());
        Self::index(kept.cloned().collect()).expect("a part of a catalogue is one")
    }
}
