//! Names and their values, in the spelling of any language that programs print.
//!
//! One walk over the words of a text. Behind a word that names a secret stands something that
//! separates it from its value; what it is says how the value is written.

use std::ops::Range;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::keys::{self, Key, Sure};
use super::value::{self, Ends, Values};
use super::{block, headers, sentence, steps, tag};

/// A text without any of these names no secret: most texts are done here.
static STEMS: LazyLock<AhoCorasick> = LazyLock::new(|| {
    let stems = [
        "pass",
        "pwd",
        "pswd",
        "pw",
        "psw",
        "psk",
        "token",
        "secret",
        "key",
        "auth",
        "cred",
        "cookie",
        "sess",
        "sig",
        "code",
        "sas",
        "pword",
        "kennwort",
        "contras",
        "senha",
        "wachtwoord",
        "senord",
        "haslo",
        "hasło",
        "пароль",
        "Пароль",
        "ПАРОЛЬ",
        "密码",
        "密碼",
        "口令",
        "パスワード",
        "비밀번호",
        "salasana",
        "heslo",
        "jelsz",
        "parola",
        "ifre",
        "adgangskode",
        "lösenord",
        "LÖSENORD",
        "sid",
        "pin",
        "otp",
    ];
    AhoCorasick::builder().ascii_case_insensitive(true).build(stems).expect("fixed words")
});

/// How a value is bound to its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum How {
    /// `=`, `=>`, `:` behind a name in quotes, `, "` between two strings.
    Pair(Ends),
    /// `: `, as in prose too.
    Prose,
    /// A sentence that tells it.
    Told,
    /// `--password X`.
    Flag,
    /// `PASSWORD 'X'`, `PASSWORD('X')`: in quotes only.
    Quoted,
    /// Between tags.
    Tag,
}

/// Finds what stands behind the names of secrets.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    if !STEMS.is_match(text) {
        return;
    }
    let mut pairs = Pairs { text, found, before: [0..0, 0..0], value_word: None };
    let mut at = 0;
    while let Some(word) = next_word(text, at) {
        at = pairs.word(word.clone()).unwrap_or(word.end).max(word.end);
        pairs.before = [pairs.before[1].clone(), word];
    }
}

struct Pairs<'t> {
    text: &'t str,
    found: &'t mut Vec<Secret>,
    /// The two words before.
    before: [Range<usize>; 2],
    /// The last word `value`, whose name may still come.
    value_word: Option<usize>,
}

