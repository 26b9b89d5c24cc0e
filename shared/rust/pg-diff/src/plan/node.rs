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
use super::options::Options;
use crate::catalog::{Body, Catalog, Constraint, ConstraintKind, Dependencies, Id, Kind, Link};
use crate::diff::{Difference, Property};

/// In the order in which they are taken when nothing else decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Op {
    /// The old one gets another name.
    Aside,
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
    /// Indexes that are replaced without a gap.
    pub swapped: BTreeSet<Id>,
    /// Differences that the object's own ALTER makes; without those that come
    /// from a parent table or by attaching.
    pub own: BTreeMap<Id, Vec<Difference>>,
}

impl<'a> Nodes<'a> {
    pub fn new(
        fates: &'a Fates<'a>,
        options: &'a Options,
        new_graph: &'a Dependencies,
        never_inlined: &BTreeSet<Id>,
    ) -> Nodes<'a> {
        let mut nodes = Nodes {
            fates,
            options,
            old_graph: fates.old_graph,
            inlined: BTreeSet::new(),
            swapped: BTreeSet::new(),
            own: BTreeMap::new(),
        };
        for (id, fate) in &fates.map {
            if id.kind == Kind::Default && fate.comes() && !never_inlined.contains(id) {
                let column = id.with(Kind::Column, &id.part);
                let comes = fates.get(&column).is_some_and(Fate::comes);
                if comes && !nodes.waits_for_table(id, new_graph) {
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

    fn old(&self) -> &'a Catalog {
        self.fates.old
    }

    fn new_side(&self) -> &'a Catalog {
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
        match self.new_side().get(id).map(|it| &it.body) {
            Some(Body::Index(index)) => {
                !self.swapped.contains(id) && !index.is_partitioned && self.is_live(&index.table)
            }
            _ => false,
        }
    }

    pub fn new_constraint(&self, id: &Id) -> Option<&'a Constraint> {
        match &self.new_side().get(id)?.body {
            Body::Constraint(it) => Some(it),
            _ => None,
        }
    }

    pub fn old_constraint(&self, id: &Id) -> Option<&'a Constraint> {
        match &self.old().get(id)?.body {
            Body::Constraint(it) => Some(it),
            _ => None,
        }
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

    /// Parents of a relation's part: the same part of each parent table.
    pub fn parents(catalog: &Catalog, id: &Id) -> Vec<Id> {
        let Some(relation) = relation_of(catalog, id) else { return Vec::new() };
        let (partition, inherits) = match catalog.get(&relation).map(|it| &it.body) {
            Some(Body::Table(it)) => (&it.partition, &it.inherits),
            Some(Body::ForeignTable(it)) => (&it.partition, &it.inherits),
            _ => return Vec::new(),
        };
        let all = partition.iter().map(|it| &it.parent).chain(inherits);
        all.map(|parent| parent.with(id.kind, &id.part)).filter(|it| catalog.contains(it)).collect()
    }

    /// Whose CREATE brings `id`, which comes.
    pub fn creator(&self, id: &Id) -> Node {
        let own = Node { op: Op::Create, id: id.clone() };
        match id.kind {
            Kind::Column => {
                if let Some(relation) = self.fates.coming_relation(id) {
                    return Node { op: Op::Create, id: relation };
                }
                let parents = Nodes::parents(self.new_side(), id);
                match parents.into_iter().find(|it| self.comes(it)) {
                    Some(parent) => self.creator(&parent),
                    None => own,
                }
            }
            Kind::Default => self.default_creator(id).unwrap_or(own),
            Kind::Sequence => match self.identity_column(self.new_side(), id) {
                Some(column) if self.comes(&column) => self.creator(&column),
                Some(column) => Node { op: Op::Alter, id: column },
                None => own,
            },
            Kind::Constraint => self.constraint_creator(id).unwrap_or(own),
            _ => own,
        }
    }

    fn default_creator(&self, id: &Id) -> Option<Node> {
        let column = id.with(Kind::Column, &id.part);
        if !self.comes(&column) {
            return None;
        }
        let creator = self.creator(&column);
        if creator.id == column || self.fates.coming_relation(id).is_some() {
            return self.inlined.contains(id).then_some(creator);
        }
        // By the parent's ADD COLUMN, with the parent's default.
        let expression = |id: &Id| match self.new_side().get(id).map(|it| &it.body) {
            Some(Body::Default(it)) => Some(it.expression.clone()),
            _ => None,
        };
        let parent =
            Nodes::parents(self.new_side(), id).into_iter().find(|it| self.inlined.contains(it))?;
        (expression(&parent) == expression(id)).then_some(creator)
    }

    fn constraint_creator(&self, id: &Id) -> Option<Node> {
        let constraint = self.new_constraint(id)?;
        let table = id.of(Kind::Table);
        let is_index = matches!(
            constraint.kind,
            ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude
        );
        if is_index {
            return None;
        }
        if let Some(parent) = &constraint.parent
            && constraint.kind == ConstraintKind::Foreign
        {
            return Some(if self.comes(parent) {
                self.creator(parent)
            } else {
                Node { op: Op::Attach, id: table }
            });
        }
        if constraint.is_local {
            return None;
        }
        let parents = Nodes::parents(self.new_side(), id);
        let parent_comes = parents.iter().find(|it| self.comes(it));
        if self.comes(&table) {
            let by_inherits = matches!(
                self.new_side().get(&table).map(|it| &it.body),
                Some(Body::Table(it)) if it.partition.is_none()
            );
            // A partition has it before it is attached.
            let waits = parent_comes.is_some_and(|it| !self.comes(&it.of(Kind::Table)));
            return (by_inherits && !waits).then_some(Node { op: Op::Create, id: table });
        }
        parent_comes.map(|parent| self.creator(parent))
    }

