//! What belongs to what: a column to its table, its sequence to the column.
//!
//! Must never: follow a dependency. A view that reads a table is not part of
//! it.

use std::collections::BTreeMap;

use crate::catalog::{Body, Catalog, Id, Kind, Object};

/// Whole objects by their names, and the tables that indexes, statistics and
/// sequences go with.
pub struct Owners {
    /// Kind of the relation or domain that has a place.
    wholes: BTreeMap<Id, Vec<Id>>,
    /// What is no part by its id.
    tables: BTreeMap<Id, Id>,
}

/// What parts can be parts of.
const WHOLES: [Kind; 5] =
    [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView, Kind::Domain];

impl Owners {
    pub fn new(current: &Catalog, desired: &Catalog) -> Owners {
        let mut owners = Owners { wholes: BTreeMap::new(), tables: BTreeMap::new() };
        for (id, object) in current.objects.iter().chain(&desired.objects) {
            if WHOLES.contains(&id.kind) {
                let wholes = owners.wholes.entry(place(id)).or_default();
                if !wholes.contains(id) {
                    wholes.push(id.clone());
                }
            }
            owners.add(id, object);
        }
        owners
    }

    #[expect(
        clippy::wildcard_enum_match_arm,
        reason = "the rest says by its id what it is part of"
    )]
    fn add(&mut self, id: &Id, object: &Object) {
        match &object.body {
            Body::Index(index) => {
                self.tables.insert(id.clone(), index.table.clone());
            }
            Body::Statistics(statistics) => {
                self.tables.insert(id.clone(), statistics.table.clone());
            }
            Body::SequenceOwner(owner) => {
                let sequence = id.of(Kind::Sequence);
                self.tables.insert(sequence, place(&owner.column));
                self.tables.insert(id.clone(), place(&owner.column));
            }
            Body::Column(column) => {
                if let Some(identity) = &column.identity {
                    self.tables.insert(identity.sequence.clone(), place(id));
                }
            }
            _ => {}
        }
    }

    /// The object itself, what it is part of, and the namespace of both.
    pub fn chain(&self, id: &Id) -> Vec<Id> {
        let mut chain = vec![id.clone()];
        let owner = match self.tables.get(id) {
            Some(table) => self.wholes.get(&place(table)),
            None if id.kind.is_part() => self.wholes.get(&place(id)),
            None => None,
        };
        chain.extend(owner.into_iter().flatten().cloned());
        chain
    }
}

/// The names alone, of whatever kind.
fn place(id: &Id) -> Id {
    id.of(Kind::Table)
}
