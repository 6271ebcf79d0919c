//! One name for one secret: `‹password-2›` is the same password wherever it stands in a
//! report, so that the story stays readable.

use std::collections::{BTreeMap, HashMap};

use logscan_model::report::{Masked, SecretKind};

/// The names given so far, and how often each kind was masked.
#[derive(Clone, Debug, Default)]
pub(super) struct Pseudonyms {
    numbers: HashMap<(SecretKind, String), usize>,
    counts: BTreeMap<SecretKind, (usize, u64)>,
}

impl Pseudonyms {
    /// The name of a secret.
    pub(super) fn of(&mut self, kind: SecretKind, secret: &str) -> String {
        let (known, masked) = self.counts.entry(kind).or_default();
        *masked += 1;
        let number = *self.numbers.entry((kind, secret.to_owned())).or_insert_with(|| {
            *known += 1;
            *known
        });
        name(kind, number)
    }

    /// Secrets that can be told apart from words, as they may stand bare or decoded, with
    /// their names; the longest first.
    pub(super) fn elsewhere(&self) -> Vec<(String, String)> {
        let spelled = self.numbers.iter().flat_map(|((kind, secret), number)| {
            let name = name(*kind, *number);
            let decoded = percent_decoded(secret).filter(|decoded| decoded != secret);
            [Some(secret.clone()), decoded].into_iter().flatten().map(move |s| (s, name.clone()))
        });
        let telling = |secret: &str| secret.len() >= TELLING && super::value::is_random(secret);
        let mut telling: Vec<_> = spelled.filter(|(secret, _)| telling(secret)).collect();
        telling.sort_by(|a, b| (b.0.len(), &a.0, &a.1).cmp(&(a.0.len(), &b.0, &b.1)));
        telling
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

/// Length from which a secret is looked for where nothing announces it.
const TELLING: usize = 8;

/// `p%40ss` as the program reads it: `p@ss`; `None` if that is no text.
fn percent_decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, behind)) = rest.split_first() {
        let digits = behind.get(..2).filter(|_| *first == b'%');
        let code = digits.and_then(|digits| std::str::from_utf8(digits).ok());
        match code.and_then(|code| u8::from_str_radix(code, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = &behind[2..];
            }
            None => {
                bytes.push(*first);
                rest = behind;
            }
        }
    }
    String::from_utf8(bytes).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_keeps_its_name_and_is_counted() {
        let mut names = Pseudonyms::default();
        let given = ["one", "two", "one"].map(|secret| names.of(SecretKind::Password, secret));
        assert_eq!(given, ["‹password-1›", "‹password-2›", "‹password-1›"]);
        assert_eq!(names.of(SecretKind::Token, "one"), "‹token-1›");
        let audit = names.audit();
        let counted: Vec<_> = audit.iter().map(|one| (one.secrets, one.places)).collect();
        assert_eq!(counted, [(2, 3), (1, 1)]);
    }

    #[test]
    fn what_can_be_told_from_words_is_looked_for_elsewhere() {
        let mut names = Pseudonyms::default();
        for secret in ["kX9%40vQ2mLp7", "kX9vQ2m", "password", "kX9vQ2mL"] {
            names.of(SecretKind::Password, secret);
        }
        let elsewhere = names.elsewhere();
        let spelled: Vec<_> = elsewhere.iter().map(|(secret, name)| (&**secret, &**name)).collect();
        assert_eq!(
            spelled,
            [
                ("kX9%40vQ2mLp7", "‹password-1›"),
                ("kX9@vQ2mLp7", "‹password-1›"),
                ("kX9vQ2mL", "‹password-4›")
            ]
        );
    }

    #[test]
    fn percents_are_read_as_the_program_reads_them() {
        for (text, expected) in [
            ("p%40ss", Some("p@ss")),
            ("100%", Some("100%")),
            ("%zz%4", Some("%zz%4")),
            ("%ff", None),
        ] {
            assert_eq!(percent_decoded(text).as_deref(), expected, "{text}");
        }
    }
}
