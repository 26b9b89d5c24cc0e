//! Values from one type to another: which cast does it, and what is lost.
//!
//! Must never: cast so that a value is cut off silently.

use super::node::Nodes;
use crate::catalog::{Body, Catalog, Column, Composite, Id, Kind};
use crate::ddl::{self, ident};

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

/// The labels of an enum, of a domain over one, or of arrays of them.
pub fn labels(catalog: &Catalog, type_name: &str) -> Option<Vec<String>> {
    let name = type_name.trim_end_matches("[]");
    if let Some(domain) = find_type(catalog, Kind::Domain, name).and_then(|it| it.domain()) {
        return labels(catalog, &domain.base_type);
    }
    Some(find_type(catalog, Kind::Enum, name)?.enumeration()?.labels.clone())
}

/// What makes a value of the new type from `value`. None where the assignment
/// cast does: it fails where the explicit one cuts off. Source: manual, ALTER
/// TABLE SET DATA TYPE and CREATE CAST.
pub fn cast(nodes: &Nodes<'_>, value: &str, (old, new): (&str, &str)) -> Option<String> {
    let (from, to) = (family(nodes.fates.old, old), family(nodes.fates.new, new));
    let array = if new.ends_with("[]") && old.ends_with("[]") { "[]" } else { "" };
    let through_text = || Some(format!("{value}::text{array}::{new}"));
    match (from, to) {
        (_, Family::Text) => None,
        (a, b) if a == b && a != Family::Users && a != Family::Other => None,
        (Family::Users, Family::Users) => {
            match (composite(nodes.fates.old, old), composite(nodes.fates.new, new)) {
                (Some(before), Some(after)) if array.is_empty() => {
                    Some(rebuild_row(nodes, value, (before, after), new))
                }
                _ => through_text(),
            }
        }
        (Family::Text, _) => Some(format!("{value}::{new}")),
        _ if has_cast(old, new) => Some(format!("{value}::{new}")),
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
    let is_multirange = |(id, object): (&Id, &crate::catalog::Object)| {
        object.body.range().is_some_and(|it| ddl::multirange_name(id, it) == type_name)
    };
    [Kind::Enum, Kind::Composite, Kind::Range]
        .into_iter()
        .any(|kind| find_type(catalog, kind, type_name).is_some())
        || catalog.objects.iter().any(is_multirange)
}

/// A type by the name that `format_type` gives it.
pub fn find_type<'a>(catalog: &'a Catalog, kind: Kind, type_name: &str) -> Option<&'a Body> {
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
fn rebuild_row(
    nodes: &Nodes<'_>,
    row: &str,
    (old, new): (&Composite, &Composite),
    type_name: &str,
) -> String {
    let values: Vec<String> = new
        .attributes
        .iter()
        .map(|attribute| {
            let was = old.attributes.iter().find(|it| it.name == attribute.name);
            let Some(was) = was else { return "NULL".to_owned() };
            let value = format!("({row}).{}", ident(&attribute.name));
            let types = (was.type_name.as_str(), attribute.type_name.as_str());
            let stays = types.0 == types.1 && !moves_to_new_type(nodes, types.1);
            let made = if stays { None } else { cast(nodes, &format!("({value})"), types) };
            made.unwrap_or(value)
        })
        .collect();
    let values = values.join(", ");
    format!(
        "CASE WHEN {row} IS NOT DISTINCT FROM NULL THEN NULL ELSE ROW({values})::{type_name} END"
    )
}

/// A composite type that is made anew has fewer attributes.
pub fn loses_attributes(nodes: &Nodes<'_>, (old, new): (&str, &str)) -> bool {
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
pub fn rounds(old: &str, new: &str) -> bool {
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
