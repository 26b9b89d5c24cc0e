//! Rows that a check, a foreign key or a unique constraint would refuse.
//!
//! Must never: ask of rows what is asked of them already.

use super::{are_there, exclusion, has_rows, probe_in, rows_after, unique};
use crate::catalog::{Constraint, ConstraintKind, Id, Kind};
use crate::ddl::{ident, qualified};
use crate::plan::Probe;
use crate::plan::node::Nodes;

pub fn probe_of(nodes: &Nodes<'_>, id: &Id) -> Option<Probe> {
    let table = id.of(Kind::Table);
    let constraint = nodes.new_constraint(id)?;
    let becomes_valid =
        nodes.comes(id) || nodes.old_constraint(id).is_some_and(|it| !it.is_validated);
    let asked = becomes_valid
        && constraint.is_validated
        && constraint.is_enforced
        && constraint.is_local
        && has_rows(nodes, &table)
        && are_there(nodes, &table, &constraint.columns);
    if !asked {
        return None;
    }
    let rows = rows_after(nodes, &table, &constraint.columns);
    let nulls_equal = constraint.definition.contains("NULLS NOT DISTINCT");
    let found = match constraint.kind {
        ConstraintKind::Check => {
            let text = constraint.definition.strip_prefix("CHECK ")?;
            let text = text.strip_suffix(" NO INHERIT").unwrap_or(text);
            probe_in(nodes, (id, &table), &rows, &format!("NOT {text}"))
        }
        ConstraintKind::Foreign => {
            probe_in(nodes, (id, &table), &rows, &orphans(nodes, id, constraint)?)
        }
        ConstraintKind::Primary | ConstraintKind::Unique if !constraint.has_period => {
            unique::duplicates((id, &table), &rows, &constraint.columns, nulls_equal)
        }
        ConstraintKind::Exclude => exclusion::probe(nodes, id, constraint)?,
        ConstraintKind::Primary | ConstraintKind::Unique => {
            exclusion::without_overlaps(nodes, id, constraint)?
        }
    };
    let place = format!("{} of {}", ident(&id.part), qualified(&table));
    Some(Probe { breaks: format!("would break the constraint {place}"), ..found })
}

/// Rows that refer to nothing.
fn orphans(nodes: &Nodes<'_>, id: &Id, constraint: &Constraint) -> Option<String> {
    let other = constraint.references.as_ref()?;
    let (_, rest) = constraint.definition.split_once(") REFERENCES ")?;
    let (_, rest) = rest.split_once('(')?;
    let (columns, _) = rest.split_once(')')?;
    let there: Vec<&str> =
        columns.split(", ").map(|it| it.strip_prefix("PERIOD ").unwrap_or(it)).collect();
    let unquoted = |name: &str| name.trim_matches('"').replace("\"\"", "\"");
    let names_there: Vec<String> = there.iter().map(|it| unquoted(it)).collect();
    let is_old = names_there.iter().all(|it| nodes.old().contains(&other.with(Kind::Column, it)));
    let known = are_there(nodes, other, &names_there);
    if there.len() != constraint.columns.len() {
        return None;
    }
    let here: Vec<String> = constraint.columns.iter().map(|it| ident(it)).collect();
    let set: Vec<String> = here.iter().map(|it| format!("{it} IS NOT NULL")).collect();
    if !known && is_old {
        return None;
    }
    if !known {
        // What it will refer to is empty then.
        return Some(set.join(" AND "));
    }
    if constraint.has_period {
        let rows = rows_after(nodes, other, &names_there);
        return period_orphans(id, &here, &there, &rows);
    }
    let partly = if constraint.definition.contains(" MATCH FULL") && here.len() > 1 {
        let count = format!("num_nonnulls({})", here.join(", "));
        format!("({count} BETWEEN 1 AND {}) OR ", here.len() - 1)
    } else {
        String::new()
    };
    Some(format!(
        "{partly}{} AND ({}) NOT IN (SELECT {} FROM (SELECT * FROM {}) it WHERE {})",
        set.join(" AND "),
        here.join(", "),
        there.iter().map(|name| format!("it.{name}")).collect::<Vec<_>>().join(", "),
        rows_after(nodes, other, &names_there),
        there.iter().map(|name| format!("it.{name} IS NOT NULL")).collect::<Vec<_>>().join(" AND ")
    ))
}

/// Rows whose period those of the rows they refer to do not cover together.
fn period_orphans(id: &Id, here: &[String], there: &[&str], rows: &str) -> Option<String> {
    let ((period, here), (other, there)) = (here.split_last()?, there.split_last()?);
    let table = ident(&id.name);
    let same: Vec<String> =
        here.iter().zip(there).map(|(a, b)| format!(" AND it.{b} = {table}.{a}")).collect();
    let set: Vec<String> = here.iter().map(|it| format!("{it} IS NOT NULL AND ")).collect();
    Some(format!(
        "{}{period} IS NOT NULL AND NOT coalesce((SELECT range_agg(it.{other}) @> {table}.{period} \
         FROM (SELECT * FROM {rows}) it WHERE it.{other} && {table}.{period}{}), false)",
        set.concat(),
        same.concat()
    ))
}
