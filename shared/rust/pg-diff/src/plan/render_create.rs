//! Steps that make something.
//!
//! Must never: build or scan under a lock that makes others wait, where the
//! table is in use and PostgreSQL knows a way.

use super::draft::Drafts;
use super::fate::Fate;
use super::node::{Node, Nodes, Op};
use super::online::{
    self, is_built_before, is_domain_validated_later, is_validated_later, temporary,
};
use super::render::aside_id;
use super::{Action, HazardKind, Mode, adorn, retype};
use crate::catalog::{Body, Constraint, ConstraintKind, Id, Index, Kind, Table, TableKind};
use crate::ddl::{self, Adding, Inline, Statement, ident, literal, qualified};

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is made as ddl spells it")]
pub fn create(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let new = nodes.fates.new;
    let Some(object) = new.get(id) else { return };
    match &object.body {
        Body::Index(index) => create_index(nodes, drafts, id, index),
        Body::Constraint(constraint) => create_constraint(nodes, drafts, id, constraint),
        Body::DomainConstraint(constraint) => {
            let later = is_domain_validated_later(nodes, id) || !constraint.is_validated;
            drafts.add(id, Action::Create, ddl::add_to_domain(id, constraint, later));
        }
        Body::Column(_) if is_part_of_view(nodes, id) => {}
        Body::Column(_) => add_column(nodes, drafts, id),
        Body::DefaultPrivilege(_) => adorn::default_privileges(nodes, drafts, id),
        _ => {
            for statement in ddl::create(new, id, &inline(nodes)) {
                drafts.add(id, Action::Create, statement).on_table(nodes, id);
            }
        }
    }
    adorn::adorn(nodes, drafts, id);
    if id.kind == Kind::Column {
        adorn_in_children(nodes, drafts, id);
    }
    let parts = [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView];
    if parts.contains(&id.kind) {
        for (column, it) in new.columns(id) {
            adorn::adorn(nodes, drafts, &column);
            if let Some(identity) = it.identity.as_ref().filter(|it| nodes.comes(&it.sequence)) {
                adorn::adorn(nodes, drafts, &identity.sequence);
            }
        }
    }
    if id.kind == Kind::Namespace && *id.name == *"public" {
        return;
    }
    if let Body::Column(it) = &object.body
        && let Some(identity) = &it.identity
    {
        adorn::adorn(nodes, drafts, &identity.sequence);
    }
}

/// ADD COLUMN goes down to children; what they say of the column by themselves
/// does not come with it.
fn adorn_in_children(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let own = Node { op: Op::Create, id: id.clone() };
    let all = nodes.fates.map.range(Id::new(Kind::Column, "", "")..);
    let columns = all.map(|(id, _)| id).take_while(|it| it.kind == Kind::Column);
    let children: Vec<&Id> = columns
        .filter(|it| it.part == id.part && *it != id)
        .filter(|it| nodes.comes(it) && nodes.creator(it) == own)
        .collect();
    for child in children {
        if let Some(column) = online::column(nodes.fates.new, child) {
            for statement in ddl::column_settings(child, column) {
                drafts.add(child, Action::Alter, statement).on_table(nodes, child);
            }
        }
        adorn::adorn(nodes, drafts, child);
    }
}

fn is_part_of_view(nodes: &Nodes<'_>, id: &Id) -> bool {
    [Kind::View, Kind::MaterializedView]
        .into_iter()
        .any(|kind| nodes.fates.new.contains(&id.of(kind)))
}

/// What goes with the columns that are made.
fn inline(nodes: &Nodes<'_>) -> Inline {
    let expression = |id: &Id| match nodes.fates.new.get(id).map(|it| &it.body) {
        Some(Body::Default(it)) => Some((id.clone(), it.expression.clone())),
        _ => None,
    };
    let defaults = nodes.inlined.iter().filter_map(expression).collect();
    Inline { defaults, named: nodes.named.clone() }
}

fn add_column(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let new = nodes.fates.new;
    let Some(column) = online::column(new, id) else { return };
    let mut adding = column.clone();
    if nodes.options.backfills.contains_key(id) {
        // It is filled first.
        adding.not_null = None;
    }
    let loses_values = matches!(nodes.fates.get(id), Some(Fate::Recreate(_)))
        && online::column(nodes.fates.old, id).is_some_and(|it| it.generated.is_none());
    for statement in ddl::add_column(new, id, &adding, &inline(nodes)) {
        let added = drafts.add(id, Action::Create, statement).on_table(nodes, id);
        if loses_values {
            added
                .hazard(HazardKind::DataLoss, "the column's values go: it becomes a generated one");
        }
    }
}

fn create_index(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id, index: &Index) {
    if nodes.swapped.contains(id) {
        let (ns, name) = (&id.namespace, &id.name);
        let (built, old) = (temporary("", name), temporary("old_", name));
        drafts.add(id, Action::Alter, ddl::rename_index(ns, name, &old)).on_table(nodes, id);
        drafts.add(id, Action::Alter, ddl::rename_index(ns, &built, name)).on_table(nodes, id);
    } else {
        build_index(nodes, drafts, id, index);
    }
    for statement in ddl::alter_index(id, &[], &index.statistics) {
        drafts.add(id, Action::Alter, statement);
    }
}

fn build_index(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id, index: &Index) {
    let concurrently = nodes.is_live(&index.table) && !index.is_partitioned;
    let name =
        if nodes.swapped.contains(id) { temporary("", &id.name) } else { id.name.to_string() };
    let statement = ddl::create_index(index, &name, concurrently);
    let mode = if concurrently { Mode::Outside } else { Mode::Together };
    let added = drafts.add(id, Action::Create, statement).mode(mode).on_table(nodes, id);
    if concurrently {
        let why = format!("reads {} twice while others read and write", qualified(&index.table));
        added.hazard(HazardKind::IndexBuild, why);
    }
}

