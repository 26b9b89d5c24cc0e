//! Two catalogs in, what differs out, object by object.
//!
//! One file per kind says which of its properties differ and in which [`Way`]
//! PostgreSQL lets them be changed; the plan decides from that.
//!
//! Must never: order anything, or write SQL.

mod constraint;
mod object;
mod relation;
mod routine;
mod search;
mod table;
mod types;

use serde::{Deserialize, Serialize};

use crate::catalog::{Catalog, Id};

pub use object::compare;
pub use table::inherits_not_null;

/// How a property can be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// In place.
    Alter,
    /// By `CREATE OR REPLACE`.
    Replace,
    /// By DROP and CREATE; what depends on it goes and comes with it.
    Recreate,
    /// By a new one beside the old: what uses the old one is moved, then the
    /// old one is dropped.
    Aside,
}

/// One property that differs.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Difference {
    pub property: Property,
    pub from: String,
    pub to: String,
    pub way: Way,
}

impl Difference {
    /// The lines in which the two differ, three lines of context, without a
    /// header.
    pub fn unified(&self) -> String {
        let (from, to) = (format!("{}\n", self.from), format!("{}\n", self.to));
        similar::TextDiff::from_lines(&from, &to).unified_diff().context_radius(3).to_string()
    }
}

/// The properties there are, of all kinds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Property {
    Owner,
    Comment,
    IndexComment,
    Grants,
    /// The text that PostgreSQL deparses.
    Definition,
    Signature,
    Version,
    Namespace,
    Labels,
    BaseType,
    Type,
    Collation,
    Default,
    NotNull,
    NotNullName,
    Identity,
    Generated,
    Storage,
    Compression,
    Statistics,
    Options,
    ForeignOptions,
    Attributes,
    Sequence,
    Column,
    Kind,
    PartitionKey,
    Partition,
    Inherits,
    Unlogged,
    AccessMethod,
    ReplicaIdentity,
    RowSecurity,
    ForceRowSecurity,
    ClusterOn,
    OfType,
    Server,
    Validated,
    Deferrable,
    Parent,
    /// Whether it is the table's own, or a parent's only.
    Local,
    Fires,
    Event,
    Command,
    Roles,
    Using,
    Check,
    Tables,
    Mappings,
    Populated,
}

/// What is to be done with one object, before anything else is considered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "change", rename_all = "snake_case")]
pub enum Change {
    Create { object: Id },
    Drop { object: Id },
    Alter { object: Id, differences: Vec<Difference> },
}

impl Change {
    pub fn object(&self) -> &Id {
        match self {
            Change::Create { object } | Change::Drop { object } | Change::Alter { object, .. } => {
                object
            }
        }
    }

    /// `+`, `-`, `~`, as seen from what is declared.
    pub fn mark(&self) -> char {
        match self {
            Change::Create { .. } => '+',
            Change::Drop { .. } => '-',
            Change::Alter { .. } => '~',
        }
    }
}

/// Every difference between two catalogs, in the order of ids.
pub fn diff(current: &Catalog, desired: &Catalog) -> Vec<Change> {
    let mut changes = Vec::new();
    for (id, new) in &desired.objects {
        match current.objects.get(id) {
            None => changes.push(Change::Create { object: id.clone() }),
            Some(old) => {
                let differences = compare(id, old, new, (current, desired));
                if !differences.is_empty() {
                    changes.push(Change::Alter { object: id.clone(), differences });
                }
            }
        }
    }
    let gone = current.objects.keys().filter(|id| !desired.objects.contains_key(*id));
    changes.extend(gone.map(|id| Change::Drop { object: id.clone() }));
    changes.sort_by(|a, b| a.object().cmp(b.object()));
    changes
}

/// Collects differences.
struct Differ(Vec<Difference>);

impl Differ {
    fn new() -> Differ {
        Differ(Vec::new())
    }

    fn check<T: PartialEq + Show>(&mut self, property: Property, way: Way, old: &T, new: &T) {
        if old != new {
            self.0.push(Difference { property, from: old.show(), to: new.show(), way });
        }
    }
}

/// A value as people read it.
trait Show {
    fn show(&self) -> String;
}

impl Show for String {
    fn show(&self) -> String {
        self.clone()
    }
}

impl Show for bool {
    fn show(&self) -> String {
        if *self { "yes" } else { "no" }.to_owned()
    }
}

impl<T: Show> Show for Option<T> {
    fn show(&self) -> String {
        self.as_ref().map(Show::show).unwrap_or_default()
    }
}

impl<T: Show> Show for Vec<T> {
    fn show(&self) -> String {
        self.iter().map(Show::show).collect::<Vec<_>>().join(", ")
    }
}

impl Show for Id {
    fn show(&self) -> String {
        self.to_string()
    }
}

impl Show for i32 {
    fn show(&self) -> String {
        self.to_string()
    }
}
