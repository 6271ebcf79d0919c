//! Text of strangers, made harmless for whoever shows it: one function for each audience.
//!
//! Log lines, names of tests and of files hold anything: colours, bells, characters that turn
//! the reading order around or hide, commands to build servers, links, formulas. What a writer
//! shows comes through here.

use std::borrow::Cow;
use std::io::{self, Write};

/// Text for a screen or a log: everything is written out that would act on a screen, or on the
/// build server that reads it, instead of being read.
#[must_use]
pub fn visible(text: &str) -> Cow<'_, str> {
    let acting = |c: char| c == ':' || c == '#' || acts(c);
    if !text.contains(acting) {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len() + 16);
    let mut before = None;
    for (at, c) in text.char_indices() {
        match c {
            '\t' => shown.push(' '),
            ':' | '#' if is_command(&text[at..], before) => shown.extend(c.escape_unicode()),
            c if acts(c) => shown.extend(c.escape_unicode()),
            c => shown.push(c),
        }
        before = Some(c);
    }
    if shown == text { Cow::Borrowed(text) } else { Cow::Owned(shown) }
}

/// A file of TOML whose strings hold text of strangers: what acts on a screen is written as an
/// escape, which reads as the same character.
#[must_use]
pub fn toml_file(text: &str) -> String {
    let shown = |c: char| match c {
        c if acts(c) && c != '\n' => format!("\\U{:08X}", u32::from(c)),
        c => c.to_string(),
    };
    text.chars().map(shown).collect()
}

/// A page as a whole, whose own text has line ends: nothing in it may turn or hide what stands
/// beside it.
pub(crate) fn page(text: String) -> String {
    if text.contains(|c| acts(c) && c != '\n' && c != '\t') {
        let shown = |c: char| match c {
            c if acts(c) && c != '\n' && c != '\t' => c.escape_unicode().collect::<String>(),
            c => c.to_string(),
        };
        return text.chars().map(shown).collect();
    }
    text
}

/// A page that is written in parts.
pub(crate) struct Page<W>(pub(crate) W);

impl<W: Write> Write for Page<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match std::str::from_utf8(bytes) {
            Ok(text) => self.0.write_all(page(text.to_owned()).as_bytes())?,
            Err(_) => self.0.write_all(bytes)?,
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Whether a build server would see a command: `::error` at the beginning of a word, which may
/// become the beginning of a line, and `##[error]`, `##vso[`, `##teamcity[` anywhere.
fn is_command(rest: &str, before: Option<char>) -> bool {
    let letters = |text: &str| text.bytes().take_while(u8::is_ascii_alphabetic).count();
    if let Some(name) = rest.strip_prefix("::") {
        return before.is_none_or(|c| !c.is_alphanumeric()) && letters(name) > 0;
    }
    let name = rest.strip_prefix("##").unwrap_or("x");
    let near = &name[..name.floor_char_boundary(16)];
    near[letters(near)..].starts_with('[')
}

/// Control characters, line separators, and the marks that reorder or hide text.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(
            c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}'
        )
        || matches!(c, '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}')
        || matches!(c, '\u{2060}'..='\u{206f}' | '\u{3164}' | '\u{fe00}'..='\u{fe0e}' | '\u{feff}')
        || matches!(c, '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fffe}' | '\u{ffff}')
        || matches!(c, '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Text of one line of Markdown in which nothing is markup or a link, and nobody is called.
pub(crate) fn markdown(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len() + 16);
    for (at, c) in text.char_indices() {
        match c {
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '&' => escaped.push_str("&amp;"),
            '\\' | '`' | '*' | '_' | '[' | ']' | '|' | '~' | '!' => escaped.extend(['\\', c]),
            // Behind its dot `www.` would still begin a link.
            '.' if links(text, at) => escaped.extend([JOINER, c]),
            c if links(text, at) => escaped.extend([c, JOINER]),
            c => escaped.push(c),
        }
    }
    escaped
}

/// Keeps a name readable and links nothing.
const JOINER: char = '\u{2060}';

/// Whether a tracker makes a link of what this character is part of: `https://x`, `www.x`,
/// `a@b.c`, `@name`, `#7`, `GH-7`.
fn links(text: &str, at: usize) -> bool {
    let (before, rest) = text.split_at(at);
    let word = |name: &str| {
        before.len() >= name.len()
            && before.is_char_boundary(before.len() - name.len())
            && before[before.len() - name.len()..].eq_ignore_ascii_case(name)
    };
    rest.starts_with(['@', '#'])
        || rest.starts_with("://")
        || (rest.starts_with('.') && word("www"))
        || (rest.starts_with('-') && word("gh"))
        || (rest.starts_with(':') && ["mailto", "xmpp"].into_iter().any(word))
}

