//! One name for one secret: `‹password-2›` is the same password wherever it stands in a
//! report, so that the story stays readable.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::hash::{DefaultHasher, Hash, Hasher};

use logscan_model::report::{Masked, SecretKind};

/// Bytes of secrets that are certain and kept, to be looked for wherever they stand bare.
const KEPT: usize = 64 << 10;

/// The names given so far, and how often each kind was masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Pseudonyms {
    /// By kind and hash: a log may hold hundreds of thousands.
    numbers: HashMap<(SecretKind, u64), u32>,
    /// How often each was masked in what is shown, by its number.
    shown: BTreeMap<SecretKind, Vec<u64>>,
    /// Whether what is masked now is only read, not shown.
    pub(super) unseen: bool,
    /// Those that are certain to be secrets, in the order in which they were met.
    certain: Vec<(String, String)>,
    announced: HashSet<String>,
    /// Bytes of those that are certain.
    bytes: usize,
}

impl Pseudonyms {
    /// The name of a secret; one that is certain is masked where it stands bare too.
    pub(super) fn of(&mut self, kind: SecretKind, secret: &str, certain: bool) -> String {
        let mut hasher = DefaultHasher::new();
        secret.hash(&mut hasher);
        let shown = self.shown.entry(kind).or_default();
        let number = *self.numbers.entry((kind, hasher.finish())).or_insert_with(|| {
            shown.push(0);
            u32::try_from(shown.len()).unwrap_or(u32::MAX)
        }) as usize;
        shown[number - 1] += u64::from(!self.unseen);
        let name = name(kind, number);
        if certain {
            self.also(secret, &name);
        }
        name
    }

    /// What the secret of this name holds is masked where it stands bare too, by the same name.
    pub(super) fn also(&mut self, secret: &str, name: &str) {
        let room = self.bytes + secret.len() < KEPT;
        if room && self.announced.insert(secret.to_owned()) {
            self.bytes += secret.len();
            self.certain.push((secret.to_owned(), name.to_owned()));
        }
    }

    /// Counts a secret that was found where nothing announces it.
    pub(super) fn again(&mut self, name: &str) {
        let bare = name.trim_matches(['‹', '›']);
        let Some((kind, number)) = bare.rsplit_once('-') else { return };
        let kind = SecretKind::ALL.into_iter().find(|known| known.name() == kind);
        let Some((kind, Ok(number))) = kind.map(|kind| (kind, number.parse::<usize>())) else {
            return;
        };
        let shown =
            self.shown.get_mut(&kind).and_then(|shown| shown.get_mut(number.checked_sub(1)?));
        if let Some(times) = shown {
            *times += 1;
        }
    }

    /// The secrets that are certain, with their names.
    pub(super) fn certain(&self) -> &[(String, String)] {
        &self.certain
    }

    /// What was masked, by kind.
    pub(super) fn audit(&self) -> Vec<Masked> {
        let audits = self.shown.iter().map(|(kind, shown)| {
            let secrets = shown.iter().filter(|times| **times > 0).count() as u64;
            Masked { kind: *kind, secrets, places: shown.iter().sum() }
        });
        audits.filter(|masked| masked.secrets > 0).collect()
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
    fn what_is_only_read_is_not_counted() {
        let mut names = Pseudonyms { unseen: true, ..Pseudonyms::default() };
        let name = names.of(SecretKind::Password, "one", true);
        assert!(names.audit().is_empty());
        names.again(&name);
        assert_eq!(names.audit().first().map(|one| (one.secrets, one.places)), Some((1, 1)));
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
