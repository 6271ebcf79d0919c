//! Names that are values themselves or stand in tags: `<property name="password" value="X"/>`,
//! `<password>X</password>`, `{"name": "PASSWORD", "value": "X"}`.

use super::block;
use super::value::{self, Values};

/// What says that a value is a name.
const NAMES: [&str; 18] = [
    "name",
    "key",
    "id",
    "field",
    "var",
    "variable",
    "setting",
    "parameter",
    "property",
    "option",
    "type",
    "header",
    "k",
    "attribute",
    "column",
    "param",
    "label",
    "item",
];
/// What holds the value then.
const VALUES: [&str; 13] = [
    "value",
    "val",
    "content",
    "default",
    "defaultvalue",
    "default_value",
    "data",
    "string",
    "v",
    "currentvalue",
    "text",
    "stringvalue",
    "plaintext",
];
/// Most bytes between name and value.
const NEAR: usize = 160;

/// Whether the word is what a `name=` gives.
pub(super) fn is_named(text: &str, start: usize) -> bool {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(80))..start];
    // `"/prod/db/password"` is a path of names.
    let part = |c: char| c.is_ascii_alphanumeric() || "/_-.".contains(c);
    let near = match near.strip_suffix('/') {
        Some(path) => path.trim_end_matches(part),
        None => near,
    };
    let quotes = ['"', '\'', '\\', ' ', '`'];
    // Part of a longer name: `name="db.password"` is one word, `name="x password"` is none.
    let Some(sign) = near.trim_end_matches(quotes).strip_suffix([':', '=', '>']) else {
        return false;
    };
    let name = sign.trim_end_matches(quotes);
    let word =
        name.len() - name.trim_end_matches(|c: char| c.is_ascii_alphanumeric() || c == '_').len();
    let word = name[name.len() - word..].to_ascii_lowercase();
    NAMES.contains(&&*word) || NAMES[..4].iter().any(|end| word.len() < 20 && word.ends_with(end))
}

/// Behind the word `value` that belongs to the name that ends here.
pub(super) fn value_behind(text: &str, end: usize) -> Option<usize> {
    let near = &text[end..text.floor_char_boundary(end + NEAR)];
    let mut from = 0;
    while let Some(start) = near[from..].find(|c: char| c.is_ascii_alphabetic()).map(|at| from + at)
    {
        let between = &near[from..start];
        // Another item of the list.
        let item = near[..start].ends_with("- ") && near[..start].contains('\n');
        let stop = item
            || between.contains(['}', ';'])
            || ["\n\n", "/>"].iter().any(|end| between.contains(end));
        let word = near[start..].find(|c: char| !c.is_ascii_alphanumeric() && c != '_');
        let past = start + word.unwrap_or(near.len() - start);
        let name = near[start..past].to_ascii_lowercase();
        if stop {
            return None;
        }
        // A tag that closes says nothing.
        if between.ends_with("</") {
            from = past;
            continue;
        }
        let rest = near[past..].trim_start_matches(['\\', '"', '\'', ' ']);
        if (VALUES.contains(&&*name) || name.ends_with("value"))
            && rest.starts_with([':', '=', '>'])
        {
            return Some(end + past);
        }
        if NAMES.contains(&&*name)
            && name != "type"
            && rest.starts_with([':', '='])
            && (rest.starts_with(':') || near[..start].contains(['<', '\n']))
            && !near[..start].ends_with("</")
        {
            return None;
        }
        from = past;
    }
    None
}

/// The value of `variable "password" { default = "X" }`, as Terraform declares it.
pub(super) fn declared(text: &str, start: usize, end: usize) -> Option<usize> {
    let front = text[..start].strip_suffix('"')?.trim_end_matches('\\').trim_end();
    let block =
        ["variable", "output", "local", "parameter"].iter().any(|word| front.ends_with(word));
    let near = &text[end..text.floor_char_boundary(end + 2 * NEAR)];
    let inner =
        near.trim_start_matches(['\\', '"']).trim_start().strip_prefix('{').filter(|_| block)?;
    let inner = &inner[..inner.find('}').unwrap_or(inner.len())];
    let value = ["default", "value"].iter().find_map(|name| {
        let behind = inner.split_once(name)?.1.trim_start();
        behind.strip_prefix('=').map(str::trim_start)
    });
    value.map(|value| value.as_ptr() as usize - text.as_ptr() as usize)
}

