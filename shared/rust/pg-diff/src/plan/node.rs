//! The pieces that are put in order: one operation on one object.
//!
//! Many objects have none of their own: the column of a new table comes with
//! the table, the index of a dropped column goes with the column. For them
//! [`Nodes`] knows whose node does it.
//!
//! Must never: have two nodes that do the same.

use std::collections::{BTreeMap, BTreeSet};

use super::fate::{Fate, Fates};
use super::graph::relation_of;
use super::names;
use super::options::Options;
use super::torn::parents;
use crate::catalog::{Body, Catalog, Constraint, Dependencies, Id, Kind};
use crate::diff::{Difference, Property};

/// In the order in which they are taken when nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// The old one gets another name.
    Aside,
    /// A column that holds rows of a table that changes holds their text.
    Loosen,
    Create,
    Alter,
    /// A partition, or the index of a partition.
    Attach,
    /// What names an index of its table: replica identity, CLUSTER ON.
    Finish,
    /// Rows from the old table to the one made beside it.
    Move,
    /// A unique or changed index is built under a name of its own.
    Prepare,
    /// Rows get a value.
    Fill,
    /// NOT NULL for rows that come.
    Guard,
    /// Rows that came before the guard get a value too.
    Refill,
    /// A constraint is asked of the rows that are there.
    Validate,
    /// NOT NULL, once the guard has been validated.
    Enforce,
    Drop,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Node {
    pub op: Op,
    pub id: Id,
}

pub struct Nodes<'a> {
    pub fates: &'a Fates<'a>,
    pub options: &'a Options,
    pub old_graph: &'a Dependencies,
    /// Defaults that go into the definition of their column.
    pub inlined: BTreeSet<Id>,
    /// Columns whose NOT NULL would not get its usual name by itself.
    pub named: BTreeSet<Id>,
    /// Indexes that are replaced without a gap.
    pub swapped: BTreeSet<Id>,
    /// Differences that the object's own ALTER makes; without those that come
    /// from a parent table or by attaching.
    pub own: BTreeMap<Id, Vec<Difference>>,
    /// Parts that go before what they are parts of.
    pub dropped_first: BTreeSet<Id>,
}

/// What must be done by itself, or some would wait for each other.
#[derive(Clone, Debug, Default)]
pub struct Apart {
    pub never_inlined: BTreeSet<Id>,
    pub dropped_first: BTreeSet<Id>,
}

