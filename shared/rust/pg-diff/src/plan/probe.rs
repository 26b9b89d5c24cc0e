//! Questions to the rows that are there, before anything is done: which of
//! them would make a step fail.
//!
//! Must never: write, or ask what no step needs.

use super::Probe;
use super::node::Nodes;
use super::online::{column, enforcing};
use super::render_alter::key_of;
use super::{Fill, retype};
use crate::catalog::{Body, Catalog, Constraint, ConstraintKind, Dependencies, Id, Kind};
use crate::ddl::{ident, literal, qualified};

#[expect(clippy::wildcard_enum_match_arm, reason = "no row stands against the rest")]
pub fn probes(nodes: &Nodes<'_>, graph: &Dependencies) -> Vec<Probe> {
    let mut all = Vec::new();
    for id in nodes.fates.map.keys() {
        let found = match id.kind {
            Kind::Column => of_column(nodes, id),
            Kind::Constraint if stands_on_old(nodes, id, graph) => {
                of_constraint(nodes, id).into_iter().collect()
            }
            Kind::Index => of_index(nodes, id).into_iter().collect(),
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
        !is_changed || matches!(on.kind, Kind::Column | Kind::Table | Kind::Constraint)
    })
}

/// Tables with rows only: of the others nothing can be in the way.
fn has_rows(nodes: &Nodes<'_>, table: &Id) -> bool {
    nodes.fates.old.contains(table) && !nodes.options.empty.contains(table)
}

/// What shows a row: its key, or where it lies.
fn shown(nodes: &Nodes<'_>, table: &Id) -> String {
    let key = key_of(nodes.fates.old, table);
    if key.is_empty() {
        return "ctid::text".to_owned();
    }
    let part = |name: &String| {
        format!("{} || coalesce({}::text, 'NULL')", literal(&format!("{name}=")), ident(name))
    };
    key.iter().map(part).collect::<Vec<_>>().join(" || ', ' || ")
}

fn probe(nodes: &Nodes<'_>, about: &Id, table: &Id, condition: &str) -> Probe {
    let sql = format!("SELECT {} FROM {} WHERE {condition}", shown(nodes, table), qualified(table));
    Probe { about: about.clone(), table: table.clone(), sql, breaks: String::new(), hint: None }
}

fn of_column(nodes: &Nodes<'_>, id: &Id) -> Vec<Probe> {
    let table = id.of(Kind::Table);
    if !has_rows(nodes, &table) || nodes.comes(&table) {
        return Vec::new();
    }
    let mut all = Vec::new();
    let name = ident(&id.part);
    let place = format!("{}.{}", qualified(&table), name);
    let fill = nodes.options.backfills.get(id);
    let (old, new) = (column(nodes.fates.old, id), column(nodes.fates.new, id));
    if enforcing(nodes, id).is_some() && old.is_some() {
        let condition = match fill {
            None => format!("{name} IS NULL"),
            Some(Fill { expression, .. }) => format!("{name} IS NULL AND ({expression}) IS NULL"),
        };
        all.push(Probe {
            breaks: format!("would break NOT NULL of {place}"),
            hint: Some("-- @backfill <expression>".to_owned()),
            ..probe(nodes, id, &table, &condition)
        });
    }
    if let (None, Some(new), None) = (old, new, fill)
        && new.not_null.is_some()
        && new.generated.is_none()
        && new.identity.is_none()
        && !nodes.fates.new.contains(&id.with(Kind::Default, &id.part))
        && nodes.creator(id).id == *id
    {
        all.push(Probe {
            breaks: format!("would have no value for the new column {place}, which is NOT NULL"),
            hint: Some("-- @backfill <expression>".to_owned()),
            ..probe(nodes, id, &table, "true")
        });
    }
    if let (Some(old), Some(new)) = (old, new)
        && old.type_name != new.type_name
        && !retype::comes_from_parent(nodes, id)
    {
        let expression = retype::expression(nodes, id);
        let condition = match expression {
            // The explicit cast cuts off what the assignment refuses.
            None => format!("{name}::text IS DISTINCT FROM {name}::{}::text", new.type_name),
            Some(expression) => format!("{name} IS NOT NULL AND ({expression}) IS NULL"),
        };
        if !retype::moves_to_new_type(nodes, &new.type_name) && !retype::always_fits(old, new) {
            all.push(Probe {
                breaks: format!("would not fit {} of {place}", new.type_name),
                hint: Some("-- @using <expression>".to_owned()),
                ..probe(nodes, id, &table, &condition)
            });
        }
    }
    if nodes.fates.retyped.contains_key(id)
        && let Some(gone) = retype::labels_gone(nodes, id)
        && !gone.is_empty()
        && !nodes.options.using.contains_key(id)
    {
        let list: Vec<String> = gone.iter().map(|it| literal(it)).collect();
        all.push(Probe {
            breaks: format!("holds a label in {place} that goes"),
            hint: Some("-- @using <expression>".to_owned()),
            ..probe(nodes, id, &table, &format!("{name}::text IN ({})", list.join(", ")))
        });
    }
    all
}

