//! Signatures: what single lines mean, as data.
//!
//! The files in `catalogue/` are compiled in; users add their own in the same
//! syntax. A signature without samples, with a sample that does not match, or with a
//! sample that another signature claims, is refused.

mod files;
mod lists;
mod without_errors;

use std::collections::HashMap;
use std::sync::LazyLock;

pub use files::BUILTIN;
use logscan_model::event::Needs;
use logscan_model::{EventKind, Field, Span};
use rayon::prelude::*;
use serde::Deserialize;

use crate::literals::{Found, Literals};
use crate::pattern::{Pattern, Slots, holds_digit};
use crate::recognise;

static CATALOGUE: LazyLock<Catalogue> = LazyLock::new(|| {
    Catalogue::load(BUILTIN).unwrap_or_else(|problem| panic!("the built-in catalogue: {problem}"))
});

/// Why a catalogue was refused.
#[derive(Debug, thiserror::Error, PartialEq)]
#[error("{file}: {reason}")]
pub struct CatalogueError {
    /// The file.
    pub file: String,
    /// What is wrong, and with which signature.
    pub reason: String,
}

/// A file of the catalogue.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    signature: Vec<Signature>,
}

/// What one line means.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Signature {
    /// Name, unique in the catalogue: `rp-session-open`.
    pub id: String,
    /// What a match means.
    pub kind: EventKind,
    /// Text with placeholders.
    pub pattern: String,
    /// Where a match may begin.
    #[serde(default)]
    pub anchor: Anchor,
    /// Texts of which a line must hold one to be looked at; by default the pattern's beginning.
    #[serde(default)]
    pub literals: Vec<String>,
    /// Where the text was read: project and file, or the program that was run.
    pub source: String,
    /// What must be seen beside the line before it counts.
    #[serde(default)]
    pub needs: Needs,
    /// Lines that must match.
    pub samples: Vec<String>,
    /// Lines that must not match.
    pub rejects: Vec<String>,
}

/// Where a match may begin.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Anchor {
    /// Anywhere in the line.
    #[default]
    Anywhere,
    /// With the line, and it must reach to the line's end.
    Line,
}

/// Signatures, ready to be searched for all at once.
#[derive(Clone, Debug)]
pub struct Catalogue {
    signatures: Vec<(Signature, Pattern)>,
    literals: Literals,
    /// The signatures that each literal announces.
    announced: Vec<Vec<Announced>>,
    /// Whether the literal announces a line for the vocabulary.
    error_word: Vec<bool>,
    /// The literals that have numbers in them, with every digit as `0`.
    numbered: Literals,
}

/// A signature that a literal announces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Announced {
    /// Its index.
    pub(crate) signature: usize,
    /// Whether the literal is the beginning of its pattern.
    begins: bool,
    /// Whether its pattern asks for certain numbers that are not the literal's.
    numbered: bool,
}

/// A literal that was found: where, and which signatures it announces.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Hit<'c> {
    /// First byte of the literal in the searched text.
    pub(crate) at: usize,
    /// The byte behind it.
    pub(crate) end: usize,
    pub(crate) announced: &'c [Announced],
    /// Whether the line may tell of an error in words that no signature knows.
    pub(crate) error_word: bool,
}

impl Hit<'_> {
    /// Counts from the byte `begin` of the searched text on.
    pub(crate) fn shift(&mut self, begin: usize) {
        self.at -= begin;
        self.end -= begin;
    }

    /// Whether a signature is announced that asks for certain numbers outside of the literal.
    pub(crate) fn asks_for_numbers(&self) -> bool {
        self.announced.iter().any(|announced| announced.numbered)
    }

    /// Hits of a line are taken in the order of their ends.
    pub(crate) fn order(&self) -> (usize, usize) {
        (self.end, self.at)
    }
}

