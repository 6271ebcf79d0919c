//! One name for one secret: `‹password-2›` is the same password wherever it stands in a
//! report, so that the story stays readable.

use std::collections::{BTreeMap, HashMap, HashSet};

use logscan_model::report::{Masked, SecretKind};

/// The names given so far, and how often each kind was masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Pseudonyms {
    numbers: HashMap<(SecretKind, String), usize>,
    counts: BTreeMap<SecretKind, (usize, u64)>,
    /// Those that are certain to be secrets, in the order in which they were met.
    certain: Vec<(String, String)>,
    announced: HashSet<String>,
}

impl Pseudonyms {
    /// The name of a secret; one that is certain is masked where it stands bare too.
    pub(super) fn of(&mut self, kind: SecretKind, secret: &str, certain: bool) -> String {
        let (known, masked) = self.counts.entry(kind).or_default();
        *masked += 1;
        let number = *self.numbers.entry((kind, secret.to_owned())).or_insert_with(|| {
            *known += 1;
            *known
        });
        let name = name(kind, number);
        if certain && self.announced.insert(secret.to_owned()) {
            self.certain.push((secret.to_owned(), name.clone()));
        }
        name
    }

    /// Counts a secret that was found where nothing announces it.
    pub(super) fn again(&mut self, name: &str) {
        let kind = SecretKind::ALL.into_iter().find(|kind| name[3..].starts_with(kind.name()));
        if let Some((_, masked)) = kind.and_then(|kind| self.counts.get_mut(&kind)) {
            *masked += 1;
        }
    }

    /// The secrets that are certain, with their names.
    pub(super) fn certain(&self) -> &[(String, String)] {
        &self.certain
    }

    /// What was masked, by kind.
    pub(super) fn audit(&self) -> Vec<Masked> {
        let masked = |(kind, (secrets, places)): (&SecretKind, &(usize, u64))| Masked {
            kind: *kind,
            secrets: *secrets as u64,
            places: *places,
        };
        self.counts.iter().map(masked).collect()
    }
}

fn name(kind: SecretKind, number: usize) -> String {
    format!("‹{}-{number}›", kind.name())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_keeps_its_name_and_is_counted() {
        let mut names = Pseudonyms::default();
        let given =
            ["one", "two", "one"].map(|secret| names.of(SecretKind::Password, secret, true));
        assert_eq!(given, ["‹password-1›", "‹password-2›", "‹password-1›"]);
        assert_eq!(names.of(SecretKind::Token, "one", true), "‹token-1›");
        let audit = names.audit();
        let counted: Vec<_> = audit.iter().map(|one| (one.secrets, one.places)).collect();
        assert_eq!(counted, [(2, 3), (1, 1)]);
    }

    #[test]
    fn what_is_certain_is_kept_once() {
        let mut names = Pseudonyms::default();
        for (secret, certain) in [("a", true), ("b", false), ("a", true), ("c", true)] {
            names.of(SecretKind::Password, secret, certain);
        }
        let certain: Vec<_> = names.certain().iter().map(|(secret, _)| secret.as_str()).collect();
        assert_eq!(certain, ["a", "c"]);
    }
}
