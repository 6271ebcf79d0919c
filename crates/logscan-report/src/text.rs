//! Text of strangers on a page of ours: measured, cut and wrapped.

pub(crate) use crate::escape::visible;

/// Stands where text was cut.
pub(crate) const CUT: char = '…';
/// Longest rest of a word that is dropped to begin at the next.
const WORD: usize = 12;

/// Columns that the text takes on a screen.
pub(crate) fn columns(text: &str) -> usize {
    text.chars().map(columns_of).sum()
}

/// East Asian characters and pictures take two columns.
fn columns_of(c: char) -> usize {
    match u32::from(c) {
        0x0300..=0x036f => 0,
        0x1100..=0x115f | 0x2e80..=0xa4cf | 0xac00..=0xd7a3 | 0xf900..=0xfaff => 2,
        0xfe30..=0xfe6f | 0xff00..=0xff60 | 0xffe0..=0xffe6 | 0x1f300..=0x1faff => 2,
        _ => 1,
    }
}

/// The text in at most `width` columns; its end is cut, between words where possible.
pub(crate) fn clip(text: &str, width: usize) -> String {
    if head(text, width).len() == text.len() {
        return text.to_owned();
    }
    let kept = head(text, width.saturating_sub(1));
    let words = kept.rfind(' ').filter(|at| at * 3 > kept.len() * 2);
    format!("{}{CUT}", kept[..words.unwrap_or(kept.len())].trim_end())
}

/// As much of the text's beginning as fits `width` columns.
fn head(text: &str, width: usize) -> &str {
    let mut used = 0;
    let cut = text.char_indices().find(|(_, c)| {
        used += columns_of(*c);
        used > width
    });
    &text[..cut.map_or(text.len(), |(at, _)| at)]
}

/// As much of the text's end as fits `width` columns.
fn tail(text: &str, width: usize) -> &str {
    let mut used = 0;
    let cut = text.char_indices().rev().find(|(_, c)| {
        used += columns_of(*c);
        used > width
    });
    &text[cut.map_or(0, |(at, c)| at + c.len_utf8())..]
}

/// The text in lines of at most `width` columns; a longer word gets a line of its own.
pub(crate) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in text.split_whitespace() {
        match lines.last_mut() {
            Some(line) if columns(line) + 1 + columns(word) <= width => {
                line.push(' ');
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// A log line in three parts: before, within and after the bytes that matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
pub(crate) struct Excerpt {
    pub(crate) before: String,
    pub(crate) marked: String,
    pub(crate) after: String,
}

impl Excerpt {
    /// The line in at most `width` columns, cut around the span.
    ///
    /// Nothing is marked where the whole line matters.
    pub(crate) fn new(text: &str, span: Option<[u32; 2]>, width: usize) -> Self {
        let (before, marked, after) = parts(text, span);
        // One column more than fits is enough to see that it does not fit.
        let most = width.saturating_add(1);
        let before = visible(tail(before.trim_start(), most));
        let marked = visible(head(marked, most));
        let after = visible(head(after.trim_end(), most));
        let marked = clip(&marked, width);
        let room = width - columns(&marked).min(width);
        let wanted = columns(&after);
        let for_before = columns(&before).min(room.saturating_sub(wanted).max(room / 3));
        Self {
            before: keep_end(&before, for_before),
            marked,
            after: clip_to(&after, room - for_before),
        }
    }

    /// The parts in one.
    pub(crate) fn line(&self) -> String {
        format!("{}{}{}", self.before, self.marked, self.after)
    }
}

fn parts(text: &str, span: Option<[u32; 2]>) -> (&str, &str, &str) {
    let whole = ("", "", text);
    let Some([start, end]) = span.map(|span| span.map(|at| at as usize)) else { return whole };
    match (text.get(..start), text.get(start..end), text.get(end..)) {
        (Some(before), Some(marked), Some(after)) => (before, marked, after),
        _ => whole,
    }
}

/// The counterpart of [`clip`]: the end is kept, from the start of a word where possible.
fn keep_end(text: &str, width: usize) -> String {
    if columns(text) <= width || width == 0 {
        return if width == 0 { String::new() } else { text.to_owned() };
    }
    let kept = tail(text, width - 1);
    let word = kept.find(' ').filter(|at| *at <= WORD);
    format!("{CUT}{}", &kept[word.map_or(0, |at| at + 1)..])
}

fn clip_to(text: &str, width: usize) -> String {
    if width == 0 { String::new() } else { clip(text, width) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_between_words() {
        assert_eq!(clip("sessions are never closed", 20), "sessions are never…");
        assert_eq!(clip("short", 20), "short");
        assert_eq!(clip("接続接続接続", 7), "接続接…");
        assert_eq!(clip("abc", 0), "…");
    }

    #[test]
    fn characters_take_the_columns_that_they_have() {
        for (text, expected) in [("e\u{301}", 1), ("！", 2), ("🐘", 2), ("ᄀ가豈", 6), ("aé", 2)]
        {
            assert_eq!(columns(text), expected, "{text}");
        }
    }

    #[test]
    fn long_words_get_a_line_of_their_own() {
        assert_eq!(
            wrap("see https://a.example/long/path now", 10),
            ["see", "https://a.example/long/path", "now"]
        );
        assert!(wrap("  ", 10).is_empty());
    }

    #[test]
    fn an_excerpt_is_cut_around_what_matters() {
        let text = "20:34:22 - src.core.database - ERROR - QueuePool limit of size 3 reached (Background on this error)";
        let start = text.find("QueuePool").unwrap() as u32;
        let excerpt = Excerpt::new(text, Some([start, start + 26]), 50);
        assert_eq!(excerpt.line(), "…- QueuePool limit of size 3 reached (Backgr…");
        assert_eq!(excerpt.marked, "QueuePool limit of size 3 ");
        assert_eq!(Excerpt::new(text, Some([start, start + 9]), 500).line(), text);
    }

    #[test]
    fn a_span_that_does_not_fit_marks_nothing() {
        let excerpt = Excerpt::new("é", Some([1, 9]), 10);
        assert_eq!((excerpt.marked.as_str(), excerpt.after.as_str()), ("", "é"));
    }
}
