//! What the annotations ask for, by the objects of the desired catalog.
//!
//! Must never: name an object that is not there.

use std::collections::BTreeMap;

use super::annotation::Word;
use super::date::Date;
use super::source::Span;
use crate::catalog::Id;
pub use crate::plan::Fill;

/// Everything that the files say beside the schema itself.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Intents {
    pub renames: Vec<Rename>,
    /// Labels of enums and fields of composite types.
    pub part_renames: Vec<PartRename>,
    /// By column: the value it gets when its type changes.
    pub using: BTreeMap<Id, String>,
    /// By column: the value of rows that are there already.
    pub backfills: BTreeMap<Id, Fill>,
    pub deprecated: BTreeMap<Id, Deprecation>,
    /// One a table at most.
    pub seeds: Vec<SeedRule>,
    /// Where each was said. Of a part of a type the id is the type's.
    pub places: BTreeMap<(Word, Id), Span>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rename {
    /// What it may be called in the live database, newest first. Parts of a
    /// relation are named under the relation's desired name: a relation that
    /// is renamed too is renamed before them.
    pub from: Vec<Id>,
    pub to: Id,
}

/// A label of an enum, or a field of a composite type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PartRename {
    /// Enum or composite.
    pub of: Id,
    /// Newest first.
    pub from: Vec<String>,
    pub to: String,
    pub span: Span,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deprecation {
    pub since: Date,
    /// The first day on which it may go.
    pub remove_after: Date,
}

/// How rows that the files insert are found again, and which of their columns
/// follow the files even where somebody changed them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SeedRule {
    pub table: Id,
    pub key: Vec<String>,
    pub update: Vec<String>,
}
