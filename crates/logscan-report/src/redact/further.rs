//! Values that stand behind the first one of a name: strings that a program joins, what a value
//! became or was expected to be.

use super::quotes;
use super::value::Values;
use super::{block, signs};

/// What stands between two values of one name.
const BETWEEN: [&str; 6] = [" -> ", " but was ", " but got ", ", got ", " vs ", " + "];

/// The string behind another one, if it is a value of the same name.
pub(super) fn find(text: &str, values: &Values) -> Option<Values> {
    let start = values.ranges.first().filter(|_| values.quoted)?.start;
    let rest = text[values.end..].trim_start_matches(['\\', '"', '\'']);
    let end = text.len() - rest.len();
    let said = || BETWEEN.iter().find_map(|words| rest.strip_prefix(words));
    // `('a'` goes on in the next line.
    let opened = || {
        let bracket = text[..start].trim_end_matches(['"', '\'']).ends_with('(');
        (bracket && rest.starts_with('\n')).then(|| block::next_line(text, end + 1))
    };
    let at = match said() {
        Some(rest) => text.len() - rest.len(),
        None => signs::blanks(text, opened().unwrap_or(end)),
    };
    let string = text[at..].starts_with(['"', '\'', '\\']);
    quotes::quoted_at(text, at).filter(|_| at > end && string)
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn strings_behind_a_value_are_values_too() {
        for (text, expected) in [
            (
                "password = 'abc' \\\n    'swordfish'",
                "password = '‹password-1›' \\\n    '‹password-2›'",
            ),
            (
                "password = ('abc'\n    'swordfish')",
                "password = ('‹password-1›'\n    '‹password-2›')",
            ),
            ("password: \"old\" -> \"new1\"", "password: \"‹password-1›\" -> \"‹password-2›\""),
            (
                "cfg['password'] == 'hunter' but was 'swordfish'",
                "cfg['password'] == '‹password-1›' but was '‹password-2›'",
            ),
            ("password='abcd' Config(user='me')", "password='‹password-1›' Config(user='me')"),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
