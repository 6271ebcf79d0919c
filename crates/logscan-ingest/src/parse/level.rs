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

/// Whether a record has the level of a notice, in its head or right behind it.
pub(super) fn says_info(line: &str, message: usize) -> bool {
    let (head, text) = line.split_at(message);
    let words = head.split_whitespace().chain(text.split_whitespace().take(LEVEL_WITHIN));
    words.into_iter().any(|word| NOTICES.contains(&bare(word)))
}

fn is_level(word: &str) -> bool {
    LEVELS.contains(&bare(word))
}

fn bare(word: &str) -> &str {
    word.trim_matches(['[', ']', ':', '(', ')'])
}

/// Words of a text among which its level stands.
const LEVEL_WITHIN: usize = 3;
const NOTICES: [&str; 3] = ["INFO", "DEBUG", "TRACE"];
const LEVELS: [&str; 5] = ["ERROR", "FATAL", "CRITICAL", "SEVERE", "ERR"];