impl Pairs<'_> {
    /// Looks behind a word; where the search goes on if something was found.
    fn word(&mut self, word: Range<usize>) -> Option<usize> {
        let (start, end) = bounds(self.text, &word);
        let name = &self.text[start..end];
        if ["value", "val", "Value", "VALUE"].contains(&name) {
            self.value_word = Some(end);
        }
        if let Some(end) = self.scheme(name, end) {
            return Some(end);
        }
        let key = self.key(name, start)?;
        self.compared(key, start);
        if tag::closes(self.text, start) {
            return None;
        }
        self.named(key, start, end)
            .or_else(|| self.behind(key, start, end, word.start))
            .or_else(|| block::find(self.text, end, key, self.found))
    }

    /// What the word names, perhaps together with the one before it: `api key`.
    fn key(&self, name: &str, start: usize) -> Option<Key> {
        let before = &self.before[1];
        let beside = before.end + 1 == start && self.text.as_bytes()[before.end] == b' ';
        let lower = name.to_ascii_lowercase();
        if beside && lower == "passe" && self.text[before.clone()].eq_ignore_ascii_case("de") {
            return keys::key("passphrase");
        }
        if beside && ["key", "phrase", "token", "secret", "id"].contains(&&*lower) {
            let first = self.text[before.clone()].to_ascii_lowercase();
            let tells = lower != "token" && lower != "secret"
                || [
                    "access",
                    "auth",
                    "authentication",
                    "refresh",
                    "api",
                    "bearer",
                    "session",
                    "csrf",
                    "security",
                    "client",
                    "shared",
                ]
                .contains(&&*first);
            let joined =
                keys::key(&format!("{first}_{lower}")).filter(|key| key.sure == Sure::Always);
            if let (true, Some(key)) = (tells, joined) {
                return Some(key);
            }
        }
        let key = keys::key(name)?;
        // A short word that means much else counts in the query of an address only.
        let query =
            || self.text[..start].ends_with(['?', '&']) || self.text[..start].ends_with("amp;");
        let vague = key.sure == Sure::Random
            && ["sig", "signature", "code", "key", "sas"].iter().any(|end| lower.ends_with(end));
        (!vague || query()).then_some(key)
    }

    /// `{"name": "PASSWORD", "value": "X"}`: the name is itself a value.
    fn named(&mut self, key: Key, start: usize, end: usize) -> Option<usize> {
        if !tag::is_named(self.text, start) {
            return None;
        }
        let behind = tag::value_behind(self.text, end);
        let before = || {
            self.value_word.filter(|at| start - at < 200 && !self.text[*at..start].contains("},"))
        };
        let at = behind.or_else(before).map(|at| separator_end(self.text, at))?;
        self.value_word = None;
        let (at, ends) = at?;
        let values = value::at(self.text, at, ends);
        let end = self.take(key, "", How::Pair(ends), &values).then_some(values.end);
        end.or(behind)
    }

    fn behind(&mut self, key: Key, start: usize, end: usize, flag: usize) -> Option<usize> {
        let (at, how) = self.separator(key, start, end, flag)?;
        if key.sure == Sure::Header {
            return headers::find(self.text, at, key.kind, self.found);
        }
        let rest = value::line(self.text, at, 6).trim_end();
        if rest.is_empty() || block::opens(rest) {
            return None;
        }
        let name = &self.text[start..end];
        let last = name.rsplit('.').next().unwrap_or(name);
        let assigned =
            self.text[end..at].contains(" = ") && value::line(self.text, at, 80).trim_end() == last;
        if assigned {
            return None;
        }
        let colon = matches!(how, How::Prose | How::Pair(_)) && !self.text[end..at].contains('=');
        let quoted = value::quoted_at(self.text, at).is_some();
        if colon
            && !quoted
            && let Some(typed) = typed(self.text, at)
        {
            let values = value::at(self.text, typed?, Ends::Blank);
            return self.take(key, name, How::Pair(Ends::Blank), &values).then_some(values.end);
        }
        let how = if how == How::Pair(Ends::Blank) { How::Pair(self.ends(flag, at)) } else { how };
        let values = self.values(at, how)?;
        let taken = self.take(key, name, how, &values);
        (taken || values.end.saturating_sub(at) > 200).then_some(values.end)
    }

    /// Where an unquoted value ends: with what was opened right before its name, or with the
    /// next setting of an ODBC string. `start` is where the name begins, with its dashes.
    fn ends(&self, start: usize, at: usize) -> Ends {
        let near = value::line(self.text, at, 200);
        let opened = self.text[..start].chars().next_back();
        let end = match opened {
            Some(quote @ ('"' | '\'')) => {
                near.match_indices(quote).map(|(at, _)| (at, quote)).find(|(at, _)| {
                    let behind = &near[at + 1..];
                    behind.is_empty()
                        || behind.starts_with([',', ']', ')', '}', ';', ':', ' ', '"', '\'', '\\'])
                })
            }
            Some(';') => {
                let mut signs = near.match_indices(';').map(|(at, _)| (at, ';'));
                signs.find(|(at, _)| is_setting(&near[at + 1..]))
            }
            _ => None,
        };
        let whole = end.map(|(end, c)| (&near[..end], c));
        if let Some((whole, ';')) = whole.filter(|(whole, _)| !whole.contains(['"', '\''])) {
            return if whole.is_empty() { Ends::Blank } else { Ends::To(at + whole.len()) };
        }
        match whole.filter(|(whole, _)| {
            !whole.contains(['=', '"', '\'']) || !whole.contains([' ', ';', '&'])
        }) {
            Some((whole, _)) if whole.contains(' ') => Ends::To(at + whole.len()),
            _ => Ends::Blank,
        }
    }

    fn values(&self, at: usize, how: How) -> Option<Values> {
        match how {
            How::Pair(ends) => Some(value::at(self.text, at, ends)),
            How::Quoted => Some(value::at(self.text, at, Ends::Blank)),
            How::Tag => Some(tag::content(self.text, at)),
            How::Prose | How::Told | How::Flag => Some(value::at(self.text, at, Ends::Blank)),
        }
    }

    /// Notes the values if they are secrets.
    fn take(&mut self, key: Key, name: &str, how: How, values: &Values) -> bool {
        let before = self.found.len();
        for range in &values.ranges {
            let value = &self.text[range.clone()];
            let behind = &self.text[range.end..];
            if !is_harmless(key, name, how, value, values.quoted, behind) {
                self.found.push(Secret::new(key.kind, range.clone()));
            }
        }
        self.found.len() > before
    }

    /// Where the value begins, and how it is bound to the name.
    fn separator(&self, key: Key, start: usize, end: usize, flag: usize) -> Option<(usize, How)> {
        let text = self.text;
        if let Some(at) = tag::inside(text, start, end) {
            return Some((at, How::Tag));
        }
        let (closed, quoted) = closers(text, end);
        let at = blanks(text, closed);
        let rest = &text[at..];
        if quoted && rest.starts_with(',') {
            return opening(text, blanks(text, at + 1)).map(|at| (at, How::Pair(Ends::Json)));
        }
        if let Some((at, how)) = sign(text, at, quoted) {
            return Some((at, how));
        }
        if at == end && rest.starts_with('(') && key.sure == Sure::Always {
            return Some((opening(text, at + 1)?, How::Quoted));
        }
        self.loose(key, start, at, at > end && !quoted, flag < start)
    }

    /// Names and values with nothing but a blank between them.
    fn loose(
        &self,
        key: Key,
        start: usize,
        at: usize,
        apart: bool,
        flag: bool,
    ) -> Option<(usize, How)> {
        let text = self.text;
        let rest = &text[at..];
        let login = text[self.before[0].clone()].eq_ignore_ascii_case("login");
        let name = &text[self.before[1].clone()];
        let setting = ["requirepass", "masterauth"]
            .iter()
            .any(|end| text[start..at].trim_end_matches([' ', '"', '\'']).ends_with(end));
        if (apart && (flag || (login && !name.is_empty()))) || (setting && at > start + 10) {
            return (!rest.starts_with('-')).then_some((at, How::Flag));
        }
        if !apart || key.sure != Sure::Always {
            return None;
        }
        if opens(rest) {
            return Some((at, How::Quoted));
        }
        let word = &rest[..rest.find([' ', '\n', ',']).unwrap_or(rest.len())];
        if harmless::is_type(word) {
            return typed(text, at).flatten().map(|at| (at, How::Pair(Ends::Blank)));
        }
        let told = sentence::value(text, at).map(|told| {
            let sign = text[..told].trim_end().ends_with([':', '=']);
            (told, if sign { How::Prose } else { How::Told })
        });
        // Nothing says that this is the value, but nothing else looks like it.
        let number = word.len() > 4 && word.bytes().all(|byte| byte.is_ascii_digit());
        let setting = text[start..at].contains('.')
            && (rest.len() == word.len() || rest[word.len()..].starts_with('\n'));
        let random = harmless::is_random(word) || number || setting;
        told.or_else(|| random.then_some((at, How::Flag)))
    }

    /// `Bearer X` where no header is named.
    fn scheme(&mut self, name: &str, end: usize) -> Option<usize> {
        let known = ["bearer", "basic", "token", "apikey"]
            .iter()
            .any(|word| name.eq_ignore_ascii_case(word));
        let rest = known.then(|| self.text[end..].strip_prefix(' ')).flatten()?;
        let letters = |c: char| c.is_ascii_alphanumeric() || "-._~+/=".contains(c);
        let word = &rest[..rest.find(|c| !letters(c)).unwrap_or(rest.len())];
        steps::count(word.len());
        let token = word.len() >= 12
            && harmless::is_random(word)
            && word.contains(|c: char| c.is_ascii_digit());
        let range = end + 1..end + 1 + word.len();
        token.then(|| self.found.push(Secret::new(SecretKind::Token, range.clone())))?;
        Some(range.end)
    }

    /// `'X' == user.password`: the value of a comparison may stand first.
    fn compared(&mut self, key: Key, start: usize) {
        let near = &self.text[self.text.ceil_char_boundary(start.saturating_sub(200))..start];
        let front = near.trim_end();
        let Some(value) = front.strip_suffix("==").or_else(|| front.strip_suffix("!=")) else {
            return;
        };
        let value = value.trim_end();
        let Some(quote) = value.chars().next_back().filter(|c| ['"', '\''].contains(c)) else {
            return;
        };
        let inner = &value[..value.len() - 1];
        if let Some(open) =
            inner.rfind(quote).filter(|open| open + 1 < inner.len() && key.sure == Sure::Always)
        {
            let from = start - near.len() + open + 1;
            self.found.push(Secret::new(key.kind, from..start - near.len() + inner.len()));
        }
    }
}

