//! Commands that a job prints to make its runner hide a value: `::add-mask::X`.

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{harmless, steps, value};

/// What stands before such a value: GitHub's command, and what Azure says of a variable.
const HIDING: [&str; 3] = ["::add-mask::", ";issecret=true]", ";isSecret=true]"];

/// Finds the values that runners shall hide.
pub(super) fn find(text: &str, found: &mut Vec<Secret>) {
    for command in HIDING {
        steps::count(text.len());
        for (at, _) in text.match_indices(command) {
            let start = at + command.len();
            let line = value::line(text, start, value::LONGEST_LIST);
            let line = line.split("::add-mask::").next().unwrap_or(line);
            let bare = line.trim_end();
            if !bare.is_empty() && !harmless::is_placeholder(bare) {
                found.push(Secret::new(SecretKind::Token, start..start + bare.len()));
            }
        }
    }
}
