//! Questions to the rows that are there, before anything is done: which of
//! them would make a step fail.
//!
//! Must never: write, or ask what no step needs.

mod column;
mod constraint;
mod domain;
mod exclusion;
mod partition;
mod unique;

use super::cast::moves_to_new_type;
use super::node::Nodes;
use super::render_alter::key_of;
use super::{Probe, online, retype};
use crate::catalog::{Dependencies, Id, Kind};
use crate::ddl::{ident, literal, qualified};
use crate::rename::old_name;

#[expect(clippy::wildcard_enum_match_arm, reason = "no row stands against the rest")]
pub fn probes(nodes: &Nodes<'_>, graph: &Dependencies) -> Vec<Probe> {
    let mut all = Vec::new();
    for id in nodes.fates.map.keys() {
        let found = match id.kind {
            Kind::Column => column::probes(nodes, id),
            Kind::Constraint if stands_on_old(nodes, id, graph) => {
                constraint::probe_of(nodes, id).into_iter().collect()
            }
            Kind::Index => unique::of_index(nodes, id, graph).into_iter().collect(),
            Kind::Domain => domain::of_not_null(nodes, id),
            Kind::DomainConstraint if stands_on_old(nodes, id, graph) => {
                domain::of_check(nodes, id)
            }
            Kind::Table | Kind::ForeignTable => partition::probes(nodes, id),
            _ => Vec::new(),
        };
        all.extend(found);
    }
    for probe in &mut all {
        probe.sql = with_old_types(nodes, &probe.sql);
    }
    all
}

/// Types are asked for by the names that they have before the renames.
fn with_old_types(nodes: &Nodes<'_>, sql: &str) -> String {
    let is_type = |kind: Kind| {
        matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Collation)
    };
    let moved =
        nodes.options.renamed.iter().rev().filter(|it| is_type(it.to.kind) && it.from != it.to);
    moved.fold(sql.to_owned(), |sql, it| {
        let (new, old) = (qualified(&it.to), qualified(&it.from));
        let goes_on = |c: char| c.is_alphanumeric() || matches!(c, '_' | '$' | '"' | '.');
        let mut out = String::new();
        let mut done = 0;
        for (at, _) in sql.match_indices(&new) {
            let end = at + new.len();
            let is_whole = !sql[..at].ends_with(goes_on) && !sql[end..].starts_with(goes_on);
            out.push_str(&sql[done..at]);
            out.push_str(if is_whole { &old } else { &new });
            done = end;
        }
        out.push_str(&sql[done..]);
        out
    })
}

/// Nothing that it calls is made or replaced by this plan.
fn stands_on_old(nodes: &Nodes<'_>, id: &Id, graph: &Dependencies) -> bool {
    graph.needs(id).all(|(on, _)| {
        let is_changed = nodes.fates.map.contains_key(on);
        let is_asked = [Kind::Column, Kind::Table, Kind::Constraint, Kind::Domain];
        !is_changed || is_asked.contains(&on.kind)
    })
}

/// Tables with rows only: of the others nothing can be in the way.
fn has_rows(nodes: &Nodes<'_>, table: &Id) -> bool {
    nodes.fates.old.contains(table) && !nodes.options.empty.contains(table)
}

/// The columns are there, or it is known what they will hold.
fn are_there(nodes: &Nodes<'_>, table: &Id, columns: &[String]) -> bool {
    nodes.fates.old.contains(table)
        && columns.iter().all(|name| {
            let id = table.with(Kind::Column, name);
            let is_old = nodes.fates.old.contains(&id);
            is_old && !nodes.fates.retyped.contains_key(&id) || value_after(nodes, &id).is_some()
        })
}