impl Catalogue {
    /// The signatures that are compiled in.
    #[must_use]
    pub fn builtin() -> &'static Self {
        &CATALOGUE
    }

    /// Reads catalogue files: pairs of name and text.
    ///
    /// # Errors
    /// If a file is not valid TOML, or a signature contradicts itself or another one.
    pub fn load<N, T>(files: &[(N, T)]) -> Result<Self, CatalogueError>
    where
        N: AsRef<str> + Sync,
        T: AsRef<str> + Sync,
    {
        let read: Vec<_> =
            files.par_iter().map(|(name, text)| read(name.as_ref(), text.as_ref())).collect();
        let signatures: Result<Vec<_>, _> = read.into_iter().collect();
        Self::index(signatures?.into_iter().flatten().chain(lists::signatures()?).collect())
    }

    fn index(signatures: Vec<(Signature, Pattern)>) -> Result<Self, CatalogueError> {
        let mut announced: Vec<Vec<Announced>> = Vec::new();
        let mut texts = Texts::default();
        for (index, (signature, pattern)) in signatures.iter().enumerate() {
            for literal in signature.announcing(pattern) {
                let slot = texts.slot(literal);
                announced.resize_with(texts.literals.len(), Vec::new);
                let begins = signature.literals.is_empty();
                let numbered = pattern.has_numbers(begins);
                announced[slot].push(Announced { signature: index, begins, numbered });
            }
        }
        let words: Vec<usize> =
            recognise::announcing().map(|word| texts.slot(word.clone())).collect();
        announced.resize_with(texts.literals.len(), Vec::new);
        let mut error_word = vec![false; texts.literals.len()];
        words.into_iter().for_each(|slot| error_word[slot] = true);
        let literals = texts.literals;
        let flat = |text: &String| text.replace(|c: char| c.is_ascii_digit(), "0");
        let numbered = literals.iter().filter(|text| holds_digit(text)).map(flat).collect();
        let search = |texts| {
            Literals::new(texts)
                .map_err(|e| CatalogueError { file: "catalogue".into(), reason: e.to_string() })
        };
        let (literals, numbered) = (search(literals)?, search(numbered)?);
        Ok(Self { signatures, literals, announced, error_word, numbered })
    }

    /// All signatures, in the order of the files.
    pub fn signatures(&self) -> impl Iterator<Item = &Signature> {
        self.signatures.iter().map(|(signature, _)| signature)
    }

    /// Finds every literal in `text`, line by line.
    pub(crate) fn hits(&self, text: &str) -> Vec<Hit<'_>> {
        let found = self.literals.find(text.as_bytes()).into_iter();
        let hit = |one: Found| Hit {
            at: one.at,
            end: one.end,
            announced: &self.announced[one.literal],
            error_word: self.error_word[one.literal],
        };
        found.map(hit).collect()
    }

    /// Where a line, given with every digit as `0`, holds literals, or would with other numbers.
    pub(crate) fn numbered(&self, flat: &[u8]) -> impl Iterator<Item = Span> {
        let place = |found: Found| Span { start: found.at as u32, end: found.end as u32 };
        self.numbered.find(flat).into_iter().map(place)
    }

    /// Whether a signature is matched from the line's beginning.
    pub(crate) fn is_of_whole_lines(&self, signature: usize) -> bool {
        self.signatures[signature].0.anchor == Anchor::Line
    }

    /// Matches one signature in `line`, whose literal stands at `at`.
    ///
    /// The places of the values are counted from `base`.
    pub(crate) fn matches(
        &self,
        announced: Announced,
        line: &str,
        at: usize,
        base: usize,
    ) -> Option<(&Signature, Slots)> {
        let (signature, pattern) = &self.signatures[announced.signature];
        let slots = match signature.anchor {
            Anchor::Anywhere if announced.begins => {
                pattern.matches_behind_prefix(line.get(at..)?, base + at)
            }
            Anchor::Anywhere => pattern.matches(line.get(at..)?, base + at, false),
            Anchor::Line => pattern.matches(line, base, true),
        };
        slots.map(|slots| (signature, slots))
    }

    /// What signatures say that a line means.
    pub(crate) fn kinds(&self, line: &str) -> impl Iterator<Item = EventKind> {
        self.claims(line).into_iter().map(|index| self.signatures[index].0.kind)
    }

    /// The kinds and signatures that a line matches, for checking samples.
    fn claims(&self, line: &str) -> Vec<usize> {
        let mut claims = Vec::new();
        for hit in self.hits(line) {
            for announced in hit.announced {
                let known = claims.contains(&announced.signature);
                if !known && self.matches(*announced, line, hit.at, 0).is_some() {
                    claims.push(announced.signature);
                }
            }
        }
        claims
    }

    /// Checks every signature against its own samples and against all others; returns all
    /// that is not as it says.
    #[must_use]
    pub fn check(&self) -> Vec<CatalogueError> {
        let checked = self.signatures.iter().enumerate();
        let problems = checked.filter_map(|(index, (signature, pattern))| {
            let reason = self.check_one(index, signature, pattern).err()?;
            let reason = format!("signature {:?}: {reason}", signature.id);
            Some(CatalogueError { file: "catalogue".into(), reason })
        });
        problems.collect()
    }

    fn check_one(
        &self,
        index: usize,
        signature: &Signature,
        pattern: &Pattern,
    ) -> Result<(), String> {
        let fields: Vec<Field> = pattern.fields().collect();
        if let Some(missing) = signature.kind.required_fields().iter().find(|f| !fields.contains(f))
        {
            return Err(format!(
                "the pattern has no {missing:?}, which {:?} needs",
                signature.kind
            ));
        }
        // A deep indentation is as good as a word.
        let is_common = |literal: &String| literal.trim().len() < 2 && literal.len() < 7;
        if signature.announcing(pattern).iter().any(is_common) {
            return Err("it needs `literals` of at least two characters".into());
        }
        if signature.samples.is_empty() || signature.rejects.is_empty() {
            return Err("it needs `samples` that match and `rejects` that do not".into());
        }
        for sample in &signature.samples {
            self.check_sample(index, signature, sample)?;
        }
        match signature.rejects.iter().find(|line| self.claims(line).contains(&index)) {
            Some(line) => Err(format!("it matches what it should reject: {line:?}")),
            None => Ok(()),
        }
    }

    /// A line may mean one thing, and beside it tell of the fault that caused it, or name a
    /// driver.
    fn check_sample(
        &self,
        index: usize,
        signature: &Signature,
        sample: &str,
    ) -> Result<(), String> {
        let claims = self.claims(sample);
        if !claims.contains(&index) {
            return Err(format!("it does not match its own sample {sample:?}"));
        }
        let rival = claims.into_iter().find(|&other| {
            let layer_of_sample = layer(signature);
            other != index
                && layer_of_sample.is_some()
                && layer(&self.signatures[other].0) == layer_of_sample
        });
        rival.map_or(Ok(()), |other| {
            let rival = &self.signatures[other].0.id;
            Err(format!("its sample {sample:?} is also claimed by {rival:?}"))
        })
    }
}

