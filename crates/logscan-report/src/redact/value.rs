//! The value behind a name: where it ends, and whether it can be a secret.

use std::ops::Range;

use logscan_model::report::SecretKind;

/// Marks that may close around a value or follow it.
const CLOSING: [char; 8] = [',', ';', ')', ']', '}', '>', '"', '\''];

/// A value and how it is written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Value {
    pub(super) range: Range<usize>,
    pub(super) quoted: bool,
}

/// The value that begins at `at`; `None` if there is none.
pub(super) fn at(text: &str, at: usize) -> Option<Value> {
    let start = at + prefix(&text[at..]);
    let rest = &text[start..];
    let slashes = rest.len() - rest.trim_start_matches('\\').len();
    let quote = rest[slashes..].chars().next().filter(|c| ['"', '\'', '`'].contains(c));
    let range = match quote {
        Some(quote) if slashes > 0 => escaped(text, start, slashes, quote),
        Some(quote) => quoted(text, start + 1, quote),
        None => unquoted(text, at),
    };
    (!range.is_empty()).then_some(Value { range, quoted: quote.is_some() })
}

/// What may stand before a quote: `b`, `u`, `SecretStr(`.
fn prefix(text: &str) -> usize {
    let call = text.find('(').filter(|at| {
        let name = &text[..*at];
        !name.is_empty() && name.chars().all(|c| c.is_ascii_alphanumeric() || "_.".contains(c))
    });
    let inner = call.map_or(0, |at| at + 1);
    let letters = text[inner..].bytes().take(2).take_while(|b| b"bru".contains(b)).count();
    let quoted = |at: usize| text[at..].trim_start_matches('\\').starts_with(['"', '\'', '`']);
    [inner + letters, inner].into_iter().find(|at| quoted(*at)).unwrap_or(0)
}

/// Up to the quote that closes it: one that is not escaped and not doubled.
fn quoted(text: &str, start: usize, quote: char) -> Range<usize> {
    let mut chars = text[start..].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => _ = chars.next(),
            c if c != quote => {}
            _ if chars.next_if(|(_, next)| *next == quote).is_some() => {}
            _ => return start..start + at,
        }
    }
    start..text.len()
}

/// Up to the quote that is escaped just as the one that opens it.
fn escaped(text: &str, start: usize, slashes: usize, quote: char) -> Range<usize> {
    let begin = start + slashes + 1;
    let mut run = 0;
    for (at, c) in text[begin..].char_indices() {
        match c {
            '\\' => run += 1,
            c if c == quote && run <= slashes => return begin..begin + at - run,
            _ => run = 0,
        }
    }
    begin..text.len()
}

/// Up to a blank, or to what plainly is the next pair of a list.
fn unquoted(text: &str, start: usize) -> Range<usize> {
    let rest = &text[start..];
    let blank = rest.find(char::is_whitespace).unwrap_or(rest.len());
    let run = &rest[..blank];
    let next = next_pair(run).unwrap_or(run.len());
    let open =
        ['"', '\''].into_iter().filter(|quote| text[..start].matches(*quote).count() % 2 == 1);
    let closed = open.filter_map(|quote| run.find(quote)).min().unwrap_or(run.len());
    let end = next.min(closed);
    let kept = run[..end].trim_end_matches(CLOSING);
    // All of it may be marks; then they are the secret.
    let kept = if kept.is_empty() { &run[..end] } else { kept };
    let own = kept.starts_with([':', '[', '{', '(']) && kept.len() < 2;
    start..start + if own { 0 } else { kept.len() }
}

/// Where `&name=`, `;name=` or `,name=` begins.
fn next_pair(run: &str) -> Option<usize> {
    run.match_indices(['&', ';', ',']).map(|(at, _)| at).find(|at| {
        let behind = &run[at + 1..];
        let name = behind.len()
            - behind
                .trim_start_matches(|c: char| c.is_ascii_alphanumeric() || "_-. :\"'".contains(c))
                .len();
        name > 0 && behind[name..].starts_with('=')
    })
}

