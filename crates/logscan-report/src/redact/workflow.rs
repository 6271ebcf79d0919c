//! Commands of a job to its runner: `::add-mask::X` hides a value, `::set-output name=password::X` sets it.

use logscan_model::report::SecretKind;

use super::find::Secret;
use super::{harmless, keys, steps, value};

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
    set(text, found);
}

/// What stands before the name of a value that is set.
const SETTING: [&str; 3] = ["::set-output name=", "::set-env name=", "::save-state name="];

/// Finds the values of names that tell of secrets.
fn set(text: &str, found: &mut Vec<Secret>) {
    for command in SETTING {
        steps::count(text.len());
        for (at, _) in text.match_indices(command) {
            let begin = at + command.len();
            let line = value::line(text, begin, value::LONGEST_LIST).trim_end();
            let Some((name, told)) = line.split_once("::") else { continue };
            let key = keys::key(name).filter(|_| !harmless::is_placeholder(told));
            if let Some(key) = key.filter(|_| !told.is_empty()) {
                let start = begin + name.len() + 2;
                found.push(Secret::new(key.kind, start..start + told.len()));
            }
        }
    }
}
