//! Which operation waits for which.
//!
//! Must never: hold an edge that neither a dependency nor a name asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use super::{lineage, names, online, rows};
use crate::catalog::{Body, Catalog, ConstraintKind, Dependencies, Id, Kind, ReplicaIdentity};
use crate::diff::{Difference, Property};

/// Nodes and their edges, from what comes first to what waits for it.
#[derive(Default)]
pub struct Edges {
    pub after: BTreeMap<Node, BTreeSet<Node>>,
    /// Those that are given up when they close a circle.
    wished: BTreeSet<(Node, Node)>,
}

impl Edges {
    fn node(&mut self, node: Node) {
        self.after.entry(node).or_default();
    }

    /// An edge that is given up when it closes a circle.
    pub fn wish(&mut self, first: Node, then: Node) {
        let is_there = self.after.get(&first).is_some_and(|thens| thens.contains(&then));
        if !is_there {
            self.edge(first.clone(), then.clone());
            self.wished.insert((first, then));
        }
    }

    /// Gives up the wishes of a circle. False where there is none.
    pub fn give_up(&mut self, circle: &[Node]) -> bool {
        let mut found = false;
        for (at, first) in circle.iter().enumerate() {
            let then = &circle[(at + 1) % circle.len()];
            if self.wished.remove(&(first.clone(), then.clone())) {
                found = true;
                if let Some(thens) = self.after.get_mut(first) {
                    thens.remove(then);
                }
            }
        }
        found
    }

    /// Only between nodes that are there.
    pub fn edge(&mut self, first: Node, then: Node) {
        if first != then && self.after.contains_key(&first) && self.after.contains_key(&then) {
            self.after.entry(first).or_default().insert(then);
        }
    }
}

pub fn edges(nodes: &Nodes<'_>, new_graph: &Dependencies) -> Edges {
    let mut edges = Edges::default();
    add_nodes(nodes, &mut edges);
    within_objects(nodes, &mut edges);
    for (id, on, _) in nodes.old_graph.iter() {
        old_edge(nodes, &mut edges, id, on);
    }
    for (id, on, _) in new_graph.iter() {
        new_edge(nodes, &mut edges, id, on);
    }
    names::names(nodes, &mut edges);
    lineage::partitions(nodes, &mut edges);
    lineage::inheritance(nodes, &mut edges);
    before_retype(nodes, &mut edges);
    rows::rows(nodes, &mut edges);
    logged(nodes, &mut edges);
    default_privileges(nodes, &mut edges);
    lineage::wish_children_gone(nodes, &mut edges);
    lineage::wish_parents_changed(nodes, &mut edges);
    lineage::wish_partitions_dropped(nodes, &mut edges);
    names::wish_overloads_away(nodes, &mut edges, new_graph);
    edges
}

/// An index that calls a function with the whole row is built anew by a change
/// of any column's type: it goes before.
fn before_retype(nodes: &Nodes<'_>, edges: &mut Edges) {
    let tables: BTreeSet<Id> =
        nodes.fates.retyped.keys().map(|column| column.of(Kind::Table)).collect();
    let going = nodes.fates.map.iter().filter(|(id, fate)| id.kind == Kind::Index && fate.goes());
    for (index, _) in going.filter(|(index, _)| !nodes.swapped.contains(index)) {
        let table = nodes.table_of(index);
        if !tables.contains(&table) {
            continue;
        }
        let retyped = nodes.fates.retyped.keys().filter(|it| it.of(Kind::Table) == table);
        for column in retyped.filter(|it| matches!(nodes.fates.get(it), Some(Fate::Alter(_)))) {
            edges.edge(nodes.dropper(index), nodes.alterer(column));
        }
    }
}

