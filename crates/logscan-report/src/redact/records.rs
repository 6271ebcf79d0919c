//! Lines that are records, as Docker, loggers and runners write them: what programs printed
//! stands within, encoded, and its lines belong together.

use std::ops::Range;

/// Under which keys a record of JSON holds what was printed.
const KEYS: [&str; 5] = ["\"log\":", "\"message\":", "\"msg\":", "\"text\":", "\"Output\":"];

/// What TeamCity writes how between quotes.
const TEAMCITY: [(&str, &str); 6] =
    [("||", "|"), ("|'", "'"), ("|[", "["), ("|]", "]"), ("|n", "\n"), ("|r", "\r")];

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Format {
    Json,
    TeamCity,
}

/// What was printed in a record.
#[derive(Debug)]
struct Message {
    format: Format,
    /// Where it stands in the line, between its quotes.
    written: Range<usize>,
    text: String,
}

/// The lines that all records hold, decoded; `None` if a line is no record.
pub(super) fn messages(lines: &[String]) -> Option<Vec<String>> {
    let held: Option<Vec<_>> = lines.iter().map(|line| message(line)).collect();
    let held = held.filter(|held| !held.is_empty())?;
    let lines = held.iter().flat_map(|message| message.text.split('\n'));
    Some(lines.map(str::to_owned).collect())
}

/// The records with other lines; one whose message is the same stays as it is written.
pub(super) fn with_messages(lines: &[String], messages: &[String]) -> Vec<String> {
    let mut messages = messages.iter();
    let changed = |line: &String| {
        let Some(Message { format, written, text }) = message(line) else { return line.clone() };
        let own = messages.by_ref().take(text.split('\n').count());
        let other = own.map(String::as_str).collect::<Vec<_>>().join("\n");
        if other == text {
            return line.clone();
        }
        let end = ["\\n", "|n"].into_iter().find(|end| line[written.clone()].ends_with(end));
        let (front, behind) = (&line[..written.start], &line[written.end..]);
        format!("{front}{}{}{behind}", encoded(&other, format), end.unwrap_or(""))
    };
    lines.iter().map(changed).collect()
}

fn message(line: &str) -> Option<Message> {
    let record = line.trim();
    if record.starts_with("##teamcity[") && record.ends_with(']') {
        let start = line.find(" out='")? + " out='".len();
        let written = start..start + length(&line[start..], '\'', '|')?;
        return held(line, written, Format::TeamCity);
    }
    if !record.starts_with('{') || !record.ends_with('}') {
        return None;
    }
    let (at, key) = KEYS.iter().find_map(|key| Some((line.find(key)?, key)))?;
    let value = &line[at + key.len()..];
    let start = line.len() - value.trim_start().strip_prefix('"')?.len();
    let written = start..start + length(&line[start..], '"', '\\')?;
    held(line, written, Format::Json)
}

/// The message without the end of its last line.
fn held(line: &str, written: Range<usize>, format: Format) -> Option<Message> {
    let text = decoded(&line[written.clone()], format)?.trim_end_matches(['\n', '\r']).to_owned();
    Some(Message { format, written, text })
}

fn decoded(written: &str, format: Format) -> Option<String> {
    match format {
        Format::Json => serde_json::from_str(&format!("\"{written}\"")).ok(),
        Format::TeamCity => {
            let (mut text, mut rest) = (String::new(), written);
            while let Some((front, code)) = rest.find('|').map(|at| rest.split_at(at)) {
                let (code, is) = TEAMCITY.iter().find(|(written, _)| code.starts_with(written))?;
                text.extend([front, is]);
                rest = &rest[front.len() + code.len()..];
            }
            Some(text + rest)
        }
    }
}

/// Bytes up to the quote that closes; `escape` takes the next character's meaning away.
fn length(text: &str, quote: char, escape: char) -> Option<usize> {
    let mut escaped = false;
    text.find(|c: char| {
        let closes = c == quote && !escaped;
        escaped = c == escape && !escaped;
        closes
    })
}

fn encoded(text: &str, format: Format) -> String {
    match format {
        Format::Json => {
            let quoted = serde_json::Value::from(text).to_string();
            quoted[1..quoted.len() - 1].to_owned()
        }
        Format::TeamCity => {
            TEAMCITY.iter().fold(text.to_owned(), |text, (code, is)| text.replace(is, code))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn docker(texts: [&str; 2]) -> Vec<String> {
        texts.map(|text| format!("{{\"log\":\"{text}\\n\",\"stream\":\"stdout\"}}")).to_vec()
    }

    fn teamcity(texts: [&str; 2]) -> Vec<String> {
        texts.map(|text| format!("##teamcity[testStdOut name='t' out='{text}|n']")).to_vec()
    }

    #[test]
    fn a_record_keeps_what_stands_beside_its_message() {
        for (records, held, other) in [
            (
                docker(["Password:", "a \\\"b\\\""]),
                ["Password:", "a \"b\""],
                docker(["Password:", "‹x›"]),
            ),
            (
                teamcity(["Password:", "|'a||n|'"]),
                ["Password:", "'a|n'"],
                teamcity(["Password:", "‹x›"]),
            ),
        ] {
            assert_eq!(messages(&records).unwrap(), held);
            let masked = with_messages(&records, &["Password:".to_owned(), "‹x›".to_owned()]);
            assert_eq!(masked, other);
            assert_eq!(with_messages(&records, &held.map(str::to_owned)), records);
        }
    }

    #[test]
    fn a_message_of_several_lines_stays_one() {
        let records = docker(["Password:\\na", "b"]);
        assert_eq!(messages(&records).unwrap(), ["Password:", "a", "b"]);
        let masked = ["Password:", "‹x›", "b"].map(str::to_owned);
        assert_eq!(with_messages(&records, &masked), docker(["Password:\\n‹x›", "b"]));
    }

    #[test]
    fn what_is_no_record_holds_none() {
        assert_eq!(messages(&["password=x".to_owned()]), None);
        assert_eq!(messages(&["{\"a\": 1}".to_owned()]), None);
    }
}
