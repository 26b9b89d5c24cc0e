//! What is wrong with the declared files, and what is worth telling.
//!
//! Must never: be more than one sentence and one hint a place.

use std::fmt;

use serde::Serialize;

use super::source::Span;

/// What kind of thing is wrong, as a closed list.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DeclaredErrorKind {
    /// A file cannot be read.
    File,
    /// Files include each other in a circle, too deep, or too much.
    Include,
    /// Something is opened and never closed.
    Unclosed,
    /// A command of psql that cannot be left out.
    Command,
    /// A variable of psql.
    Variable,
    /// Rows for COPY, or a COPY to the client.
    Copy,
    /// An annotation that says nothing, or is about nothing.
    Annotation,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DeclaredError {
    pub kind: DeclaredErrorKind,
    pub span: Span,
    /// Without a full stop.
    pub message: String,
    /// What to do instead.
    pub hint: Option<String>,
}

impl fmt::Display for DeclaredError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.message)
    }
}

impl std::error::Error for DeclaredError {}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// A harmless command of psql is left out.
    DroppedCommand,
    /// UPDATE, DELETE, TRUNCATE, MERGE: runs on scratch databases only.
    ChangesRows,
    /// A query or a CALL that may do more than answer.
    MayHaveEffects,
}

/// Worth telling, and no error.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Note {
    pub kind: NoteKind,
    pub span: Span,
    /// Without a full stop.
    pub message: String,
}

impl fmt::Display for Note {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.span, self.message)
    }
}
