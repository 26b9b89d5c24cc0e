//! The catalog: everything a user can own in one database, as plain data.
//!
//! A [`Catalog`] is what an introspection read (or a test recorded). Objects
//! are keyed by [`Id`]; what depends on what is beside them, because a
//! comparison that finds nothing never needs it.
//!
//! Must never: know how it was read, or what is to be done about it.

mod depend;
mod fingerprint;
mod grant;
mod id;
mod object;
mod relation;
mod routine;
mod search;
mod types;

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use depend::{Dependencies, Link};
pub use grant::{Grant, GrantList, Grantee, built_in_grants};
pub use id::{Id, Kind};
pub use object::{Body, Object, Props};
pub use relation::{
    Column, Constraint, ConstraintKind, Default, Fires, ForeignTable, Generated, GeneratedKind,
    Identity, Index, MaterializedView, NotNull, Partition, Policy, PolicyCommand, ReplicaIdentity,
    Rule, Sequence, SequenceOwner, Statistics, Table, TableKind, Trigger, View,
};
pub use routine::{Aggregate, EventTrigger, Routine, RoutineKind};
pub use search::{
    Cast, DefaultPrivilege, Definition, Extension, Publication, PublishedTable,
    TextSearchConfiguration,
};
pub use types::{Attribute, Collation, Composite, Domain, DomainConstraint, Enum, Range};

/// Everything that one database holds and a user owns.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Catalog {
    /// `server_version_num / 10000`: 14 to 18.
    pub major: u32,
    /// The role that reads, and would make, what is here.
    pub role: String,
    #[serde(with = "pairs")]
    pub objects: BTreeMap<Id, Object>,
    /// Columns of tables and foreign tables in the order they were made. Not
    /// part of an object: two databases that differ in it only are equal.
    #[serde(with = "pairs")]
    pub column_order: BTreeMap<Id, Vec<Arc<str>>>,
    pub dependencies: Dependencies,
    /// What is there, belongs to a user and is modelled by nothing here, in
    /// PostgreSQL's own words (`pg_describe_object`).
    pub unmanaged: Vec<String>,
}

impl Catalog {
    pub fn get(&self, id: &Id) -> Option<&Object> {
        self.objects.get(id)
    }

    pub fn body(&self, id: &Id) -> Option<&Body> {
        self.objects.get(id).map(|object| &object.body)
    }

    pub fn contains(&self, id: &Id) -> bool {
        self.objects.contains_key(id)
    }

    /// The columns of a relation, in order.
    pub fn columns<'a>(&'a self, table: &Id) -> impl Iterator<Item = (Id, &'a Column)> {
        let names = self.column_order.get(table).map(Vec::as_slice).unwrap_or_default();
        let place = (table.namespace.clone(), table.name.clone());
        names.iter().filter_map(move |name| {
            let id = Id::part(Kind::Column, &place.0, &place.1, name);
            let column = self.body(&id)?.column()?;
            Some((id, column))
        })
    }
}

/// Maps with keys that are no strings, as lists of pairs: JSON has no others.
mod pairs {
    use std::collections::BTreeMap;

    use serde::de::{Deserialize, Deserializer};
    use serde::ser::{Serialize, Serializer};

    pub fn serialize<K: Serialize, V: Serialize, S: Serializer>(
        map: &BTreeMap<K, V>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Ok(Vec::<(K, V)>::deserialize(deserializer)?.into_iter().collect())
    }
}
