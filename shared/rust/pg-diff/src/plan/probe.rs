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

use super::Probe;
use super::node::Nodes;
use super::render_alter::key_of;
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
    all
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

/// The columns are there, with values of the types that they keep.
fn are_there(nodes: &Nodes<'_>, table: &Id, columns: &[String]) -> bool {
    columns.iter().all(|name| {
        let column = table.with(Kind::Column, name);
        nodes.fates.old.contains(&column) && !nodes.fates.retyped.contains_key(&column)
    })
}

/// Where the rows of a table are before its renames: what stands after FROM,
/// with columns by the names that they get.
fn rows_of(nodes: &Nodes<'_>, table: &Id) -> String {
    let renamed = &nodes.options.renamed;
    let was = old_name(renamed, table);
    let columns: Vec<(Id, Id)> =
        nodes.fates.old.columns(table).map(|(id, _)| (old_name(renamed, &id), id)).collect();
    if was == *table && columns.iter().all(|(was, id)| was.part == id.part) {
        return qualified(table);
    }
    let columns: Vec<String> = columns
        .iter()
        .map(|(was, id)| format!("{} AS {}", ident(&was.part), ident(&id.part)))
        .collect();
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
    let (shown, rows) = (shown(nodes, table), rows_of(nodes, table));
    let sql = format!("SELECT {shown} FROM {rows} WHERE {condition}");
    Probe { about: about.clone(), table: table.clone(), sql, breaks: String::new(), hint: None }
}