/// What comes gets what the old default privileges give.
fn default_privileges(nodes: &Nodes<'_>, edges: &mut Edges) {
    let of_kind = |it: &&Node| it.id.kind == Kind::DefaultPrivilege;
    let changes: Vec<Node> = edges.after.keys().filter(of_kind).cloned().collect();
    if changes.is_empty() {
        return;
    }
    for (id, fate) in &nodes.fates.map {
        if fate.comes() && id.kind != Kind::DefaultPrivilege && id.part.is_empty() {
            changes.iter().for_each(|it| edges.wish(nodes.creator(id), it.clone()));
        }
    }
}

/// A logged table cannot refer to one that is not.
fn logged(nodes: &Nodes<'_>, edges: &mut Edges) {
    let changes = |table: &Id| {
        let fate = nodes.fates.get(table);
        fate.is_some_and(|it| it.differences().iter().any(|it| it.property == Property::Unlogged))
    };
    for (id, object) in &nodes.fates.new.objects {
        let Some(other) = object.body.constraint().and_then(|it| it.references.as_ref()) else {
            continue;
        };
        let table = id.of(Kind::Table);
        if table == *other || !changes(&table) || !changes(other) {
            continue;
        }
        let becomes_logged = nodes
            .fates
            .new
            .body(&table)
            .and_then(|it| it.table())
            .is_some_and(|it| !it.is_unlogged);
        let (own, others) = (nodes.alterer(&table), nodes.alterer(other));
        if becomes_logged { edges.edge(others, own) } else { edges.edge(own, others) }
    }
}

fn add_nodes(nodes: &Nodes<'_>, edges: &mut Edges) {
    for (id, fate) in &nodes.fates.map {
        if fate.comes() {
            edges.node(nodes.creator(id));
        }
        if matches!(fate, Fate::Aside(_)) {
            edges.node(Node { op: Op::Aside, id: id.clone() });
        }
        if fate.goes() {
            edges.node(nodes.dropper(id));
        }
        if matches!(fate, Fate::Alter(_)) {
            edges.node(nodes.alterer(id));
        }
        if nodes.fates.loosened.contains(id) {
            edges.node(Node { op: Op::Loosen, id: id.clone() });
        }
        for op in online::extra_ops(nodes, id, fate) {
            edges.node(Node { op, id: id.clone() });
        }
    }
}

/// The operations on one object among themselves.
fn within_objects(nodes: &Nodes<'_>, edges: &mut Edges) {
    const IN_TURN: [Op; 7] =
        [Op::Fill, Op::Guard, Op::Refill, Op::Validate, Op::Enforce, Op::Attach, Op::Finish];
    for (id, fate) in &nodes.fates.map {
        let node = |op: Op| Node { op, id: id.clone() };
        let maker = nodes.maker(id);
        if matches!(fate, Fate::Alter(_)) {
            // What a parent's new type takes back is said again after it.
            let own = nodes.alterer(id);
            for parents in nodes.alterers(id).into_iter().filter(|it| *it != own) {
                edges.edge(parents, own.clone());
            }
        }
        if let Some(maker) = &maker {
            for op in IN_TURN.into_iter().chain([Op::Move]) {
                edges.edge(maker.clone(), node(op));
            }
            edges.edge(node(Op::Prepare), maker.clone());
        }
        for (index, first) in IN_TURN.iter().enumerate() {
            for then in &IN_TURN[index + 1..] {
                edges.edge(node(*first), node(*then));
            }
        }
        if nodes.swapped.contains(id) {
            edges.edge(node(Op::Create), node(Op::Drop));
        } else if fate.comes() && fate.goes() {
            if let (Some(freer), Some(maker)) = (nodes.freer(id), maker) {
                edges.edge(freer, maker);
            }
            edges.edge(node(Op::Prepare), nodes.dropper(id));
        }
        if fate.goes() {
            edges.edge(node(Op::Move), nodes.dropper(id));
        }
        // Its columns are what a table has a TOAST table for.
        if id.kind == Kind::Table && matches!(fate, Fate::Alter(_)) {
            for (column, _) in nodes.fates.new.columns(id) {
                if let Some(made) = nodes.maker(&column) {
                    edges.edge(made, node(Op::Finish));
                }
            }
        }
        if let Some(made) =
            online::names_index(nodes.fates.new, id).and_then(|index| nodes.maker(&index))
        {
            edges.edge(made, node(Op::Finish));
        }
    }
}

