//! Texts within a text, each of which is read as one of its own: the value of an XML attribute
//! (`message="PASSWORD=x …"`), a field of CSV with doubled quotes, a string with its line ends
//! written out (`"password: |\n  x"`).

use std::ops::Range;

use super::layers::Layer;
use super::steps;

/// What is written how within a string.
const ESCAPED: [(&str, char); 5] =
    [("\\n", '\n'), ("\\t", '\t'), ("\\r", '\r'), ("\\\"", '"'), ("\\\\", '\\')];
const DOUBLED: [(&str, char); 1] = [("\"\"", '"')];
const ATTRIBUTE: [(&str, char); 2] = [("&#10;", '\n'), ("&#xA;", '\n')];

/// The texts within a text, decoded, with their places in it.
pub(super) fn texts(text: &str) -> Vec<Layer> {
    steps::count(text.len());
    let mut texts = Vec::new();
    let mut at = 0;
    while let Some(open) = text[at..].find(['"', '\'']).map(|open| at + open) {
        let Some(content) = content(text, open) else {
            at = open + 1;
            continue;
        };
        at = content.end + 1;
        let inner = &text[content.clone()];
        let written = inner.contains("\\n").then_some(&ESCAPED[..]);
        let doubled = inner.contains("\"\"").then_some(&DOUBLED[..]);
        let codes =
            written.or(doubled).or_else(|| is_attribute(text, open).then_some(&ATTRIBUTE[..]));
        texts.extend(codes.map(|codes| Layer::part(text, content, codes)));
    }
    texts
}

/// What stands between the quote that opens there and the one that closes.
fn content(text: &str, open: usize) -> Option<Range<usize>> {
    let quote = char::from(text.as_bytes()[open]);
    let before = text[..open].chars().next_back();
    let opens = before.is_none_or(|c| "=([{,: \t\nbrfu".contains(c));
    if !opens {
        return None;
    }
    let line = &text[open + 1..];
    let line = &line[..line.find('\n').unwrap_or(line.len())];
    let mut at = 0;
    while let Some(found) = line[at..].find([quote, '\\']).map(|found| at + found) {
        let rest = &line[found..];
        if let Some(escaped) = rest.strip_prefix('\\') {
            at = found + 1 + escaped.chars().next().map_or(0, char::len_utf8);
        } else if quote == '"' && rest.starts_with("\"\"") && found > 0 {
            at = found + 2;
        } else {
            return Some(open + 1..open + 1 + found);
        }
    }
    None
}

/// Whether the string that opens there is the value of an attribute of a tag.
fn is_attribute(text: &str, open: usize) -> bool {
    let front = &text[text.ceil_char_boundary(open.saturating_sub(300))..open];
    let tag = front.rsplit_once('<').map(|(_, tag)| tag);
    front.ends_with('=') && tag.is_some_and(|tag| tag.contains(' '))
}

#[cfg(test)]
mod tests {
    use super::super::text as mask;

    #[test]
    fn what_stands_within_a_string_is_read_as_a_text() {
        for (text, expected) in [
            (
                r#"<failure message="DB_PASSWORD=hunter1 refused" type="x">x</failure>"#,
                r#"<failure message="DB_PASSWORD=‹password-1› refused" type="x">x</failure>"#,
            ),
            (
                r#"<failure message="{&quot;password&quot;: &quot;hunter1&quot;}">x</failure>"#,
                r#"<failure message="{&quot;password&quot;: &quot;‹password-1›&quot;}">x</failure>"#,
            ),
            (
                r#"2026-03-01,"app","{""pin"":1234567}",,"#,
                r#"2026-03-01,"app","{""pin"":‹password-1›}",,"#,
            ),
            (
                r#"{"msg":"password:\n  \"hunter1\"\nuser: x"}"#,
                r#"{"msg":"password:\n  \"‹password-1›\"\nuser: x"}"#,
            ),
        ] {
            let mut masked = text.to_owned();
            mask(&mut masked);
            assert_eq!(masked, expected);
        }
    }
}
