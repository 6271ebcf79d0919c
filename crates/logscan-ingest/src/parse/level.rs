//! The level with which a logger marks a record.

/// Whether a record has the level of an error, in its head or right behind it.
pub(super) fn says_error(line: &str, message: usize) -> bool {
    let (head, text) = line.split_at(message);
    in_head(head) || text.split_whitespace().take(LEVEL_WITHIN).any(is_level)
}

/// Whether the head of a record has the level of an error.
pub(super) fn in_head(head: &str) -> bool {
    head.split_whitespace().any(is_level)
}

fn is_level(word: &str) -> bool {
    LEVELS.contains(&word.trim_matches(['[', ']', ':', '(', ')']))
}

/// Words of a text among which its level stands.
const LEVEL_WITHIN: usize = 3;
const LEVELS: [&str; 5] = ["ERROR", "FATAL", "CRITICAL", "SEVERE", "ERR"];
