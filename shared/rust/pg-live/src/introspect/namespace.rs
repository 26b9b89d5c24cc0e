//! Who reads, and the namespaces there are.
//!
//! Must never: take a namespace of the server's or of this tool for a user's.

use pg_diff::catalog::{Body, Id, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const ROLE: Section =
    Section { sql: include_str!("role.sql"), since: 14, read: read_role };

pub(super) const NAMESPACES: Section =
    Section { sql: include_str!("namespace.sql"), since: 14, read: read_namespace };

fn read_role(draft: &mut Draft, row: &Row) -> Read {
    draft.role = row.get(0);
    Ok(())
}

fn read_namespace(draft: &mut Draft, row: &Row) -> Read {
    let (oid, name): (u32, &str) = (row.get(0), row.get(1));
    draft.namespaces.insert(oid, name.into());
    let is_extensions: bool = row.get(4);
    if !is_extensions {
        let acl: Option<Vec<String>> = row.get(3);
        let held = Held { owner: row.get(2), acl: acl.as_deref() };
        let id = Id::global(Kind::Namespace, name);
        draft.add(Address::of(class::NAMESPACE, oid), id, held, Body::Namespace);
    }
    Ok(())
}
