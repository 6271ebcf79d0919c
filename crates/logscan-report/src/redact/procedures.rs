//! Procedures of databases whose arguments are secrets by their place: `sp_password NULL, 'X'`.

use std::sync::LazyLock;

use aho_corasick::{AhoCorasick, MatchKind};
use logscan_model::report::SecretKind;

use super::find::Secret;
use super::harmless;
use super::items::first_items;
use super::quotes;
use super::steps;

/// Procedures, and which of their arguments are secrets.
const PROCEDURES: [(&str, &[usize]); 8] = [
    ("syscs_set_database_property", &[1]),
    ("sp_addlogin", &[1]),
    ("sp_password", &[0, 1]),
    ("sp_addlinkedsrvlogin", &[4]),
    ("sp_addapprole", &[1]),
    ("sp_approlepassword", &[1]),
    ("sp_setapprole", &[1]),
    ("sp_addremotelogin", &[2]),
];
/// Most arguments of one.
const MOST: usize = 6;
/// Arguments with a name that are no secrets.
const NAMED: [&str; 9] = [
    "@loginame",
    "@rolename",
    "@defdb",
    "@deflanguage",
    "@sid",
    "@rmtsrvname",
    "@useself",
    "@locallogin",
    "@rmtuser",
];

static NAMES: LazyLock<AhoCorasick> = LazyLock::new(|| {
    AhoCorasick::builder()
        .ascii_case_insensitive(true)
        .match_kind(MatchKind::LeftmostLongest)
        .build(PROCEDURES.iter().map(|(name, _)| name))
        .expect("fixed words")
});

/// Finds the arguments of procedures.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    steps::count(text.len());
    let mut past = 0;
    for name in NAMES.find_iter(text) {
        if name.start() < past {
            continue;
        }
        let places = PROCEDURES[name.pattern().as_usize()].1;
        let open = text[name.end()..].trim_start_matches([' ', '(', ']', '"']);
        let (values, end) = first_items(text, text.len() - open.len(), MOST);
        past = end;
        for (index, (range, quoted)) in values.into_iter().enumerate() {
            let argument = &text[range.clone()];
            let (label, value) = match argument.split_once('=').filter(|_| !quoted) {
                Some((label, value)) => (label.trim(), value.trim_start()),
                None => ("", argument),
            };
            let start = range.end - value.len();
            let own = quotes::quoted_at(text, start).filter(|_| !quoted && !label.is_empty());
            let range = own.map_or(start..range.end, |values| values.ranges[0].clone());
            let wanted = if label.is_empty() {
                places.contains(&index) && quoted
            } else {
                label.starts_with('@') && !NAMED.contains(&&*label.to_ascii_lowercase())
            };
            if wanted && !range.is_empty() && !harmless::is_placeholder(&text[range.clone()]) {
                found.push(Secret::new(SecretKind::Password, range));
            }
        }
    }
}
