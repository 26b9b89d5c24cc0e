//! What a column will not take: NULL, values that do not fit its new type,
//! labels that go.
//!
//! Must never: cast to a type that is not there yet.

use super::{has_rows, probe};
use crate::catalog::{Catalog, Column, Id, Kind};
use crate::ddl::{ident, literal, qualified};
use crate::plan::cast::{always_fits, find_type, labels, moves_to_new_type};
use crate::plan::node::Nodes;
use crate::plan::online::{column, enforcing};
use crate::plan::{Fill, Probe, retype};

const BACKFILL: &str = "-- @backfill <expression>";
const USING: &str = "-- @using <expression>";

pub fn probes(nodes: &Nodes<'_>, id: &Id) -> Vec<Probe> {
    let table = id.of(Kind::Table);
    if !has_rows(nodes, &table) {
        return Vec::new();
    }
    let (old, new) = (column(nodes.fates.old, id), column(nodes.fates.new, id));
    let mut all = Vec::new();
    let Some(new) = new else { return all };
    let mut add = |breaks: String, hint: &str, condition: &str| {
        let hint = Some(hint.to_owned());
        all.push(Probe { breaks, hint, ..probe(nodes, id, &table, condition) });
    };
    let place = format!("{}.{}", qualified(&table), ident(&id.part));
    if let Some(condition) = null_condition(nodes, id, (old, new)) {
        add(format!("would break NOT NULL of {place}"), BACKFILL, &condition);
    }
    if let Some(condition) = no_value(nodes, id, (old, new)) {
        let breaks = format!("would have no value for the new column {place}, which is NOT NULL");
        add(breaks, BACKFILL, &condition);
    }
    let Some(old) = old else { return all };
    if let Some(condition) = misfit(nodes, id, (old, new)) {
        add(format!("would not fit {} of {place}", new.type_name), USING, &condition);
    }
    if let Some(condition) = label_gone(nodes, id, old) {
        add(format!("holds a label in {place} that goes"), USING, &condition);
    }
    all
}

/// A column that is there and becomes NOT NULL.
fn null_condition(
    nodes: &Nodes<'_>,
    id: &Id,
    (old, new): (Option<&Column>, &Column),
) -> Option<String> {
    let old = old?;
    let becomes = old.not_null.is_none()
        && new.not_null.as_ref().is_some_and(|it| it.is_validated)
        && old.generated.is_none()
        && new.generated.is_none();
    if !becomes && enforcing(nodes, id).is_none() {
        return None;
    }
    let name = ident(&id.part);
    let fill = nodes.options.backfills.get(id).filter(|it| asks_only_old(nodes, id, it));
    Some(match fill {
        None => format!("{name} IS NULL"),
        Some(Fill { expression, .. }) => format!("{name} IS NULL AND ({expression}) IS NULL"),
    })
}

/// A column that comes NOT NULL, and rows that get nothing for it.
fn no_value(nodes: &Nodes<'_>, id: &Id, (old, new): (Option<&Column>, &Column)) -> Option<String> {
    let table = id.of(Kind::Table);
    let gets_none = old.is_none()
        && new.not_null.is_some()
        && new.generated.is_none()
        && new.identity.is_none()
        && !nodes.fates.new.contains(&id.with(Kind::Default, &id.part));
    if !gets_none {
        return None;
    }
    match nodes.options.backfills.get(id) {
        // By the parent's ADD COLUMN or by its own; or rows are moved.
        None if nodes.creator(id).id == *id || nodes.goes(&table) => Some("true".to_owned()),
        Some(fill) if asks_only_old(nodes, id, fill) => {
            Some(format!("({}) IS NULL", fill.expression))
        }
        None | Some(_) => None,
    }
}

/// The expression names no column that this plan makes.
fn asks_only_old(nodes: &Nodes<'_>, id: &Id, fill: &Fill) -> bool {
    let table = id.of(Kind::Table);
    let coming = nodes.fates.new.columns(&table).filter(|(it, _)| nodes.comes(it));
    let names: Vec<String> = coming.map(|(it, _)| ident(&it.part)).collect();
    let others = nodes.fates.map.keys().filter(|it| {
        matches!(it.kind, Kind::Routine | Kind::Table | Kind::Enum | Kind::Domain)
            && nodes.comes(it)
    });
    let others: Vec<String> = others.map(|it| ident(&it.name)).collect();
    !names.iter().chain(&others).any(|name| crate::scan::mentions(&fill.expression, name))
}

