//! Values that stand in place of a secret, or are plainly none.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::keys::{self, Sure};
pub(super) use super::placeholder::is_placeholder;
use super::words::{NOUNS, PROSE, TYPES};

/// Whether a word can be a value where only its place says so: no word of a sentence, of types
/// or of the names of programs.
pub(super) fn may_be_value(word: &str) -> bool {
    let plain = word.chars().all(|c| c.is_alphanumeric() || "-!$%&+=#^".contains(c));
    let language = is_prose(word)
        || is_told_of(word)
        || is_type(word)
        || is_placeholder(word)
        || is_answer(word)
        || keys::key(word).is_some();
    // `PasswordEncoder` is a name of a program.
    let name = word.chars().skip(1).any(char::is_uppercase) && !word.contains(char::is_numeric);
    plain && !language && !name && word.chars().count() > 4
}

/// The type in a signature: `password: Optional[str] = None`.
pub(super) fn is_type(value: &str) -> bool {
    let word = value
        .trim_start_matches(['&', '*'])
        .split(['[', '(', '<', '|', '?', ',', ')', ' ', ';', '.']);
    let first = word.into_iter().next().unwrap_or("").to_lowercase();
    let wrapped = ["t.", "typing.", "pydantic.", "z.", "sa.", "models.", "fields.", "types."];
    TYPES.contains(&&*first)
        || ["[]", "byte[", "char["].iter().any(|start| value.starts_with(start))
        || wrapped.iter().any(|start| value.starts_with(start))
}

/// Where `nsswitch.conf` says that logins are looked up: `passwd: files systemd`.
pub(super) fn is_lookup(key: &str, value: &str) -> bool {
    key == "passwd" && ["files", "compat", "db", "ldap", "nis", "sss", "winbind"].contains(&value)
}

/// A setting that says whether there is a password: `MYSQL_RANDOM_ROOT_PASSWORD=1`.
pub(super) fn is_switch(key: &str, value: &str) -> bool {
    const SWITCHES: [&str; 6] = ["random", "allow", "require", "empty", "onetime", "expired"];
    let is_one = |part: &str| SWITCHES.iter().any(|name| part.eq_ignore_ascii_case(name));
    value.len() < 6 && is_answer(value) && key.split(['_', '-', '.']).any(is_one)
}

/// The working directory, not a password.
pub(super) fn is_directory(key: &str, value: &str) -> bool {
    let drive = value.as_bytes().get(1..3).is_some_and(|bytes| bytes == b":\\" || bytes == b":/");
    let named = ["pwd", "oldpwd"].iter().any(|name| key.eq_ignore_ascii_case(name));
    named && (value.starts_with(['/', '~']) || value == "." || drive)
}

/// What a program's text says instead of a value: `settings.DB_PASSWORD`, `get_password()`.
pub(super) fn is_reference(key: &str, value: &str, behind: &str) -> bool {
    if value.len() > 80 {
        return false;
    }
    let root = value.split(['.', '[', '(']).next().unwrap_or("");
    let held = [
        "self", "this", "os", "settings", "config", "cfg", "env", "process", "params", "args",
        "kwargs", "opts", "options", "request", "req", "ctx", "app", "conf", "System", "secrets",
        "excluded", "EXCLUDED", "NEW", "OLD", "Deno", "data", "payload", "user", "form", "url",
        "u",
    ];
    let member = value.contains(['.', '[']) && held.contains(&root) && is_path(value);
    let named = |path: &str| keys::key(path).is_some_and(|key| key.sure != Sure::Random);
    let path = is_path(value) && value.contains('.') && named(value);
    // `random_password.db.result`, as Terraform refers to what it made.
    let lower = |c: char| c.is_ascii_lowercase() || "._".contains(c);
    let made = value.matches('.').count() == 2 && value.contains('_') && value.chars().all(lower);
    // `self.password = password`; a setting `password=password` is a bad one.
    let same = value == key && behind.starts_with([',', ')']);
    let word = ["match", "if", "await", "new", "async", "function", "lambda", "yield", "typeof"];
    let expression = word.contains(&value) && behind.starts_with(' ');
    member || path || made || same || expression || is_call(value, behind)
}

/// `get_password()`, `create_token(data={…})`, `String::new()`.
fn is_call(value: &str, behind: &str) -> bool {
    let Some(open) = value.find('(') else { return false };
    let (name, inner) = (&value[..open], &value[open + 1..]);
    let other = |c: char| c.is_ascii_digit() || "[]\"'".contains(c);
    let word = (name.len() > 3 || name == "env")
        && is_path(&name.replace("::", "."))
        && !name.contains(other);
    let named = inner.split_once('=').is_some_and(|(name, _)| is_path(name));
    let argument = inner.starts_with("...")
        || inner.starts_with([')', '"', '\'', '&', '{', '['])
        || named
        || inner.is_empty();
    word && (value.ends_with(')') || behind.starts_with([')', ',']) || argument)
}

