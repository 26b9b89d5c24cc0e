//! One object: what every kind has, and what only its own kind has.
//!
//! Must never: hold something that two equal databases would spell unlike.

use serde::{Deserialize, Serialize};

use super::{
    Aggregate, Cast, Collation, Column, Composite, Constraint, Default, DefaultPrivilege,
    Definition, Domain, DomainConstraint, Enum, EventTrigger, Extension, ForeignTable, GrantList,
    Id, Index, MaterializedView, Partition, Policy, Publication, Range, Routine, Rule, Sequence,
    SequenceOwner, Statistics, Table, TextSearchConfiguration, Trigger, View,
};

/// Options as PostgreSQL stores them (`fillfactor=70`), sorted.
pub type Props = Vec<String>;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Object {
    /// The role that owns it; None for what has no owner of its own (a
    /// column), and where nobody said one: it is the role that made it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub comment: Option<String>,
    /// None: what PostgreSQL gives everything of this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub grants: Option<GrantList>,
    pub body: Body,
}

impl Object {
    pub fn new(body: Body) -> Object {
        Object { owner: None, comment: None, grants: None, body }
    }
}

macro_rules! accessors {
    ($($name:ident: $variant:ident),* $(,)?) => {
        /// The body as the one of its kind, if it is that.
        impl Body {
            $(pub fn $name(&self) -> Option<&$variant> {
                if let Body::$variant(it) = self { Some(it) } else { None }
            })*
        }
    };
}

accessors! {
    enumeration: Enum, composite: Composite, sequence: Sequence, table: Table,
    foreign_table: ForeignTable, column: Column, default: Default, constraint: Constraint,
    index: Index, materialized_view: MaterializedView, routine: Routine, trigger: Trigger,
    statistics: Statistics, sequence_owner: SequenceOwner,
    default_privilege: DefaultPrivilege, domain_constraint: DomainConstraint,
    definition: Definition, cast: Cast, domain: Domain, range: Range,
}

impl Body {
    /// What a table or foreign table is a partition of.
    pub fn partition(&self) -> Option<&Partition> {
        let ordinary = self.table().and_then(|it| it.partition.as_ref());
        ordinary.or_else(|| self.foreign_table().and_then(|it| it.partition.as_ref()))
    }

    /// The parents of a table or foreign table by INHERITS.
    pub fn inherits(&self) -> &[Id] {
        match (self.table(), self.foreign_table()) {
            (Some(it), _) => &it.inherits,
            (_, Some(it)) => &it.inherits,
            (None, None) => &[],
        }
    }

    /// The tables that a table or foreign table is below: what it is a
    /// partition of, what it inherits from.
    pub fn parents(&self) -> impl Iterator<Item = &Id> {
        self.partition().map(|it| &it.parent).into_iter().chain(self.inherits())
    }

    /// The index or constraint that an index or constraint of a partition is
    /// part of.
    pub fn parent(&self) -> Option<&Id> {
        let of_index = self.index().and_then(|it| it.parent.as_ref());
        of_index.or_else(|| self.constraint().and_then(|it| it.parent.as_ref()))
    }
}

/// What only its own kind has.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Body {
    Namespace,
    Extension(Extension),
    Collation(Collation),
    Enum(Enum),
    Domain(Domain),
    DomainConstraint(DomainConstraint),
    Composite(Composite),
    Range(Range),
    Sequence(Sequence),
    SequenceOwner(SequenceOwner),
    Table(Table),
    ForeignTable(ForeignTable),
    Column(Column),
    Default(Default),
    Constraint(Constraint),
    Index(Index),
    View(View),
    MaterializedView(MaterializedView),
    Routine(Routine),
    Aggregate(Aggregate),
    Trigger(Trigger),
    EventTrigger(EventTrigger),
    Rule(Rule),
    Policy(Policy),
    Statistics(Statistics),
    Publication(Publication),
    TextSearchConfiguration(TextSearchConfiguration),
    Cast(Cast),
    DefaultPrivilege(DefaultPrivilege),
    /// Languages, foreign data wrappers, servers, user mappings, operators,
    /// their classes and families, text search dictionaries, parsers and
    /// templates: made and dropped whole.
    Definition(Definition),
}
