//! Which operation waits for which.
//!
//! Must never: hold an edge that neither a dependency nor a name asks for.

use std::collections::{BTreeMap, BTreeSet};

use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use super::online;
use crate::catalog::{Body, Catalog, ConstraintKind, Dependencies, Id, Kind};
use crate::diff::Property;

/// Nodes and their edges, from what comes first to what waits for it.
#[derive(Default)]
pub struct Edges {
    pub after: BTreeMap<Node, BTreeSet<Node>>,
}

impl Edges {
    fn node(&mut self, node: Node) {
        self.after.entry(node).or_default();
    }

    /// Only between nodes that are there.
    fn edge(&mut self, first: Node, then: Node) {
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
    names(nodes, &mut edges);
    partitions(nodes, &mut edges);
    edges
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
        edges.edge(node(Op::Move), node(Op::Drop));
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
        if alters(on_fate) && !nodes.swapped.contains(id) {
            edges.edge(dropper.clone(), nodes.alterer(on));
        }
        // By then its name must still be the one that DROP says.
        let by_itself = dropper.id != *on;
        if matches!(on_fate, Some(Fate::Aside(_)))
            && !matches!(fate, Some(Fate::Aside(_)))
            && by_itself
        {
            edges.edge(dropper, Node { op: Op::Aside, id: on.clone() });
        }
    }
    if alters(fate) && goes(on_fate) {
        edges.edge(nodes.alterer(id), nodes.dropper(on));
        edges.edge(Node { op: Op::Move, id: id.clone() }, nodes.dropper(on));
    }
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
    let constraint = nodes.new_constraint(id);
    let is = |kind: ConstraintKind| constraint.is_some_and(|it| it.kind == kind);
    // Rows come before what watches them.
    let watches = matches!(id.kind, Kind::Trigger | Kind::Rule | Kind::MaterializedView);
    if watches || is(ConstraintKind::Foreign) {
        let table = if on.kind == Kind::Column { on.of(Kind::Table) } else { on.clone() };
        wait_for(Node { op: Op::Move, id: table });
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

/// A name must be free before something else takes it.
fn names(nodes: &Nodes<'_>, edges: &mut Edges) {
    let mut taken: BTreeMap<(&'static str, String), Vec<&Id>> = BTreeMap::new();
    let old = nodes.fates.old;
    for (id, _) in nodes.fates.map.iter().filter(|(_, fate)| fate.goes()) {
        for name in names_of(old, id) {
            taken.entry(name).or_default().push(id);
        }
    }
    for (id, _) in nodes.fates.map.iter().filter(|(_, fate)| fate.comes()) {
        for name in names_of(nodes.fates.new, id) {
            for other in taken.get(&name).into_iter().flatten().filter(|it| **it != id) {
                if let Some(freer) = nodes.freer(other) {
                    edges.edge(freer.clone(), nodes.creator(id));
                    if name.0 == "relation" {
                        edges.edge(freer, Node { op: Op::Prepare, id: id.clone() });
                    }
                }
            }
        }
    }
}

/// The names that an object takes, with what they must be unique among.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has names of its own kind only")]
fn names_of(catalog: &Catalog, id: &Id) -> Vec<(&'static str, String)> {
    let own = format!("{}\0{}", id.namespace, id.name);
    let Some(object) = catalog.get(id) else { return Vec::new() };
    match &object.body {
        Body::Table(_)
        | Body::ForeignTable(_)
        | Body::View(_)
        | Body::MaterializedView(_)
        | Body::Composite(_) => vec![("relation", own.clone()), ("type", own)],
        Body::Sequence(_) | Body::Index(_) => vec![("relation", own)],
        Body::Enum(_) | Body::Domain(_) | Body::Range(_) => vec![("type", own)],
        Body::Routine(_) | Body::Aggregate(_) => {
            vec![("routine", format!("{own}\0{}", id.part))]
        }
        Body::Constraint(it) => {
            let named = ("constraint", format!("{own}\0{}", id.part));
            let index = ("relation", format!("{}\0{}", id.namespace, id.part));
            match it.kind {
                ConstraintKind::Primary => vec![named, index, ("primary key", own)],
                ConstraintKind::Unique | ConstraintKind::Exclude => vec![named, index],
                ConstraintKind::Check | ConstraintKind::Foreign => vec![named],
            }
        }
        _ => Vec::new(),
    }
}

/// Partitions and their indexes.
fn partitions(nodes: &Nodes<'_>, edges: &mut Edges) {
    let (old, new) = (nodes.fates.old, nodes.fates.new);
    let parent = |catalog: &Catalog, id: &Id| {
        catalog.body(id).and_then(|it| it.partition()).map(|it| it.parent.clone())
    };
    // Bounds must be free before they are taken.
    let mut leaving: BTreeMap<Id, Vec<Node>> = BTreeMap::new();
    for (id, fate) in &nodes.fates.map {
        let Some(parent) = parent(old, id) else { continue };
        let leaves = fate.differences().iter().any(|it| it.property == Property::Partition);
        let node = match fate {
            Fate::Drop | Fate::Recreate(_) => nodes.dropper(id),
            Fate::Aside(_) => Node { op: Op::Aside, id: id.clone() },
            Fate::Alter(_) if leaves => nodes.alterer(id),
            Fate::Alter(_) | Fate::Create => continue,
        };
        leaving.entry(parent).or_default().push(node);
    }
    let attaching: Vec<Id> =
        edges.after.keys().filter(|it| it.op == Op::Attach).map(|it| it.id.clone()).collect();
    for id in attaching {
        let attach = Node { op: Op::Attach, id: id.clone() };
        if let Some(parent) = parent(new, &id) {
            for node in leaving.get(&parent).into_iter().flatten() {
                edges.edge(node.clone(), attach.clone());
            }
            before_table_is_attached(nodes, edges, &id, &parent);
        } else {
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
}

fn before_table_is_attached(nodes: &Nodes<'_>, edges: &mut Edges, id: &Id, parent: &Id) {
    let attach = Node { op: Op::Attach, id: id.clone() };
    let new = nodes.fates.new;
    if let Some(made) = nodes.maker(parent) {
        edges.edge(made, attach.clone());
    }
    // Columns of the parent that come are there before; rows are moved after.
    edges.edge(attach.clone(), Node { op: Op::Move, id: parent.clone() });
    edges.edge(attach.clone(), Node { op: Op::Attach, id: parent.clone() });
    for (part, object) in &new.objects {
        let table = match object.body.index() {
            Some(index) => index.table.clone(),
            None => part.of(Kind::Table),
        };
        let of = object.body.parent().cloned();
        if !matches!(part.kind, Kind::Index | Kind::Constraint | Kind::Column) {
            continue;
        }
        if table == *parent && part.kind == Kind::Column {
            if let Some(made) = nodes.maker(part) {
                edges.edge(made, attach.clone());
            }
            continue;
        }
        if table != *id {
            continue;
        }
        let Some(made) = nodes.maker(part) else { continue };
        let waits_for_attach = of.as_ref().is_some_and(|it| nodes.comes(it));
        if waits_for_attach {
            if let Some(parent_made) = of.as_ref().and_then(|it| nodes.maker(it)) {
                edges.edge(attach.clone(), parent_made);
            }
        } else {
            edges.edge(made, attach.clone());
        }
    }
}
