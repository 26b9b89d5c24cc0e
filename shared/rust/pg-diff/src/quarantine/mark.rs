//! The comment that says what something was, and until when it is kept.
//!
//! ```text
//! Dropped, and kept for a time: `cargo xtask quarantine` tells more.
//! {"xtask_kept":1,"was":{"kind":"column",...},"dropped":"2026-11-30T09:30:00Z",
//!  "until":"2026-12-14T09:30:00Z","by":"infrastructure/postgres/init.sql",...}
//! ```
//!
//! The second line is one JSON document. `until` may be edited by hand.
//!
//! Must never: take a comment for a mark that it cannot read in full.

use serde::{Deserialize, Serialize};

use crate::catalog::Id;

const HEAD: &str = "Dropped, and kept for a time: `cargo xtask quarantine` tells more.";

const VERSION: u32 = 1;

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Mark {
    /// The version of this document.
    xtask_kept: u32,
    pub was: Id,
    /// Both in UTC, `2026-12-14T09:30:00Z`.
    pub dropped: String,
    pub until: String,
    /// What declared it no longer.
    pub by: String,
    /// SQL of what it was and of what went with it, for people: what
    /// init.sql has to say again.
    pub definition: Vec<String>,
    /// The comment it had.
    pub comment: Option<String>,
}

impl Mark {
    pub fn new(was: Id, keep: &super::Keep) -> Mark {
        Mark {
            xtask_kept: VERSION,
            was,
            dropped: keep.dropped.clone(),
            until: keep.until.clone(),
            by: keep.by.clone(),
            definition: Vec::new(),
            comment: None,
        }
    }

    /// With what it was, in SQL, and the comment it had.
    #[must_use]
    pub fn telling(self, definition: Vec<String>, comment: Option<String>) -> Mark {
        Mark { definition, comment, ..self }
    }

    /// The text of the comment.
    pub fn text(&self) -> String {
        // A struct of strings and numbers always is a document.
        let document = serde_json::to_string(self).unwrap_or_default();
        format!("{HEAD}\n{document}")
    }

    /// The mark that a comment is, if it is one.
    pub fn read(comment: &str) -> Option<Mark> {
        let (_, document) = comment.split_once('\n')?;
        let mark: Mark = serde_json::from_str(document.trim()).ok()?;
        (mark.xtask_kept == VERSION).then_some(mark)
    }
}

#[cfg(test)]
mod tests {
    //! Written and read again; what only looks like one.

    use super::*;
    use crate::catalog::Kind;

    #[test]
    fn a_mark_survives_hostile_names() {
        let was = Id::part(Kind::Column, "pu\"b", "lic\n", "it's \\ {\u{1F980}}");
        let keep = super::super::Keep {
            dropped: "2026-11-30T09:30:00Z".to_owned(),
            until: "2026-12-14T09:30:00Z".to_owned(),
            by: "init.sql".to_owned(),
        };
        let mark = Mark { comment: Some("a\nb".to_owned()), ..Mark::new(was, &keep) };
        assert_eq!(Mark::read(&mark.text()), Some(mark.clone()));
        assert_eq!(Mark::read("kept\nuntil tomorrow"), None);
        assert_eq!(Mark::read(&mark.text().replace("\"xtask_kept\":1", "\"xtask_kept\":2")), None);
    }
}
