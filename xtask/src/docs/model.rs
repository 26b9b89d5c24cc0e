//! What the pages are written from: the catalog, told table by table.
//!
//! Must never: hold what differs between machines or majors of the server.

use serde::Serialize;

use super::changes::Changes;

/// A line of a file of the project.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    pub file: String,
    pub line: usize,
}

#[derive(Debug, Serialize)]
pub struct Reference {
    /// init.sql, as people write it.
    pub init: String,
    pub domains: Vec<Domain>,
    /// Tables first, then views, each by name.
    pub relations: Vec<Relation>,
    pub routines: Vec<Routine>,
    pub coverage: Coverage,
    /// From where the page lies to the root of the project: `../../`; None
    /// where it lies outside.
    pub up: Option<String>,
    /// Only in a page that is asked for with them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub changes: Option<Changes>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<Stats>,
}

/// Of the live database.
#[derive(Debug, Serialize)]
pub struct Stats {
    pub database: String,
    pub rows: i64,
    pub is_estimated: bool,
    pub size: String,
}

#[derive(Debug, Serialize)]
pub struct TableStats {
    pub rows: i64,
    pub is_estimated: bool,
    pub bytes: i64,
    /// With indexes, in words.
    pub size: String,
}

/// A section of init.sql.
#[derive(Debug, Serialize)]
pub struct Domain {
    pub title: String,
    /// Names of its relations and routines, in the order of the file.
    pub relations: Vec<String>,
    pub routines: Vec<String>,
}

/// Of how many there are, how many have a comment.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Coverage {
    pub relations: (usize, usize),
    pub columns: (usize, usize),
    pub routines: (usize, usize),
    /// `table` or `table.column`, without one.
    pub missing: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Relation {
    /// Without the namespace where that is `public`.
    pub name: String,
    /// `table`, `view`, `materialized view`, `foreign table`.
    pub kind: &'static str,
    pub domain: String,
    pub comment: Option<String>,
    pub columns: Vec<Column>,
    pub indexes: Vec<Index>,
    pub constraints: Vec<Constraint>,
    pub triggers: Vec<Trigger>,
    /// Tables whose foreign keys lead here.
    pub referenced_by: Vec<Referrer>,
    /// Views and routines that read or write it.
    pub used_by: Vec<String>,
    pub model: Option<Model>,
    pub place: Option<Place>,
    /// The statement of init.sql that makes it.
    pub ddl: Option<String>,
    /// `PUBLIC: SELECT`; none: its owner alone.
    pub grants: Vec<String>,
    /// A SELECT to begin with.
    pub sample: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stats: Option<TableStats>,
}

/// One foreign key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Referrer {
    pub table: String,
    pub columns: Vec<String>,
    pub on_delete: &'static str,
}

#[derive(Debug, Serialize)]
pub struct Column {
    pub name: String,
    pub type_name: String,
    pub is_null: bool,
    /// The default, `identity`, or how it is generated.
    pub value: Option<String>,
    pub is_primary: bool,
    pub is_unique: bool,
    /// The table it refers to.
    pub refers_to: Option<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Index {
    pub name: String,
    pub words: String,
    pub definition: String,
}

#[derive(Debug, Serialize)]
pub struct Constraint {
    pub name: String,
    pub words: String,
    pub definition: String,
    /// Of a foreign key.
    pub to: Option<String>,
    pub columns: Vec<String>,
}

#[derive(Debug, Serialize)]
pub struct Trigger {
    pub name: String,
    /// `after INSERT, once per statement`.
    pub when: String,
    pub function: String,
    /// Columns of the row it fires for, and tables.
    pub writes: Vec<String>,
    pub comment: Option<String>,
}

#[derive(Debug, Serialize)]
pub struct Model {
    pub class: String,
    pub place: Place,
}

#[derive(Debug, Serialize)]
pub struct Routine {
    /// `hybrid_search`
    pub name: String,
    pub signature: String,
    pub domain: String,
    pub comment: Option<String>,
    pub reads: Vec<String>,
    pub writes: Vec<String>,
    pub place: Option<Place>,
    pub ddl: Option<String>,
}