/// Whether the next setting of an ODBC string follows, or nothing of it.
fn is_setting(behind: &str) -> bool {
    let name = behind.trim_start_matches(|c: char| c.is_alphanumeric() || " _.-".contains(c));
    // A backslash ends it where it escapes the quote or the line end behind.
    let escaped = name.strip_prefix('\\').map(|rest| rest.trim_start_matches('\\'));
    let escaped = escaped.is_some_and(|rest| rest.starts_with(['"', '\'', 'n', 'r']));
    let near = name.is_empty() || name.starts_with(['=', '\'', '"', ')', ']', ',', '}']);
    near || escaped || behind.starts_with(' ')
}

/// Whether a quote opens here, with the letters that SQL has before one.
fn opens(rest: &str) -> bool {
    let quote =
        |rest: &str| rest.trim_start_matches('\\').starts_with(['\'', '"', '`', '“', '‘', '«']);
    let letter = rest
        .strip_prefix(['N', 'E', 'b', 'n', 'e', 'B', 'U'])
        .is_some_and(|rest| rest.starts_with('\''));
    quote(rest) || letter || value::dollars(rest, 0).is_some()
}

/// The next word: letters and digits of any script, with `_`, `-` and `.` between them.
fn next_word(text: &str, at: usize) -> Option<Range<usize>> {
    let part = |c: char| c.is_alphanumeric() || c == '_' || c == '-';
    let start = at + text[at..].find(part)?;
    let end = text[start..].find(|c| !part(c) && c != '.').map_or(text.len(), |end| start + end);
    // `password....x` is no word.
    let end = text[start..end].find("..").map_or(end, |dots| start + dots);
    steps::count(end - at);
    Some(start..end)
}

