//! Default privileges: what a role's new objects come with.
//!
//! Must never: compare them with what PostgreSQL gives: an entry is there
//! because somebody said it.

use std::sync::Arc;

use pg_diff::catalog::{Body, DefaultPrivilege, Id, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::grant;
use super::{Read, Section};

pub(super) const DEFAULT_PRIVILEGES: Section =
    Section { sql: include_str!("default_privilege.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let (namespace, role): (u32, &str) = (row.get(1), row.get(2));
    let namespace: Arc<str> = match namespace {
        0 => "".into(),
        oid => match draft.namespaces.get(&oid) {
            Some(namespace) => namespace.clone(),
            None => return Ok(()),
        },
    };
    let of = match row.get(3) {
        "r" => "tables",
        "S" => "sequences",
        "f" => "functions",
        "T" => "types",
        "n" => "schemas",
        // Since 18.
        _ => "large objects",
    };
    let acl: Vec<String> = row.get(4);
    let grants = grant::list(&acl, Some(role));
    let id = Id::part(Kind::DefaultPrivilege, &namespace, role, of);
    let body = Body::DefaultPrivilege(DefaultPrivilege { grants });
    let address = Address::of(class::DEFAULT_PRIVILEGE, row.get(0));
    draft.add(address, id, Held::default(), body);
    Ok(())
}
