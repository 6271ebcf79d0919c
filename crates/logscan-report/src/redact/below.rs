//! Values alone in the line below their name: what somebody types at a prompt, what an empty
//! setting or an option goes on with.

use std::ops::Range;

use super::find::Secret;
use super::keys::{self, Key, Sure};
use super::{block, harmless, headers, value};

/// Longest line below a name.
const LONGEST: usize = 4000;

/// How a name ends its line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Asks {
    /// `--password`: any word may follow.
    Option,
    /// `DB_PASSWORD=`: a word, but no other setting.
    Setting,
    /// `Enter password:`: the next line is what was typed, or an answer to it.
    Typed,
    /// `password:`: the next line may be of something else.
    Prompt,
    /// `WITH PASSWORD` of a statement: the next line is a string.
    Text,
    /// `? password` of YAML: the next line is `: X`.
    Key,
}

/// Masks the line below the name that ends here; behind it.
pub(super) fn find(
    text: &str,
    name: Range<usize>,
    key: Key,
    found: &mut Vec<Secret>,
) -> Option<usize> {
    let line = value::line(text, name.end, 8);
    let end = name.end + line.len();
    let sign = line.trim();
    if !text[end..].starts_with('\n') || sign.len() > 2 {
        return None;
    }
    let at = block::next_line(text, end + 1);
    if key.sure == Sure::Header {
        return (sign == ":").then(|| headers::next(text, at, key.kind, found)).flatten();
    }
    let asks = asks(&text[..name.start], &text[name], sign)?;
    let range = alone(text, at, asks).filter(|_| key.sure == Sure::Always)?;
    let past = range.end;
    found.push(Secret::new(key.kind, range));
    Some(past)
}

/// What the end of a line with the name in it asks for.
fn asks(front: &str, name: &str, sign: &str) -> Option<Asks> {
    let capital = !name.contains(char::is_lowercase);
    let begins = front.is_empty() || front.ends_with([' ', '\n', '\t', '|', ':']);
    match sign {
        "" | "'," | "\"," if front.ends_with("--") => Some(Asks::Option),
        "" if front.ends_with("? ") => Some(Asks::Key),
        "" if front.ends_with("(Pdb) p ") || front.ends_with("(Pdb) pp ") => Some(Asks::Text),
        "" if name == "PASSWORD" => Some(Asks::Text),
        ":" if front.ends_with("nter ") => Some(Asks::Typed),
        "=" if capital && begins => Some(Asks::Setting),
        ":" | "=" => Some(Asks::Prompt),
        _ => None,
    }
}

/// The line, if it is one word that may be a value.
fn alone(text: &str, at: usize, asks: Asks) -> Option<Range<usize>> {
    let line = value::line(text, at, LONGEST);
    let whole = match asks {
        Asks::Key => line.trim().strip_prefix(": ")?,
        _ => line.trim(),
    };
    let inner = whole.trim_end_matches([',', ';']).trim_matches(['"', '\'']);
    let start = at + line.find(inner)?;
    let marks = inner.starts_with(['-', '<', '[', '(', '#', '{', '/', '$', '=', '>', '+', '*']);
    let other = inner.trim_end_matches('=').contains(['=', ' ', '\t']) || inner.ends_with(':');
    let told = harmless::is_prose(inner)
        || harmless::is_told_of(inner)
        || harmless::is_placeholder(inner)
        || (keys::key(inner).is_some() && !inner.contains(|c: char| c.is_ascii_digit()));
    let fits = match asks {
        Asks::Option | Asks::Setting | Asks::Key => inner.len() > 3,
        Asks::Text => whole.starts_with(['\'', '"']) && inner.len() > 3,
        Asks::Typed => harmless::may_be_value(inner) || harmless::is_number(inner),
        Asks::Prompt => harmless::is_chosen(inner) || harmless::is_number(inner),
    };
    (fits && !marks && !other && !told).then(|| start..start + inner.len())
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
    fn the_line_below_a_name_may_be_its_value() {
        for (text, expected) in [
            ("DB_PASSWORD=\nswordfish\nx", "DB_PASSWORD=\n‹password-1›\nx"),
            ("Enter password:\nhunter2\nx", "Enter password:\n‹password-1›\nx"),
            ("tool --password\nswordfish", "tool --password\n‹password-1›"),
            ("  '--password',\n  'swordfish',", "  '--password',\n  '‹password-1›',"),
            ("Enter DB_PW:\nswordfish", "Enter DB_PW:\n‹password-1›"),
            ("? password\n: swordfish", "? password\n: ‹password-1›"),
            ("Authorization:\n Bearer abcd1234", "Authorization:\n Bearer ‹token-1›"),
            (
                "12:00:01 INFO Enter password:\n12:00:02 INFO hunter2",
                "12:00:01 INFO Enter password:\n12:00:02 INFO ‹password-1›",
            ),
        ] {
            assert_eq!(masked(text), expected);
        }
    }

    #[test]
    fn other_lines_below_a_name_stay() {
        for text in [
            "Enter password:\nconnected\n",
            "Password:\n\nlogin:",
            "DB_PASSWORD=\nDB_USER=app",
            "DB_PASSWORD=\n",
            "  --password\n    the password of the user",
            "  --password\n  --user",
            "  --password\n  PASSWORD",
            "wrong password:\nTraceback",
            "Authorization:\nrequired for all",
        ] {
            assert_eq!(masked(text), text);
        }
    }
}
