//! An annotation says something, and about something that is there.
//!
//! Must never: guess what was meant: the nearest word is told.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "annotation-unreadable",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "an annotation is one of @renamed, @using, @backfill, @deprecated, @seed, and \
              stands at what it is about",
    why: "An annotation that is not read does nothing: a column that was renamed is \
              dropped and made anew, and its values are gone.",
    bad: case!("annotation-unreadable/a_misspelled_word_is_told_with_the_nearest", "bad"),
    good: case!("annotation-unreadable/a_misspelled_word_is_told_with_the_nearest", "good"),
    fixes: false,
    check: None,
};
