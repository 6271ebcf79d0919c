//! Names and their values, in the spelling of any language that programs print.
//!
//! One walk over the words of a text. Behind a word that names a secret stands something that
//! separates it from its value; what it is says how the value is written.

use std::ops::Range;

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::judge::is_harmless;
use super::keys::{self, Key, Sure};
use super::quotes;
use super::signs::{
    blanks, bounds, bracketed, closers, listed, next_word, opening, paired, path, separator_end,
    sign, typed,
};
use super::value::{self, Ends, Values};
use super::words::STEMS;
use super::{
    attached, before, below, block, extent, further, headers, loose, nearby, plurals, signs, steps,
    tag, validation,
};

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
    let mut pairs =
        Pairs { text, found, before: [0..0, 0..0], value_word: None, several: 0, nearby: 0 };
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
    /// Where the last list of several secrets ends.
    several: usize,
    /// How far words that were made by chance are found.
    nearby: usize,
}

impl Pairs<'_> {
    /// Looks behind a word; where the search goes on if something was found.
    fn word(&mut self, word: Range<usize>) -> Option<usize> {
        let (start, end) = bounds(self.text, &word);
        let name = &self.text[start..end];
        if ["value", "val", "Value", "VALUE"].contains(&name) {
            self.value_word = Some(end);
        }
        if let Some(end) = headers::scheme(self.text, name, end, self.found) {
            return Some(end);
        }
        let other = harmless::is_padded(self.text, end)
            || harmless::is_verdict(self.text, start..end)
            || is_only_named(self.text, start..end);
        let Some(key) = self.key(name, start).filter(|_| !other) else {
            return attached::find(name).map(|(kind, tail)| {
                self.found.push(Secret::new(kind, start + tail..end));
                end
            });
        };
        before::find(self.text, start..end, key, self.found);
        self.nearby = nearby::find(self.text, &(start..end), key, self.nearby, self.found);
        validation::find(self.text, end, key, self.found);
        if tag::closes(self.text, start) {
            return None;
        }
        self.named(key, start, end)
            .or_else(|| self.declared(key, start, end))
            .or_else(|| self.behind(key, start, end, word.start))
            .or_else(|| block::find(self.text, end, key, self.found))
            .or_else(|| below::find(self.text, start..end, key, self.found))
    }

    /// What the word names, perhaps together with the one before it: `api key`.
    fn key(&self, name: &str, start: usize) -> Option<Key> {
        let before = &self.before[1];
        let beside = before.end + 1 == start && self.text.as_bytes()[before.end] == b' ';
        let lower = name.to_ascii_lowercase();
        if beside && lower == "passe" && self.text[before.clone()].eq_ignore_ascii_case("de") {
            return keys::key("passphrase");
        }
        if beside && lower == "code" {
            let first = self.text[before.clone()].to_ascii_lowercase();
            return keys::key(&format!("{first}_code")).filter(|key| key.sure == Sure::Likely);
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
        let key = keys::key(name.trim_end_matches(attached::PARTICLES))?;
        // A short word that means much else counts in the query of an address only.
        let query =
            || self.text[..start].ends_with(['?', '&']) || self.text[..start].ends_with("amp;");
        let vague = key.sure == Sure::Random
            && ["sig", "signature", "code", "key", "sas"].iter().any(|end| lower.ends_with(end));
        // What signs an address is a secret, whatever it looks like.
        let signs = ["sig", "signature", "sas"].iter().any(|end| lower.ends_with(end));
        let opens = ["auth", "sid", "session_id"].iter().any(|end| lower.ends_with(end));
        let key = if opens && query() { Key { sure: Sure::Likely, ..key } } else { key };
        // In the query of an address nobody writes prose.
        let told = key.sure == Sure::Likely && lower != "code" && query();
        let key = if told { Key { sure: Sure::Always, ..key } } else { key };
        let key = if vague && signs { Key { sure: Sure::Likely, ..key } } else { key };
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
        if block::opens(value::line(self.text, at, 16).trim()) {
            return behind.and_then(|end| block::find(self.text, end, key, self.found));
        }
        let values = value::at(self.text, at, ends);
        let end = self.take(key, "", How::Pair(ends), &values).then_some(values.end);
        end.or(behind)
    }

    /// `variable "password" { default = "X" }`.
    fn declared(&mut self, key: Key, start: usize, end: usize) -> Option<usize> {
        let at = tag::declared(self.text, start, end)?;
        let values = value::at(self.text, at, Ends::Blank);
        self.take(key, "", How::Pair(Ends::Blank), &values).then_some(values.end)
    }

    /// The values behind these ones.
    fn further(&mut self, key: Key, values: &Values) -> Option<usize> {
        let mut last = further::find(self.text, values)?;
        self.take(key, "", How::Quoted, &last);
        while let Some(next) = further::find(self.text, &last) {
            self.take(key, "", How::Quoted, &next);
            last = next;
        }
        Some(last.end)
    }

    fn behind(&mut self, key: Key, start: usize, end: usize, flag: usize) -> Option<usize> {
        let (at, how) = self.separator(key, start, end, flag)?;
        let at = at + value::spewed(&self.text[at..]);
        // `--cookie X` gives a node of Erlang its secret, to curl a header.
        let mut key = key;
        if key.sure == Sure::Header {
            let header = headers::find(self.text, at, key.kind, self.found);
            if header.is_some() || how != How::Flag || key.kind != SecretKind::Cookie {
                return header;
            }
            key.sure = Sure::Likely;
        }
        let rest = value::line(self.text, at, 24).trim_end();
        if rest.is_empty() || block::opens(rest) {
            return None;
        }
        let name = &self.text[start..end];
        let last = name.rsplit('.').next().unwrap_or(name);
        let assigned = self.text[end..at].contains(" = ")
            && value::line(self.text, at, 80).trim_end().trim_end_matches(';') == last;
        if assigned {
            return None;
        }
        let colon = matches!(how, How::Prose | How::Pair(_)) && !self.text[end..at].contains('=');
        let quoted = quotes::quoted_at(self.text, at).is_some();
        if colon
            && !quoted
            && let Some(typed) = typed(self.text, at)
        {
            let values = value::at(self.text, typed?, Ends::Blank);
            return self.take(key, name, How::Pair(Ends::Blank), &values).then_some(values.end);
        }
        if matches!(how, How::Prose | How::Pair(_)) && self.several(key, name, at) {
            return Some(at);
        }
        // Parsers and models have tokens too.
        if name.eq_ignore_ascii_case("tokens") {
            return None;
        }
        let how = if how == How::Pair(Ends::Blank) {
            How::Pair(extent::ends(self.text, flag, at))
        } else {
            how
        };
        let values = self.values(at, how)?;
        let taken = self.take(key, name, how, &values);
        let first = values.ranges.first().filter(|_| taken && !values.quoted);
        let more = first.and_then(|first| extent::more(self.text, flag, first));
        if let (Some(end), Some(secret)) = (more, self.found.last_mut()) {
            secret.range.end = end;
            return Some(end);
        }
        if let Some(end) = self.further(key, &values) {
            return Some(end);
        }
        (taken || values.end.saturating_sub(at) > 200).then_some(values.end)
    }

    /// Masks the values of a list or a mapping behind a plural. The names in it are looked at
    /// like others afterwards, but for those of lists within it.
    fn several(&mut self, key: Key, name: &str, at: usize) -> bool {
        if at < self.several || !plurals::is_plural(name) {
            return false;
        }
        let list = plurals::find(self.text, at, key, self.found);
        self.several = list.map_or(self.several, |(end, _)| end);
        list.is_some_and(|(_, masked)| masked)
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
        if let Some(at) = tag::inside(text, start, end).or_else(|| tag::next_cell(text, end)) {
            return Some((at, How::Tag));
        }
        // `Symbol(password)` of JavaScript, `{password,"X"}` of Erlang.
        let symbol = text[..start].ends_with("Symbol(") && text[end..].starts_with(')');
        let end = end + usize::from(symbol);
        let tuple = text[..start].ends_with('{') && text[end..].starts_with(",\"");
        if tuple {
            return Some((end + 1, How::Pair(Ends::Json)));
        }
        let (closed, quoted) = closers(text, end);
        let at = blanks(text, closed);
        let rest = &text[at..];
        let of_path = text[..start].ends_with('/');
        if quoted && rest.starts_with(',') && !text[..closed].ends_with('`') && !of_path {
            let at = opening(text, blanks(text, at + 1))?;
            let end = quotes::quoted_at(text, at).map_or(at, |values| values.end);
            let name = text[end..].trim_start_matches(['\\', '"', '\'']).starts_with(':');
            return (!name).then_some((at, How::Pair(Ends::Json)));
        }
        let at = signs::noted(text, at);
        if let Some((at, how)) = sign(text, at, quoted) {
            return Some((at, how));
        }
        let call = at == end && rest.starts_with('(') && key.sure == Sure::Always;
        if let Some(at) = call.then(|| opening(text, blanks(text, at + 1))).flatten() {
            return Some((at, How::Quoted));
        }
        if let Some(found) = bracketed(text, key, at, end)
            .or_else(|| path(text, key, start, at))
            .or_else(|| paired(text, start, at).filter(|_| key.sure == Sure::Always))
            .or_else(|| listed(text, key, at))
        {
            return Some(found);
        }
        let name = loose::Name { key, start, end, flag: flag < start };
        loose::separator(text, &self.before, &name, at, at > end && (!quoted || name.flag))
    }
}

/// Whether a name is that of a method or the reader of a variable: `` `password=' ``, `"$DB_PASS" |`.
fn is_only_named(text: &str, name: Range<usize>) -> bool {
    let (front, behind) = (&text[..name.start], &text[name.end..]);
    front.ends_with('`') && behind.starts_with("='")
        || front.ends_with("\"$") && behind.starts_with('"')
}