fn of_constraint(nodes: &Nodes<'_>, id: &Id) -> Option<Probe> {
    let table = id.of(Kind::Table);
    let constraint = nodes.new_constraint(id)?;
    let becomes_valid =
        nodes.comes(id) || nodes.old_constraint(id).is_some_and(|it| !it.is_validated);
    let asked = becomes_valid
        && constraint.is_validated
        && constraint.is_enforced
        && constraint.is_local
        && has_rows(nodes, &table)
        && columns_are_there(nodes, id, constraint);
    if !asked {
        return None;
    }
    let place = format!("{} of {}", ident(&id.part), qualified(&table));
    let found = match constraint.kind {
        ConstraintKind::Check => {
            let text = constraint.definition.strip_prefix("CHECK ")?;
            let text = text.strip_suffix(" NO INHERIT").unwrap_or(text);
            probe(nodes, id, &table, &format!("NOT {text}"))
        }
        ConstraintKind::Foreign => probe(nodes, id, &table, &orphans(nodes.fates.old, constraint)?),
        ConstraintKind::Primary | ConstraintKind::Unique if !constraint.has_period => duplicates(
            id,
            &table,
            &constraint.columns,
            constraint.definition.contains("NULLS NOT DISTINCT"),
        ),
        ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude => return None,
    };
    Some(Probe { breaks: format!("would break the constraint {place}"), ..found })
}

/// A column that the plan makes has no values to ask.
fn columns_are_there(nodes: &Nodes<'_>, id: &Id, constraint: &Constraint) -> bool {
    constraint.columns.iter().all(|name| {
        let column = id.with(Kind::Column, name);
        nodes.fates.old.contains(&column) && !nodes.fates.retyped.contains_key(&column)
    })
}

/// Rows that refer to nothing.
fn orphans(old: &Catalog, constraint: &Constraint) -> Option<String> {
    let other = constraint.references.as_ref()?;
    let (_, rest) = constraint.definition.split_once(") REFERENCES ")?;
    let (_, rest) = rest.split_once('(')?;
    let (columns, _) = rest.split_once(')')?;
    let there: Vec<&str> = columns.split(", ").collect();
    let unquoted = |name: &str| name.trim_matches('"').replace("\"\"", "\"");
    let known = there.iter().all(|it| old.contains(&other.with(Kind::Column, &unquoted(it))));
    if there.len() != constraint.columns.len() || constraint.has_period {
        return None;
    }
    let here: Vec<String> = constraint.columns.iter().map(|it| ident(it)).collect();
    let set: Vec<String> = here.iter().map(|it| format!("{it} IS NOT NULL")).collect();
    if !known {
        // What it will refer to is empty then.
        return Some(set.join(" AND "));
    }
    let partly = if constraint.definition.contains(" MATCH FULL") && here.len() > 1 {
        let count = format!("num_nonnulls({})", here.join(", "));
        format!("({count} BETWEEN 1 AND {}) OR ", here.len() - 1)
    } else {
        String::new()
    };
    Some(format!(
        "{partly}{} AND ({}) NOT IN (SELECT {} FROM {} it WHERE {})",
        set.join(" AND "),
        here.join(", "),
        there.iter().map(|name| format!("it.{name}")).collect::<Vec<_>>().join(", "),
        qualified(other),
        there.iter().map(|name| format!("it.{name} IS NOT NULL")).collect::<Vec<_>>().join(" AND ")
    ))
}

fn duplicates(about: &Id, table: &Id, columns: &[String], nulls_equal: bool) -> Probe {
    let names: Vec<String> = columns.iter().map(|it| ident(it)).collect();
    let shown: Vec<String> = columns
        .iter()
        .map(|it| {
            format!("{} || coalesce({}::text, 'NULL')", literal(&format!("{it}=")), ident(it))
        })
        .collect();
    let set: Vec<String> = names.iter().map(|it| format!("{it} IS NOT NULL")).collect();
    let condition = if nulls_equal { "true".to_owned() } else { set.join(" AND ") };
    Probe {
        about: about.clone(),
        table: table.clone(),
        sql: format!(
            "SELECT {} FROM {} WHERE {condition} GROUP BY {} HAVING count(*) > 1",
            shown.join(" || ', ' || "),
            qualified(table),
            names.join(", ")
        ),
        breaks: String::new(),
        hint: None,
    }
}

/// Of plain unique indexes, those over whole columns without a predicate.
fn of_index(nodes: &Nodes<'_>, id: &Id) -> Option<Probe> {
    let Body::Index(index) = &nodes.fates.new.get(id)?.body else { return None };
    if !index.is_unique || !nodes.comes(id) || !has_rows(nodes, &index.table) {
        return None;
    }
    let list = index.definition.strip_prefix("USING btree (")?;
    let (list, rest) = list.split_once(')')?;
    let columns: Vec<String> =
        list.split(", ").map(|it| it.trim_matches('"').replace("\"\"", "\"")).collect();
    let plain = columns.iter().all(|name| {
        let column = index.table.with(Kind::Column, name);
        nodes.fates.old.contains(&column) && !nodes.fates.retyped.contains_key(&column)
    });
    if !plain || rest.contains(" WHERE ") {
        return None;
    }
    let equal = rest.contains("NULLS NOT DISTINCT");
    Some(Probe {
        breaks: format!("would break the unique index {}", qualified(id)),
        ..duplicates(id, &index.table, &columns, equal)
    })
}
