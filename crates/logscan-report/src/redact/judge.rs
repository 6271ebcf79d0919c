//! Whether what stands behind a name is a secret: by its look, and by how it is bound to the name.

use logscan_model::report::SecretKind;

use super::keys::{self, Key, Sure};
use super::pairs::How;
use super::value::Ends;
use super::{harmless, plurals};

/// Whether a value is plainly no secret.
pub(super) fn is_harmless(
    key: Key,
    name: &str,
    how: How,
    value: &str,
    quoted: bool,
    behind: &str,
) -> bool {
    // `passwords: 3 changed` counts them.
    let count = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    if harmless::is_placeholder(value)
        || harmless::is_directory(name, value)
        || harmless::is_lookup(name, value)
        || (count && plurals::is_plural(name))
        || harmless::is_switch(name, value)
        || (value == "rejected" && behind.starts_with(" value ["))
        || (how == How::Tag && is_name(value))
    {
        return true;
    }
    // `Credentials(user=str, password=str)` gives types.
    if !quoted && ["str", "bytes", "SecretStr"].contains(&value) && behind.starts_with([',', ')']) {
        return true;
    }
    let prose = matches!(how, How::Prose | How::Told | How::Flag | How::Tag);
    if quoted {
        // `"auth": "basic"` names a method.
        let own = key.sure == Sure::Random
            && name.to_ascii_lowercase().ends_with("auth")
            && (harmless::is_chosen(value) || harmless::is_number(value));
        // `{"pass": "abc"}`: no test's result is written so.
        let short = how == How::Pair(Ends::Json)
            && key.kind == SecretKind::Password
            && value.len() < 5
            && !harmless::is_answer(value);
        return is_remark(value) || !(own || short || likely(key, how, value));
    }
    let ended = how == How::Tag || matches!(how, How::Pair(Ends::At(_) | Ends::To(_)));
    let reference = !ended && harmless::is_reference(name, value, behind);
    let told = how == How::Told && !ends_sentence(value, behind);
    // `passwd: password updated` names it once more.
    let next = behind.trim_start_matches(' ').split([' ', '\n']).next().unwrap_or("");
    let again = keys::key(value).is_some()
        && behind.starts_with(' ')
        && (harmless::is_prose(next) || harmless::is_told_of(next));
    let label = how == How::Prose && (value.ends_with(':') || again);
    // `token: Secret | undefined` is a type.
    let union = [" | undefined", " | null", " | None", " | string", " | str"];
    let union = union.iter().any(|other| behind.starts_with(other));
    // `creds: InstanceCredentials,` is one too.
    let named = key.sure == Sure::Likely
        && how == How::Prose
        && value.starts_with(char::is_uppercase)
        && value.chars().all(char::is_alphabetic)
        && keys::key(value).is_some();
    reference
        || named
        || (union && value.chars().all(char::is_alphanumeric))
        || told
        || label
        || (prose && harmless::is_prose(value))
        || (how == How::Flag && harmless::is_type(value))
        || !likely(key, how, value)
}

/// Whether a cell holds the name of a secret, as in the head of a table. `dfPW4` is a value.
fn is_name(cell: &str) -> bool {
    let name = keys::key(cell).is_some_and(|key| key.sure == Sure::Always);
    name && !cell.contains(|c: char| c.is_ascii_digit())
}

/// Behind a word with other meanings a value must look like a secret.
pub(super) fn likely(key: Key, how: How, value: &str) -> bool {
    let path = value.starts_with(['/', '.', '<', '{', '(', '[']) || value.contains("::");
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let sentence = value.contains(' ') && value.split(' ').count() > 3;
    let name = value.contains(['-', '_', '.'])
        && value.chars().all(|c| c.is_ascii_lowercase() || "-_.".contains(c));
    let constant = value.contains('_') && value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    let name = name || constant;
    match key.sure {
        Sure::Always | Sure::Header => true,
        Sure::Random => harmless::is_random(value),
        Sure::Likely if path || sentence || value.trim_end_matches('=').contains("==") => false,
        Sure::Likely if value.len() == 3 && how != How::Prose => harmless::is_of_both(value),
        Sure::Likely if value.chars().count() < 4 => false,
        Sure::Likely if digits => value.len() > 4,
        Sure::Likely if how == How::Prose => {
            harmless::is_random(value) || (value.len() >= 6 && !name && !value.contains('.'))
        }
        Sure::Likely => !name || key.kind == SecretKind::Password,
    }
}

/// A sentence in quotes: `"This field is required."`
pub(super) fn is_remark(value: &str) -> bool {
    let mut words = value.split(' ');
    let first = words.next().is_some_and(harmless::is_prose);
    first
        && words.clone().count() >= 2
        && words.filter(|word| harmless::is_prose(word)).count() >= 1
}

/// `hunter` in `the password is hunter.`, not `too` in `the password is too short`.
pub(super) fn ends_sentence(value: &str, behind: &str) -> bool {
    let word = value.chars().all(|c| c.is_ascii_lowercase());
    let rest = behind.trim_start_matches(['.', ',', ';', ')', '"', '\'']);
    !word || rest.is_empty() || !behind.starts_with(' ') || {
        let next = behind.trim_start_matches(' ');
        next.starts_with(['-', '(', '|']) || next.starts_with(|c: char| c.is_ascii_digit())
    }
}
