//! Tables and what hangs on them, sequences, views.
//!
//! Expressions and definitions are PostgreSQL's own deparsed text, read with
//! an empty `search_path`: two databases that mean the same spell the same.
//!
//! Must never: hold text that names its own object where the [`Id`] does.

use serde::{Deserialize, Serialize};

use super::{Id, Props};

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TableKind {
    Ordinary,
    Partitioned,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Table {
    pub kind: TableKind,
    pub is_unlogged: bool,
    /// `RANGE (created_at)`, of a partitioned table.
    pub partition_key: Option<String>,
    /// What it is a partition of.
    pub partition: Option<Partition>,
    /// Parents by INHERITS, in order; none for a partition.
    pub inherits: Vec<Id>,
    /// Storage parameters; those of the TOAST table begin with `toast.`.
    pub options: Props,
    /// When it is not `heap`.
    pub access_method: Option<String>,
    pub replica_identity: ReplicaIdentity,
    pub row_security: bool,
    pub force_row_security: bool,
    /// The index of CLUSTER ON, unquoted.
    pub cluster_on: Option<String>,
    /// `CREATE TABLE ... OF`: the type, qualified and quoted.
    pub of_type: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Partition {
    pub parent: Id,
    /// `FOR VALUES ...` or `DEFAULT`.
    pub bound: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReplicaIdentity {
    Default,
    Full,
    Nothing,
    /// The index, unquoted.
    Index(String),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct ForeignTable {
    /// Unquoted.
    pub server: String,
    /// `name 'value'`, ready for `OPTIONS (...)`, sorted.
    pub options: Props,
    pub partition: Option<Partition>,
    pub inherits: Vec<Id>,
}

/// A column of a table, foreign table, view or materialized view. For the
/// last two only comment, grants, statistics and options are compared: the
/// rest follows from the query.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Column {
    /// `format_type`: `character varying(20)`, `public.mood[]`.
    pub type_name: String,
    /// Qualified and quoted, when it is not the type's own.
    pub collation: Option<String>,
    pub not_null: Option<NotNull>,
    pub identity: Option<Identity>,
    pub generated: Option<Generated>,
    /// `PLAIN`, `EXTERNAL`, `EXTENDED`, `MAIN`, when it is not the type's own.
    pub storage: Option<String>,
    /// `pglz` or `lz4`, when one was said.
    pub compression: Option<String>,
    /// None: the server's default.
    pub statistics: Option<i32>,
    /// `n_distinct=5`, ...
    pub options: Props,
    /// `name 'value'`, of a foreign table's column.
    pub foreign_options: Props,
    /// False for one that comes from a parent only (INHERITS, partitions).
    pub is_local: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NotNull {
    /// Since PostgreSQL 18, when it is not the name the server would give.
    pub name: Option<String>,
    pub is_validated: bool,
    pub no_inherit: bool,
    /// False where only a parent says so.
    pub is_local: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Identity {
    /// GENERATED ALWAYS, else BY DEFAULT.
    pub always: bool,
    pub sequence: Id,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GeneratedKind {
    Stored,
    Virtual,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Generated {
    pub kind: GeneratedKind,
    pub expression: String,
}

/// A column's (also a view column's) default.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Default {
    pub expression: String,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ConstraintKind {
    Primary,
    Unique,
    Exclude,
    Check,
    Foreign,
}

/// NOT NULL is none: it is a property of its column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Constraint {
    pub kind: ConstraintKind,
    /// `pg_get_constraintdef` without its ` NOT VALID`; with DEFERRABLE and
    /// NOT ENFORCED.
    pub definition: String,
    pub is_validated: bool,
    /// False since PostgreSQL 18 where NOT ENFORCED is said.
    pub is_enforced: bool,
    pub is_deferrable: bool,
    pub is_deferred: bool,
    /// Columns of the table, in the constraint's order; empty where an
    /// expression has none.
    pub columns: Vec<String>,
    /// The table a foreign key refers to.
    pub references: Option<Id>,
    /// False where only a parent has it: it comes and goes with the parent's.
    pub is_local: bool,
    /// The constraint of the parent table that this one is part of.
    pub parent: Option<Id>,
    /// WITHOUT OVERLAPS or PERIOD: no plain unique index can carry it.
    pub has_period: bool,
    /// The comment of its index, which is no object of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index_comment: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Index {
    /// Table or materialized view.
    pub table: Id,
    /// What follows the table's name in `pg_get_indexdef`:
    /// `USING btree (a) INCLUDE (b) WHERE (c > 0)`.
    pub definition: String,
    pub is_unique: bool,
    /// False for what a failed CREATE INDEX CONCURRENTLY left.
    pub is_valid: bool,
    /// Index or constraint of the partitioned table that this one is part of.
    pub parent: Option<Id>,
    /// On a partitioned table.
    pub is_partitioned: bool,
    /// Statistics targets of expression columns: (column number from 1, target).
    pub statistics: Vec<(i16, i32)>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Sequence {
    /// `bigint`, `integer` or `smallint`.
    pub type_name: String,
    pub start: i64,
    pub increment: i64,
    pub min: i64,
    pub max: i64,
    pub cache: i64,
    pub cycles: bool,
    pub is_unlogged: bool,
    /// Made and dropped by an identity column.
    pub is_identity: bool,
}

/// Which column a sequence goes with; of identity sequences there is none.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SequenceOwner {
    pub column: Id,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct View {
    /// `pg_get_viewdef` without the semicolon.
    pub definition: String,
    /// `security_invoker=true`, `check_option=local`, ...
    pub options: Props,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MaterializedView {
    /// `pg_get_viewdef` without the semicolon.
    pub definition: String,
    pub options: Props,
    /// When it is not `heap`.
    pub access_method: Option<String>,
    pub is_populated: bool,
    /// The index of CLUSTER ON, unquoted.
    pub cluster_on: Option<String>,
}

/// When a trigger, event trigger or rule fires.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Fires {
    /// In sessions that are no replica's: ENABLE.
    Origin,
    Disabled,
    Replica,
    Always,
}

/// With the clones that partitions get.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Trigger {
    /// `pg_get_triggerdef`.
    pub definition: String,
    pub fires: Fires,
    /// Partitions whose clone fires at other times than that of the table
    /// above them; the upper ones first.
    pub exceptions: Vec<(Id, Fires)>,
    /// CREATE CONSTRAINT TRIGGER: cannot be replaced.
    pub is_constraint: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Rule {
    /// `pg_get_ruledef` without the semicolon.
    pub definition: String,
    pub fires: Fires,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "SCREAMING_SNAKE_CASE")]
pub enum PolicyCommand {
    All,
    Select,
    Insert,
    Update,
    Delete,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Policy {
    pub command: PolicyCommand,
    pub permissive: bool,
    /// Unquoted; empty for PUBLIC.
    pub roles: Vec<String>,
    pub using: Option<String>,
    pub check: Option<String>,
}

/// Extended statistics.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Statistics {
    pub table: Id,
    /// `pg_get_statisticsobjdef`.
    pub definition: String,
    /// None: the server's default.
    pub target: Option<i32>,
}
