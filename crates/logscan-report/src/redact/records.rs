//! Lines that are records of JSON, as Docker and loggers write them: what programs printed stands
//! within, and its lines belong together.

use std::ops::Range;

/// Under which keys a record holds what was printed.
const KEYS: [&str; 4] = ["\"log\":", "\"message\":", "\"msg\":", "\"text\":"];

/// What each record holds, decoded; `None` if a line is no record.
pub(super) fn messages(lines: &[String]) -> Option<Vec<String>> {
    let held = lines.iter().map(|line| decoded(&line[message(line)?]));
    if lines.is_empty() { None } else { held.collect() }
}

/// The records with other messages; one whose message is the same stays as it is written.
pub(super) fn with_messages(lines: &[String], messages: &[String]) -> Vec<String> {
    let changed = |(line, text): (&String, &String)| {
        let range = message(line)?;
        let written = line[range.clone()].trim_end_matches("\\n").len();
        let was = decoded(&line[range.clone()])?;
        let end = &line[range.start + written..];
        (was != *text).then(|| format!("{}{}{end}", &line[..range.start], encoded(text)))
    };
    let all = lines.iter().zip(messages);
    all.map(|(line, text)| changed((line, text)).unwrap_or_else(|| line.clone())).collect()
}

/// Where the message of a record stands, between its quotes.
fn message(line: &str) -> Option<Range<usize>> {
    let record = line.trim();
    if !record.starts_with('{') || !record.ends_with('}') {
        return None;
    }
    let (at, key) = KEYS.iter().find_map(|key| Some((line.find(key)?, key)))?;
    let value = &line[at + key.len()..];
    let start = line.len() - value.trim_start().len();
    let inner = line[start..].strip_prefix('"')?;
    let mut escaped = false;
    let closes = |c: char| match c {
        '"' if !escaped => true,
        '\\' => {
            escaped = !escaped;
            false
        }
        _ => {
            escaped = false;
            false
        }
    };
    let length = inner.find(closes)?;
    Some(start + 1..start + 1 + length)
}

/// The text, without the end of its line.
fn decoded(written: &str) -> Option<String> {
    let text: String = serde_json::from_str(&format!("\"{written}\"")).ok()?;
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    // A message of several lines cannot be put between others.
    (!text.contains('\n')).then_some(text)
}

fn encoded(text: &str) -> String {
    let quoted = serde_json::Value::from(text).to_string();
    quoted[1..quoted.len() - 1].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(texts: [&str; 2]) -> Vec<String> {
        texts.map(|text| format!("{{\"log\":\"{text}\\n\",\"stream\":\"stdout\"}}")).to_vec()
    }

    #[test]
    fn a_record_keeps_what_stands_beside_its_message() {
        let records = lines(["Password:", "a \\\"b\\\""]);
        let held = messages(&records).unwrap();
        assert_eq!(held, ["Password:", "a \"b\""]);
        let masked = with_messages(&records, &["Password:".to_owned(), "‹x›".to_owned()]);
        assert_eq!(masked, lines(["Password:", "‹x›"]));
        assert_eq!(with_messages(&records, &held), records);
    }

    #[test]
    fn what_is_no_record_holds_none() {
        assert_eq!(messages(&["password=x".to_owned()]), None);
        assert_eq!(messages(&["{\"a\": 1}".to_owned()]), None);
    }
}
