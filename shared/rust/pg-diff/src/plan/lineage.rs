//! What waits for what where tables have parents: partitions and INHERITS.
//!
//! A table leaves its parents by its own ALTER, and joins new ones by ATTACH;
//! in between it is alone and its parts are changed by themselves.
//!
//! Must never: let a table join a parent that it does not look like yet.

use std::collections::{BTreeMap, BTreeSet};

use super::edges::Edges;
use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use super::online::is_index;
use super::torn::parents;
use crate::catalog::{Catalog, ConstraintKind, Id, Kind};
use crate::diff::{Difference, Property, inherits_not_null};

/// Partitions and their indexes.
pub fn partitions(nodes: &Nodes<'_>, edges: &mut Edges) {
    let new = nodes.fates.new;
    let attaching: Vec<Id> =
        edges.after.keys().filter(|it| it.op == Op::Attach).map(|it| it.id.clone()).collect();
    if attaching.is_empty() {
        return;
    }
    let leaving = leaving(nodes);
    let parts = Parts::of(new);
    for id in attaching {
        let attach = Node { op: Op::Attach, id: id.clone() };
        if let Some(parent) = parent(new, &id) {
            for node in leaving.get(&parent).into_iter().flatten() {
                edges.edge(node.clone(), attach.clone());
            }
            before_attached(nodes, edges, &parts, (&id, &parent));
            continue;
        }
        let joined = nodes.parents_joined(&id);
        if !joined.is_empty() {
            for parent in &joined {
                before_attached(nodes, edges, &parts, (&id, parent));
            }
            continue;
        }
        // An index: after the parent's, and after its own table.
        let of = new.body(&id).and_then(|it| it.parent()).cloned();
        if let Some(made) = of.as_ref().and_then(|it| nodes.maker(it)) {
            edges.edge(made, attach.clone());
        }
        // A part of a part is attached first.
        if let Some(of) = of {
            edges.edge(attach, Node { op: Op::Attach, id: of });
        }
    }
}

fn parent(catalog: &Catalog, id: &Id) -> Option<Id> {
    catalog.body(id).and_then(|it| it.partition()).map(|it| it.parent.clone())
}

/// By parent, what frees the bounds of a partition: they must be free before
/// they are taken. A parent that is made anew has all of them to give.
fn leaving(nodes: &Nodes<'_>) -> BTreeMap<Id, Vec<Node>> {
    let mut leaving: BTreeMap<Id, Vec<Node>> = BTreeMap::new();
    for (id, fate) in &nodes.fates.map {
        let Some(parent) = parent(nodes.fates.old, id).filter(|it| !nodes.goes(it)) else {
            continue;
        };
        let leaves = fate.differences().iter().any(|it| it.property == Property::Partition);
        let node = match fate {
            Fate::Drop | Fate::Recreate(_) => nodes.dropper(id),
            Fate::Aside(_) => Node { op: Op::Aside, id: id.clone() },
            Fate::Alter(_) if leaves => nodes.alterer(id),
            Fate::Alter(_) | Fate::Create => continue,
        };
        leaving.entry(parent).or_default().push(node);
    }
    leaving
}

/// Columns, constraints and indexes of one side, by table.
struct Parts<'a> {
    by_table: BTreeMap<Id, Vec<(&'a Id, Option<&'a Id>)>>,
    /// Indexes of partitions, by the index they are part of.
    by_parent: BTreeMap<&'a Id, Vec<&'a Id>>,
}