    /// The column whose identity a sequence is.
    pub fn identity_column(&self, catalog: &Catalog, sequence: &Id) -> Option<Id> {
        let is_identity = matches!(
            catalog.get(sequence).map(|it| &it.body),
            Some(Body::Sequence(it)) if it.is_identity
        );
        if !is_identity {
            return None;
        }
        // Partitions share their parent's: the first that is no partition's.
        let mut columns = catalog.objects.iter().filter_map(|(id, object)| match &object.body {
            Body::Column(it) if it.identity.as_ref().is_some_and(|it| it.sequence == *sequence) => {
                Some(id)
            }
            _ => None,
        });
        columns.find(|id| Nodes::parents(catalog, id).is_empty()).cloned()
    }

    /// Whose DROP takes `id` away, which goes.
    pub fn dropper(&self, id: &Id) -> Node {
        let own = Node { op: Op::Drop, id: id.clone() };
        if self.swapped.contains(id) {
            return own;
        }
        if id.kind == Kind::SequenceOwner {
            let sequence_goes = self.goes(&id.of(Kind::Sequence));
            return if sequence_goes { self.dropper(&id.of(Kind::Sequence)) } else { own };
        }
        if id.kind == Kind::Sequence
            && let Some(column) = self.identity_column(self.old(), id)
            && !self.goes(&column)
        {
            return Node { op: Op::Alter, id: column };
        }
        if matches!(id.kind, Kind::Column | Kind::Constraint) {
            let parents = Nodes::parents(self.old(), id);
            let follows = id.kind == Kind::Column
                || self.old_constraint(id).is_some_and(|it| !it.is_local || it.parent.is_some());
            if follows && let Some(parent) = parents.iter().find(|it| self.goes(it)) {
                return self.dropper(parent);
            }
        }
        let holders = self.old_graph.needs(id).filter(|(_, link)| *link == Link::Auto);
        let mut holders = holders.map(|(holder, _)| holder).filter(|it| self.goes(it));
        match holders.find(|holder| self.takes_along(holder, id)) {
            Some(holder) => self.dropper(holder),
            None => own,
        }
    }

    /// True when the DROP of `holder` may silently be the end of `id`.
    fn takes_along(&self, holder: &Id, id: &Id) -> bool {
        let is_foreign =
            self.old_constraint(id).is_some_and(|it| it.kind == ConstraintKind::Foreign);
        if is_foreign {
            // Two tables that refer to each other could not be dropped in any
            // order.
            let other = self.old_constraint(id).and_then(|it| it.references.clone());
            if other.is_some_and(|it| self.goes(&it) && it != id.of(Kind::Table)) {
                return false;
            }
        }
        match self.fates.get(holder) {
            Some(Fate::Aside(_)) if holder.kind == Kind::Table => {
                // Names of indexes and statistics are the namespace's: they
                // are in the way of the new table's.
                let by_name = matches!(id.kind, Kind::Index | Kind::Statistics)
                    || self.old_constraint(id).is_some_and(|it| it.kind != ConstraintKind::Check);
                !by_name
            }
            Some(Fate::Aside(_)) => false,
            Some(Fate::Recreate(_)) => true,
            Some(Fate::Drop) => {
                // What is replaced goes by itself, at its own time.
                self.fates.get(id) == Some(&Fate::Drop)
                    || matches!(
                        holder.kind,
                        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView
                    )
            }
            Some(Fate::Create | Fate::Alter(_)) | None => false,
        }
    }

    fn own_differences(&self, id: &Id, differences: &[Difference]) -> Vec<Difference> {
        let parents = Nodes::parents(self.new_side(), id);
        let by_parent = |difference: &Difference| {
            let recurses = match id.kind {
                Kind::Column => matches!(
                    difference.property,
                    Property::Type
                        | Property::Collation
                        | Property::NotNull
                        | Property::NotNullName
                        | Property::Generated
                        | Property::Identity
                ),
                Kind::Constraint => {
                    matches!(difference.property, Property::Validated | Property::Deferrable)
                }
                _ => false,
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
            .cloned()
            .collect()
    }

    /// Whose ALTER changes `id`, which is altered.
    pub fn alterer(&self, id: &Id) -> Node {
        let own = Node { op: Op::Alter, id: id.clone() };
        let retyped_with_parent = || {
            Nodes::parents(self.new_side(), id)
                .into_iter()
                .find(|parent| matches!(self.fates.get(parent), Some(Fate::Alter(_))))
        };
        let nothing_own = self.own.get(id).is_none_or(Vec::is_empty);
        match retyped_with_parent() {
            Some(parent) if nothing_own => self.alterer(&parent),
            _ => own,
        }
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
            Fate::Drop | Fate::Recreate(_) => Some(self.dropper(id)),
            Fate::Create | Fate::Alter(_) => None,
        }
    }
}
