//! A column changes its type, or is moved to a type made anew.
//!
//! Must never: cast so that a value is cut off silently.

use super::draft::Drafts;
use super::node::Nodes;
use super::{Action, HazardKind, online};
use crate::catalog::{Body, Catalog, Column, Composite, Id, Kind};
use crate::ddl::{self, Statement, ident, table_head};

/// A parent's column changes in the same way, and ALTER TABLE goes down.
pub fn comes_from_parent(nodes: &Nodes<'_>, id: &Id) -> bool {
    Nodes::parents(nodes.fates.new, id).iter().any(|it| nodes.fates.retyped.contains_key(it))
}

pub fn retype(nodes: &Nodes<'_>, drafts: &mut Drafts, id: &Id) {
    let (Some(old), Some(new)) =
        (online::column(nodes.fates.old, id), online::column(nodes.fates.new, id))
    else {
        return;
    };
    let using = expression(nodes, id);
    let statement = match &using {
        Some(using) => ddl::type_change(id, new, using),
        None => {
            let collation = new.collation.as_ref().map(|it| format!(" COLLATE {it}"));
            let action = format!(
                "ALTER COLUMN {} TYPE {}{}",
                ident(&id.part),
                new.type_name,
                collation.unwrap_or_default()
            );
            Statement::action(table_head(id, false), action)
        }
    };
    let mut added = drafts.add(id, Action::Alter, statement).on_table(nodes, id);
    if loses_attributes(nodes, (&old.type_name, &new.type_name)) {
        let why = format!("values of {id} lose attributes that {} has no more", new.type_name);
        added = added.hazard(HazardKind::DataLoss, why);
    }
    if rounds(&old.type_name, &new.type_name) {
        let why = format!("values of {} lose digits: {} to {}", id, old.type_name, new.type_name);
        added.hazard(HazardKind::DataLoss, why);
    }
    if let Some(settings) = ddl::settings_after_type(id, new) {
        drafts.add(id, Action::Alter, settings).on_table(nodes, id);
    }
}

/// What USING says, when it says something. A foreign table has no rows to
/// convert.
pub fn expression(nodes: &Nodes<'_>, id: &Id) -> Option<String> {
    if nodes.fates.old.contains(&id.of(Kind::ForeignTable)) {
        return None;
    }
    let (old, new) = (online::column(nodes.fates.old, id)?, online::column(nodes.fates.new, id)?);
    let asked = nodes.options.using.get(id).map(|it| format!("({it})"));
    asked.or_else(|| using(nodes, id, (old, new)))
}

/// The type is not there before this plan, or not as it will be: no row can
/// be asked by it.
pub fn moves_to_new_type(nodes: &Nodes<'_>, type_name: &str) -> bool {
    let name = type_name.trim_end_matches("[]");
    let is_built_in = !name.contains('.');
    let stays = [Kind::Enum, Kind::Composite, Kind::Range, Kind::Domain].into_iter().any(|kind| {
        let from = Id::new(kind, "", "");
        let all = nodes.fates.old.objects.range(from..).take_while(|(id, _)| id.kind == kind);
        all.filter(|(id, _)| !nodes.comes(id)).any(|(id, _)| ddl::qualified(id) == name)
    });
    !is_built_in && !stays
}

/// Every value of the old type is one of the new type.
pub fn always_fits(old: &Column, new: &Column) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let size = |name: &str| -> Option<u32> {
        name.split_once('(')?.1.split(')').next()?.trim().parse().ok()
    };
    let (from, to) = (base(&old.type_name), base(&new.type_name));
    let rank = |name: &str| match name {
        "smallint" => Some(1),
        "integer" => Some(2),
        "bigint" => Some(3),
        "numeric" => Some(4),
        _ => None,
    };
    match (rank(&from), rank(&to)) {
        (Some(from), Some(to)) if from < to && !new.type_name.contains('(') => return true,
        _ => {}
    }
    to == "text"
        || (to == "character varying"
            && (size(&new.type_name).is_none()
                || (from == to
                    && size(&old.type_name).is_some_and(|it| Some(it) <= size(&new.type_name)))))
}

/// Labels that an enum column's new type does not have.
pub fn labels_gone(nodes: &Nodes<'_>, id: &Id) -> Option<Vec<String>> {
    let labels = |catalog: &Catalog| {
        let column = online::column(catalog, id)?;
        Some(find_type(catalog, Kind::Enum, &column.type_name)?.enumeration()?.labels.clone())
    };
    let (old, new) = (labels(nodes.fates.old)?, labels(nodes.fates.new)?);
    Some(old.into_iter().filter(|label| !new.contains(label)).collect())
}

/// None where the assignment cast does: it fails where the explicit one cuts
/// off. Source: manual, ALTER TABLE SET DATA TYPE and CREATE CAST.
fn using(nodes: &Nodes<'_>, id: &Id, (old, new): (&Column, &Column)) -> Option<String> {
    let name = ident(&id.part);
    let (from, to) =
        (family(nodes.fates.old, &old.type_name), family(nodes.fates.new, &new.type_name));
    let array =
        if new.type_name.ends_with("[]") && old.type_name.ends_with("[]") { "[]" } else { "" };
    let through_text = || Some(format!("{name}::text{array}::{}", new.type_name));
    match (from, to) {
        (_, Family::Text) => None,
        (a, b) if a == b && a != Family::Users && a != Family::Other => None,
        (Family::Users, Family::Users) => {
            let before = composite(nodes.fates.old, &old.type_name);
            let after = composite(nodes.fates.new, &new.type_name);
            match (before, after) {
                (Some(before), Some(after)) if array.is_empty() => {
                    Some(rebuild_row(&name, before, after, &new.type_name))
                }
                _ => through_text(),
            }
        }
        (Family::Text, _) => Some(format!("{name}::{}", new.type_name)),
        _ if has_cast(&old.type_name, &new.type_name) => Some(format!("{name}::{}", new.type_name)),
        _ => through_text(),
    }
}

