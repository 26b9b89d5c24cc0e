//! Annotations: what a comment asks for, and what it is about.
//!
//! ```sql
//! -- @renamed from=old_name              also from=newest,older  from="Old"  from=public.x
//! -- @using <expression>                 the column's new value, for a change of type
//! -- @backfill <expression> [batch=5000] the value for rows that have none
//! -- @deprecated since=2026-01-01 remove-after=2026-03-01
//! -- @seed key=(code) update=(title,rank)
//! ```
//!
//! Must never: guess. What does not read as one of these is an error where it
//! is nearly one of them, and nothing at all where it is not.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::date::Date;
use super::source::Span;
use super::subject::Subject;

/// Rows in one transaction of a backfill, where nothing else is said.
pub const BATCH: u32 = 5_000;

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Annotation {
    pub kind: AnnotationKind,
    pub subject: Subject,
    /// The annotation itself, from the `@` on.
    pub span: Span,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AnnotationKind {
    Renamed {
        /// Newest first.
        from: Vec<WrittenName>,
    },
    Using {
        expression: String,
    },
    Backfill {
        expression: String,
        /// Rows.
        batch: u32,
    },
    Deprecated {
        since: Date,
        remove_after: Date,
    },
    Seed {
        /// Columns; empty: the primary key's.
        key: Vec<String>,
        /// Columns that follow the file even where somebody changed them.
        update: Vec<String>,
    },
}

impl AnnotationKind {
    pub fn word(&self) -> Word {
        match self {
            AnnotationKind::Renamed { .. } => Word::Renamed,
            AnnotationKind::Using { .. } => Word::Using,
            AnnotationKind::Backfill { .. } => Word::Backfill,
            AnnotationKind::Deprecated { .. } => Word::Deprecated,
            AnnotationKind::Seed { .. } => Word::Seed,
        }
    }
}

/// A name as the server reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WrittenName {
    pub namespace: Option<String>,
    pub name: String,
}

/// The words there are.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Word {
    Renamed,
    Using,
    Backfill,
    Deprecated,
    Seed,
}

impl Word {
    pub const ALL: [Word; 5] =
        [Word::Renamed, Word::Using, Word::Backfill, Word::Deprecated, Word::Seed];

    pub fn text(self) -> &'static str {
        match self {
            Word::Renamed => "renamed",
            Word::Using => "using",
            Word::Backfill => "backfill",
            Word::Deprecated => "deprecated",
            Word::Seed => "seed",
        }
    }

    /// How it is written, for hints.
    pub fn usage(self) -> &'static str {
        match self {
            Word::Renamed => "write `-- @renamed from=old_name`",
            Word::Using => "write `-- @using <expression>`",
            Word::Backfill => "write `-- @backfill <expression> batch=5000`",
            Word::Deprecated => {
                "write `-- @deprecated since=2026-01-01 remove-after=2026-03-01`, with your dates"
            }
            Word::Seed => "write `-- @seed key=(code) update=(title,rank)`",
        }
    }
}

/// `@renamed`
impl fmt::Display for Word {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "@{}", self.text())
    }
}