fn misfit(nodes: &Nodes<'_>, id: &Id, (old, new): (&Column, &Column)) -> Option<String> {
    if new.generated.is_some() || retype::comes_from_parent(nodes, id) {
        return None;
    }
    let name = ident(&id.part);
    let expression = retype::expression(nodes, id);
    if let Some(condition) = to_new_domain(nodes, id, (&name, expression.as_deref())) {
        return Some(condition);
    }
    if old.type_name == new.type_name {
        return None;
    }
    if moves_to_new_type(nodes, &new.type_name) {
        return to_new_type(nodes, (&name, expression.as_deref()), new);
    }
    if always_fits(old, new) {
        return None;
    }
    Some(match expression {
        // The explicit cast cuts off what the assignment refuses.
        None => format!("{name}::text IS DISTINCT FROM {name}::{}::text", new.type_name),
        Some(expression) => format!("{name} IS NOT NULL AND ({expression}) IS NULL"),
    })
}

/// An enum that is not there yet: its labels can be asked for all the same.
fn to_new_type(
    nodes: &Nodes<'_>,
    (name, expression): (&str, Option<&str>),
    new: &Column,
) -> Option<String> {
    let labels = labels(nodes.fates.new, &new.type_name)?;
    if new.type_name.ends_with(']') {
        return None;
    }
    let value = without_cast((name, expression), &new.type_name)?;
    let list: Vec<String> = labels.iter().map(|it| literal(it)).collect();
    let list = if list.is_empty() { "NULL".to_owned() } else { list.join(", ") };
    let or_null =
        if new.not_null.is_some() { format!(" OR ({value}) IS NULL") } else { String::new() };
    Some(format!("(({value})::text NOT IN ({list}){or_null})"))
}

/// A domain that is made anew over another type: that one can be asked.
fn to_new_domain(
    nodes: &Nodes<'_>,
    id: &Id,
    (name, expression): (&str, Option<&str>),
) -> Option<String> {
    let (old, new) = (column(nodes.old(), id)?, column(nodes.fates.new, id)?);
    let base = base_of(nodes.fates.new, &new.type_name)?;
    let is_asked = nodes.fates.retyped.contains_key(id) && !moves_to_new_type(nodes, &base);
    let was = base_of(nodes.old(), &old.type_name).unwrap_or_else(|| old.type_name.clone());
    if !is_asked || was == base {
        return None;
    }
    let value = without_cast((name, expression), &new.type_name)?;
    Some(format!("({value}) IS NOT NULL AND ({value})::{base} IS NULL"))
}

/// What a domain is over, in the end.
fn base_of(catalog: &Catalog, type_name: &str) -> Option<String> {
    let base = &find_type(catalog, Kind::Domain, type_name)?.domain()?.base_type;
    base_of(catalog, base).or_else(|| Some(base.clone()))
}

/// The value that USING casts.
pub fn without_cast<'a>(
    (name, expression): (&'a str, Option<&'a str>),
    type_name: &str,
) -> Option<&'a str> {
    let Some(expression) = expression else { return Some(name) };
    let cast = format!("::{type_name}");
    let bare = expression.strip_prefix('(').and_then(|it| it.strip_suffix(')'));
    bare.and_then(|it| it.strip_suffix(&cast)).or_else(|| expression.strip_suffix(&cast))
}

fn label_gone(nodes: &Nodes<'_>, id: &Id, old: &Column) -> Option<String> {
    if !nodes.fates.retyped.contains_key(id) || nodes.options.using.contains_key(id) {
        return None;
    }
    let gone = retype::labels_gone(nodes, id).filter(|it| !it.is_empty())?;
    let list: Vec<String> = gone.iter().map(|it| literal(it)).collect();
    let (name, list) = (ident(&id.part), list.join(", "));
    Some(if old.type_name.ends_with("[]") {
        format!("{name}::text[] && ARRAY[{list}]")
    } else {
        format!("{name}::text IN ({list})")
    })
}
