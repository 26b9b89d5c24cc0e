//! A file to look at, and what the caller knows of it.
//!
//! Must never: read the file.

use std::ops::Range;

use pg_diff::declared::{AnnotationKind, Annotations, Date, Parts};

use crate::outline::{Outline, Reader};
use crate::rule::About;

pub struct Script<'a> {
    pub text: &'a str,
    pub parts: &'a Parts,
    pub outline: Outline<'a>,
    pub about: About,
    /// The declaration that was committed before, where there is one.
    pub before: Option<Before<'a>>,
}

/// What was declared before, to tell what goes.
pub struct Before<'a> {
    pub outline: Outline<'a>,
    pub annotations: &'a Annotations,
    pub today: Date,
}

impl<'a> Script<'a> {
    /// `parts` are those of `text`, by `pg_diff::declared::parts`.
    pub fn new(text: &'a str, parts: &'a Parts, about: About) -> Script<'a> {
        Script { text, parts, outline: Outline::of(text, parts), about, before: None }
    }

    /// The tokens of some bytes of the text.
    pub fn reader(&self, range: Range<usize>) -> Reader<'a> {
        let tokens = &self.parts.tokens;
        let first = tokens.partition_point(|token| token.start < range.start);
        let last = tokens.partition_point(|token| token.end <= range.end);
        Reader::new(self.text, tokens.get(first..last).unwrap_or_default())
    }
}

impl Before<'_> {
    /// The day from which a table, or a column of it, may go. `@deprecated` of
    /// a table speaks for its columns.
    pub fn may_go(&self, table: &str, column: Option<&str>) -> Option<Date> {
        let dates = self.annotations.iter().filter_map(|annotation| {
            let AnnotationKind::Deprecated { remove_after, .. } = &annotation.kind else {
                return None;
            };
            let subject = &annotation.subject;
            let part = subject.part.as_deref();
            let fits = subject.name == table && (part.is_none() || part == column);
            fits.then_some(*remove_after)
        });
        dates.min()
    }
}