/// What a row will have in a column that changes its type, or comes. None
/// where nobody can tell before.
fn value_after(nodes: &Nodes<'_>, id: &Id) -> Option<String> {
    let new = online::column(nodes.fates.new, id)?;
    let is_renamed = old_name(&nodes.options.renamed, id).part != id.part;
    if moves_to_new_type(nodes, &new.type_name) || new.generated.is_some() || is_renamed {
        return None;
    }
    if nodes.fates.old.contains(id) {
        let made = retype::expression(nodes, id);
        return Some(made.unwrap_or_else(|| format!("{}::{}", ident(&id.part), new.type_name)));
    }
    let is_filled = nodes.options.backfills.contains_key(id) || new.identity.is_some();
    let Some(default) = nodes.fates.new.body(&id.with(Kind::Default, &id.part)) else {
        return (!is_filled).then(|| format!("NULL::{}", new.type_name));
    };
    let default = default.default()?;
    let stays = |it: &Id| !nodes.fates.map.contains_key(it) || it.kind != Kind::Routine;
    let calls_old = nodes.fates.map.keys().all(|it| stays(it) || !names(&default.expression, it));
    // A number taken from a sequence is gone.
    let is_constant = !default.expression.contains("nextval(") && calls_old;
    (is_constant && !is_filled).then(|| format!("({})::{}", default.expression, new.type_name))
}

fn names(expression: &str, id: &Id) -> bool {
    crate::scan::mentions(expression, &ident(&id.name))
}

/// Where the rows of a table are before its renames: what stands after FROM,
/// with columns by the names that they get.
fn rows_of(nodes: &Nodes<'_>, table: &Id) -> String {
    rows(nodes, table, &[])
}

/// The same, where these columns hold what they will.
fn rows_after(nodes: &Nodes<'_>, table: &Id, changed: &[String]) -> String {
    rows(nodes, table, changed)
}

fn rows(nodes: &Nodes<'_>, table: &Id, changed: &[String]) -> String {
    let renamed = &nodes.options.renamed;
    let was = old_name(renamed, table);
    let mut columns = Vec::new();
    let mut is_same = was == *table;
    let is_changed = |id: &Id| {
        let is_old = nodes.fates.old.contains(id);
        changed.iter().any(|it| **it == *id.part)
            && (!is_old || nodes.fates.retyped.contains_key(id))
    };
    let there: Vec<Id> = nodes.fates.old.columns(table).map(|(id, _)| id).collect();
    let coming = changed.iter().map(|it| table.with(Kind::Column, it));
    let coming: Vec<Id> = coming.filter(|it| !there.contains(it)).collect();
    for id in there.into_iter().chain(coming) {
        let (before, name) = (ident(&old_name(renamed, &id).part), ident(&id.part));
        let value = if is_changed(&id) { value_after(nodes, &id) } else { None };
        is_same &= before == name && value.is_none();
        columns.push(format!("{} AS {name}", value.unwrap_or(before)));
    }
    if is_same {
        return qualified(table);
    }
    let columns = columns.join(", ");
    format!("(SELECT ctid, {columns} FROM {}) AS {}", qualified(&was), ident(&table.name))
}

/// What shows a row: its key, or where it lies.
fn shown(nodes: &Nodes<'_>, table: &Id) -> String {
    let key = key_of(nodes.fates.old, table);
    if key.is_empty() { "ctid::text".to_owned() } else { shown_columns(&key) }
}

/// `'id=' || coalesce(id::text, 'NULL') || ', ' || ...`
fn shown_columns(columns: &[String]) -> String {
    let part = |name: &String| {
        format!("{} || coalesce({}::text, 'NULL')", literal(&format!("{name}=")), ident(name))
    };
    columns.iter().map(part).collect::<Vec<_>>().join(" || ', ' || ")
}

fn probe(nodes: &Nodes<'_>, about: &Id, table: &Id, condition: &str) -> Probe {
    probe_in(nodes, (about, table), &rows_of(nodes, table), condition)
}

fn probe_in(nodes: &Nodes<'_>, (about, table): (&Id, &Id), rows: &str, condition: &str) -> Probe {
    let shown = shown(nodes, table);
    let sql = format!("SELECT {shown} FROM {rows} WHERE {condition}");
    Probe { about: about.clone(), table: table.clone(), sql, breaks: String::new(), hint: None }
}
