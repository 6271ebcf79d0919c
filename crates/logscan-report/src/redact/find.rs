//! Where the secrets of a text stand.
//!
//! Each kind of structure has a module that walks over the text once. What programs encode
//! (`%3D`, `&quot;`, `\u0022`) is read as its reader would, and what is found there is masked
//! where it stands encoded. In doubt more is masked than needed.

use std::ops::Range;
use std::sync::LazyLock;

use logscan_model::report::SecretKind;
use regex::Regex;

use super::layers::Layer;
use super::{
    address, calls, commands, cookies, duplicates, forms, hashes, manifest, pairs, phrases, pipes,
    procedures, replies, sentence, statements, steps, table, within, workflow, wrappers,
};

/// A secret and what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Secret {
    pub(super) kind: SecretKind,
    pub(super) range: Range<usize>,
    /// Whether it is a secret, not only one of several values that may be: then it is masked
    /// where it stands bare too.
    pub(super) certain: bool,
}

impl Secret {
    pub(super) fn new(kind: SecretKind, range: Range<usize>) -> Self {
        Self { kind, range, certain: true }
    }
}

/// Encodings within encodings that are undone.
const LAYERS: usize = 4;

/// All secrets of a text, in their order; none overlaps another one.
pub(super) fn find(text: &str, emails: bool) -> Vec<Secret> {
    let mut found = plain(text);
    let within = within::texts(text).into_iter().map(|inner| (LAYERS - 1, Some(inner)));
    for (layers, mut layer) in within.chain([(LAYERS, Layer::of(text))]) {
        for _ in 0..layers {
            let Some(decoded) = layer.take() else { break };
            let inner = plain(&decoded.text).into_iter();
            let outer = |secret: Secret| Secret { range: decoded.outer(&secret.range), ..secret };
            found.extend(inner.map(outer));
            layer = decoded.next();
        }
    }
    if emails {
        let addresses = EMAIL.find_iter(text).map(|email| email.range());
        found.extend(addresses.map(|range| Secret::new(SecretKind::Email, range)));
    }
    merged(found)
}

fn plain(text: &str) -> Vec<Secret> {
    let mut found = Vec::new();
    steps::count(text.len());
    forms::find(text, &mut found);
    hashes::find(text, &mut found);
    address::find(text, &mut found);
    statements::find(text, &mut found);
    duplicates::find(text, &mut found);
    procedures::find(text, &mut found);
    calls::find(text, &mut found);
    wrappers::find(text, &mut found);
    workflow::find(text, &mut found);
    commands::find(text, &mut found);
    pipes::find(text, &mut found);
    replies::find(text, &mut found);
    table::find(text, &mut found);
    cookies::find(text, &mut found);
    manifest::find(text, &mut found);
    sentence::find(text, &mut found);
    phrases::find(text, &mut found);
    pairs::find(text, &mut found);
    found
}

/// Secrets that overlap are one; the earlier one says what it is.
fn merged(mut found: Vec<Secret>) -> Vec<Secret> {
    found.retain(|secret| !secret.range.is_empty());
    found.sort_by_key(|secret| (secret.range.start, std::cmp::Reverse(secret.range.end)));
    let mut merged: Vec<Secret> = Vec::with_capacity(found.len());
    for secret in found {
        match merged.last_mut() {
            Some(last) if secret.range.start < last.range.end => {
                last.range.end = last.range.end.max(secret.range.end);
            }
            _ => merged.push(secret),
        }
    }
    merged
}

static EMAIL: LazyLock<Regex> = LazyLock::new(|| {
    let pattern = r"(?-u:\b)[A-Za-z0-9][[:word:].+\-]*@[A-Za-z0-9][A-Za-z0-9\-]*(?:\.[A-Za-z0-9\-]+)*\.[A-Za-z]{2,}(?-u:\b)";
    Regex::new(pattern).expect("a fixed pattern")
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_one_only_where_they_overlap() {
        let found = [
            (SecretKind::Token, 4..9),
            (SecretKind::Password, 0..5),
            (SecretKind::Key, 9..12),
            (SecretKind::Token, 10..11),
        ];
        let found = found.map(|(kind, range)| Secret::new(kind, range)).to_vec();
        let merged: Vec<_> = merged(found).into_iter().map(|one| (one.kind, one.range)).collect();
        assert_eq!(merged, [(SecretKind::Password, 0..9), (SecretKind::Key, 9..12)]);
    }
}
