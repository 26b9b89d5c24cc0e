//! Types a user makes: enums, domains with their CHECKs, composite and range
//! types; and collations.
//!
//! Must never: read the row type of a table, or the array type of any.

use pg_diff::catalog::{
    Attribute, Body, Collation, Composite, Domain, DomainConstraint, Enum, Kind, Range,
};
use pg_diff::ddl::usual_multirange_name;
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};
use crate::session::quote_literal;

pub(super) const COLLATIONS: Section =
    Section { sql: include_str!("collation.sql"), since: 14, read: read_collation };

pub(super) const ENUMS: Section =
    Section { sql: include_str!("enum.sql"), since: 14, read: read_enum };

pub(super) const DOMAINS: Section =
    Section { sql: include_str!("domain.sql"), since: 14, read: read_domain };

pub(super) const DOMAIN_CONSTRAINTS: Section =
    Section { sql: include_str!("domain_constraint.sql"), since: 14, read: read_domain_constraint };

pub(super) const COMPOSITES: Section =
    Section { sql: include_str!("composite.sql"), since: 14, read: read_composite };

pub(super) const RANGES: Section =
    Section { sql: include_str!("range.sql"), since: 14, read: read_range };

fn read_enum(draft: &mut Draft, row: &Row) -> Read {
    let body = Body::Enum(Enum { labels: row.get(5) });
    add(draft, row, Kind::Enum, body);
    Ok(())
}

fn read_domain(draft: &mut Draft, row: &Row) -> Read {
    let domain = Domain {
        base_type: row.get(5),
        collation: row.get(6),
        default: row.get(7),
        not_null: row.get(8),
    };
    add(draft, row, Kind::Domain, Body::Domain(domain));
    Ok(())
}

fn read_domain_constraint(draft: &mut Draft, row: &Row) -> Read {
    let Some(domain) = draft.get(Address::of(class::TYPE, row.get(1))) else { return Ok(()) };
    if domain.kind != Kind::Domain {
        return Ok(());
    }
    let id = domain.with(Kind::DomainConstraint, row.get(2));
    let (mut definition, is_validated): (String, bool) = (text(row, 3)?, row.get(4));
    if !is_validated && let Some(shorter) = definition.strip_suffix(" NOT VALID") {
        definition.truncate(shorter.len());
    }
    let body = Body::DomainConstraint(DomainConstraint { definition, is_validated });
    draft.add(Address::of(class::CONSTRAINT, row.get(0)), id, Held::default(), body);
    Ok(())
}

fn read_composite(draft: &mut Draft, row: &Row) -> Read {
    // A type without an attribute has no arrays either.
    let names: Option<Vec<String>> = row.get(5);
    let types: Option<Vec<String>> = row.get(6);
    let collations: Option<Vec<Option<String>>> = row.get(7);
    let comments: Option<Vec<Option<String>>> = row.get(8);
    let beside = collations.into_iter().flatten().zip(comments.into_iter().flatten());
    let attributes = names.into_iter().flatten().zip(types.into_iter().flatten()).zip(beside);
    let attributes = attributes.map(|((name, type_name), (collation, comment))| Attribute {
        name,
        type_name,
        collation,
        comment,
    });
    let body = Body::Composite(Composite { attributes: attributes.collect() });
    add(draft, row, Kind::Composite, body);
    Ok(())
}

fn read_range(draft: &mut Draft, row: &Row) -> Read {
    let mut definition = vec![format!("subtype = {}", row.get::<_, &str>(5))];
    let said = ["subtype_opclass", "collation", "canonical", "subtype_diff"];
    for (key, column) in said.into_iter().zip(6..) {
        if let Some(value) = row.get::<_, Option<&str>>(column) {
            definition.push(format!("{key} = {value}"));
        }
    }
    let (is_beside, multirange): (bool, &str) = (row.get(10), row.get(11));
    if !is_beside || multirange != usual_multirange_name(row.get(2)) {
        definition.push(format!("multirange_type_name = {}", row.get::<_, &str>(12)));
    }
    add(draft, row, Kind::Range, Body::Range(Range { definition }));
    Ok(())
}

fn read_collation(draft: &mut Draft, row: &Row) -> Read {
    let Some(id) = draft.id(Kind::Collation, row.get(1), row.get(2)) else { return Ok(()) };
    let provider = match row.get(4) {
        "i" => "icu",
        "b" => "builtin",
        "d" => "default",
        _ => "libc",
    };
    let mut definition = vec![format!("provider = {provider}")];
    if !row.get::<_, bool>(5) {
        definition.push("deterministic = false".to_owned());
    }
    let mut say = |key: &str, value: Option<&str>| {
        definition.extend(value.map(|value| format!("{key} = {}", quote_literal(value))));
    };
    let (collate, ctype): (Option<&str>, Option<&str>) = (row.get(6), row.get(7));
    let locale: Option<&str> = row.get(8);
    // ICU kept its locale there until 14.
    if locale.is_some() {
        say("locale", locale);
    } else if collate == ctype {
        say("locale", collate);
    } else {
        say("lc_collate", collate);
        say("lc_ctype", ctype);
    }
    say("rules", row.get(9));
    let held = Held { owner: row.get(3), acl: None };
    let body = Body::Collation(Collation { definition });
    draft.add(Address::of(class::COLLATION, row.get(0)), id, held, body);
    Ok(())
}

/// The first five columns are the same for every kind of type: OID,
/// namespace, name, owner, grants.
fn add(draft: &mut Draft, row: &Row, kind: Kind, body: Body) {
    let Some(id) = draft.id(kind, row.get(1), row.get(2)) else { return };
    let acl: Option<Vec<String>> = row.get(4);
    let held = Held { owner: row.get(3), acl: acl.as_deref() };
    draft.add(Address::of(class::TYPE, row.get(0)), id, held, body);
}