/// A name and names behind it: `a.b_c[0].d`.
pub(super) fn is_path(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "_.[]\"'".contains(c))
}

/// Whether a word says that something holds, or counts a few.
pub(super) fn is_answer(value: &str) -> bool {
    let answers = ["yes", "no", "y", "n", "ok", "on", "off", "true", "all", "none", "null", "n/a"];
    let count = value.len() < 4 && value.bytes().all(|byte| byte.is_ascii_digit());
    count || answers.contains(&&*value.to_lowercase()) || is_prose(value)
}

/// `try again` in `wrong password: try again`.
pub(super) fn is_prose(value: &str) -> bool {
    let word = value.trim_end_matches([',', '.', ';', '!', '?', ':']);
    let lower = word.to_lowercase();
    let shape = word.chars().all(|c| c.is_ascii_alphabetic() || c == '-' || c == '\'');
    shape && (PROSE.contains(&*lower) || is_told(&lower))
}

/// `expired`, `required`, `resetting`: what happened to it.
fn is_told(word: &str) -> bool {
    word.len() >= 5 && ["ed", "ing", "ly", "able", "ible"].iter().any(|end| word.ends_with(end))
}

/// Whether a value begins like the path of a file; a text in base64 may begin with a slash, too.
pub(super) fn starts_like_a_path(value: &str) -> bool {
    let of_base64 = |c: char| c.is_ascii_alphanumeric() || "+/=".contains(c);
    let base64 = (value.contains('+') || value.ends_with('=')) && value.chars().all(of_base64);
    value.starts_with(['/', '.', '<']) && !base64
}

/// Whether a value looks as if it was made by chance, not chosen as a word.
pub(super) fn is_random(value: &str) -> bool {
    let has = |of: fn(&char) -> bool| value.chars().any(|c| of(&c));
    let digits = has(char::is_ascii_digit);
    let letters = has(char::is_ascii_alphabetic);
    let path = starts_like_a_path(value) || value.contains("::") || value.contains("://");
    let name = |c: char| c.is_ascii_lowercase() || "._-()".contains(c);
    let word = value.chars().all(name) || value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    !path && !word && ((value.len() >= 8 && digits && letters) || value.len() >= 20)
}

/// Whether a word that stands behind nothing but the name of a secret is one: letters, digits
/// and capitals take turns in it. `user01` and `sha256sum` may be names.
pub(super) fn is_mixed(word: &str) -> bool {
    let class = |c: char| {
        (c.is_ascii_lowercase(), c.is_ascii_uppercase(), c.is_ascii_digit(), c.is_alphanumeric())
    };
    let turns = word.chars().zip(word.chars().skip(1)).filter(|(a, b)| class(*a) != class(*b));
    let digit = word.contains(|c: char| c.is_ascii_digit());
    let capital = word.contains(|c: char| c.is_ascii_uppercase());
    let name = !capital && word.contains(['-', '_', '.', '/', ':', '@']) && !is_uuid(word)
        || word.starts_with("HTTP/");
    digit && is_random(word) && !name && turns.count() >= 3
}

/// Whether what ends here was encoded and is padded, so that no name ends here: `…/2mPW==`.
pub(super) fn is_padded(text: &str, end: usize) -> bool {
    let behind = text[end..].trim_start_matches('=');
    let signs = text.len() - end - behind.len();
    let value = behind.strip_prefix(['"', '\'']).unwrap_or(behind);
    let letters = |c: char| c.is_ascii_alphanumeric() || "+/".contains(c);
    let encoded = text[..end].chars().rev().take(64).take_while(|c| letters(*c)).count();
    (1..=2).contains(&signs) && encoded >= 16 && !value.starts_with(char::is_alphanumeric)
}

/// Whether a runner says here that a test passed: `--- PASS: `, `✓ Pass: `.
pub(super) fn is_verdict(text: &str, word: Range<usize>) -> bool {
    let marks = ["--- ", "✓ ", "✔ ", "√ "];
    text[word.clone()].eq_ignore_ascii_case("pass")
        && text[word.end..].starts_with(": ")
        && marks.iter().any(|mark| text[..word.start].ends_with(mark))
}

/// Whether a value is a number that is long enough to be a secret.
pub(super) fn is_number(value: &str) -> bool {
    value.len() >= 6 && value.bytes().all(|byte| byte.is_ascii_digit())
}

/// Whether a value is a UUID.
pub(super) fn is_uuid(value: &str) -> bool {
    value.len() == 36
        && value.split('-').map(str::len).eq([8, 4, 4, 4, 12])
        && value.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b'-')
}

