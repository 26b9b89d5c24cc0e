//! Rows that a unique index would refuse.
//!
//! Must never: ask for an index over expressions or with a predicate.

use super::{are_there, has_rows, rows_after, shown_columns, stands_on_old};
use crate::catalog::{Dependencies, Id, Kind};
use crate::ddl::{ident, qualified};
use crate::plan::Probe;
use crate::plan::node::Nodes;

/// Of plain unique indexes, those over whole columns without a predicate.
pub fn of_index(nodes: &Nodes<'_>, id: &Id, graph: &Dependencies) -> Option<Probe> {
    let index = nodes.fates.new.body(id)?.index()?;
    if !index.is_unique || !nodes.comes(id) {
        return None;
    }
    let list = index.definition.strip_prefix("USING btree (")?;
    let (list, rest) = list.split_once(')')?;
    if rest.contains(" WHERE ") {
        return None;
    }
    let columns: Vec<String> = list.split(", ").map(column_of).collect();
    let of_view = nodes.comes(&index.table) && index.table.kind == Kind::MaterializedView;
    let rows = if of_view {
        rows_of_view(nodes, &index.table, graph)?
    } else if has_rows(nodes, &index.table) && are_there(nodes, &index.table, &columns) {
        rows_after(nodes, &index.table, &columns)
    } else {
        return None;
    };
    let known =
        columns.iter().all(|it| nodes.fates.new.contains(&index.table.with(Kind::Column, it)));
    let equal = rest.contains("NULLS NOT DISTINCT");
    known.then(|| Probe {
        breaks: format!("would break the unique index {}", qualified(id)),
        ..duplicates((id, &index.table), &rows, &columns, equal)
    })
}

/// `"a column" DESC NULLS LAST` without its order.
fn column_of(item: &str) -> String {
    let mut name = item;
    for order in [" NULLS FIRST", " NULLS LAST", " DESC"] {
        name = name.strip_suffix(order).unwrap_or(name);
    }
    name.trim_matches('"').replace("\"\"", "\"")
}

/// What a materialized view will hold, by its query.
fn rows_of_view(nodes: &Nodes<'_>, view: &Id, graph: &Dependencies) -> Option<String> {
    let body = nodes.fates.new.body(view)?.materialized_view()?;
    // Rows stay what they are where only the rest of their table changes.
    let keeps_rows = |on: &Id| {
        let is_made = nodes.comes(on) || nodes.goes(on) || nodes.fates.retyped.contains_key(on);
        !is_made && matches!(on.kind, Kind::Table | Kind::Column | Kind::Namespace)
    };
    let changes = |on: &Id| nodes.fates.map.contains_key(on) && !keeps_rows(on);
    let is_asked =
        stands_on_old(nodes, view, graph) && graph.needs(view).all(|(on, _)| !changes(on));
    if !body.is_populated || !is_asked {
        return None;
    }
    let columns: Vec<String> =
        nodes.fates.new.columns(view).map(|(id, _)| ident(&id.part)).collect();
    Some(format!("({}) AS {}({})", body.definition, ident(&view.name), columns.join(", ")))
}

pub fn duplicates(
    (about, table): (&Id, &Id),
    rows: &str,
    columns: &[String],
    nulls_equal: bool,
) -> Probe {
    let names: Vec<String> = columns.iter().map(|it| ident(it)).collect();
    let set: Vec<String> = names.iter().map(|it| format!("{it} IS NOT NULL")).collect();
    let condition = if nulls_equal { "true".to_owned() } else { set.join(" AND ") };
    let (shown, names) = (shown_columns(columns), names.join(", "));
    Probe {
        about: about.clone(),
        table: table.clone(),
        sql: format!(
            "SELECT {shown} FROM {rows} WHERE {condition} GROUP BY {names} HAVING count(*) > 1"
        ),
        breaks: String::new(),
        hint: None,
    }
}
