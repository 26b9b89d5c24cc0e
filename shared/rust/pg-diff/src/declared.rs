//! init.sql as the declaration of the schema: one text to run, and what its
//! comments ask for.
//!
//! [`read`] takes the files through a closure, puts includes in their place,
//! leaves out what only psql understands, refuses what would be lost without
//! psql, and binds annotations to what they are about. PostgreSQL itself reads
//! the rest.
//!
//! Includes: `\ir path` is beside the file that says it; `\i path` is looked
//! for from the root of the project first (psql takes the folder it was
//! started in), then beside the file. Paths are quoted as in psql: single
//! quotes around blanks.
//!
//! Must never: do I/O, or read a statement further than its name and its list
//! of columns.

mod annotation;
mod arguments;
mod bind;
mod command;
mod date;
mod error;
mod expression;
mod file;
mod find;
mod flatten;
mod intents;
mod layout;
mod nearest;
mod parse;
mod path;
mod resolve;
mod search_path;
mod source;
mod stale;
mod subject;
mod verbs;
mod verdict;

pub use annotation::{Annotation, AnnotationKind, BATCH, Word, WrittenName};
pub use date::Date;
pub use error::{DeclaredError, DeclaredErrorKind, Note, NoteKind};
pub use file::{Parts, Statement, parts};
pub use intents::{Deprecation, Fill, Intents, PartRename, Rename, SeedRule};
pub use nearest::nearest;
pub use resolve::{AnnotationError, Annotations};
pub use source::{SourceFile, SourceMap, Span};
pub use stale::{Stale, stale};
pub use subject::{Subject, SubjectKind};

/// What the files declare.
#[derive(Clone, Debug)]
pub struct Declared {
    /// All files as one, ready to be sent to a server.
    pub text: String,
    /// From `text` back to the files.
    pub map: SourceMap,
    pub annotations: Annotations,
    pub notes: Vec<Note>,
    /// As they were asked for, in the order in which they were read.
    pub files: Vec<String>,
}

/// Reads `root_file` and what it includes. `load` gives the text of a file by
/// its path from the root of the project, with `/`, or says why it cannot.
///
/// # Errors
/// Everything that is wrong, in the order of the files, 100 at most.
pub fn read(
    root_file: &str,
    load: &mut dyn FnMut(&str) -> Result<String, String>,
) -> Result<Declared, Vec<DeclaredError>> {
    flatten::Flattener::new(load).read(root_file)
}

#[cfg(test)]
mod tests;
