//! Secrets in the same word as their names: `svc_token_X`, `login[password-X]`, `密码是X`.

use logscan_model::report::SecretKind;

use super::harmless;
use super::keys::{self, Sure};

/// What languages without blanks have behind a name, before its value.
pub(super) const PARTICLES: [char; 6] = ['是', '为', '為', 'は', '은', '는'];

/// What stands behind a name in the same word, and where it begins there: `svc_token_X`,
/// `password-X` of a test's parameters, `密码是X`.
pub(super) fn find(word: &str) -> Option<(SecretKind, usize)> {
    if let Some(told) = told_in(word) {
        return Some(told);
    }
    let (name, value) = word
        .rsplit_once(['_', '-'])
        .filter(|(_, value)| harmless::is_mixed(value) || harmless::is_jumbled(value))?;
    let key = keys::key(name).filter(|key| matches!(key.sure, Sure::Always | Sure::Likely))?;
    Some((key.kind, word.len() - value.len()))
}

/// Languages without blanks: the name, a word that leads to the value, the value.
fn told_in(word: &str) -> Option<(SecretKind, usize)> {
    let first = word.chars().next().filter(|c| !c.is_ascii())?;
    let start =
        word.find(|c: char| c.is_ascii_alphanumeric()).filter(|at| *at > first.len_utf8())?;
    let name = word[..start].trim_end_matches(PARTICLES);
    let key = keys::key(name).filter(|_| name.len() < start)?;
    harmless::is_chosen(&word[start..]).then_some((key.kind, start))
}
