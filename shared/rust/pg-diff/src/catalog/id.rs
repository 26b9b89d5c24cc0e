//! What an object is called: its kind, namespace, name, and part.
//!
//! Must never: hold an OID. Names are what two databases share.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

/// The kinds of objects there are. The order is the order in which objects
/// that do not depend on each other are made.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    Namespace,
    Extension,
    Language,
    ForeignDataWrapper,
    Server,
    UserMapping,
    Collation,
    Enum,
    Domain,
    DomainConstraint,
    Composite,
    Range,
    Cast,
    Operator,
    OperatorFamily,
    OperatorClass,
    TextSearchParser,
    TextSearchTemplate,
    TextSearchDictionary,
    TextSearchConfiguration,
    Sequence,
    Routine,
    Aggregate,
    /// Ordinary, partitioned or a partition; not foreign.
    Table,
    ForeignTable,
    Column,
    /// The default of a column; generated columns have none.
    Default,
    /// `ALTER SEQUENCE ... OWNED BY`: which column a sequence goes with.
    SequenceOwner,
    Constraint,
    /// Without those that constraints make.
    Index,
    View,
    MaterializedView,
    Rule,
    Trigger,
    Policy,
    Statistics,
    Publication,
    EventTrigger,
    DefaultPrivilege,
}

impl Kind {
    pub const ALL: [Kind; 39] = [
        Kind::Namespace,
        Kind::Extension,
        Kind::Language,
        Kind::ForeignDataWrapper,
        Kind::Server,
        Kind::UserMapping,
        Kind::Collation,
        Kind::Enum,
        Kind::Domain,
        Kind::DomainConstraint,
        Kind::Composite,
        Kind::Range,
        Kind::Cast,
        Kind::Operator,
        Kind::OperatorFamily,
        Kind::OperatorClass,
        Kind::TextSearchParser,
        Kind::TextSearchTemplate,
        Kind::TextSearchDictionary,
        Kind::TextSearchConfiguration,
        Kind::Sequence,
        Kind::Routine,
        Kind::Aggregate,
        Kind::Table,
        Kind::ForeignTable,
        Kind::Column,
        Kind::Default,
        Kind::SequenceOwner,
        Kind::Constraint,
        Kind::Index,
        Kind::View,
        Kind::MaterializedView,
        Kind::Rule,
        Kind::Trigger,
        Kind::Policy,
        Kind::Statistics,
        Kind::Publication,
        Kind::EventTrigger,
        Kind::DefaultPrivilege,
    ];

    /// Named within something else, by the part of its id.
    pub fn is_part(self) -> bool {
        matches!(
            self,
            Kind::Column
                | Kind::Default
                | Kind::Constraint
                | Kind::DomainConstraint
                | Kind::Trigger
                | Kind::Rule
                | Kind::Policy
        )
    }

    /// What SQL calls it, in small letters: `materialized view`.
    pub fn word(self) -> &'static str {
        match self {
            Kind::Namespace => "schema",
            Kind::Extension => "extension",
            Kind::Language => "language",
            Kind::ForeignDataWrapper => "foreign data wrapper",
            Kind::Server => "server",
            Kind::UserMapping => "user mapping",
            Kind::Collation => "collation",
            Kind::Enum | Kind::Composite | Kind::Range => "type",
            Kind::Domain => "domain",
            Kind::DomainConstraint => "domain constraint",
            Kind::Cast => "cast",
            Kind::Operator => "operator",
            Kind::OperatorFamily => "operator family",
            Kind::OperatorClass => "operator class",
            Kind::TextSearchParser => "text search parser",
            Kind::TextSearchTemplate => "text search template",
            Kind::TextSearchDictionary => "text search dictionary",
            Kind::TextSearchConfiguration => "text search configuration",
            Kind::Sequence => "sequence",
            Kind::Routine => "function",
            Kind::Aggregate => "aggregate",
            Kind::Table => "table",
            Kind::ForeignTable => "foreign table",
            Kind::Column => "column",
            Kind::Default => "default",
            Kind::SequenceOwner => "sequence owner",
            Kind::Constraint => "constraint",
            Kind::Index => "index",
            Kind::View => "view",
            Kind::MaterializedView => "materialized view",
            Kind::Rule => "rule",
            Kind::Trigger => "trigger",
            Kind::Policy => "policy",
            Kind::Statistics => "statistics",
            Kind::Publication => "publication",
            Kind::EventTrigger => "event trigger",
            Kind::DefaultPrivilege => "default privileges",
        }
    }
}

/// Names one object of a database. Compared byte by byte, as PostgreSQL does.
///
/// | kind | namespace | name | part |
/// |---|---|---|---|
/// | column, default, constraint, trigger, rule, policy | of the relation | relation | its own name |
/// | domain constraint | of the domain | domain | its own name |
/// | routine, aggregate | its own | its own | argument types |
/// | operator | its own | its own | `left,right` types, `NONE` for none |
/// | operator class, operator family | its own | its own | index method |
/// | user mapping | | server | role |
/// | cast | | `source AS target` | |
/// | default privileges | that they are for, or none | role | `tables`, `sequences`, ... |
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Id {
    pub kind: Kind,
    pub namespace: Arc<str>,
    pub name: Arc<str>,
    #[serde(default, skip_serializing_if = "is_empty")]
    pub part: Arc<str>,
}

fn is_empty(text: &Arc<str>) -> bool {
    text.is_empty()
}

impl Id {
    /// Something in a namespace.
    pub fn new(kind: Kind, namespace: &str, name: &str) -> Id {
        Id::part(kind, namespace, name, "")
    }

    /// Something without a namespace.
    pub fn global(kind: Kind, name: &str) -> Id {
        Id::part(kind, "", name, "")
    }

    /// Part of something in a namespace.
    pub fn part(kind: Kind, namespace: &str, name: &str, part: &str) -> Id {
        Id { kind, namespace: namespace.into(), name: name.into(), part: part.into() }
    }

    /// The same names as another kind of object: the table of a column.
    pub fn of(&self, kind: Kind) -> Id {
        Id { kind, namespace: self.namespace.clone(), name: self.name.clone(), part: "".into() }
    }

    /// A part of this object: a column of a table.
    pub fn with(&self, kind: Kind, part: &str) -> Id {
        Id { kind, namespace: self.namespace.clone(), name: self.name.clone(), part: part.into() }
    }

    /// Its own name, without what it belongs to.
    pub fn own_name(&self) -> &str {
        if self.kind.is_part() { &self.part } else { &self.name }
    }
}

/// For people: `column public.messages.content`, without quotes.
impl fmt::Display for Id {
    #[expect(clippy::wildcard_enum_match_arm, reason = "only parts that are no names differ")]
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ", self.kind.word())?;
        if !self.namespace.is_empty() {
            write!(f, "{}.", self.namespace)?;
        }
        write!(f, "{}", self.name)?;
        match self.kind {
            Kind::Routine | Kind::Aggregate | Kind::Operator => write!(f, "({})", self.part),
            Kind::DefaultPrivilege => write!(f, " on {}", self.part),
            Kind::SequenceOwner => Ok(()),
            _ if self.part.is_empty() => Ok(()),
            _ => write!(f, ".{}", self.part),
        }
    }
}
