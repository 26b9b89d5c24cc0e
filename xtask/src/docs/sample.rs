//! A SELECT to begin with: the first columns of a table, and the rows its
//! foreign keys lead to.
//!
//! Must never: name a column that is not there, or leave a name unquoted that
//! SQL reads otherwise.

use std::fmt::Write as _;

use super::model::Relation;

const COLUMNS: usize = 6;
const JOINS: usize = 2;

pub fn sample(it: &Relation, all: &[Relation]) -> Option<String> {
    let columns: Vec<String> = it
        .columns
        .iter()
        .take(COLUMNS)
        .map(|column| format!("t.{}", quoted(&column.name)))
        .collect();
    // Of a view only commented columns are known: all of them are asked for.
    let is_view = it.kind.ends_with("view");
    let list = if is_view || columns.is_empty() { "*".to_owned() } else { columns.join(", ") };
    if is_view {
        return Some(format!("SELECT * FROM {} LIMIT 20;", qualified(&it.name)));
    }
    let mut text = format!("SELECT {list}");
    let mut joins = String::new();
    let keys = it.constraints.iter().filter_map(|key| Some((key, key.to.as_ref()?)));
    let keys = keys.filter(|(key, to)| key.columns.len() == 1 && **to != it.name);
    for (number, (key, to)) in keys.take(JOINS).enumerate() {
        let Some(target) = all.iter().find(|one| one.name == *to) else { continue };
        let Some(identity) = referred(&key.definition) else { continue };
        let column = &key.columns[0];
        let is_null = it.columns.iter().any(|one| one.name == *column && one.is_null);
        let join = if is_null { "LEFT JOIN" } else { "JOIN" };
        let alias = format!("r{}", number + 1);
        let told = target.columns.iter().find(|one| !one.is_primary).or(target.columns.first());
        if let Some(told) = told {
            let _ = write!(text, ", {alias}.{}", quoted(&told.name));
        }
        let _ = write!(
            joins,
            "\n  {join} {} AS {alias} ON {alias}.{identity} = t.{}",
            qualified(to),
            quoted(column)
        );
    }
    let keys: Vec<String> = it
        .columns
        .iter()
        .filter(|column| column.is_primary)
        .map(|column| format!("t.{}", quoted(&column.name)))
        .collect();
    let order =
        if keys.is_empty() { String::new() } else { format!("\n ORDER BY {}", keys.join(", ")) };
    let _ = write!(text, "\n  FROM {} AS t{joins}{order}\n LIMIT 20;", qualified(&it.name));
    Some(text)
}

/// `FOREIGN KEY (a) REFERENCES public.t(id) ON DELETE ...`: `id`, as
/// PostgreSQL quotes it.
fn referred(definition: &str) -> Option<&str> {
    let (_, to) = definition.split_once(" REFERENCES ")?;
    let (_, columns) = to.split_once('(')?;
    columns.split_once(')').map(|(column, _)| column)
}

fn qualified(name: &str) -> String {
    match name.split_once('.') {
        Some((namespace, name)) => format!("{}.{}", quoted(namespace), quoted(name)),
        None => quoted(name),
    }
}

/// Quoted where it is not plain; a plain word may be a keyword, and then it
/// is quoted too.
fn quoted(name: &str) -> String {
    pg_diff::ddl::ident(name)
}