impl<'a> Parts<'a> {
    fn of(side: &'a Catalog) -> Parts<'a> {
        let mut parts = Parts { by_table: BTreeMap::new(), by_parent: BTreeMap::new() };
        for (id, object) in &side.objects {
            if matches!(id.kind, Kind::Index | Kind::Constraint | Kind::Column) {
                let table = match object.body.index() {
                    Some(index) => index.table.clone(),
                    None => id.of(Kind::Table),
                };
                parts.by_table.entry(table).or_default().push((id, object.body.parent()));
                if let Some(parent) = object.body.parent() {
                    parts.by_parent.entry(parent).or_default().push(id);
                }
            }
        }
        parts
    }

    fn of_table(&self, table: &Id) -> &[(&'a Id, Option<&'a Id>)] {
        self.by_table.get(&table.of(Kind::Table)).map(Vec::as_slice).unwrap_or_default()
    }

    fn children(&self, part: &Id) -> &[&'a Id] {
        self.by_parent.get(part).map(Vec::as_slice).unwrap_or_default()
    }
}

fn before_attached(
    nodes: &Nodes<'_>,
    edges: &mut Edges,
    parts: &Parts<'_>,
    (id, parent): (&Id, &Id),
) {
    let attach = Node { op: Op::Attach, id: id.clone() };
    if let Some(made) = nodes.maker(parent) {
        edges.edge(made, attach.clone());
    }
    // Columns of the parent that come are there before; rows are moved after.
    edges.edge(attach.clone(), Node { op: Op::Move, id: parent.clone() });
    edges.edge(attach.clone(), Node { op: Op::Attach, id: parent.clone() });
    for (part, _) in parts.of_table(parent) {
        let is_altered = matches!(nodes.fates.get(part), Some(Fate::Alter(_)));
        if (part.kind == Kind::Column || part.kind == Kind::Constraint && is_altered)
            && let Some(made) = nodes.maker(part)
        {
            edges.edge(made, attach.clone());
        }
    }
    // The check that stands in for a NOT NULL is asked for, too.
    for above in ancestors(nodes.new_side(), parent).iter().chain([parent]) {
        for (column, _) in nodes.new_side().columns(above) {
            edges.edge(Node { op: Op::Enforce, id: column }, attach.clone());
        }
    }
    for (part, of) in parts.of_table(id) {
        let Some(made) = nodes.maker(part) else { continue };
        if part.kind == Kind::Constraint
            && made.id.kind == Kind::Constraint
            && made.id.of(id.kind) != *id
        {
            // It comes with a parent's, once that goes down to this table.
            edges.edge(attach.clone(), made);
            continue;
        }
        match of.filter(|it| nodes.comes(it)).and_then(|it| nodes.maker(it)) {
            Some(parent_made) => edges.edge(attach.clone(), parent_made),
            None => {
                edges.edge(made, attach.clone());
                // An index is valid when those of all partitions are part of it.
                for child in parts.children(part) {
                    edges.edge(Node { op: Op::Attach, id: (*child).clone() }, attach.clone());
                }
            }
        }
        // A parent's NOT NULL is asked for when the table joins.
        edges.edge(Node { op: Op::Enforce, id: (*part).clone() }, attach.clone());
        // A check that is not valid yet is none of the parent's.
        if nodes.parents_joined(id).contains(parent) {
            edges.edge(Node { op: Op::Validate, id: (*part).clone() }, attach.clone());
        }
    }
    // What only one of them has goes before.
    let above = ancestors(nodes.new_side(), parent);
    let gone = nodes.fates.map.iter().filter(|(part, fate)| {
        // The index of a partition would be part of the one above again.
        let is_part = nodes.old().body(part).is_some_and(|it| it.parent().is_some());
        let is_own = matches!(part.kind, Kind::Column | Kind::Constraint)
            && part.of(id.kind) == *id
            || part.kind == Kind::Index && is_part && nodes.table_of(part) == *id;
        let is_check =
            nodes.old_constraint(part).is_some_and(|it| it.kind == ConstraintKind::Check);
        let is_parents = (part.kind == Kind::Column || is_check)
            && (part.of(parent.kind) == *parent || above.contains(&part.of(parent.kind)));
        fate.goes() && (is_own || is_parents)
    });
    for (part, _) in gone {
        let dropper = nodes.dropper(part);
        if dropper.id.kind == Kind::Column || dropper.id == *part {
            edges.edge(dropper, attach.clone());
        }
    }
}

/// What happens to the parts of a table that leaves a parent, and to those of
/// the parent, happens when it is alone. A check that a table has itself as
/// well comes when that of the parent is valid.
pub fn inheritance(nodes: &Nodes<'_>, edges: &mut Edges) {
    let coming = nodes.fates.map.iter().filter(|(_, fate)| fate.comes());
    for (id, _) in coming.filter(|(id, _)| id.kind == Kind::Constraint) {
        let creator = nodes.creator(id);
        if creator.id != *id {
            continue;
        }
        for parent in parents(nodes.new_side(), id) {
            edges.edge(Node { op: Op::Validate, id: parent }, creator.clone());
        }
    }
    not_null(nodes, edges);
    let leaving: Vec<&Id> = nodes.fates.map.keys().filter(|id| nodes.leaves(id)).collect();
    for table in leaving {
        let leave = nodes.alterer(table);
        let mut parents = nodes.parents_left(table);
        parents.extend(parent(nodes.fates.old, table));
        for (part, fate) in &nodes.fates.map {
            let is_part = matches!(part.kind, Kind::Column | Kind::Constraint | Kind::Index);
            let of = nodes.table_of(part);
            if !is_part || of != *table && !parents.contains(&of) {
                continue;
            }
            match fate {
                Fate::Drop | Fate::Recreate(_) | Fate::Aside(_) => {
                    edges.edge(leave.clone(), nodes.dropper(part));
                }
                Fate::Alter(_) => edges.edge(leave.clone(), nodes.alterer(part)),
                // It would go down to the table.
                Fate::Create if of != *table => edges.wish(leave.clone(), nodes.creator(part)),
                // A part of the table that comes with a parent's is not its own.
                Fate::Create => {}
            }
        }
    }
}

/// While a parent says NOT NULL for its children, they cannot change theirs.
fn not_null(nodes: &Nodes<'_>, edges: &mut Edges) {
    let changes = |id: &Id| {
        let about =
            |it: &Difference| matches!(it.property, Property::NotNull | Property::NotNullName);
        matches!(nodes.fates.get(id), Some(Fate::Alter(all)) if all.iter().any(about))
    };
    let columns = nodes.fates.map.keys().filter(|id| id.kind == Kind::Column && changes(id));
    for id in columns {
        for parent in parents(nodes.new_side(), id).into_iter().filter(|it| changes(it)) {
            let (own, above) = (nodes.alterer(id), nodes.alterer(&parent));
            if inherits_not_null(nodes.old(), id) {
                edges.wish(above, own);
            } else {
                edges.wish(own, above);
            }
        }
    }
}

/// A table that comes has the columns that its parents have by then.
pub fn wish_parents_changed(nodes: &Nodes<'_>, edges: &mut Edges) {
    let coming = nodes.fates.map.iter().filter(|(_, fate)| fate.comes());
    for (table, _) in coming.filter(|(id, _)| matches!(id.kind, Kind::Table | Kind::ForeignTable)) {
        for parent in ancestors(nodes.new_side(), table) {
            for (column, _) in nodes.new_side().columns(&parent) {
                if let Some(Fate::Alter(_)) = nodes.fates.get(&column) {
                    edges.wish(nodes.alterer(&column), nodes.creator(table));
                }
                let default = column.with(Kind::Default, &column.part);
                if nodes.goes(&default) {
                    edges.wish(nodes.dropper(&default), nodes.creator(table));
                }
            }
        }
    }
}

/// The index of a partitioned table is valid when all partitions have it that
/// were there when it was made: those that go, go before.
pub fn wish_partitions_dropped(nodes: &Nodes<'_>, edges: &mut Edges) {
    let is_gone = |(id, fate): &(&Id, &Fate)| {
        let is_table = matches!(id.kind, Kind::Table | Kind::ForeignTable);
        is_table && matches!(fate, Fate::Drop)
    };
    let gone = nodes.fates.map.iter().filter(is_gone);
    let gone: Vec<(Id, Node)> = gone
        .filter_map(|(id, _)| Some((parent(nodes.old(), id)?, nodes.dropper(id))))
        .filter(|(above, _)| !nodes.goes(above))
        .collect();
    if gone.is_empty() {
        return;
    }
    for id in nodes.fates.map.keys().filter(|id| nodes.comes(id)) {
        let of_constraint = nodes.new_constraint(id).is_some_and(is_index);
        if id.kind == Kind::Index || of_constraint {
            let table = nodes.table_of(id);
            for (_, dropper) in gone.iter().filter(|(above, _)| *above == table) {
                edges.wish(dropper.clone(), nodes.creator(id));
            }
        }
    }
}

/// A table that goes need not follow what happens to its parent's columns.
pub fn wish_children_gone(nodes: &Nodes<'_>, edges: &mut Edges) {
    let columns = nodes.fates.map.iter().filter(|(id, _)| id.kind == Kind::Column);
    let changed: Vec<(&Id, Node)> = columns
        .filter_map(|(id, fate)| match fate {
            Fate::Alter(_) if nodes.fates.retyped.contains_key(id) => Some((id, nodes.alterer(id))),
            Fate::Drop | Fate::Recreate(_) => {
                Some((id, nodes.dropper(id))).filter(|(_, dropper)| dropper.id == *id)
            }
            Fate::Alter(_) | Fate::Create | Fate::Aside(_) => None,
        })
        .collect();
    if changed.is_empty() {
        return;
    }
    let going = nodes.fates.map.iter().filter(|(_, fate)| **fate == Fate::Drop);
    for (table, _) in going.filter(|(id, _)| matches!(id.kind, Kind::Table | Kind::ForeignTable)) {
        for parent in ancestors(nodes.old(), table) {
            for (id, node) in changed.iter().filter(|(id, _)| id.of(parent.kind) == parent) {
                edges.wish(nodes.dropper(table), node.clone());
                // What stands on the table's own column is gone in any case.
                let own = table.with(Kind::Column, &id.part);
                for (standing, _) in nodes.old_graph.needed_by(&own) {
                    let lets_go = match nodes.fates.get(standing) {
                        Some(Fate::Alter(_)) => nodes.alterer(standing),
                        Some(fate) if fate.goes() => nodes.dropper(standing),
                        Some(_) | None => continue,
                    };
                    if lets_go.id != *table {
                        edges.edge(lets_go, node.clone());
                    }
                }
            }
        }
    }
}

/// The tables above a table, however far.
fn ancestors(catalog: &Catalog, table: &Id) -> BTreeSet<Id> {
    let mut found = BTreeSet::new();
    let mut todo = vec![table.clone()];
    while let Some(body) = todo.pop().and_then(|id| catalog.body(&id)) {
        for parent in body.parents() {
            if found.insert(parent.clone()) {
                todo.push(parent.clone());
            }
        }
    }
    found
}