fn old_edge(nodes: &Nodes<'_>, edges: &mut Edges, id: &Id, on: &Id) {
    let (fate, on_fate) = (nodes.fates.get(id), nodes.fates.get(on));
    let goes = |fate: Option<&Fate>| fate.is_some_and(Fate::goes);
    let alters = |fate: Option<&Fate>| matches!(fate, Some(Fate::Alter(_)));
    if goes(fate) {
        let dropper = nodes.dropper(id);
        if goes(on_fate) {
            edges.edge(dropper.clone(), nodes.dropper(on));
        }
        let is_aside = |fate: Option<&Fate>| matches!(fate, Some(Fate::Aside(_)));
        // A table gives up its parents first.
        let is_of_leaving =
            nodes.leaves(on) && (nodes.table_of(id) == *on || nodes.table_of(&dropper.id) == *on);
        let by_itself = !is_aside(nodes.fates.get(&dropper.id));
        // The guard of a NOT NULL that is not there yet is still to be used.
        let guards = id.kind == Kind::Constraint
            && on.kind == Kind::Column
            && online::old_check(nodes.old(), on).as_ref() == Some(id)
            && online::enforcing(nodes, on).is_some();
        if guards {
            edges.edge(Node { op: Op::Enforce, id: on.clone() }, dropper);
            return;
        }
        // Most of what is said of a table is nothing to its parts.
        let leaves_parts_alone = on_fate.is_some_and(|it| {
            let concerns = |it: &Difference| {
                matches!(
                    it.property,
                    Property::Partition
                        | Property::Inherits
                        | Property::Unlogged
                        | Property::OfType
                        | Property::AccessMethod
                )
            };
            on.kind == Kind::Table && !it.differences().iter().any(concerns)
        });
        // A plain index does not ask for NOT NULL; without the default that
        // went, it would refuse rows until the index is gone.
        let is_loosened = id.kind == Kind::Index
            && nodes.old().body(&on.of(Kind::Table)).is_some_and(|it| !is_identified_by(it, id))
            && on_fate.is_some_and(|it| it.differences().iter().all(loosens));
        let is_free =
            nodes.swapped.contains(id) || is_of_leaving || leaves_parts_alone || is_loosened;
        if alters(on_fate) && by_itself && !is_free {
            for alterer in nodes.alterers(on) {
                edges.edge(dropper.clone(), alterer);
            }
        }
        // By then its name must still be the one that DROP says.
        if is_aside(on_fate) && !is_aside(fate) && by_itself {
            edges.edge(dropper, Node { op: Op::Aside, id: on.clone() });
        }
    }
    // What is computed from a column gives that up before the column changes.
    if alters(fate) && alters(on_fate) && id.kind == Kind::Column && on.kind == Kind::Column {
        let gives_up = fate
            .is_some_and(|it| it.differences().iter().any(|it| it.property == Property::Generated));
        if gives_up {
            edges.edge(nodes.alterer(id), nodes.alterer(on));
        }
    }
    // What a type loses is still read from the column that moves off it.
    if alters(fate) && alters(on_fate) && id.kind == Kind::Column && on.kind == Kind::Composite {
        let is_moved =
            fate.is_some_and(|it| it.differences().iter().any(|it| it.property == Property::Type));
        if is_moved {
            edges.edge(nodes.alterer(id), nodes.alterer(on));
        }
    }
    if alters(fate) && goes(on_fate) {
        edges.edge(nodes.alterer(id), nodes.dropper(on));
        edges.edge(Node { op: Op::Move, id: id.clone() }, nodes.dropper(on));
    }
}

/// NOT NULL goes.
fn loosens(it: &Difference) -> bool {
    it.property == Property::NotNull && it.to.is_empty()
}

