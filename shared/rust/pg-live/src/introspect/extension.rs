//! Extensions.
//!
//! Must never: say who owns one: nothing can change that.

use pg_diff::catalog::{Body, Extension, Id, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class};
use super::{Read, Section};

pub(super) const EXTENSIONS: Section =
    Section { sql: include_str!("extension.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let body = Extension { namespace: row.get(2), version: row.get(3), is_relocatable: row.get(4) };
    let id = Id::global(Kind::Extension, row.get(1));
    draft.add(
        Address::of(class::EXTENSION, row.get(0)),
        id,
        Held::default(),
        Body::Extension(body),
    );
    Ok(())
}
