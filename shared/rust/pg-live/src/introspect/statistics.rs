//! Extended statistics.
//!
//! Must never: read what ANALYZE found.

use pg_diff::catalog::{Body, Kind, Statistics};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Read, Section};

pub(super) const STATISTICS: Section =
    Section { sql: include_str!("statistics.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let Some(table) = draft.relation(row.get(4)).cloned() else { return Ok(()) };
    let Some(id) = draft.id(Kind::Statistics, row.get(1), row.get(2)) else { return Ok(()) };
    let statistics = Statistics { table, definition: text(row, 5)?, target: row.get(6) };
    let held = Held { owner: row.get(3), acl: None };
    let body = Body::Statistics(statistics);
    draft.add(Address::of(class::STATISTICS, row.get(0)), id, held, body);
    Ok(())
}
