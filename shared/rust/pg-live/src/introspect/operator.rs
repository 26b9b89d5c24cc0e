//! Operators, their families and classes, and casts.
//!
//! Must never: read an operator that has no function yet.

use pg_diff::catalog::{Body, Cast, Definition, Id, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const CASTS: Section =
    Section { sql: include_str!("cast.sql"), since: 14, read: read_cast };

pub(super) const OPERATORS: Section =
    Section { sql: include_str!("operator.sql"), since: 14, read: read_operator };

pub(super) const OPERATOR_FAMILIES: Section =
    Section { sql: include_str!("operator_family.sql"), since: 14, read: read_family };

pub(super) const OPERATOR_CLASSES: Section =
    Section { sql: include_str!("operator_class.sql"), since: 14, read: read_class };

fn read_cast(draft: &mut Draft, row: &Row) -> Read {
    let cast = Cast { source: row.get(1), target: row.get(2), definition: row.get(3) };
    let id = Id::global(Kind::Cast, &format!("{} AS {}", cast.source, cast.target));
    draft.add(Address::of(class::CAST, row.get(0)), id, Held::default(), Body::Cast(cast));
    Ok(())
}

fn read_operator(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::OPERATOR, Kind::Operator);
    Ok(())
}

fn read_family(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::OPERATOR_FAMILY, Kind::OperatorFamily);
    Ok(())
}

fn read_class(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::OPERATOR_CLASS, Kind::OperatorClass);
    Ok(())
}

/// OID, namespace, name, owner, what tells it from others of that name,
/// definition, address.
fn add(draft: &mut Draft, row: &Row, class: u32, kind: Kind) {
    let Some(id) = draft.id(kind, row.get(1), row.get(2)) else { return };
    let id = id.with(kind, row.get(4));
    let held = Held { owner: row.get(3), acl: None };
    let body = Definition { create: row.get(5), address: row.get(6) };
    draft.add(Address::of(class, row.get(0)), id, held, Body::Definition(body));
}