/// The word without dashes and dots around it, and without the `n` of a written line end.
fn bounds(text: &str, word: &Range<usize>) -> (usize, usize) {
    let whole = &text[word.clone()];
    let written = text[..word.start].ends_with('\\') && whole.starts_with(['n', 't', 'r']);
    let whole = if written { &whole[1..] } else { whole };
    let bare = whole.trim_start_matches(['-', '.']);
    // `-Dname=value` sets a property.
    let bare = if whole.starts_with("-D") { &bare[1..] } else { bare };
    let start = word.end - bare.len();
    (start, start + bare.trim_end_matches(['-', '.']).len())
}

/// Behind the quotes and brackets that close a name, and whether a quote did.
fn closers(text: &str, end: usize) -> (usize, bool) {
    let rest = &text[end..];
    let closed = rest.trim_start_matches('\\');
    let closed = closed.strip_prefix(['"', '\'', '`', '”', '’']).unwrap_or(rest);
    let quoted = closed.len() < rest.len();
    let array = closed
        .strip_prefix('[')
        .map(|inner| inner.trim_start_matches(|c: char| c.is_ascii_digit()));
    let closed = array.and_then(|inner| inner.strip_prefix(']')).unwrap_or(closed);
    let closed = closed.strip_prefix(']').unwrap_or(closed);
    (text.len() - closed.len(), quoted)
}

