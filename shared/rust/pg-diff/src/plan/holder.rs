//! Which operation brings an object, and which takes it away: its own, or
//! that of what it is a part of.
//!
//! Must never: name an operation that does not do it.

use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use super::torn::parents;
use crate::catalog::{Body, Catalog, ConstraintKind, Id, Kind, Link};

impl Nodes<'_> {
    /// Whose CREATE brings `id`, which comes.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the rest has a CREATE of its own")]
    pub fn creator(&self, id: &Id) -> Node {
        let own = Node { op: Op::Create, id: id.clone() };
        match id.kind {
            Kind::Column => {
                if let Some(relation) = self.fates.coming_relation(id) {
                    return Node { op: Op::Create, id: relation };
                }
                if let Some(of_type) = self.row_type(self.new_side(), id) {
                    return Node { op: Op::Alter, id: of_type };
                }
                let parents = self.reaching(self.new_side(), id);
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
        let expression =
            |id: &Id| self.new_side().body(id)?.default().map(|it| it.expression.clone());
        let parent =
            self.reaching(self.new_side(), id).into_iter().find(|it| self.inlined.contains(it))?;
        (expression(&parent) == expression(id)).then_some(creator)
    }

    fn constraint_creator(&self, id: &Id) -> Option<Node> {
        let constraint = self.new_constraint(id)?;
        let table = id.of(Kind::Table);
        if matches!(constraint.kind, ConstraintKind::Primary | ConstraintKind::Unique) {
            return None;
        }
        if let Some(parent) = &constraint.parent {
            return Some(if self.comes(parent) {
                self.creator(parent)
            } else {
                Node { op: Op::Attach, id: table }
            });
        }
        if constraint.is_local || constraint.kind == ConstraintKind::Exclude {
            return None;
        }
        // A table that gets a parent by INHERITS has its checks from then on.
        let parents = if self.parents_joined(&table).is_empty() {
            self.reaching(self.new_side(), id)
        } else {
            parents(self.new_side(), id)
        };
        let parent_comes = parents.iter().find(|it| self.comes(it));
        if self.comes(&table) {
            let by_inherits = matches!(
                self.new_side().get(&table).map(|it| &it.body),
                Some(Body::Table(it)) if it.partition.is_none()
            );
            // A partition has it before it is attached.
            let waits = parent_comes.is_some_and(|it| !self.comes(&it.of(Kind::Table)));
            if by_inherits && waits {
                return parent_comes.map(|parent| self.creator(parent));
            }
            return by_inherits.then_some(Node { op: Op::Create, id: table });
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
        let has_it = |object: &crate::catalog::Object| {
            let identity = object.body.column().and_then(|it| it.identity.as_ref());
            identity.is_some_and(|it| it.sequence == *sequence)
        };
        let mut columns =
            catalog.objects.iter().filter(|(_, object)| has_it(object)).map(|(id, _)| id);
        columns.find(|id| parents(catalog, id).is_empty()).cloned()
    }

    /// Whose DROP takes `id` away, which goes.
    pub fn dropper(&self, id: &Id) -> Node {
        let own = Node { op: Op::Drop, id: id.clone() };
        if self.swapped.contains(id) || self.dropped_first.contains(id) {
            return own;
        }
        // The index of a partition goes with that of the table above it.
        if id.kind == Kind::Index
            && let Some(parent) = self.old().body(id).and_then(|it| it.parent())
            && self.goes(parent)
            && !self.leaves(&self.table_of(id))
        {
            return self.dropper(parent);
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
        if id.kind == Kind::Column
            && !self.goes(&id.of(Kind::Table))
            && let Some(of_type) = self.row_type(self.old(), id)
        {
            return Node { op: Op::Alter, id: of_type };
        }
        // A part of the parent's constraint never goes by itself.
        let with_table = self.fates.get(&id.of(Kind::Table)) == Some(&Fate::Drop)
            && self.old().body(id).is_some_and(|it| it.parent().is_none());
        if matches!(id.kind, Kind::Column | Kind::Constraint) && !with_table {
            let mut parents = self.reaching(self.old(), id);
            // From when the table is detached it is its own.
            if !self.leaves(&id.of(Kind::Table)) {
                parents.extend(self.old_constraint(id).and_then(|it| it.parent.clone()));
            }
            let follows = id.kind == Kind::Column
                || self.old_constraint(id).is_some_and(|it| !it.is_local || it.parent.is_some());
            let goes_down = |it: &&Id| self.goes(it) && !self.is_dropped_only(it);
            if follows && let Some(parent) = parents.iter().find(goes_down) {
                return self.dropper(parent);
            }
        }
        let holders = self.old_graph.needs(id).filter(|(_, link)| *link == Link::Auto);
        // From when the table is detached its parts are its own.
        let left = Some(id)
            .filter(|_| self.leaves(&self.table_of(id)))
            .and_then(|it| self.old().body(it)?.parent());
        let mut holders =
            holders.map(|(holder, _)| holder).filter(|it| self.goes(it) && left != Some(it));
        match holders.find(|holder| self.takes_along(holder, id)) {
            Some(holder) => self.dropper(holder),
            None => own,
        }
    }

    /// The composite type that a typed table follows, when that is altered.
    fn row_type(&self, catalog: &Catalog, column: &Id) -> Option<Id> {
        let table = column.of(Kind::Table);
        let name = catalog.body(&table)?.table()?.of_type.as_ref()?;
        let from = Id::new(Kind::Composite, "", "");
        let mut types =
            self.fates.map.range(from..).take_while(|(id, _)| id.kind == Kind::Composite);
        let found = types.find(|(id, _)| crate::ddl::qualified(id) == *name)?;
        matches!(found.1, Fate::Alter(_)).then(|| found.0.clone())
    }

    /// A column that goes from a table by itself: a table that inherits from
    /// it keeps its own.
    pub fn is_dropped_only(&self, id: &Id) -> bool {
        id.kind == Kind::Column
            && self.old().objects.iter().any(|(table, object)| {
                let child = table.with(Kind::Column, &id.part);
                let of = object.body.inherits().iter().find(|it| **it == id.of(it.kind));
                of.is_some_and(|of| !self.parents_left(table).contains(of))
                    && self.old().contains(&child)
                    && !self.goes(&child)
            })
    }

    /// True when the DROP of `holder` may silently be the end of `id`.
    fn takes_along(&self, holder: &Id, id: &Id) -> bool {
        // It only loses a member.
        if id.kind == Kind::Publication {
            return false;
        }
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
        let table = holder.of(Kind::Table);
        let whole = if holder.kind == Kind::Column && self.goes(&table) { &table } else { holder };
        match self.fates.get(whole) {
            Some(Fate::Aside(_)) => whole.kind == Kind::Table,
            Some(Fate::Recreate(_)) => true,
            Some(Fate::Drop) => {
                // What is replaced goes by itself, at its own time.
                self.fates.get(id) == Some(&Fate::Drop)
                    || self.old().body(id).and_then(|it| it.parent()) == Some(holder)
                    || matches!(
                        whole.kind,
                        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView
                    )
            }
            Some(Fate::Create | Fate::Alter(_)) | None => false,
        }
    }
}
