//! What a rule has to say about a place in the text.
//!
//! Must never: be printed here. Ranges are bytes of the text that was given.

use std::ops::Range;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Breaks, or will: exit 1.
    Error,
    /// Wrong sooner or later: exit 2.
    Warning,
}

impl Severity {
    pub fn word(self) -> &'static str {
        match self {
            Severity::Error => "error",
            Severity::Warning => "warning",
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// [`crate::Rule::id`]
    pub rule: &'static str,
    pub severity: Severity,
    pub range: Range<usize>,
    /// One sentence, without a full stop.
    pub message: String,
    /// What to do instead, where the rule's own words are not enough.
    pub help: Option<String>,
    /// Only where nothing but the finding goes.
    pub fix: Option<Fix>,
}

impl Finding {
    /// The same in a text that begins `back` bytes later, and has `length`.
    pub(crate) fn moved(mut self, back: usize, length: usize) -> Finding {
        let shifted = |range: &Range<usize>| {
            range.start.saturating_sub(back)..range.end.saturating_sub(back).min(length)
        };
        self.range = shifted(&self.range);
        if let Some(fix) = &mut self.fix {
            for edit in &mut fix.edits {
                edit.range = shifted(&edit.range);
            }
        }
        self
    }
}

/// Edits that take a finding away and change nothing else.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fix {
    /// `add IF NOT EXISTS`
    pub title: String,
    pub edits: Vec<Edit>,
}

/// Bytes of the text, and what takes their place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Edit {
    pub range: Range<usize>,
    pub text: String,
}

impl Fix {
    pub fn insert(title: &str, at: usize, text: &str) -> Fix {
        Fix { title: title.to_owned(), edits: vec![Edit { range: at..at, text: text.to_owned() }] }
    }

    pub fn remove(title: &str, range: Range<usize>) -> Fix {
        Fix { title: title.to_owned(), edits: vec![Edit { range, text: String::new() }] }
    }
}

/// The text with all edits made. Of two that overlap the first stays; the
/// next run finds the other again.
pub fn apply(text: &str, mut edits: Vec<Edit>) -> String {
    edits.sort_by_key(|edit| (edit.range.start, edit.range.end));
    let mut out = String::with_capacity(text.len());
    let mut from = 0;
    for edit in edits {
        if edit.range.start < from {
            continue;
        }
        let Some(before) = text.get(from..edit.range.start) else { continue };
        out.push_str(before);
        out.push_str(&edit.text);
        from = edit.range.end;
    }
    out.push_str(text.get(from..).unwrap_or_default());
    out
}

#[cfg(test)]
mod tests {
    //! Edits are made from the front, each once.

    use super::*;

    #[test]
    fn edits_that_overlap_are_made_once() {
        let edit = |range: Range<usize>, text: &str| Edit { range, text: text.to_owned() };
        let all = vec![edit(4..4, "x"), edit(0..2, "A"), edit(1..3, "B")];
        assert_eq!(apply("abcdef", all), "Acdxef");
        assert_eq!(apply("abc", vec![edit(3..3, "!"), edit(1..9, "")]), "a");
    }
}