/// Whether the word stands in a tag that closes.
pub(super) fn closes(text: &str, start: usize) -> bool {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(40))..start];
    let opens = near.rfind('<').map(|at| &near[at + 1..]);
    opens.is_some_and(|tag| tag.starts_with('/') && !tag.contains(['>', ' ']))
}

/// Where the content begins of the tag that this word names.
pub(super) fn inside(text: &str, start: usize, end: usize) -> Option<usize> {
    let near = &text[text.ceil_char_boundary(start.saturating_sub(100))..start];
    let tag = &near[near.rfind('<')? + 1..];
    let element = tag.is_empty() || (tag.ends_with(':') && !tag.contains([' ', '"', '>']));
    let attribute = tag.ends_with(['"', '\'']) && tag.contains('=') && !tag.contains('>');
    let behind = &text[end..text.floor_char_boundary(end + 200)];
    // `<password=X>` is a pair in brackets.
    let pair = tag.is_empty() && behind.starts_with('=');
    let close = behind.find('>').filter(|at| {
        let within = &behind[..*at];
        !pair && !within.contains('<') && (element || !within.contains('\n'))
    })?;
    let own = behind[..close].ends_with('/') || !(element || attribute);
    let valued = behind[..close].contains("value=") || behind[..close].contains("val=");
    (!own && !valued).then(|| skip(text, end + close + 1))
}

/// Where the next cell of a table or a list of terms begins: `<td>password</td><td>X</td>`.
pub(super) fn next_cell(text: &str, end: usize) -> Option<usize> {
    let near = value::line(text, end, NEAR).trim_start();
    let cells = [("</td>", "<td"), ("</th>", "<td"), ("</dt>", "<dd")];
    let (behind, open) =
        cells.iter().find_map(|(close, open)| Some((near.strip_prefix(close)?, open)))?;
    let (_, content) = behind.trim_start().strip_prefix(open)?.split_once('>')?;
    Some(content.as_ptr() as usize - text.as_ptr() as usize)
}

/// Behind blanks, `<![CDATA[` and a tag that only says what kind of value it is.
fn skip(text: &str, at: usize) -> usize {
    let blank = value::line(text, at, NEAR);
    let ends = blank.trim().is_empty() && text[at + blank.len()..].starts_with('\n');
    let at = if ends { block::next_line(text, at + blank.len() + 1) } else { at };
    let rest = text[at..].trim_start();
    let data = rest.strip_prefix("<![CDATA[");
    let inner = ["<value>", "<string>", "<val>"].iter().find_map(|tag| rest.strip_prefix(tag));
    data.or(inner).map_or(text.len() - rest.len(), |rest| text.len() - rest.len())
}

/// The text up to the next tag.
pub(super) fn content(text: &str, at: usize) -> Values {
    let end = if text[..at].ends_with("CDATA[") { ']' } else { '<' };
    let near = value::line(text, at, 4000);
    let below = || {
        let line_end = at + near.len();
        let next = text[line_end..].starts_with('\n').then(|| block::next_line(text, line_end + 1));
        next.is_some_and(|next| text[next..].starts_with("</"))
    };
    // A tag that was cut holds one word; `AUTH <password> called` is no tag.
    let cut = !near.contains(end) && near.trim_end().contains(' ') && !below();
    if cut { Values::default() } else { value::at(text, at, value::Ends::At(end)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_told_from_other_values() {
        for text in ["name=\"", "{\"name\": \"", "- name: ", "Name:", "\\\"key\\\":\\\"", "<name>"]
        {
            assert!(is_named(text, text.len()), "{text}");
        }
        for text in ["", "x=\"", "the ", "user: "] {
            assert!(!is_named(text, text.len()), "{text}");
        }
    }

    #[test]
    fn the_value_of_a_name_stands_near_it() {
        for text in [
            "\" value=",
            "\",\"value\":",
            "\n  value:",
            " Value:",
            "</name><value>",
            "\" type=\"x\" value=",
        ] {
            assert!(value_behind(text, 0).is_some(), "{text}");
        }
        for text in ["\"}, {\"value\":", "/><property name=\"x\" value=", "/>\n<a value=", ""] {
            assert_eq!(value_behind(text, 0), None, "{text}");
        }
    }
}
