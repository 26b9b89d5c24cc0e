//! From operations in order to steps with SQL.
//!
//! Must never: change the order.

use std::collections::BTreeSet;

use super::draft::Drafts;
use super::fate::Fate;
use super::names::below;
use super::node::{Node, Nodes, Op};
use super::{Action, Mode};
use super::{online, render_alter, render_create, render_drop, rows};
use crate::catalog::{Body, Id, Kind, ReplicaIdentity};
use crate::ddl::{self, Statement, ident, relation};

pub fn render(nodes: &Nodes<'_>, ordered: &[Node]) -> Drafts {
    let mut drafts = Drafts::default();
    for node in ordered {
        let id = &node.id;
        match node.op {
            Op::Aside => aside(nodes, &mut drafts, id),
            Op::Loosen => rows::loosen(nodes, &mut drafts, id),
            Op::Create => render_create::create(nodes, &mut drafts, id),
            Op::Alter => render_alter::alter(nodes, &mut drafts, id),
            Op::Attach => attach(nodes, &mut drafts, id),
            Op::Finish => finish(nodes, &mut drafts, id),
            Op::Move => render_create::move_rows(nodes, &mut drafts, id),
            Op::Prepare => render_create::prepare(nodes, &mut drafts, id),
            Op::Fill | Op::Refill => render_alter::fill(nodes, &mut drafts, id),
            Op::Guard => render_alter::guard(nodes, &mut drafts, id),
            Op::Validate => validate(nodes, &mut drafts, id),
            Op::Enforce => render_alter::enforce(nodes, &mut drafts, id),
            Op::Drop => render_drop::drop(nodes, &mut drafts, id),
        }
    }
    drafts
}

/// Since when a NOT NULL has a name that another one may be given after.
pub const NAMED_NOT_NULL: u32 = 18;
const NAMED_NOT_NULL_OF_DOMAIN: u32 = 17;

/// Where something stays while its successor is there already.
pub fn aside_id(id: &Id) -> Id {
    Id { name: online::temporary("", &id.name).into(), ..id.clone() }
}

fn aside(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let Some(object) = nodes.fates.old.get(id) else { return };
    let address = ddl::address(id, object);
    let to = ident(&aside_id(id).name);
    let rename = Statement::whole(format!("ALTER {address} RENAME TO {to}"));
    drafts.add(id, Action::Rename, rename).on_table(nodes, id);
    if let Some(partition) = object.body.partition()
        && !nodes.goes(&partition.parent)
    {
        // Its place must be free for the new one.
        let detach = ddl::detach(&aside_id(id), partition);
        drafts.add(id, Action::Alter, detach).on_table(nodes, id);
    }
    if id.kind == Kind::Table {
        free_names(nodes, drafts, id);
    }
    if object.body.domain().is_some_and(|it| it.not_null)
        && nodes.old().major >= NAMED_NOT_NULL_OF_DOMAIN
    {
        let name = format!("{}_not_null", id.name);
        let rename = format!(
            "ALTER DOMAIN {} RENAME CONSTRAINT {} TO {}",
            ddl::qualified(&aside_id(id)),
            ident(&name),
            ident(&online::temporary("", &name))
        );
        drafts.add(id, Action::Rename, Statement::whole(rename));
    }
    if let Some(range) = object.body.range() {
        for statement in ddl::rename_range_parts(id, range, &aside_id(id)) {
            drafts.add(id, Action::Rename, statement);
        }
    }
}

