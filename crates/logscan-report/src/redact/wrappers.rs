//! What types that hold a secret print of it: `SecretStr('X')`, `Sensitive(X)`,
//! `Secret { value: "X" }`.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::judge::is_remark;
use super::{harmless, keys, quotes, steps, value};

/// How much the name of a type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Says {
    /// It holds a secret and nothing else.
    Secret,
    /// It may hold a name or a mark of a language too.
    Perhaps,
}

use Says::{Perhaps, Secret as Holds};

const TYPES: [(&str, Says); 19] = [
    ("SecretStr", Holds),
    ("SecretBytes", Holds),
    ("SecretString", Holds),
    ("SecretText", Holds),
    ("SecretValue", Holds),
    ("SecretBox", Holds),
    ("SecretVec", Holds),
    ("SecureString", Holds),
    ("Sensitive", Holds),
    ("Passphrase", Holds),
    ("Redacted", Holds),
    ("GuardedString", Holds),
    ("ApiKey", Holds),
    ("APIKey", Holds),
    ("Password", Holds),
    ("Secret", Perhaps),
    ("Token", Perhaps),
    ("Credential", Perhaps),
    ("AccessToken", Perhaps),
];
/// Fields of such types that hold the secret.
const FIELDS: [&str; 9] = [
    "value",
    "_value",
    "secret",
    "secret_value",
    "_secret_value",
    "inner",
    "inner_secret",
    "0",
    "expose_secret",
];

static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let names = TYPES.iter().map(|(name, _)| name);
    AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(names).expect("fixed words")
});

/// Finds what wrappers print.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for name in NAMES.find_iter(text) {
        let inner = text[..name.start()].ends_with(|c: char| c.is_alphanumeric() || c == '_');
        if inner || name.start() < past {
            continue;
        }
        let Some((at, field)) = opened(text, name.end()) else { continue };
        let (name, says) = TYPES[name.pattern().as_usize()];
        let says = if field && name == "Secret" { Holds } else { says };
        if let Some(range) = held(text, at, says) {
            past = range.end;
            found.push(Secret::new(SecretKind::Password, range));
        }
    }
}

/// Behind the bracket that opens and the name of a field, and whether there is one: `(`,
/// `<str>(`, ` { value: `.
fn opened(text: &str, at: usize) -> Option<(usize, bool)> {
    let near = value::line(text, at, 60);
    let typed = near.strip_prefix('<').and_then(|rest| rest.split_once('>'));
    let rest = typed.map_or(near, |(_, rest)| rest);
    let inner = rest.strip_prefix('(').or_else(|| rest.trim_start().strip_prefix('{'))?;
    let fields = rest.trim_start().starts_with('{');
    let inner = inner.trim_start();
    let sign = inner.find(['=', ':']).filter(|sign| FIELDS.contains(&inner[..*sign].trim()));
    let value = sign.map(|sign| inner[sign + 1..].trim_start());
    let field = value.is_some();
    let value = value.or_else(|| (!fields).then_some(inner))?;
    Some((at + near.len() - value.len(), field))
}

/// The value that begins there, if it is one and not what a program's text passes on.
fn held(text: &str, at: usize, says: Says) -> Option<Range<usize>> {
    let quoted = quotes::quoted_at(text, at).filter(|values| values.ranges[0].start - at < 10);
    if let Some(values) = quoted {
        let range = values.ranges[0].clone();
        let value = &text[range.clone()];
        let named = keys::key(value).is_some() && !value.contains(|c: char| c.is_ascii_digit());
        let label = named || is_remark(value) || harmless::is_prose(value);
        let own = says == Holds || is_plain_secret(value);
        let more = text[range.end..].trim_start_matches(['\\', '"', '\'', ' ']).starts_with(',');
        let fits = own && !label && !(more && says == Perhaps);
        return (fits && !range.is_empty() && !harmless::is_placeholder(value)).then_some(range);
    }
    let near = value::line(text, at, 400);
    let end = near.find([')', '}', ',', ' '])?;
    let value = &near[..end];
    (near[end..].trim_start().starts_with([')', '}']) && is_plain_secret(value))
        .then_some(at..at + end)
}

/// Whether a value is no name of something.
fn is_plain_secret(value: &str) -> bool {
    let name = value.contains(['-', '_', '.', '/', ':', '(', '='])
        && !value.contains(|c: char| c.is_ascii_uppercase());
    harmless::is_chosen(value) && !name || harmless::is_mixed(value) || harmless::is_number(value)
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    fn masked(text: &str) -> String {
        let mut text = text.to_owned();
        mask(&mut text);
        text
    }

    #[test]
    fn what_a_wrapper_prints_is_masked() {
        for (text, expected) in [
            ("x=SecretStr('swordfish')", "x=SecretStr('‹password-1›')"),
            ("SecretBytes(b'a b')", "SecretBytes(b'‹password-1›')"),
            ("Password(\"swordfish\")", "Password(\"‹password-1›\")"),
            ("Some(Secret(\"hunter2\"))", "Some(Secret(\"‹password-1›\"))"),
            ("Sensitive(hunter2)", "Sensitive(‹password-1›)"),
            ("Password(value=hunter2)", "Password(value=‹password-1›)"),
            ("Secret { value: \"hunter2\" }", "Secret { value: \"‹password-1›\" }"),
            ("Secret<String>(\"hunter2\")", "Secret<String>(\"‹password-1›\")"),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn what_a_wrapper_hides_or_a_program_passes_on_stays() {
        for text in [
            "SecretStr('**********')",
            "Secret([REDACTED alloc::string::String])",
            "Secret(name)",
            "Secret(\"db-credentials\")",
            "Token(\"FROM\")",
            "Token(type='word', value='x1', line=3)",
            "Password(\"Enter your password\")",
            "SecretStr(value)",
            "class Secret(BaseModel):",
            "Sensitive(<hidden>)",
            "Password(min_length=8)",
            "struct Password { hash: String }",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
