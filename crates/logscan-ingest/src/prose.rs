//! Whether people wrote a text for people: notes and answers about trouble, which quote what
//! programs print.

/// Words that hold sentences together, which programs leave out of their lines.
const BINDING: [&str; 24] = [
    "the", "a", "an", "is", "are", "was", "were", "we", "you", "i", "it", "our", "your", "my",
    "this", "that", "when", "if", "so", "because", "have", "what", "in", "into",
];
/// Words by which people speak of themselves and of others. No program does.
const PERSONAL: [&str; 7] = ["we", "i", "our", "my", "us", "he", "she"];
/// Beginnings of lines that programs print.
const PRINTED: [&str; 12] =
    ["at ", "File \"", "Traceback", "===", "---", "***", ">>>", "$ ", "+ ", "[", "{", "Caused by"];
/// Fewest words of a sentence.
const WORDS: usize = 4;
/// Among so many words of a paragraph at least one holds its sentences together.
const SPARSE: usize = 10;

/// Whether most lines are sentences, or parts of paragraphs of them, and none is a program's own.
pub(crate) fn is_written(text: &str) -> bool {
    let lines = || text.lines().map(str::trim).filter(|line| !line.is_empty());
    if lines().any(is_printed) {
        return false;
    }
    let count = lines().count();
    let sentences = lines().filter(|line| is_sentence(line)).count();
    let in_paragraphs = paragraphs(text).filter(|lines| is_paragraph(lines)).map(|it| it.len());
    sentences > 1 && 2 * sentences > count || 2 * in_paragraphs.sum::<usize>() > count
}

/// Whether people speak of themselves in what they wrote.
pub(crate) fn is_personal(text: &str) -> bool {
    let word = |word: &str| word.trim_matches(|c: char| c.is_ascii_punctuation()).to_lowercase();
    let personal = |one: &str| PERSONAL.contains(&word(one).as_str());
    is_written(text) && text.split_whitespace().any(personal)
}

/// The lines that stand together without an empty one between them.
fn paragraphs(text: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    let together = lines.into_iter().fold(vec![Vec::new()], |mut all, line| {
        match all.last_mut() {
            Some(last) if !line.is_empty() => last.push(line),
            _ => all.push(Vec::new()),
        }
        all
    });
    together.into_iter().filter(|lines| !lines.is_empty())
}

/// Whether lines are one text that goes on from each to the next.
fn is_paragraph(lines: &[&str]) -> bool {
    let text = lines.join(" ");
    let binding = text.split_whitespace().filter(|word| binds(word)).count();
    is_sentence(&text)
        && text.ends_with(['.', '?', '!', ':'])
        && binding * SPARSE >= text.split_whitespace().count()
}

/// Whether a line is one, or goes on with one, that is written in words alone.
fn is_sentence(line: &str) -> bool {
    let words = || line.split_whitespace();
    let plain = |word: &&str| {
        word.trim_matches(|c: char| c.is_ascii_punctuation()).chars().all(char::is_alphabetic)
    };
    let count = words().count();
    let begins_or_ends =
        line.starts_with(char::is_uppercase) || line.ends_with(['.', '?', '!', ':', ',']);
    count >= WORDS
        && words().filter(plain).count() * 4 >= count * 3
        && words().any(binds)
        && begins_or_ends
}

fn binds(word: &str) -> bool {
    BINDING.iter().any(|one| word.eq_ignore_ascii_case(one))
}

/// Whether a program printed a line: it begins with a time, a mark or a place.
fn is_printed(line: &str) -> bool {
    let digits = line.bytes().take(19).filter(u8::is_ascii_digit).count();
    PRINTED.iter().any(|mark| line.starts_with(mark)) || digits > 3
}

#[cfg(test)]
mod tests {
    use super::{is_personal, is_written};

    #[test]
    fn what_people_write_is_told_from_what_programs_print() {
        for text in [
            "Notes of Monday\n\nWe had ERROR:  deadlock detected twice, and the build was red.\nAnna looks into it tomorrow.\n",
            "Q: My tests fail with \"FATAL: sorry, too many clients already\". Why?\nA: Every worker opens its own pool, so that all pools together\n   stay below the limit of the server.\n",
            "ERROR: deadlock detected is what the server prints when two transactions wait.\nTake locks in one order.\n",
        ] {
            assert!(is_written(text), "{text}");
        }
        for text in [
            "We talked about the deadlock detected in staging.\n",
            "Hi Anna,\n\nyesterday the run was red. In the log I saw\n\"FATAL: sorry, too many clients already\" twice. Could you look\ninto it this week?\n\nCarl\n",
        ] {
            assert!(is_personal(text), "{text}");
        }
        for text in [
            "2026-03-02 10:00:00 The pool is full.\n2026-03-02 10:00:01 It is a leak in the test.\n",
            "ERROR:  deadlock detected\nDETAIL:  Process 1 waits for ShareLock on transaction 2; blocked by process 3.\nHINT:  See server log for query details.\n",
            "E       sqlalchemy.exc.TimeoutError: QueuePool limit of size 5 overflow 10 reached\nFAILED tests/a.py::test_b - sqlalchemy.exc.TimeoutError\n1 failed in 3.2s\n",
            "Checking that the database is ready.\nThe database is ready.\n[DB_POOL_STATE] Checked out: 5\n",
        ] {
            assert!(!is_written(text), "{text}");
        }
    }

    #[test]
    fn one_sentence_of_a_program_is_not_personal() {
        for text in [
            "The server is not ready to accept connections.\n",
            "could not connect to server: Connection refused\n\tIs the server running on host \"db\" and accepting\n\tTCP/IP connections on port 5432?\n",
        ] {
            assert!(!is_personal(text), "{text}");
        }
    }
}