/// Names of indexes and statistics are the namespace's: those that the new
/// table wants too are given up by the one set aside, and by partitions that
/// go with it.
fn free_names(nodes: &Nodes<'_>, drafts: &mut Drafts, table: &Id) {
    let (old, new) = (nodes.fates.old, nodes.fates.new);
    if old.major >= NAMED_NOT_NULL {
        for (id, column) in old.columns(table) {
            let Some(not_null) = column.not_null.as_ref().filter(|it| it.is_local) else {
                continue;
            };
            let name = ddl::not_null_name(&id, not_null);
            let place = ddl::qualified(&aside_id(table));
            let (from, to) = (ident(&name), ident(&online::temporary("", &name)));
            let rename = format!("ALTER TABLE {place} RENAME CONSTRAINT {from} TO {to}");
            drafts.add(table, Action::Rename, Statement::whole(rename)).on_table(nodes, table);
        }
    }
    let goes_with = |id: &Id| nodes.fates.get(id) == Some(&Fate::Drop);
    let mut tables = vec![table.clone()];
    tables.extend(below(old, table).into_iter().filter(goes_with));
    let named = [Kind::Index, Kind::Statistics, Kind::Constraint];
    let wanted: BTreeSet<(&str, &str)> = new
        .objects
        .keys()
        .filter(|it| named.contains(&it.kind))
        .map(|it| (&*it.namespace, it.own_name()))
        .collect();
    for (id, object) in &old.objects {
        let of = match (&object.body, object.body.constraint()) {
            (Body::Index(index), _) => index.table.clone(),
            (Body::Statistics(it), _) => it.table.clone(),
            (_, Some(constraint)) if online::is_index(constraint) => id.of(Kind::Table),
            (_, _) => continue,
        };
        let name = id.own_name();
        // Gone by then, with the index of the table above.
        let dropper = nodes.dropper(id);
        if nodes.goes(id) && dropper.id.kind == Kind::Index && dropper.id != *id {
            continue;
        }
        if tables.contains(&of) && wanted.contains(&(&*id.namespace, name)) {
            let what = if id.kind == Kind::Statistics { "STATISTICS" } else { "INDEX" };
            let place = relation(&id.namespace, name);
            let to = ident(&online::temporary("", name));
            let rename = format!("ALTER {what} {place} RENAME TO {to}");
            drafts.add(table, Action::Rename, Statement::whole(rename)).on_table(nodes, table);
        }
    }
}

fn attach(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let Some(object) = nodes.fates.new.get(id) else { return };
    let statements = match (object.body.partition(), object.body.parent()) {
        (Some(partition), _) => vec![ddl::attach(id, partition)],
        (_, Some(parent)) => vec![ddl::attach_index(parent, &id.namespace, id.own_name())],
        (None, None) => nodes.parents_joined(id).iter().map(|it| ddl::inherit(id, it)).collect(),
    };
    for statement in statements {
        drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    }
}

fn finish(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let Some(body) = nodes.fates.new.body(id) else { return };
    if let Some(table) = body.table() {
        for statement in online::toast_options(nodes, id) {
            drafts.add(id, Action::Alter, statement).on_table(nodes, id);
        }
        if let ReplicaIdentity::Index(_) = &table.replica_identity {
            let statement = ddl::replica_identity(id, &table.replica_identity);
            drafts.add(id, Action::Alter, statement).on_table(nodes, id);
        }
        if let Some(index) = &table.cluster_on {
            let statement = ddl::cluster_on(id, Some(index));
            drafts.add(id, Action::Alter, statement).on_table(nodes, id);
        }
    }
    if let Some(index) = body.materialized_view().and_then(|it| it.cluster_on.as_ref()) {
        let place = relation(&id.namespace, &id.name);
        let cluster = format!("ALTER MATERIALIZED VIEW {place} CLUSTER ON {}", ident(index));
        drafts.add(id, Action::Alter, Statement::whole(cluster));
    }
}

fn validate(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let statement = if id.kind == Kind::DomainConstraint {
        ddl::validate_domain(id)
    } else if id.kind == Kind::Column {
        let name = match online::enforcing(nodes, id) {
            Some(online::Enforcing::Native) => render_alter::native_name(nodes, id),
            _ => online::guard_name(nodes, id),
        };
        ddl::validate(&id.with(Kind::Constraint, &name))
    } else {
        ddl::validate(id)
    };
    drafts.add(id, Action::Validate, statement.alone()).mode(Mode::Alone).on_table(nodes, id);
}