impl<'a> Nodes<'a> {
    pub fn new(
        fates: &'a Fates<'a>,
        options: &'a Options,
        new_graph: &'a Dependencies,
        apart: &Apart,
    ) -> Nodes<'a> {
        let mut nodes = Nodes {
            fates,
            options,
            old_graph: fates.old_graph,
            inlined: BTreeSet::new(),
            named: names::of_not_null_in_use(fates),
            swapped: BTreeSet::new(),
            own: BTreeMap::new(),
            dropped_first: apart.dropped_first.clone(),
        };
        for (id, fate) in &fates.map {
            if id.kind == Kind::Default && fate.comes() && !apart.never_inlined.contains(id) {
                let column = id.with(Kind::Column, &id.part);
                let comes = fates.get(&column).is_some_and(Fate::comes);
                let of_view = [Kind::View, Kind::MaterializedView]
                    .into_iter()
                    .any(|kind| fates.new.contains(&id.of(kind)));
                // CREATE TABLE says nothing of a column that is only inherited.
                let is_said =
                    fates.new.body(&column).and_then(|it| it.column()).is_some_and(|it| {
                        let table = fates.new.body(&id.of(Kind::Table));
                        it.is_local || table.is_none_or(|it| it.inherits().is_empty())
                    });
                if comes && is_said && !of_view && !nodes.waits_for_table(id, new_graph) {
                    nodes.inlined.insert(id.clone());
                }
            }
            if let Fate::Alter(differences) = fate {
                nodes.own.insert(id.clone(), nodes.own_differences(id, differences));
            }
            if nodes.can_swap(id, fate) {
                nodes.swapped.insert(id.clone());
            }
        }
        nodes
    }

    pub fn old(&self) -> &'a Catalog {
        self.fates.old
    }

    pub fn new_side(&self) -> &'a Catalog {
        self.fates.new
    }

    pub fn comes(&self, id: &Id) -> bool {
        self.fates.get(id).is_some_and(Fate::comes)
    }

    pub fn goes(&self, id: &Id) -> bool {
        self.fates.get(id).is_some_and(Fate::goes)
    }

    /// The table holds rows that somebody may be reading or writing.
    pub fn is_live(&self, table: &Id) -> bool {
        self.options.online
            && self.old().contains(table)
            && !self.comes(table)
            && !self.options.empty.contains(table)
    }

    /// An index that is built while others write.
    pub fn is_built_outside(&self, id: &Id) -> bool {
        self.new_side().body(id).and_then(|it| it.index()).is_some_and(|index| {
            !self.swapped.contains(id) && !index.is_partitioned && self.is_live(&index.table)
        })
    }

    pub fn new_constraint(&self, id: &Id) -> Option<&'a Constraint> {
        self.new_side().body(id)?.constraint()
    }

    pub fn old_constraint(&self, id: &Id) -> Option<&'a Constraint> {
        self.old().body(id)?.constraint()
    }

    /// True when what a default needs has to wait for the default's table.
    fn waits_for_table(&self, default: &Id, graph: &Dependencies) -> bool {
        let column = default.with(Kind::Column, &default.part);
        let own = |id: &Id| *id == *default || *id == column;
        let mut seen: BTreeSet<Id> = BTreeSet::new();
        let mut todo: Vec<Id> =
            graph.needs(default).map(|(id, _)| id.clone()).filter(|id| !own(id)).collect();
        while let Some(id) = todo.pop() {
            if !self.comes(&id) || !seen.insert(id.clone()) {
                continue;
            }
            let same_table = id.namespace == default.namespace && id.name == default.name;
            if same_table && matches!(id.kind, Kind::Table | Kind::Column | Kind::ForeignTable) {
                return true;
            }
            todo.extend(graph.needs(&id).map(|(id, _)| id.clone()));
        }
        false
    }

    /// Replaced by building the new one first: only when nothing that the old
    /// one stands on changes.
    fn can_swap(&self, id: &Id, fate: &Fate) -> bool {
        let (Fate::Recreate(differences), Some(old), Some(new)) =
            (fate, self.old().get(id), self.new_side().get(id))
        else {
            return false;
        };
        let (Body::Index(old), Body::Index(new)) = (&old.body, &new.body) else { return false };
        let plain = |it: &crate::catalog::Index| !it.is_partitioned && it.parent.is_none();
        !differences.is_empty()
            && old.is_valid
            && old.table == new.table
            && plain(old)
            && plain(new)
            && self.is_live(&new.table)
            && self.stands_still(id)
    }

    /// Nothing that the old form depends on goes, comes or changes its type.
    pub fn stands_still(&self, id: &Id) -> bool {
        self.old_graph.needs(id).all(|(on, _)| {
            !self.goes(on) && !self.comes(on) && !self.fates.retyped.contains_key(on)
        })
    }

    /// The relation that an index is of, or that something is a part of.
    pub fn table_of(&self, id: &Id) -> Id {
        match self.old().body(id).or_else(|| self.new_side().body(id)).and_then(|it| it.index()) {
            Some(index) => index.table.clone(),
            None => id.of(Kind::Table),
        }
    }

    /// The table stays and is given up by a parent: DETACH or NO INHERIT.
    pub fn leaves(&self, table: &Id) -> bool {
        let Some(Fate::Alter(differences)) = self.fates.get(table) else { return false };
        let has = |property| differences.iter().any(|it| it.property == property);
        let was_partition = self.old().body(table).is_some_and(|it| it.partition().is_some());
        has(Property::Partition) && was_partition
            || has(Property::Inherits) && !self.parents_left(table).is_empty()
    }

    /// Parents by INHERITS that it has no more.
    pub fn parents_left(&self, table: &Id) -> Vec<Id> {
        self.parents_only_in(self.old(), self.new_side(), table)
    }

    /// Parents by INHERITS that it gets.
    pub fn parents_joined(&self, table: &Id) -> Vec<Id> {
        self.parents_only_in(self.new_side(), self.old(), table)
    }

    fn parents_only_in(&self, side: &Catalog, other: &Catalog, table: &Id) -> Vec<Id> {
        let list =
            |side: &Catalog| side.body(table).map(|it| it.inherits().to_vec()).unwrap_or_default();
        let others = list(other);
        list(side).into_iter().filter(|it| !others.contains(it)).collect()
    }

    /// Those of [`parents`] whose ALTER goes down to `id`: a table that leaves
    /// its parent, or joins one, is changed by itself while it is alone.
    pub fn reaching(&self, catalog: &Catalog, id: &Id) -> Vec<Id> {
        let mut found = parents(catalog, id);
        if found.is_empty() {
            return found;
        }
        let Some(relation) = relation_of(catalog, id) else { return Vec::new() };
        if let Some(Fate::Alter(differences)) = self.fates.get(&relation) {
            if differences.iter().any(|it| it.property == Property::Partition) {
                return Vec::new();
            }
            if differences.iter().any(|it| it.property == Property::Inherits) {
                let has = |side: &Catalog, parent: &Id| {
                    side.body(&relation)
                        .is_some_and(|it| it.inherits().iter().any(|it| *it == parent.of(it.kind)))
                };
                found.retain(|it| has(self.old(), it) && has(self.new_side(), it));
            }
        }
        found
    }

    fn own_differences(&self, id: &Id, differences: &[Difference]) -> Vec<Difference> {
        let parents = self.reaching(self.new_side(), id);
        let by_parent = |difference: &Difference| {
            let recurses = if id.kind == Kind::Column {
                matches!(
                    difference.property,
                    Property::Type
                        | Property::Collation
                        | Property::NotNull
                        | Property::NotNullName
                        | Property::Generated
                        | Property::Identity
                )
            } else {
                id.kind == Kind::Constraint
                    && matches!(difference.property, Property::Validated | Property::Deferrable)
            };
            recurses
                && parents.iter().any(|parent| {
                    self.fates.get(parent).is_some_and(|fate| {
                        fate.differences()
                            .iter()
                            .any(|it| it.property == difference.property && it.to == difference.to)
                    })
                })
        };
        differences
            .iter()
            .filter(|it| it.property != Property::Parent && !by_parent(it))
            // A part of the parent's foreign key is as that is.
            .filter(|it| {
                let follows = matches!(it.property, Property::Deferrable | Property::Validated);
                let is_part = || self.new_constraint(id).is_some_and(|it| it.parent.is_some());
                !follows || !is_part() || self.leaves(&id.of(Kind::Table))
            })
            // One that is only a parent's keeps the name it came with.
            .filter(|it| it.property != Property::NotNullName || !self.only_inherits(id))
            .cloned()
            .collect()
    }

    /// The NOT NULL of a column is its parents', and they stay.
    fn only_inherits(&self, column: &Id) -> bool {
        let not_null = self.new_side().body(column).and_then(|it| it.column()?.not_null.as_ref());
        not_null.is_some_and(|it| !it.is_local)
            && !self.reaching(self.new_side(), column).is_empty()
    }

    /// Whose ALTER changes `id`, which is altered.
    pub fn alterer(&self, id: &Id) -> Node {
        let own = Node { op: Op::Alter, id: id.clone() };
        let retyped_with_parent = || {
            self.reaching(self.new_side(), id)
                .into_iter()
                .find(|parent| matches!(self.fates.get(parent), Some(Fate::Alter(_))))
        };
        let nothing_own = self.own.get(id).is_none_or(Vec::is_empty);
        match retyped_with_parent() {
            Some(parent) if nothing_own => self.alterer(&parent),
            _ => own,
        }
    }

    /// All whose ALTER has a part in changing `id`: its own, and those of
    /// parents that take its type along.
    pub fn alterers(&self, id: &Id) -> Vec<Node> {
        let mut all = vec![self.alterer(id)];
        if id.kind == Kind::Column && self.fates.retyped.contains_key(id) {
            for parent in self.reaching(self.new_side(), id) {
                if matches!(self.fates.get(&parent), Some(Fate::Alter(_))) {
                    all.extend(self.alterers(&parent));
                }
            }
        }
        all
    }

    /// Where the new form of `id` is there: its CREATE, or its ALTER.
    pub fn maker(&self, id: &Id) -> Option<Node> {
        match self.fates.get(id)? {
            Fate::Create | Fate::Recreate(_) | Fate::Aside(_) => Some(self.creator(id)),
            Fate::Alter(_) => Some(self.alterer(id)),
            Fate::Drop => None,
        }
    }

    /// The node after which a name is free again.
    pub fn freer(&self, id: &Id) -> Option<Node> {
        match self.fates.get(id)? {
            Fate::Aside(_) => Some(Node { op: Op::Aside, id: id.clone() }),
            Fate::Drop | Fate::Recreate(_) => {
                let dropper = self.dropper(id);
                // With a table that is set aside, its parts are out of the way.
                let is_aside = |id: &Id| matches!(self.fates.get(id), Some(Fate::Aside(_)));
                let table = self.table_of(id);
                Some(if is_aside(&table) && dropper.id != *id {
                    Node { op: Op::Aside, id: table }
                } else if is_aside(&dropper.id) {
                    Node { op: Op::Aside, ..dropper }
                } else {
                    dropper
                })
            }
            Fate::Create | Fate::Alter(_) => None,
        }
    }
}