/// Whether a value looks as if somebody chose it to be a secret: `hunter2`, not `hunter`.
pub(super) fn is_chosen(value: &str) -> bool {
    let has = |of: fn(&char) -> bool| value.chars().any(|c| of(&c));
    let both = has(char::is_ascii_digit) && has(char::is_ascii_alphabetic);
    let plain = value.chars().all(char::is_alphanumeric);
    is_jumbled(value)
        || is_marked(value)
        || (both && plain && value.len() >= 6 && !is_told_of(value) && !is_placeholder(value))
        || (both && !plain && is_random(value))
}

/// Whether a value holds letters and digits, and nothing else.
pub(super) fn is_of_both(value: &str) -> bool {
    let has = |of: fn(&u8) -> bool| value.bytes().any(|byte| of(&byte));
    has(u8::is_ascii_digit)
        && has(u8::is_ascii_alphabetic)
        && value.bytes().all(|byte| byte.is_ascii_alphanumeric())
}

/// Whether the letters of a word cannot be spoken, and so were drawn by chance.
pub(super) fn is_jumbled(word: &str) -> bool {
    let vowels = word.bytes().filter(|byte| b"aeiouyAEIOUY".contains(byte)).count();
    let letters = word.bytes().filter(u8::is_ascii_alphabetic).count();
    letters >= 6 && word.bytes().all(|byte| byte.is_ascii_alphanumeric()) && vowels * 8 < letters
}

/// Whether marks stand between the letters of a word, as in a password that was made.
pub(super) fn is_marked(word: &str) -> bool {
    let inner = word.trim_matches(|c: char| !c.is_alphanumeric());
    inner.matches(['!', '$', '%', '&', '^', '#', '*', '+', '~']).count() > 1
}

/// Whether a word goes on behind the name of a secret: `reset` in `password reset`.
pub(super) fn is_told_of(value: &str) -> bool {
    let word = value.trim_end_matches([',', '.', ';', '!', '?', ':']);
    NOUNS.contains(&*word.to_lowercase())
}

/// Whether the text is a name that was given to a secret.
pub(super) fn is_pseudonym(text: &str) -> bool {
    let inner = text.strip_prefix('‹').and_then(|text| text.strip_suffix('›'));
    let parts = inner.and_then(|inner| inner.rsplit_once('-'));
    parts.is_some_and(|(kind, number)| {
        SecretKind::ALL.iter().any(|known| known.name() == kind)
            && !number.is_empty()
            && number.bytes().all(|byte| byte.is_ascii_digit())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chance_is_told_from_words() {
        for value in
            ["a1b2c3d4", "3f2504e0-4f89-11d3-9a0c-0305e82c3301", "QWxhZGRpbjpvcGVuIHNlc2FtZQ=="]
        {
            assert!(is_random(value), "{value}");
        }
        for value in [
            "refreshed",
            "settings.API_KEY",
            "/run/secrets/db_1",
            "17",
            "NOT_SET",
            "abcdef1",
            "12345678",
            "<object 0x7f2>",
            "auth::password2::reset::token",
            "postgres://x1y2z3.example.org",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn placeholders_are_told_from_secrets() {
        for value in [
            "None",
            "[REDACTED]",
            "***",
            "xX.x",
            "$DB_PASS_2",
            "${DB_PASS}",
            "$(PASS1)",
            "%s",
            "$1",
            "{password}",
            "‹password-1›",
            "<your password>",
            ":password",
            "%(password)s",
            "YES",
            "${{ secrets.DB }}",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in [
            "$lower",
            "<a1>",
            "hunter2",
            "****a",
            "%d1",
            "NONE2",
            "A_B",
            "‹other-1›",
            "‹password-›",
            "‹password-x›",
            "<hunter>",
            "swordfish",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn types_and_references_are_no_values() {
        for value in
            ["str", "Optional[str]", "string,", "SecretStr", "VARCHAR(255)", "t.Text", "[]byte"]
        {
            assert!(is_type(value), "{value}");
        }
        for value in ["strong1", "hunter2", "vectors"] {
            assert!(!is_type(value), "{value}");
        }
        for value in ["settings.DB_PASSWORD", "self.password", "get_password()", "cfg.x"] {
            assert!(is_reference("password", value, ""), "{value}");
        }
        assert!(is_reference("password", "password", ", user=user)"));
        for value in ["hunter.2", "a.b", "password", "abc(1"] {
            assert!(!is_reference("password", value, ""), "{value}");
        }
    }

    #[test]
    fn remarks_are_told_from_words_that_were_chosen() {
        for value in ["try", "expired.", "incorrect", "Authentication"] {
            assert!(is_prose(value), "{value}");
        }
        for value in ["swordfish", "sunshine", "hunter", "try1"] {
            assert!(!is_prose(value), "{value}");
        }
    }
}
