//! Steps that take away.
//!
//! Must never: drop rows or values without saying so.

use super::draft::Drafts;
use super::fate::Fate;
use super::node::Nodes;
use super::online::temporary;
use super::render::aside_id;
use super::retype::lost_by_moving;
use super::{Action, HazardKind, Mode};
use crate::catalog::{Body, Id, Kind, Object};
use crate::ddl::{self, Statement, drop_statement, ident, table_head};

pub fn drop(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let Some(object) = nodes.fates.old.get(id) else { return };
    match nodes.fates.get(id) {
        Some(Fate::Aside(_)) => {
            let statement = drop_statement(&aside_id(id), object);
            let mut added = drafts.add(id, Action::Drop, statement).on_table(nodes, id);
            if object.body.table().is_some() {
                // What the new table did not take goes with the old one.
                for (column, why) in lost_by_moving(nodes, id) {
                    added = added.hazard_about(HazardKind::DataLoss, column, why);
                }
            }
        }
        Some(fate) if id.kind == Kind::Index => drop_index(nodes, drafts, id, fate),
        Some(_) if id.kind == Kind::DefaultPrivilege => {
            super::adorn::default_privileges(nodes, drafts, id);
        }
        Some(fate) => {
            let is_gone_for_good = *fate == Fate::Drop;
            if let Some(partition) = object.body.partition()
                && is_referred_to(nodes, &partition.parent)
            {
                // A foreign key holds on to each partition.
                let detach = ddl::detach(id, partition);
                drafts.add(id, Action::Alter, detach).on_table(nodes, id);
            }
            let statement = if nodes.is_dropped_only(id) {
                let column = ident(&id.part);
                Statement::action(table_head(id, true), format!("DROP COLUMN {column}"))
            } else {
                drop_statement(id, object)
            };
            let mut added = drafts.add(id, Action::Drop, statement).on_table(nodes, id);
            if is_gone_for_good && let Some(why) = loses(id, object) {
                added = added.hazard(HazardKind::DataLoss, why);
            }
            if let Body::Constraint(it) = &object.body
                && let Some(other) = &it.references
            {
                // DROP of a foreign key locks the table it refers to.
                added.on_table(nodes, other);
            }
        }
        None => {}
    }
}

/// A foreign key refers to a table that stays, or to one it is a partition of.
fn is_referred_to(nodes: &Nodes<'_>, table: &Id) -> bool {
    let old = nodes.fates.old;
    let refers = |object: &Object| {
        object.body.constraint().is_some_and(|it| it.references.as_ref() == Some(table))
    };
    let above = old.body(table).and_then(|it| it.partition());
    // One that comes may be there by then.
    let all = old.objects.values().chain(nodes.fates.new.objects.values());
    !nodes.goes(table) && all.into_iter().any(refers)
        || above.is_some_and(|it| is_referred_to(nodes, &it.parent))
}

/// What goes with an object, if it holds anything.
fn loses(id: &Id, object: &Object) -> Option<String> {
    let body = &object.body;
    if body.table().is_some() {
        Some(format!("every row of {} goes", named(id)))
    } else if body.column().is_some_and(|it| it.generated.is_none()) {
        Some(format!("every value of {} goes", named(id)))
    } else if body.sequence().is_some_and(|it| !it.is_identity) {
        Some(format!("the current value of {} goes", named(id)))
    } else {
        None
    }
}

fn named(id: &Id) -> String {
    let dot = if id.part.is_empty() { String::new() } else { format!(".{}", id.part) };
    format!("{}.{}{dot}", id.namespace, id.name)
}

fn drop_index(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id, fate: &Fate) {
    let Some(Body::Index(index)) = nodes.fates.old.get(id).map(|it| &it.body) else { return };
    let name =
        if nodes.swapped.contains(id) { temporary("old_", &id.name) } else { id.name.to_string() };
    let concurrently = !index.is_partitioned
        && index.parent.is_none()
        && (*fate == Fate::Drop || nodes.swapped.contains(id) || !index.is_valid)
        && nodes.is_live(&index.table);
    let mut statement = ddl::drop_index(&id.namespace, &name, concurrently);
    // A constraint of a partition that is part of an index which is none: the
    // two can only go together.
    let holds_constraints = index.is_partitioned
        && nodes.fates.old.objects.iter().any(|(part, object)| {
            part.kind == Kind::Constraint && object.body.parent() == Some(id)
        });
    if holds_constraints {
        statement.body.push_str(" CASCADE");
    }
    let mode = if concurrently { Mode::Outside } else { Mode::Together };
    drafts.add(id, Action::Drop, statement).mode(mode).on_table(nodes, id);
}