/// The signatures of a file.
fn read(name: &str, text: &str) -> Result<Vec<(Signature, Pattern)>, CatalogueError> {
    let refuse = |reason| CatalogueError { file: name.to_owned(), reason };
    let file: File = toml::from_str(text).map_err(|e| refuse(e.to_string()))?;
    let ready = file.signature.into_iter().map(|signature| {
        let named = |reason| refuse(format!("signature {:?}: {reason}", signature.id));
        let pattern = Pattern::parse(&signature.pattern).map_err(named)?;
        Ok((signature, pattern))
    });
    ready.collect()
}

/// What a line may tell beside each other; `None` if it may tell so several times.
fn layer(signature: &Signature) -> Option<u8> {
    match signature.kind {
        kind if kind.stands_beside_others() => None,
        kind if kind.is_fault() => Some(if signature.needs.database { 2 } else { 1 }),
        _ => Some(0),
    }
}

/// The texts of literals, each once.
#[derive(Default)]
struct Texts {
    literals: Vec<String>,
    slots: HashMap<String, usize>,
}

impl Texts {
    fn slot(&mut self, text: String) -> usize {
        *self.slots.entry(text).or_insert_with_key(|text| {
            self.literals.push(text.clone());
            self.literals.len() - 1
        })
    }
}

impl Signature {
    fn announcing(&self, pattern: &Pattern) -> Vec<String> {
        if self.literals.is_empty() {
            vec![pattern.literal_prefix()]
        } else {
            self.literals.clone()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_builtin_catalogue_holds_what_it_says() {
        assert_eq!(Catalogue::builtin().check(), []);
    }

    #[test]
    fn ids_are_unique() {
        let mut ids: Vec<_> = Catalogue::builtin().signatures().map(|s| &s.id).collect();
        ids.sort();
        let count = ids.len();
        ids.dedup();
        assert_eq!(ids.len(), count);
    }

    fn refused(body: &str) -> String {
        let text = format!("[[signature]]\nid = \"x\"\nsource = \"here\"\n{body}");
        let loaded = Catalogue::load(&[("mine.toml", text)]);
        loaded.map_or_else(|e| e.to_string(), |catalogue| catalogue.check()[0].to_string())
    }

    #[test]
    fn a_signature_that_is_not_as_it_says_is_refused() {
        let pattern = "kind = \"detail\"\npattern = \"hello {_:int}\"";
        assert!(
            refused(&format!("{pattern}\nsamples = []\nrejects = [\"x\"]")).contains("samples")
        );
        assert!(
            refused(&format!("{pattern}\nsamples = [\"hello x\"]\nrejects = [\"x\"]"))
                .contains("its own sample")
        );
        assert!(
            refused(&format!("{pattern}\nsamples = [\"hello 1\"]\nrejects = [\"oh hello 1\"]"))
                .contains("should reject")
        );
        assert!(
            refused("kind = \"pool-size\"\npattern = \"hello\"\nsamples = [\"hello\"]\nrejects = [\"x\"]")
                .contains("Size")
        );
        assert!(refused("kind = \"nonsense\"\npattern = \"x\"").contains("mine.toml"));
    }
}