/// Casts between built-in types that are not of one family. Source:
/// `pg_cast`, of 14 to 18.
fn has_cast(old: &str, new: &str) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let (from, to) = (base(old), base(new));
    let (from, to) = (from.as_str(), to.as_str());
    let number = |name: &str| {
        matches!(name, "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision")
    };
    if from == to {
        return true;
    }
    match (from, to) {
        ("boolean", "integer") | ("integer", "boolean") => true,
        ("integer" | "bigint", "bit" | "money") | ("bit", "integer" | "bigint") => true,
        ("numeric", "money") | ("money", "numeric") => true,
        ("jsonb", "boolean") | ("json", "jsonb") | ("jsonb", "json") => true,
        ("jsonb", to) => number(to),
        ("cidr", "inet") | ("inet", "cidr") | ("macaddr", "macaddr8") => true,
        ("oid", to) | (to, "oid") => matches!(to, "integer" | "bigint"),
        ("interval", "time without time zone") | ("time without time zone", "interval") => true,
        (from, "date" | "time without time zone") => from.starts_with("timestamp"),
        _ => false,
    }
}

/// Types that are cast to each other on assignment.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Family {
    Text,
    Number,
    Time,
    Bits,
    /// Enums, composite and range types: only their text is shared.
    Users,
    Other,
}

fn family(catalog: &Catalog, type_name: &str) -> Family {
    if type_name.ends_with("[]") {
        let element = family(catalog, type_name.trim_end_matches("[]"));
        return if element == Family::Users { Family::Users } else { Family::Other };
    }
    if let Some(Body::Domain(domain)) = find_type(catalog, Kind::Domain, type_name) {
        return family(catalog, &domain.base_type);
    }
    let base = type_name.split('(').next().unwrap_or(type_name).trim();
    match base {
        "text" | "character varying" | "character" | "name" | "bpchar" => Family::Text,
        "smallint" | "integer" | "bigint" | "numeric" | "real" | "double precision" => {
            Family::Number
        }
        "date" | "timestamp" => Family::Time,
        "bit" | "bit varying" => Family::Bits,
        _ if type_name.starts_with("timestamp") => Family::Time,
        _ if is_users(catalog, type_name) => Family::Users,
        _ => Family::Other,
    }
}

fn is_users(catalog: &Catalog, type_name: &str) -> bool {
    [Kind::Enum, Kind::Composite, Kind::Range]
        .into_iter()
        .any(|kind| find_type(catalog, kind, type_name).is_some())
}

/// A type by the name that `format_type` gives it.
fn find_type<'a>(catalog: &'a Catalog, kind: Kind, type_name: &str) -> Option<&'a Body> {
    catalog
        .objects
        .range(Id::new(kind, "", "")..)
        .take_while(|(id, _)| id.kind == kind)
        .find(|(id, _)| ddl::qualified(id) == type_name)
        .map(|(_, object)| &object.body)
}

fn composite<'a>(catalog: &'a Catalog, type_name: &str) -> Option<&'a Composite> {
    find_type(catalog, Kind::Composite, type_name)?.composite()
}

/// Attributes by name, NULL for new ones.
fn rebuild_row(column: &str, old: &Composite, new: &Composite, type_name: &str) -> String {
    let value = |name: &String| {
        if old.attributes.iter().any(|it| it.name == *name) {
            format!("({column}).{}", ident(name))
        } else {
            "NULL".to_owned()
        }
    };
    let values: Vec<String> = new.attributes.iter().map(|it| value(&it.name)).collect();
    let row = values.join(", ");
    format!(
        "CASE WHEN {column} IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW({row})::{type_name} END"
    )
}

/// A composite type that is made anew has fewer attributes.
fn loses_attributes(nodes: &Nodes<'_>, (old, new): (&str, &str)) -> bool {
    let name = |text: &'_ str| text.trim_end_matches("[]").to_owned();
    match (composite(nodes.fates.old, &name(old)), composite(nodes.fates.new, &name(new))) {
        (Some(old), Some(new)) => {
            let stays = |name: &String| new.attributes.iter().any(|it| it.name == *name);
            !old.attributes.iter().all(|it| stays(&it.name))
        }
        _ => false,
    }
}

/// Digits or parts of a time are given up.
fn rounds(old: &str, new: &str) -> bool {
    let base = |name: &str| name.split('(').next().unwrap_or(name).trim().to_owned();
    let (from, to) = (base(old), base(new));
    let whole = |name: &str| matches!(name, "smallint" | "integer" | "bigint");
    let broken = |name: &str| matches!(name, "numeric" | "real" | "double precision");
    let scale = |name: &str| -> Option<i64> {
        let (_, rest) = name.split_once('(')?;
        let inside = rest.split(')').next()?;
        inside.split_once(',').map_or(Some(0), |(_, scale)| scale.trim().parse().ok())
    };
    (broken(&from) && whole(&to))
        || (from == "double precision" && to == "real")
        || (from == "numeric" && matches!(to.as_str(), "real" | "double precision"))
        || (from.starts_with("timestamp") && to == "date")
        || (from == "json" && to == "jsonb")
        || (from == "numeric"
            && to == "numeric"
            && scale(new).is_some_and(|to| scale(old).is_none_or(|from| from > to)))
        || (matches!(from.as_str(), "real" | "double precision")
            && to == "numeric"
            && scale(new).is_some())
}