/// REPLICA IDENTITY wants the columns of its index NOT NULL.
fn is_identified_by(table: &Body, index: &Id) -> bool {
    let identity = table.table().map(|it| &it.replica_identity);
    matches!(identity, Some(ReplicaIdentity::Index(name)) if **name == *index.name)
}

fn new_edge(nodes: &Nodes<'_>, edges: &mut Edges, id: &Id, on: &Id) {
    let Some(maker) = nodes.maker(id) else { return };
    let prepare = Node { op: Op::Prepare, id: id.clone() };
    let mut wait_for = |first: Node| {
        edges.edge(first.clone(), maker.clone());
        edges.edge(first, prepare.clone());
    };
    if let Some(made) = nodes.maker(on) {
        wait_for(made);
    }
    if matches!(nodes.fates.get(on), Some(Fate::Alter(_))) {
        nodes.alterers(on).into_iter().for_each(&mut wait_for);
    }
    let constraint = nodes.new_constraint(id);
    let is = |kind: ConstraintKind| constraint.is_some_and(|it| it.kind == kind);
    // Rows come before what watches them.
    let watches = matches!(id.kind, Kind::Trigger | Kind::Rule | Kind::MaterializedView);
    if watches || is(ConstraintKind::Foreign) {
        let table = if on.kind == Kind::Column { on.of(Kind::Table) } else { on.clone() };
        wait_for(Node { op: Op::Move, id: table });
    }
    // A partition has a clone of it from when it is attached.
    if id.kind == Kind::Trigger && *on != id.of(on.kind) {
        wait_for(Node { op: Op::Attach, id: on.clone() });
    }
    // A foreign key wants a unique index that is valid on all partitions.
    if is(ConstraintKind::Foreign) {
        for child in children_of_index(nodes.fates.new, on) {
            wait_for(Node { op: Op::Attach, id: child });
        }
    }
    // It would hold on to a unique index that is about to go.
    if is(ConstraintKind::Foreign)
        && constraint.is_some_and(|it| it.references.as_ref() == Some(on))
    {
        for gone in unique_going(nodes, on) {
            edges.edge(nodes.dropper(&gone), maker.clone());
        }
    }
    // A primary key by an index wants its columns NOT NULL, or it scans; a
    // constraint is not asked of rows that still have to be filled.
    if on.kind == Kind::Column {
        let column = |op: Op| Node { op, id: on.clone() };
        if is(ConstraintKind::Primary) {
            edges.edge(column(Op::Enforce), maker.clone());
            edges.edge(column(Op::Validate), maker.clone());
        }
        if constraint.is_some() {
            edges.edge(column(Op::Fill), Node { op: Op::Validate, id: id.clone() });
        }
    }
}

/// Unique indexes and constraints of a table that go.
fn unique_going<'a>(nodes: &'a Nodes<'_>, table: &'a Id) -> impl Iterator<Item = Id> + 'a {
    let old = nodes.fates.old;
    nodes.fates.map.iter().filter(|(_, fate)| fate.goes()).filter_map(move |(id, _)| {
        let body = old.body(id)?;
        let is_unique = body.index().is_some_and(|it| it.is_unique && it.table == *table)
            || body.constraint().is_some_and(|it| {
                matches!(it.kind, ConstraintKind::Primary | ConstraintKind::Unique)
                    && id.of(table.kind) == *table
            });
        is_unique.then(|| id.clone())
    })
}

/// The parts that partitions have of a partitioned index.
fn children_of_index<'a>(catalog: &'a Catalog, parent: &'a Id) -> impl Iterator<Item = Id> + 'a {
    let is_index = matches!(parent.kind, Kind::Constraint | Kind::Index);
    catalog.objects.iter().filter(move |_| is_index).filter_map(move |(id, object)| {
        let foreign = object.body.constraint().is_some_and(|it| it.kind == ConstraintKind::Foreign);
        (!foreign && object.body.parent() == Some(parent)).then(|| id.clone())
    })
}