/// What stands in place of a secret, or is plainly none.
pub(super) fn is_placeholder(value: &str) -> bool {
    const WORDS: [&str; 14] = [
        "None",
        "null",
        "nil",
        "NULL",
        "undefined",
        "true",
        "false",
        "True",
        "False",
        "REDACTED",
        "FILTERED",
        "SCRUBBED",
        "masked",
        "hidden",
    ];
    let bare = value.trim_matches(|c: char| "[]<>(){}*,;\"'".contains(c));
    let enclosed = |open, close| value.starts_with(open) && value.ends_with(close);
    let marked = value.chars().all(|c| "*•.xX?…".contains(c));
    let variable = value.strip_prefix('$').is_some_and(|name| {
        let name = name.trim_start_matches(['{', '(']).trim_end_matches(['}', ')']);
        !name.is_empty()
            && name.chars().all(|c| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_')
    });
    let parameter = ["%s", "?", "%(password)s", ":password", "{}", "{password}", "{{", "%{"];
    marked
        || variable
        || WORDS.contains(&bare)
        || parameter.contains(&value)
        || is_pseudonym(value)
        || (enclosed('<', '>')
            && value[1..value.len() - 1]
                .chars()
                .all(|c| c.is_ascii_alphabetic() || " _-".contains(c)))
}

/// Whether a value looks as if it was made by chance, not chosen as a word.
pub(super) fn is_random(value: &str) -> bool {
    let has = |of: fn(&char) -> bool| value.chars().any(|c| of(&c));
    let digits = has(char::is_ascii_digit);
    let letters = has(char::is_ascii_alphabetic);
    let path = value.starts_with(['/', '.', '<']) || value.contains("::") || value.contains("://");
    let name = |c: char| c.is_ascii_lowercase() || "._-()".contains(c);
    let word = value.chars().all(name) || value.chars().all(|c| c.is_ascii_uppercase() || c == '_');
    !path && !word && ((value.len() >= 8 && digits && letters) || value.len() >= 20)
}

/// Whether the text is a name that was given to a secret.
fn is_pseudonym(text: &str) -> bool {
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

    fn value(text: &str) -> Option<&str> {
        at(text, 0).map(|value| &text[value.range])
    }

    #[test]
    fn a_value_ends_where_its_writing_ends() {
        assert_eq!(value("'it\\'s' x"), Some("it\\'s"));
        assert_eq!(value("'it''s' x"), Some("it''s"));
        assert_eq!(value("SecretStr('abc')"), Some("abc"));
        assert_eq!(value("b\"abc\""), Some("abc"));
        assert_eq!(value(r#"\"a\\\"b\",\"c\""#), Some(r#"a\\\"b"#));
        assert_eq!(value("a;b&c d"), Some("a;b&c"));
        assert_eq!(value("abc;Timeout=3"), Some("abc"));
        assert_eq!(value("abc&ssl=1"), Some("abc"));
        assert_eq!(value("abc, user=me}"), Some("abc"));
        assert_eq!(value("abc)}"), Some("abc"));
        assert_eq!(value("\"cut off"), Some("cut off"));
        assert_eq!(value(" "), None);
    }

    #[test]
    fn a_quote_that_was_open_before_closes_an_unquoted_value() {
        let text = "'host=h password=abc',next";
        let start = text.find("abc").unwrap();
        assert_eq!(at(text, start).map(|value| &text[value.range]), Some("abc"));
    }

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
            "<object 0x7f2>",
        ] {
            assert!(!is_random(value), "{value}");
        }
    }

    #[test]
    fn long_values_are_random_unless_they_are_names() {
        for value in ["abcdefg1", "Mixed_case_but_long_enough", "ABCDEFGHIJKLMNOPQRS-UV"] {
            assert!(is_random(value), "{value}");
        }
        for value in [
            "abcdef1",
            "12345678",
            "a_very_long_name_of_a_setting",
            "A_VERY_LONG_NAME_OF_A_SETTING",
            "auth::password2::reset::token",
            "postgres://x1y2z3.example.org",
            "./with/digits/in/a/path/123",
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
            "{password}",
            "‹password-1›",
            "<your password>",
            "<a_b-c>",
        ] {
            assert!(is_placeholder(value), "{value}");
        }
        for value in [
            "$",
            "$lower",
            "${}",
            "<a1>",
            "<",
            "hunter2",
            "****a",
            "%d",
            "NONE2",
            "A_B",
            "‹other-1›",
            "‹password-›",
            "‹password-x›",
        ] {
            assert!(!is_placeholder(value), "{value}");
        }
    }

    #[test]
    fn marks_alone_are_no_value() {
        assert_eq!(value("{ x"), None);
        assert_eq!(value("{a x"), Some("{a"));
        assert_eq!(value("a x"), Some("a"));
        assert_eq!(value("a&=b c"), Some("a&=b"));
        assert_eq!(value("a&b=c"), Some("a"));
    }
}
