//! What depends on what on one side, with what the model itself knows.
//!
//! Must never: depend on PostgreSQL having recorded what an id says anyway.

use crate::catalog::{Body, Catalog, Dependencies, Id, Kind, Link};

/// The old side, whose edges order what goes.
pub fn old_graph(catalog: &Catalog) -> Dependencies {
    let mut graph = catalog.dependencies.clone();
    add_structure(catalog, &mut graph);
    for (id, object) in &catalog.objects {
        if let Body::SequenceOwner(owner) = &object.body {
            graph.insert(id.of(Kind::Sequence), owner.column.clone(), Link::Auto);
        }
    }
    graph
}

/// The new side, whose edges order what comes. A sequence does not wait for
/// the column it will belong to: the column's default waits for it.
pub fn new_graph(catalog: &Catalog) -> Dependencies {
    let mut graph = Dependencies::default();
    for (from, to, link) in catalog.dependencies.iter() {
        let is_owned = from.kind == Kind::Sequence
            && matches!(to.kind, Kind::Column | Kind::Table | Kind::SequenceOwner | Kind::Default)
            && !is_identity(catalog, from);
        if !is_owned {
            graph.insert(from.clone(), to.clone(), link);
        }
    }
    add_structure(catalog, &mut graph);
    graph
}

fn is_identity(catalog: &Catalog, sequence: &Id) -> bool {
    matches!(catalog.get(sequence).map(|it| &it.body), Some(Body::Sequence(it)) if it.is_identity)
}

/// The relation that `id` is a part of.
pub fn relation_of(catalog: &Catalog, id: &Id) -> Option<Id> {
    let kinds = [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView];
    kinds.into_iter().map(|kind| id.of(kind)).find(|it| catalog.contains(it))
}

fn add_structure(catalog: &Catalog, graph: &mut Dependencies) {
    for (id, object) in &catalog.objects {
        let mut on = |to: Id, link: Link| {
            if catalog.contains(&to) {
                graph.insert(id.clone(), to, link);
            }
        };
        match &object.body {
            Body::Column(column) => {
                if let Some(table) = relation_of(catalog, id) {
                    on(table, Link::Auto);
                }
                if let Some(identity) = &column.identity {
                    // The sequence is part of the column, not the other way.
                    graph.insert(identity.sequence.clone(), id.clone(), Link::Auto);
                }
            }
            Body::Default(_) => on(id.with(Kind::Column, &id.part), Link::Auto),
            Body::SequenceOwner(owner) => {
                on(id.of(Kind::Sequence), Link::Auto);
                on(owner.column.clone(), Link::Auto);
            }
            Body::DomainConstraint(_) => on(id.of(Kind::Domain), Link::Auto),
            Body::Constraint(constraint) => {
                if let Some(table) = relation_of(catalog, id) {
                    on(table, Link::Auto);
                }
                for column in &constraint.columns {
                    on(id.with(Kind::Column, column), Link::Auto);
                }
                if let Some(table) = &constraint.references {
                    on(table.clone(), Link::Normal);
                }
                if let Some(parent) = &constraint.parent {
                    on(parent.clone(), Link::Auto);
                }
            }
            Body::Index(index) => {
                on(index.table.clone(), Link::Auto);
                if let Some(parent) = &index.parent {
                    on(parent.clone(), Link::Auto);
                }
            }
            Body::Trigger(trigger) => {
                if let Some(table) = relation_of(catalog, id) {
                    on(table, Link::Auto);
                }
                for (partition, _) in &trigger.exceptions {
                    on(partition.clone(), Link::Normal);
                }
            }
            Body::Rule(_) | Body::Policy(_) => {
                if let Some(table) = relation_of(catalog, id) {
                    on(table, Link::Auto);
                }
            }
            Body::Statistics(statistics) => on(statistics.table.clone(), Link::Auto),
            Body::Table(_) => {
                for parent in object.body.parents() {
                    on(parent.clone(), Link::Auto);
                }
            }
            Body::ForeignTable(table) => {
                for parent in object.body.parents() {
                    on(parent.clone(), Link::Auto);
                }
                on(Id::global(Kind::Server, &table.server), Link::Normal);
            }
            Body::Namespace
            | Body::Extension(_)
            | Body::Collation(_)
            | Body::Enum(_)
            | Body::Domain(_)
            | Body::Composite(_)
            | Body::Range(_)
            | Body::Sequence(_)
            | Body::View(_)
            | Body::MaterializedView(_)
            | Body::Routine(_)
            | Body::Aggregate(_)
            | Body::EventTrigger(_)
            | Body::Publication(_)
            | Body::TextSearchConfiguration(_)
            | Body::Cast(_)
            | Body::DefaultPrivilege(_)
            | Body::Definition(_) => {}
        }
        if !id.namespace.is_empty() {
            let namespace = Id::global(Kind::Namespace, &id.namespace);
            if catalog.contains(&namespace) {
                graph.insert(id.clone(), namespace, Link::Normal);
            }
        }
    }
}
