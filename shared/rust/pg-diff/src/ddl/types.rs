//! Enums, domains, composite and range types.
//!
//! Must never: take a label away; PostgreSQL cannot.

use super::{Statement, ident, literal, qualified, usual_multirange_name};
use crate::catalog::{Attribute, Composite, Domain, Enum, Id, Kind, Range};

pub fn create_enum(id: &Id, new: &Enum) -> Statement {
    let labels: Vec<String> = new.labels.iter().map(|it| literal(it)).collect();
    Statement::whole(format!("CREATE TYPE {} AS ENUM ({})", qualified(id), labels.join(", ")))
}

/// One statement for each label that is new, each beside one that is there.
pub fn add_labels(id: &Id, old: &Enum, new: &Enum) -> Vec<Statement> {
    let place = qualified(id);
    let mut all = Vec::new();
    let mut before: Option<&String> = None;
    for label in &new.labels {
        if !old.labels.contains(label) {
            let where_to = match (before, old.labels.first()) {
                (Some(before), _) => format!(" AFTER {}", literal(before)),
                (None, Some(first)) => format!(" BEFORE {}", literal(first)),
                (None, None) => String::new(),
            };
            all.push(Statement::whole(format!(
                "ALTER TYPE {place} ADD VALUE {}{where_to}",
                literal(label)
            )));
        }
        before = Some(label);
    }
    all
}

pub fn create_domain(id: &Id, domain: &Domain) -> Statement {
    let collation = domain.collation.as_ref().map(|it| format!(" COLLATE {it}"));
    let default = domain.default.as_ref().map(|it| format!(" DEFAULT {it}"));
    let not_null = if domain.not_null { " NOT NULL" } else { "" };
    Statement::whole(format!(
        "CREATE DOMAIN {} AS {}{}{}{not_null}",
        qualified(id),
        domain.base_type,
        collation.unwrap_or_default(),
        default.unwrap_or_default()
    ))
}

pub fn alter_domain(id: &Id, old: &Domain, new: &Domain) -> Vec<Statement> {
    let place = qualified(id);
    let mut all = Vec::new();
    if old.default != new.default {
        let how = match &new.default {
            Some(expression) => format!("SET DEFAULT {expression}"),
            None => "DROP DEFAULT".to_owned(),
        };
        all.push(Statement::whole(format!("ALTER DOMAIN {place} {how}")));
    }
    if old.not_null != new.not_null {
        let how = if new.not_null { "SET NOT NULL" } else { "DROP NOT NULL" };
        all.push(Statement::whole(format!("ALTER DOMAIN {place} {how}")));
    }
    all
}

pub fn create_composite(id: &Id, composite: &Composite) -> Vec<Statement> {
    let attributes: Vec<String> = composite.attributes.iter().map(attribute).collect();
    let text = format!("CREATE TYPE {} AS ({})", qualified(id), attributes.join(", "));
    let mut all = vec![Statement::whole(text)];
    all.extend(
        composite.attributes.iter().filter(|it| it.comment.is_some()).map(|it| comment(id, it)),
    );
    all
}

fn attribute(attribute: &Attribute) -> String {
    let collation = attribute.collation.as_ref().map(|it| format!(" COLLATE {it}"));
    format!("{} {}{}", ident(&attribute.name), attribute.type_name, collation.unwrap_or_default())
}

fn comment(id: &Id, attribute: &Attribute) -> Statement {
    let text = attribute.comment.as_ref().map_or_else(|| "NULL".to_owned(), |it| literal(it));
    let name = ident(&attribute.name);
    Statement::whole(format!("COMMENT ON COLUMN {}.{name} IS {text}", qualified(id)))
}

/// Attributes that go and come; those that stay are of the same type. CASCADE
/// takes typed tables along, and nothing else.
pub fn alter_composite(id: &Id, old: &Composite, new: &Composite) -> Vec<Statement> {
    let place = qualified(id);
    let find =
        |list: &Composite, name: &str| list.attributes.iter().find(|it| it.name == name).cloned();
    let mut all = Vec::new();
    for it in old.attributes.iter().filter(|it| find(new, &it.name).is_none()) {
        all.push(Statement::whole(format!(
            "ALTER TYPE {place} DROP ATTRIBUTE {} CASCADE",
            ident(&it.name)
        )));
    }
    for it in &new.attributes {
        let before = find(old, &it.name);
        if before.is_none() {
            all.push(Statement::whole(format!(
                "ALTER TYPE {place} ADD ATTRIBUTE {} CASCADE",
                attribute(it)
            )));
        }
        if before.and_then(|before| before.comment) != it.comment {
            all.push(comment(id, it));
        }
    }
    all
}

/// From its parenthesised list of `key = value`.
pub fn create_from_list(head: &str, id: &Id, list: &[String]) -> Statement {
    Statement::whole(format!("{head} ({})", list.join(", ")).replacen("%", &qualified(id), 1))
}

/// The multirange type that comes with a range type, qualified and quoted.
pub fn multirange_name(id: &Id, range: &Range) -> String {
    let said = range.definition.iter().find_map(|it| it.strip_prefix("multirange_type_name = "));
    said.map_or_else(
        || qualified(&Id::new(Kind::Range, &id.namespace, &usual_multirange_name(&id.name))),
        str::to_owned,
    )
}

/// What bears the names of a range type beside it, and keeps them when it is
/// renamed to `aside`: its constructors, its multirange type and that one's
/// constructors. Source: `makeRangeConstructors` and
/// `makeMultirangeConstructors` of typecmds.c.
pub fn rename_range_parts(id: &Id, range: &Range, aside: &Id) -> Vec<Statement> {
    let subtype = range.definition.iter().find_map(|it| it.strip_prefix("subtype = "));
    let (subtype, to, renamed) =
        (subtype.unwrap_or_default(), ident(&aside.name), qualified(aside));
    let (function, multirange) = (qualified(id), multirange_name(id, range));
    let to_many = ident(&format!("{}m", aside.name));
    let mut all: Vec<String> =
        [format!("{subtype}, {subtype}"), format!("{subtype}, {subtype}, text")]
            .into_iter()
            .map(|arguments| format!("ALTER FUNCTION {function}({arguments}) RENAME TO {to}"))
            .collect();
    all.push(format!("ALTER TYPE {multirange} RENAME TO {to_many}"));
    for arguments in [String::new(), renamed.clone(), format!("{renamed}[]")] {
        all.push(format!("ALTER FUNCTION {multirange}({arguments}) RENAME TO {to_many}"));
    }
    all.into_iter().map(Statement::whole).collect()
}