/// Text of SARIF, in which `[x](y)` would be a link (SARIF 2.1.0, 3.11.6).
pub(crate) fn sarif(text: &str) -> Cow<'_, str> {
    if !text.contains("](") {
        return Cow::Borrowed(text);
    }
    let mut escaped = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if ['\\', '[', ']'].contains(&c) {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    Cow::Owned(escaped)
}

/// A path as a URI reference.
pub(crate) fn uri(path: &str) -> String {
    let mut uri = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'/' | b'.' | b'_' | b'-' | b'~' => {
                uri.push(char::from(byte));
            }
            byte => uri.push_str(&format!("%{byte:02X}")),
        }
    }
    uri
}

/// Text behind the second `::` of a workflow command.
pub(crate) fn command(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Text of a command's property, which also may not hold what ends one.
pub(crate) fn property(text: &str) -> String {
    command(&visible(text)).replace(':', "%3A").replace(',', "%2C")
}

/// What a formula begins with; some spreadsheets take the wide forms for the same.
const FORMULA: [char; 13] =
    ['=', '+', '-', '@', '\t', '\r', '\n', '|', '%', '＝', '＋', '－', '＠'];

/// The text of a cell of a table, which keeps its lines: spreadsheets run one that begins like a
/// formula.
#[must_use]
pub fn cell(text: &str) -> String {
    let shown = text.split('\n').map(visible).collect::<Vec<_>>().join("\n");
    if text.trim_start_matches(' ').starts_with(FORMULA) { format!("'{shown}") } else { shown }
}

/// JSON whose viewers, and the screens it is printed on, see no character that acts: they are
/// written as `\u202e`, which reads the same.
pub struct Json<W>(pub W);

impl<W: Write> Write for Json<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        // Most of a report is plain.
        if bytes.iter().all(|byte| matches!(byte, b'\n' | b' '..=b'"' | b'$'..=b'~')) {
            return self.0.write_all(bytes).map(|()| bytes.len());
        }
        let command = |rest: &str| rest.starts_with("##") && is_command(rest, None);
        let loud = |text: &str, at: usize, c: char| (acts(c) && c != '\n') || command(&text[at..]);
        // What is no text of its own is a part of a sign of JSON.
        let text = std::str::from_utf8(bytes).ok();
        let text = text.filter(|text| text.char_indices().any(|(at, c)| loud(text, at, c)));
        let Some(text) = text else { return self.0.write_all(bytes).map(|()| bytes.len()) };
        let mut units = [0; 2];
        for (at, c) in text.char_indices() {
            match c.encode_utf16(&mut units) {
                units if loud(text, at, c) => {
                    units.iter().try_for_each(|unit| write!(self.0, "\\u{unit:04x}"))?;
                }
                _ => write!(self.0, "{c}")?,
            }
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::{Format, Options, fixture};

    proptest! {
        #[test]
        fn toml_reads_as_what_was_written(text in "[a-z\\PC\u{7f}-\u{9f}\u{200b}\u{202e}]{0,12}") {
            let quoted = serde_json::Value::from(text.as_str()).to_string();
            let file = toml_file(&format!("a = {quoted}\n"));
            prop_assert!(!file.trim_end().contains(acts));
            let read: toml::Table = toml::from_str(&file).unwrap();
            prop_assert_eq!(read["a"].as_str(), Some(&*text));
        }
    }

    #[test]
    fn what_acts_on_a_screen_is_written_out() {
        assert_eq!(visible("a\u{1b}[31mb\rc\td"), "a\\u{1b}[31mb\\u{d}c d");
        assert_eq!(visible("user\u{202e}gpj.exe"), "user\\u{202e}gpj.exe");
        assert_eq!(visible("\u{9b}2J\u{feff}"), "\\u{9b}2J\\u{feff}");
        assert_eq!(visible("a\u{fffe}\u{e0041}\u{61c}"), "a\\u{fffe}\\u{e0041}\\u{61c}");
        assert!(matches!(visible("plain – übel: 7"), Cow::Borrowed(_)));
    }

    #[test]
    fn build_servers_see_no_command() {
        assert_eq!(visible("x ::error::y"), "x \\u{3a}:error::y");
        assert_eq!(visible("a##[error]b ##vso[task]"), "a\\u{23}#[error]b \\u{23}#vso[task]");
        assert_eq!(visible("##teamcity[x]"), "\\u{23}#teamcity[x]");
        assert_eq!(visible("tests/a.py::TestX::test_y ## x"), "tests/a.py::TestX::test_y ## x");
    }

    #[test]
    fn trackers_make_no_links() {
        assert_eq!(markdown("[x](javascript:y)"), "\\[x\\](javascript:y)");
        for text in [
            "https://evil.example",
            "www.evil.example",
            "a@b.c",
            "@team",
            "#12",
            "GH-1",
            "mailto:a",
        ] {
            assert!(markdown(text).contains(JOINER), "{text}");
        }
        assert_eq!(sarif("[x](javascript:y) \\"), "\\[x\\](javascript:y) \\\\");
        assert_eq!(sarif("[DB_POOL] full"), "[DB_POOL] full");
    }

    /// What wants to be run by one of the audiences.
    const ACTIVE: &[&str] = &[
        "\n",
        "\r",
        "\t",
        "\u{1b}[31m",
        "\u{9b}",
        "\u{7f}",
        "\u{0}",
        "\u{85}",
        "\u{202e}",
        "\u{2066}",
        "\u{200b}",
        "\u{feff}",
        "\u{ad}",
        "\u{2028}",
        "\u{e0041}",
        "::error::",
        "##vso[",
        "##[",
        "%0A",
        "[x](javascript:a)",
        "https://evil",
        "www.evil",
        "a@b.c",
        "@mention",
        "#123",
        "GH-1",
        "<script>",
        "]]>",
        "&",
        "=1+1",
        "|",
        "`",
        "\"",
        "'",
        "{{ 7 }}",
        "x",
        " ",
        "é",
        "![a](b)",
        "</text>",
        "-->",
    ];

    /// Whether a character may stand in a report: what acts is only our own line end.
    fn quiet(text: &str, own: &[char]) -> bool {
        !text.contains(|c| acts(c) && !own.contains(&c))
    }

    proptest! {
        #[test]
        fn no_character_acts_for_any_audience(parts in prop::collection::vec(prop::sample::select(ACTIVE), 0..8)) {
            let text = parts.concat();
            prop_assert!(quiet(&visible(&text), &[]));
            prop_assert!(quiet(&cell(&text), &['\n']) && !cell(&text).starts_with(FORMULA));
            prop_assert!(quiet(&property(&text), &[]) && !property(&text).contains([':', ',']));
            prop_assert!(uri(&text).bytes().all(|byte| byte.is_ascii_graphic()));
            prop_assert!(quiet(&markdown(&visible(&text)), &[JOINER]));
            prop_assert!(!markdown(&text).contains('<') && !markdown(&text).contains("://"));
            let shown = visible(&text);
            let sarif = sarif(&shown);
            prop_assert!(!sarif.replace("\\]", "").contains("]("));
            prop_assert_eq!(visible(&shown).into_owned(), shown.clone().into_owned());
        }

        #[test]
        fn no_writer_lets_a_character_act(parts in prop::collection::vec(prop::sample::select(ACTIVE), 1..8)) {
            let mut report = fixture::failed_run();
            fixture::poison(&mut report, &parts.concat());
            for format in Format::ALL {
                let mut out = Vec::new();
                crate::write(format, &report, &Options::default(), &mut out).unwrap();
                if format == Format::Perfetto {
                    continue;
                }
                let text = String::from_utf8(out).unwrap();
                let own: &[char] = match format {
                    Format::Markdown => &['\n', JOINER],
                    Format::Csv => &['\n', '\r'],
                    _ => &['\n'],
                };
                let found = text.chars().find(|c| acts(*c) && !own.contains(c));
                prop_assert!(found.is_none(), "{}: {:?}", format.name(), found);
                prop_assert!(format == Format::Github || !text.lines().any(|line| line.starts_with("::")));
                prop_assert!(!text.contains("##vso["), "{}", format.name());
            }
        }
    }

    #[test]
    fn json_reads_the_same() {
        let text = "a\u{202e}b\u{9b}\u{e0041}\u{7f}é\n";
        let mut out = Vec::new();
        serde_json::to_writer(Json(&mut out), text).unwrap();
        let written = String::from_utf8(out).unwrap();
        assert_eq!(written, "\"a\\u202eb\\u009b\\udb40\\udc41\\u007fé\\n\"");
        assert_eq!(serde_json::from_str::<String>(&written).unwrap(), text);
    }
}
