//! Foreign data wrappers, servers, user mappings, and languages: made whole,
//! dropped whole.
//!
//! Must never: read what an extension brings.

use pg_diff::catalog::{Body, Definition, Id, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const FOREIGN_DATA_WRAPPERS: Section =
    Section { sql: include_str!("foreign_data_wrapper.sql"), since: 14, read: read_wrapper };

pub(super) const SERVERS: Section =
    Section { sql: include_str!("foreign_server.sql"), since: 14, read: read_server };

pub(super) const USER_MAPPINGS: Section =
    Section { sql: include_str!("user_mapping.sql"), since: 14, read: read_user_mapping };

pub(super) const LANGUAGES: Section =
    Section { sql: include_str!("language.sql"), since: 14, read: read_language };

fn read_wrapper(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::FOREIGN_DATA_WRAPPER, Kind::ForeignDataWrapper);
    Ok(())
}

fn read_server(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::SERVER, Kind::Server);
    Ok(())
}

fn read_language(draft: &mut Draft, row: &Row) -> Read {
    add(draft, row, class::LANGUAGE, Kind::Language);
    Ok(())
}

fn read_user_mapping(draft: &mut Draft, row: &Row) -> Read {
    let id = Id::part(Kind::UserMapping, "", row.get(1), row.get(2));
    let body = Definition { create: row.get(3), address: row.get(4) };
    let address = Address::of(class::USER_MAPPING, row.get(0));
    draft.add(address, id, Held::default(), Body::Definition(body));
    Ok(())
}

/// OID, name, owner, grants, definition, address.
fn add(draft: &mut Draft, row: &Row, class: u32, kind: Kind) {
    let acl: Option<Vec<String>> = row.get(3);
    let held = Held { owner: row.get(2), acl: acl.as_deref() };
    let body = Definition { create: row.get(4), address: row.get(5) };
    let id = Id::global(kind, row.get(1));
    draft.add(Address::of(class, row.get(0)), id, held, Body::Definition(body));
}