/// Behind blanks, and behind a line end that a backslash continues.
pub(super) fn blanks(text: &str, at: usize) -> usize {
    let rest = text[at..].trim_start_matches([' ', '\t', '\u{a0}']);
    for end in ["\\\n", "\\\r\n"] {
        if rest.starts_with(end) {
            let next = block::next_line(text, text.len() - rest.len() + end.len());
            return text.len() - text[next..].trim_start_matches([' ', '\t']).len();
        }
    }
    text.len() - rest.len()
}

/// The sign between name and value.
fn sign(text: &str, at: usize, quoted: bool) -> Option<(usize, How)> {
    const SIGNS: [&str; 21] = [
        "||=", "??=", "<-", "...", "===", "!==", "=>", ":=", ":-", "==", "!=", "=~", "->", "→",
        "||", "??", "?:", "?=", "=", "：", "+=",
    ];
    let rest = &text[at..];
    let ends = if quoted { Ends::Json } else { Ends::Blank };
    if let Some(sign) = SIGNS.iter().find(|sign| rest.starts_with(**sign)) {
        let behind = at + sign.len();
        if *sign == "..." {
            let behind = text.len() - text[behind..].trim_start_matches('.').len();
            return Some((blanks(text, behind), How::Prose));
        }
        let ends = if *sign == ":-" { Ends::At('}') } else { ends };
        return Some((blanks(text, behind), How::Pair(ends)));
    }
    if let Some(cell) = rest.strip_prefix('|') {
        let behind = blanks(text, text.len() - cell.len());
        return Some((behind, How::Prose));
    }
    // A pair of Lisp.
    if let Some(pair) = rest.strip_prefix(". ").filter(|pair| pair.starts_with('"')) {
        return Some((text.len() - pair.len(), How::Pair(ends)));
    }
    if let Some(at) = fallback(text, at).filter(|_| quoted) {
        return Some((at, How::Quoted));
    }
    let colons = rest.len() - rest.trim_start_matches(':').len();
    let behind = blanks(text, at + colons);
    // `password::reset` is a path of names.
    let path = colons == 2 && !text[behind..].starts_with(['"', '\'']);
    let how = if behind > at + colons && !quoted { How::Prose } else { How::Pair(ends) };
    (colons > 0 && !path).then_some((behind, how))
}

/// Behind what gives a value if none was found: `).unwrap_or("X")`, `) or 'X'`.
fn fallback(text: &str, at: usize) -> Option<usize> {
    let behind = text[at..].strip_prefix(')')?.trim_start_matches(' ');
    let sign = ["or ", "|| ", "?? ", "?: "].iter().find_map(|sign| behind.strip_prefix(sign));
    let call = || {
        let name = behind.strip_prefix('.')?;
        let open = value::line(name, 0, 30).find('(')?;
        name[..open].to_ascii_lowercase().contains("or").then(|| &name[open + 1..])
    };
    sign.or_else(call).filter(|rest| opens(rest)).map(|rest| text.len() - rest.len())
}

