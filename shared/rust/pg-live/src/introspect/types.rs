//! Types a user makes.
//!
//! Must never: read the row type of a table, or the array type of any.

use pg_diff::catalog::{Body, Enum, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const ENUMS: Section =
    Section { sql: include_str!("enum.sql"), since: 14, read: read_enum };

fn read_enum(draft: &mut Draft, row: &Row) -> Read {
    let body = Body::Enum(Enum { labels: row.get(5) });
    add(draft, row, Kind::Enum, body);
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
