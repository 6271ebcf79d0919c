//! Values that stand in place of a secret.

use super::harmless::{is_path, is_prose, is_pseudonym};
use super::keys::{self, Sure};
use super::words::PLACEHOLDERS;

/// What stands in place of a secret.
pub(super) fn is_placeholder(value: &str) -> bool {
    if value.len() > 80 {
        return value.chars().all(|c| "*•.xX?…".contains(c));
    }
    let bare = value.trim_matches(|c: char| "[]<>(){}*,;:\"'\\".contains(c)).to_lowercase();
    value.chars().all(|c| "*•.xX?…".contains(c))
        || PLACEHOLDERS.contains(&&*bare)
        || ["PASS", "FAIL", "SKIP"].contains(&value)
        || bare.trim_matches('-').is_empty() && value.len() < 4
        || is_variable(value)
        || is_parameter(value)
        || is_pseudonym(value)
        || is_name_of_key(value)
        || is_key_file(value)
        || is_advice(value)
        || is_duration(&bare)
}

/// `$DB_PASS`, `${DB_PASS}`, `$(PASS)`, `%PASS%`, `$$PASS`, `${{ secrets.PASS }}`.
fn is_variable(value: &str) -> bool {
    let named = |name: &str| {
        !name.is_empty()
            && name.bytes().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == b'_')
            && name.starts_with(|c: char| c.is_ascii_uppercase() || c == '_')
    };
    let template = value.starts_with("${{") || value.starts_with("{{") || value.starts_with("<%");
    let dollar = value.strip_prefix('$').is_some_and(|name| {
        let braced = name.trim_start_matches(['{', '(', '$']).trim_end_matches(['}', ')']);
        named(braced) || (name.starts_with('{') && is_path(braced))
    });
    let numbered = value.strip_prefix(['$', ':', '@', '?']).is_some_and(|rest| {
        let digits = rest.trim_start_matches(['p', 'P']);
        !digits.is_empty() && digits.len() < 4 && digits.bytes().all(|c| c.is_ascii_digit())
    });
    let percent =
        value.strip_prefix('%').and_then(|name| name.strip_suffix('%')).is_some_and(named);
    // `${DB_PASS:?must be set}` says what to do, `${DB_PASS:-x}` holds a value.
    let asked = value.starts_with("${") && value.contains(":?")
        || value.strip_prefix('?').is_some_and(is_prose);
    template || dollar || percent || numbered || asked
}

/// What a statement or a format puts a value in place of: `%s`, `:password`, `{password}`.
fn is_parameter(value: &str) -> bool {
    let named = |name: &str| keys::key(name).is_some_and(|key| key.sure == Sure::Always);
    let braces = value.strip_prefix('{').and_then(|name| name.strip_suffix('}'));
    let percent = value.strip_prefix("%(").and_then(|name| name.split_once(')'));
    let colon = value.strip_prefix([':', '@', '#']).is_some_and(named);
    ["%s", "?", "{}", "{0}", "{1}", "{{", "%{", "%v", "%q", "!secret", "!vault"].contains(&value)
        || braces.is_some_and(|name| name.trim().is_empty() || named(name.trim_matches('!')))
        || percent.is_some()
        || colon
}

/// `<your password>`: a word of a language in angle brackets, which says that it is none.
fn is_advice(value: &str) -> bool {
    let inner = value.strip_prefix('<').map(|value| value.trim_end_matches('>'));
    inner.is_some_and(|inner| {
        let words = inner.split([' ', '_', '-']);
        let plain = inner.chars().all(|c| c.is_ascii_alphabetic() || " _-".contains(c));
        let said = |word: &str| {
            let word = word.to_lowercase();
            keys::key(&word).is_some()
                || PLACEHOLDERS.contains(&&*word)
                || ["your", "the", "my", "value", "here", "insert"].contains(&&*word)
        };
        plain && words.into_iter().any(said)
    })
}

/// `--password PASSWORD`, `read DB_PASSWORD`: the name in capitals in which the secret shall be.
fn is_name_of_key(value: &str) -> bool {
    let name = value.trim_matches(['[', ']', '<', '>', '"', '\'', ' ']);
    let capitals = name.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    capitals && keys::key(name).is_some_and(|key| key.sure != Sure::Random)
}

/// `key.pem`: the file that holds it.
fn is_key_file(value: &str) -> bool {
    const ENDS: [&str; 8] = ["pem", "key", "crt", "cer", "p12", "pfx", "jks", "keystore"];
    value.rsplit_once('.').is_some_and(|(name, end)| {
        ENDS.contains(&end) && name.chars().all(|c| c.is_alphanumeric() || "-_./".contains(c))
    })
}

/// Whether a value is how long something took: `12.5ms`.
fn is_duration(value: &str) -> bool {
    let unit = value.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
    unit.len() < value.len() && ["ns", "us", "µs", "ms", "s", "sec", "min"].contains(&unit)
}