/// A value behind `value` and its sign.
fn separator_end(text: &str, at: usize) -> Option<(usize, Ends)> {
    if text[at..].starts_with('>') {
        return Some((at + 1, Ends::At('<')));
    }
    let (closed, quoted) = closers(text, at);
    let (at, how) = sign(text, blanks(text, closed), quoted)?;
    Some((at, if let How::Pair(ends) = how { ends } else { Ends::Blank }))
}

/// A quote, perhaps escaped or with letters before it.
fn opening(text: &str, at: usize) -> Option<usize> {
    value::quoted_at(text, at).map(|_| at)
}

/// Behind `str = ` of a declaration; `Some(None)` if it gives no value, `None` if it is none.
fn typed(text: &str, at: usize) -> Option<Option<usize>> {
    let line = value::line(text, at, 80);
    let word = line.split([' ', '=']).next().unwrap_or("");
    if !harmless::is_type(word) {
        return None;
    }
    let mut depth = 0;
    let sign = line.char_indices().find(|(_, c)| {
        depth += i32::from(['[', '(', '<'].contains(c)) - i32::from([']', ')', '>'].contains(c));
        depth <= 0 && ['=', ',', ';', ')', '"', '{'].contains(c)
    });
    let value = sign.filter(|(_, c)| *c == '=').map(|(sign, _)| blanks(text, at + sign + 1));
    Some(value)
}

/// Whether a value is plainly no secret.
fn is_harmless(key: Key, name: &str, how: How, value: &str, quoted: bool, behind: &str) -> bool {
    if harmless::is_placeholder(value) || harmless::is_directory(name, value) {
        return true;
    }
    let prose = matches!(how, How::Prose | How::Told | How::Flag | How::Tag);
    if quoted {
        return is_remark(value) || !likely(key, how, value);
    }
    let ended = how == How::Tag || matches!(how, How::Pair(Ends::At(_) | Ends::To(_)));
    let reference = !ended && harmless::is_reference(name, value, behind);
    let told = how == How::Told && !ends_sentence(value, behind);
    let label = how == How::Prose && value.ends_with(':');
    reference
        || told
        || label
        || (prose && harmless::is_prose(value))
        || (how == How::Flag && harmless::is_type(value))
        || !likely(key, how, value)
}

/// Behind a word with other meanings a value must look like a secret.
fn likely(key: Key, how: How, value: &str) -> bool {
    let path = value.starts_with(['/', '.', '<', '{', '(', '[']) || value.contains("::");
    let digits = value.bytes().all(|byte| byte.is_ascii_digit());
    let sentence = value.contains(' ') && value.split(' ').count() > 3;
    let name = value.contains(['-', '_', '.'])
        && value.chars().all(|c| c.is_ascii_lowercase() || "-_.".contains(c));
    match key.sure {
        Sure::Always | Sure::Header => true,
        Sure::Random => harmless::is_random(value),
        Sure::Likely if path || sentence || value.chars().count() < 4 => false,
        Sure::Likely if digits => value.len() > 4,
        Sure::Likely if how == How::Prose => {
            harmless::is_random(value) || (value.len() >= 6 && !name && !value.contains('.'))
        }
        Sure::Likely => !name || key.kind == SecretKind::Password,
    }
}

/// A sentence in quotes: `"This field is required."`
fn is_remark(value: &str) -> bool {
    let mut words = value.split(' ');
    let first = words.next().is_some_and(harmless::is_prose);
    first
        && words.clone().count() >= 2
        && words.filter(|word| harmless::is_prose(word)).count() >= 1
}

/// `hunter` in `the password is hunter.`, not `too` in `the password is too short`.
fn ends_sentence(value: &str, behind: &str) -> bool {
    let word = value.chars().all(|c| c.is_ascii_lowercase());
    let rest = behind.trim_start_matches(['.', ',', ';', ')', '"', '\'']);
    !word || rest.is_empty() || !behind.starts_with(' ') || {
        let next = behind.trim_start_matches(' ');
        next.starts_with(['-', '(', '|']) || next.starts_with(|c: char| c.is_ascii_digit())
    }
}
