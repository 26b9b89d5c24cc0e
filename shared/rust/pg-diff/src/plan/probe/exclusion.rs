//! Rows that an exclusion constraint would refuse.
//!
//! Equality alone is duplicates. One overlap beside equalities is asked of
//! neighbours only: among ranges in order, if any two overlap then two
//! neighbours do. What else an operator may mean is not asked.
//!
//! Must never: compare every row with every other.

use super::{are_there, rows_after, shown, unique};
use crate::catalog::{Constraint, Id, Kind};
use crate::ddl::ident;
use crate::plan::Probe;
use crate::plan::node::Nodes;
use crate::scan::split_list;

pub fn probe(nodes: &Nodes<'_>, id: &Id, constraint: &Constraint) -> Option<Probe> {
    let table = id.of(Kind::Table);
    let text = constraint.definition.strip_prefix("EXCLUDE USING ")?;
    let (_, text) = text.split_once(" (")?;
    let (list, rest) = crate::scan::until_closed(text)?;
    let mut equal: Vec<String> = Vec::new();
    let mut overlaps: Vec<String> = Vec::new();
    for element in split_list(list) {
        let (column, operator) = element.rsplit_once(" WITH ")?;
        let column = constraint.columns.iter().find(|it| ident(it) == column)?;
        match operator {
            "=" => equal.push(column.clone()),
            "&&" => overlaps.push(column.clone()),
            _ => return None,
        }
    }
    let filter = match rest.split_once("WHERE ") {
        Some((_, filter)) => filter.split(" DEFERRABLE").next().unwrap_or(filter).to_owned(),
        None => "true".to_owned(),
    };
    match overlaps.as_slice() {
        [] => {
            let rows = rows_after(nodes, &table, &constraint.columns);
            let rows = format!("(SELECT * FROM {rows} WHERE {filter}) AS it");
            Some(unique::duplicates((id, &table), &rows, &equal, false))
        }
        [range] => overlapping(nodes, id, (&equal, range), &filter),
        _ => None,
    }
}

/// WITHOUT OVERLAPS: the last column is a range, and none of them empty.
pub fn without_overlaps(nodes: &Nodes<'_>, id: &Id, constraint: &Constraint) -> Option<Probe> {
    let (range, equal) = constraint.columns.split_last()?;
    overlapping(nodes, id, (equal, range), "true").map(|it| Probe {
        sql: it.sql.replacen(
            "false AS is_empty",
            &format!("isempty({}) AS is_empty", ident(range)),
            1,
        ),
        ..it
    })
}

fn overlapping(
    nodes: &Nodes<'_>,
    id: &Id,
    (equal, range): (&[String], &String),
    filter: &str,
) -> Option<Probe> {
    let table = id.of(Kind::Table);
    let mut columns = equal.to_vec();
    columns.push(range.clone());
    if !is_range(nodes, &table, range) || !are_there(nodes, &table, &columns) {
        return None;
    }
    let (rows, shown) = (rows_after(nodes, &table, &columns), shown(nodes, &table));
    let range = ident(range);
    let names: Vec<String> = equal.iter().map(|it| ident(it)).collect();
    let set = names.iter().map(|it| format!(" AND {it} IS NOT NULL")).collect::<String>();
    let by = if names.is_empty() {
        String::new()
    } else {
        format!("PARTITION BY {} ", names.join(", "))
    };
    let sql = format!(
        "SELECT row_shown FROM (SELECT {shown} AS row_shown, false AS is_empty, \
         {range} && lag({range}) OVER ({by}ORDER BY {range}) AS meets FROM {rows} \
         WHERE {filter} AND {range} IS NOT NULL{set}) AS it WHERE meets OR is_empty"
    );
    Some(Probe { about: id.clone(), table, sql, breaks: String::new(), hint: None })
}

/// A range type that PostgreSQL brings.
fn is_range(nodes: &Nodes<'_>, table: &Id, column: &str) -> bool {
    const RANGES: [&str; 6] =
        ["int4range", "int8range", "numrange", "tsrange", "tstzrange", "daterange"];
    let column = table.with(Kind::Column, column);
    let body = nodes.new_side().body(&column).and_then(|it| it.column());
    body.is_some_and(|it| RANGES.contains(&it.type_name.as_str()))
}
