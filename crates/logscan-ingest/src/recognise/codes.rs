//! Codes of vendors: SQLSTATE, MySQL's and SQL Server's numbers, `ORA-`, and their kin.

use std::collections::HashMap;
use std::sync::LazyLock;

use aho_corasick::AhoCorasick;
use logscan_model::EventKind;
use serde::Deserialize;

/// How much a code says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Weight {
    /// It says what happened.
    Own,
    /// The words beside it say more.
    LessThanWords,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    vendor: Vec<Vendor>,
}

/// The codes of one vendor.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Vendor {
    name: String,
    #[serde(rename = "source")]
    _source: String,
    before: Vec<String>,
    #[serde(default)]
    after: Vec<String>,
    /// Bytes of every code, if they are all as long.
    length: Option<usize>,
    /// Whether codes are words and not numbers.
    #[serde(default)]
    words: bool,
    /// The vendor whose codes these are, written in another way.
    like: Option<String>,
    #[serde(default)]
    meaning: HashMap<EventKind, Vec<String>>,
    #[serde(default)]
    otherwise: HashMap<EventKind, Vec<String>>,
}

/// What each code of a vendor means.
type Table = HashMap<String, (EventKind, Weight)>;

struct Codes {
    /// What stands before codes; the vendor of each.
    before: AhoCorasick,
    vendor_of: Vec<usize>,
    vendors: Vec<(Vendor, Table)>,
}

static CODES: LazyLock<Codes> = LazyLock::new(|| {
    let file: File = toml::from_str(include_str!("../../catalogue/codes.toml"))
        .unwrap_or_else(|problem| panic!("codes.toml: {problem}"));
    let mut before = Vec::new();
    let mut vendor_of = Vec::new();
    for (index, vendor) in file.vendor.iter().enumerate() {
        before.extend(vendor.before.iter().cloned());
        vendor_of.extend(vendor.before.iter().map(|_| index));
    }
    let before =
        AhoCorasick::new(&before).unwrap_or_else(|problem| panic!("codes.toml: {problem}"));
    let tables: Vec<Table> = file.vendor.iter().map(|vendor| table(&file, vendor)).collect();
    Codes { before, vendor_of, vendors: file.vendor.into_iter().zip(tables).collect() }
});

fn table(file: &File, vendor: &Vendor) -> Table {
    let named = |name: &String| {
        let vendor = file.vendor.iter().find(|vendor| vendor.name == *name);
        vendor.unwrap_or_else(|| panic!("codes.toml: no vendor {name:?}"))
    };
    let vendor = vendor.like.as_ref().map_or(vendor, named);
    let parts = [(&vendor.otherwise, Weight::LessThanWords), (&vendor.meaning, Weight::Own)];
    let each = parts.into_iter().flat_map(|(part, weight)| {
        part.iter().flat_map(move |(kind, codes)| {
            codes.iter().map(move |code| (code.clone(), (*kind, weight)))
        })
    });
    each.collect()
}

/// Texts in front of codes that are no single brackets.
pub(super) fn announcing() -> impl Iterator<Item = &'static String> {
    let before = CODES.vendors.iter().flat_map(|(vendor, _)| &vendor.before);
    before.filter(|text| text.len() > 1)
}

/// What the first known code of a message means.
pub(super) fn read(message: &str) -> Option<(EventKind, Weight)> {
    let codes = &*CODES;
    let mut known = codes.before.find_overlapping_iter(message).filter_map(|found| {
        let (vendor, table) = &codes.vendors[codes.vendor_of[found.pattern().as_usize()]];
        let rest = &message[found.end()..];
        let code = &rest[..vendor.length_of_code(rest)?];
        let behind = &rest[code.len()..];
        let ends = vendor.after.is_empty() || vendor.after.iter().any(|end| ends(behind, end));
        table.get(code).copied().filter(|_| ends)
    });
    known.next()
}

/// Whether a code may stand in a message.
pub(super) fn may_hold_one(message: &str) -> bool {
    CODES.before.is_match(message)
}

impl Vendor {
    fn length_of_code(&self, text: &str) -> Option<usize> {
        let is_part = |c: char| match (self.words, self.length) {
            (true, _) => c.is_ascii_alphabetic(),
            (false, Some(_)) => c.is_ascii_digit() || c.is_ascii_uppercase(),
            (false, None) => c.is_ascii_digit() || c == '-',
        };
        let length = text.find(|c| !is_part(c)).unwrap_or(text.len());
        let right = self.length.is_none_or(|wanted| wanted == length);
        (length > 0 && right).then_some(length)
    }
}

/// Whether a code may end so; an empty `end` stands for the end of the message.
fn ends(behind: &str, end: &str) -> bool {
    if end.is_empty() { behind.trim_end().is_empty() } else { behind.starts_with(end) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_of_all_vendors_are_read() {
        let cases = [
            ("SQLSTATE[42P01]: no words", EventKind::MissingObject),
            ("error { code: '53300', x: 1 }", EventKind::ServerFull),
            ("{:code, \"28P01\"}, {:message, x}", EventKind::LoginRefused),
            ("code: SqlState(E42P07), message: x", EventKind::DuplicateObject),
            ("FATAL 3D000 (invalid_catalog_name) x", EventKind::DatabaseMissing),
            ("ORA-12516, TNS:no", EventKind::ServerFull),
            ("(1213, 'Deadlock')", EventKind::Deadlock),
            ("ERROR 1049 (42000): no", EventKind::DatabaseMissing),
            ("Error: 18456, Severity: 14, State: 8.", EventKind::LoginRefused),
            ("Msg 1205, Level 13", EventKind::Deadlock),
            ("SQLCODE=-911, SQLSTATE=40001", EventKind::LockTimeout),
            ("x [50200-232]", EventKind::LockTimeout),
            ("codeName: 'WriteConflict'", EventKind::WriteConflict),
            ("Code: 60. DB::Exception: no", EventKind::MissingObject),
        ];
        for (message, kind) in cases {
            assert_eq!(read(message).map(|(kind, _)| kind), Some(kind), "{message}");
        }
    }

    #[test]
    fn other_numbers_are_no_codes() {
        for message in [
            "Error: 1205 items",
            "(1213, x)",
            "[50200]",
            "took 1040 ms",
            "ORA-99999",
            "line 1049: x",
        ] {
            assert_eq!(read(message), None, "{message}");
        }
    }
}