/// What is built before the short lock that puts it to use.
pub fn prepare(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    match nodes.fates.new.get(id).map(|it| &it.body) {
        Some(Body::Index(index)) => build_index(nodes, drafts, id, index),
        Some(Body::Constraint(constraint)) => {
            let table = id.of(Kind::Table);
            let name = prepared_name(nodes, id);
            let text = format!(
                "CREATE UNIQUE INDEX CONCURRENTLY {} ON {} {}",
                ident(&name),
                qualified(&table),
                index_of(constraint)
            );
            let why = format!("reads {} twice while others read and write", qualified(&table));
            drafts
                .add(id, Action::Create, Statement::whole(text))
                .mode(Mode::Outside)
                .on_table(nodes, id)
                .hazard(HazardKind::IndexBuild, why);
        }
        _ => {}
    }
}

/// The index of a constraint has its name at once when that is free.
fn prepared_name(nodes: &Nodes<'_>, id: &Id) -> String {
    if nodes.goes(id) { temporary("", &id.part) } else { id.part.to_string() }
}

/// `UNIQUE NULLS NOT DISTINCT (a) INCLUDE (b) WITH (fillfactor='70')` as what
/// follows the table in CREATE INDEX.
fn index_of(constraint: &Constraint) -> String {
    let text = constraint.definition.as_str();
    let text = text.strip_prefix("PRIMARY KEY ").or_else(|| text.strip_prefix("UNIQUE "));
    let text = text.unwrap_or(&constraint.definition);
    let text = text.strip_suffix(" INITIALLY DEFERRED").unwrap_or(text);
    let text = text.strip_suffix(" DEFERRABLE").unwrap_or(text);
    let (nulls, text) = match text.strip_prefix("NULLS NOT DISTINCT ") {
        Some(rest) => (" NULLS NOT DISTINCT", rest),
        None => ("", text),
    };
    let (columns, with) = match text.rfind(" WITH (") {
        Some(at) if text.ends_with("')") => text.split_at(at),
        _ => (text, ""),
    };
    format!("USING btree {columns}{nulls}{with}")
}

fn create_constraint(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id, constraint: &Constraint) {
    let later = is_validated_later(nodes, id);
    let built = is_built_before(nodes, id).then(|| prepared_name(nodes, id));
    let table = id.of(Kind::Table);
    let partitioned = matches!(
        nodes.fates.new.get(&table).map(|it| &it.body),
        Some(Body::Table(Table { kind: TableKind::Partitioned, .. }))
    );
    let adding = Adding {
        not_valid: later || !constraint.is_validated,
        using_index: built.as_deref(),
        only: partitioned
            && online::is_index(constraint)
            && constraint.kind != ConstraintKind::Exclude,
    };
    let statement = ddl::add_constraint(id, constraint, adding);
    let mut added = drafts.add(id, Action::Create, statement).on_table(nodes, id);
    if let Some(other) = &constraint.references {
        added = added.on_table(nodes, other);
    }
    let scans = !later && built.is_none() && constraint.is_validated && constraint.is_enforced;
    if scans && nodes.is_live(&table) && !adding.only {
        let why = format!("{} is read while writers of it wait", qualified(&table));
        added.hazard(HazardKind::BlocksWrites, why);
    }
}

/// Rows from the table that was set aside into the one made beside it.
pub fn move_rows(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    if id.kind == Kind::Sequence {
        return go_on_counting(drafts, id);
    }
    let old_names: Vec<Id> = nodes.fates.old.columns(id).map(|(id, _)| id).collect();
    let shared: Vec<Id> = nodes
        .fates
        .new
        .columns(id)
        .filter(|(it, column)| column.generated.is_none() && old_names.contains(it))
        .map(|(it, _)| it)
        .collect();
    let (to, from) = (qualified(id), qualified(&aside_id(id)));
    if !shared.is_empty() {
        let list = shared.iter().map(|it| ident(&it.part)).collect::<Vec<_>>().join(", ");
        let values: Vec<String> = shared.iter().map(|it| retype::moved(nodes, it)).collect();
        let values = values.join(", ");
        // Tables that inherit from it keep their own rows.
        let is_partitioned = nodes
            .old()
            .body(id)
            .and_then(|it| it.table())
            .is_some_and(|it| it.kind == TableKind::Partitioned);
        let only = if is_partitioned { "" } else { "ONLY " };
        let text = format!(
            "INSERT INTO {to} ({list}) OVERRIDING SYSTEM VALUE SELECT {values} FROM {only}{from}"
        );
        drafts
            .add(id, Action::Backfill, Statement::whole(text))
            .on_table(nodes, id)
            .hazard(HazardKind::LongLock, format!("every row of {to} is copied while others wait"))
            .hazard(HazardKind::TableRewrite, format!("{to} is written anew"));
    }
    for (_, column) in nodes.fates.new.columns(id) {
        let Some(identity) = &column.identity else { continue };
        if nodes.fates.old.contains(&identity.sequence) {
            go_on_counting(drafts, &identity.sequence);
        }
    }
}

/// A sequence made anew begins where the one set aside is.
fn go_on_counting(drafts: &mut Drafts, id: &Id) {
    let (name, old) = (literal(&qualified(id)), qualified(&aside_id(id)));
    let text =
        format!("SELECT pg_catalog.setval({name}, it.last_value, it.is_called) FROM {old} it");
    drafts.add(id, Action::Backfill, Statement::whole(text));
}
