//! Names that must be free before something else takes them.
//!
//! Must never: forget that some names are shared between kinds.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::edges::Edges;
use super::fate::{Fate, Fates};
use super::node::{Node, Nodes, Op};
use super::online;
use super::render::NAMED_NOT_NULL;
use crate::catalog::{Body, Catalog, ConstraintKind, Dependencies, Id, Kind, TableKind};
use crate::ddl;
use crate::diff::inherits_not_null;

/// A name must be free before something else takes it.
pub fn names(nodes: &Nodes<'_>, edges: &mut Edges) {
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
    leftovers(nodes, edges);
}

/// An index that a stopped run left under the name that the next one is built
/// by.
fn leftovers(nodes: &Nodes<'_>, edges: &mut Edges) {
    let prepared: Vec<Id> = edges
        .after
        .keys()
        .filter(|node| node.op == Op::Prepare)
        .map(|node| node.id.clone())
        .collect();
    for id in prepared {
        let left = Id::new(Kind::Index, &id.namespace, &online::temporary("", id.own_name()));
        if nodes.goes(&left) {
            edges.edge(nodes.dropper(&left), Node { op: Op::Prepare, id });
        }
    }
}

/// The columns that come to be NOT NULL under the name that the server gives,
/// while something in the namespace may have that name: it would give another
/// one. A child keeps the name that a parent gave it once, whoever its parents
/// are now, and the catalog compared with need not tell.
/// Source: `ChooseConstraintName` of pg_constraint.c; a name that is given
/// needs to be free on its table only.
pub fn of_not_null_in_use(fates: &Fates<'_>) -> BTreeSet<Id> {
    let (old, new) = (fates.old, fates.new);
    if old.major < NAMED_NOT_NULL {
        return BTreeSet::new();
    }
    let not_null = |catalog: &Catalog, id: &Id| {
        let column = catalog.body(id)?.column()?;
        Some(ddl::not_null_name(id, column.not_null.as_ref()?))
    };
    let comes = |(id, fate): &(&Id, &Fate)| {
        id.kind == Kind::Column && (fate.comes() || not_null(old, id).is_none())
    };
    let coming: Vec<(&Id, String)> = fates
        .map
        .iter()
        .filter(comes)
        .filter_map(|(id, _)| Some((id, not_null(new, id)?)))
        .collect();
    if coming.is_empty() {
        return BTreeSet::new();
    }
    let mut taken: BTreeSet<(&str, Cow<'_, str>)> = BTreeSet::new();
    let mut inherited: BTreeSet<(&str, &str)> = BTreeSet::new();
    for id in old.objects.keys() {
        let name = if id.kind == Kind::Column {
            if inherits_not_null(old, id) {
                inherited.insert((&id.namespace, &id.part));
            }
            not_null(old, id).map(Cow::from)
        } else {
            (id.kind == Kind::Constraint).then(|| Cow::from(id.own_name()))
        };
        taken.extend(name.map(|it| (&*id.namespace, it)));
    }
    let is_in_use = |(id, name): &(&Id, String)| {
        inherited.contains(&(&*id.namespace, &*id.part))
            || taken.contains(&(&*id.namespace, Cow::from(name.as_str())))
    };
    coming.into_iter().filter(is_in_use).map(|(id, _)| id.clone()).collect()
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
        Body::Trigger(_) => {
            let mut tables = vec![id.of(Kind::Table)];
            tables.extend(below(catalog, &tables[0]));
            let named = |table: &Id| format!("{}\0{}\0{}", table.namespace, table.name, id.part);
            tables.iter().map(|table| ("trigger", named(table))).collect()
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

/// The partitions of a table, at any depth: a trigger of the table has a clone
/// on each.
pub fn below(catalog: &Catalog, table: &Id) -> Vec<Id> {
    let is_partitioned = |id: &Id| {
        catalog
            .body(id)
            .and_then(|it| it.table())
            .is_some_and(|it| it.kind == TableKind::Partitioned)
    };
    if !is_partitioned(table) {
        return Vec::new();
    }
    let partitions = catalog
        .objects
        .iter()
        .filter(|(_, object)| object.body.partition().is_some_and(|it| it.parent == *table));
    let mut found: Vec<Id> = partitions.map(|(id, _)| id.clone()).collect();
    for id in found.clone() {
        found.extend(below(catalog, &id));
    }
    found
}

/// An old function and a new one of the same name may both fit a call: what
/// calls the new one comes when the old one is gone, unless the old one has to
/// wait for it.
pub fn wish_overloads_away(nodes: &Nodes<'_>, edges: &mut Edges, new_graph: &Dependencies) {
    let is_function = |id: &Id| matches!(id.kind, Kind::Routine | Kind::Aggregate);
    let mut going: BTreeMap<(&str, &str), Vec<&Id>> = BTreeMap::new();
    for (id, fate) in &nodes.fates.map {
        if is_function(id) && *fate == Fate::Drop {
            going.entry((&id.namespace, &id.name)).or_default().push(id);
        }
    }
    for id in nodes.fates.map.keys().filter(|id| is_function(id) && nodes.comes(id)) {
        let Some(others) = going.get(&(&*id.namespace, &*id.name)) else { continue };
        for (caller, _) in new_graph.needed_by(id) {
            let Some(maker) = nodes.maker(caller) else { continue };
            for other in others {
                edges.wish(nodes.dropper(other), maker.clone());
            }
        }
    }
}
