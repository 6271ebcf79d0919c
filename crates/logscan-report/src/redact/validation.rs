//! Values that a validation refuses: it names the field first, and quotes what was entered.

use std::ops::Range;

use super::find::Secret;
use super::harmless;
use super::keys::{Key, Sure};
use super::quotes;
use super::value::{self, Ends};

/// What stands before the value, what ends one without quotes, and what stands before the name
/// where that proves nothing alone: pydantic, FastAPI, Spring, Bean Validation, Joi, Ajv, Zod.
const BEFORE: [(&str, char, &str); 12] = [
    ("input_value=", ',', ""),
    ("\"input\":", ',', ""),
    ("'input': ", ',', ""),
    ("rejected value [", ']', ""),
    ("rejectedValue=", ',', ""),
    ("\"rejectedValue\":", ',', ""),
    ("invalidValue=", ',', ""),
    (" with value ", ' ', ""),
    ("data: ", ',', "instancePath"),
    ("\"data\":", ',', "instancePath"),
    ("received: ", ',', "path"),
    ("\"received\":", ',', "path"),
];
/// Most bytes between what stands before the name and the name.
const PATH: usize = 40;
/// Most bytes between the name and what stands before the value.
const NEAR: usize = 300;

/// Masks the value that is quoted for the field that ends here.
pub(super) fn find(text: &str, end: usize, key: Key, found: &mut Vec<Secret>) {
    if !matches!(key.sure, Sure::Always | Sure::Likely) {
        return;
    }
    let near = &text[end..text.floor_char_boundary(end + NEAR)];
    let near = &near[..near.find("\n\n").unwrap_or(near.len())];
    let before = &text[text.floor_char_boundary(end.saturating_sub(PATH))..end];
    let said = BEFORE.iter().filter(|(.., path)| before.contains(path));
    let first = said.filter_map(|(words, stop, _)| Some((near.find(words)?, words, stop)));
    let Some((at, words, stop)) = first.min_by_key(|(at, ..)| *at) else { return };
    let start = end + at + words.len();
    let start = text.len() - text[start..].trim_start_matches(' ').len();
    let value = entered(text, start, *stop);
    let own = value.filter(|range| !harmless::is_placeholder(&text[range.clone()]));
    found.extend(own.map(|range| Secret::new(key.kind, range)));
}

fn entered(text: &str, start: usize, stop: char) -> Option<Range<usize>> {
    let quoted = quotes::quoted_at(text, start);
    let values = quoted.unwrap_or_else(|| value::at(text, start, Ends::At(stop)));
    values.ranges.into_iter().next().filter(|range| !range.is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn what_was_entered_into_a_field_is_masked() {
        for (text, expected) in [
            (
                "secret_key\n  Value error, too short [type=value_error, input_value='hunter', input_type=str]",
                "secret_key\n  Value error, too short [type=value_error, input_value='‹token-1›', input_type=str]",
            ),
            (
                "{\"loc\":[\"body\",\"password\"],\"msg\":\"too short\",\"input\":\"hunter\"}",
                "{\"loc\":[\"body\",\"password\"],\"msg\":\"too short\",\"input\":\"‹password-1›\"}",
            ),
            (
                "Field error in object 'user' on field 'password': rejected value [hunter]; codes",
                "Field error in object 'user' on field 'password': rejected value [‹password-1›]; codes",
            ),
            (
                "\"password\" with value \"hunter\" fails to match",
                "\"password\" with value \"‹password-1›\" fails to match",
            ),
            (
                "{ instancePath: '/password', keyword: 'minLength', data: 'hunter' }",
                "{ instancePath: '/password', keyword: 'minLength', data: '‹password-1›' }",
            ),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
