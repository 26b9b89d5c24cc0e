//! Views and materialized views.
//!
//! Must never: read a row of one.

use pg_diff::catalog::{Body, MaterializedView, View};
use tokio_postgres::Row;

use super::draft::{Draft, sorted, text};
use super::{Read, Section};

pub(super) const VIEWS: Section =
    Section { sql: include_str!("view.sql"), since: 14, read: read_view };

pub(super) const MATERIALIZED_VIEWS: Section =
    Section { sql: include_str!("materialized_view.sql"), since: 14, read: read_materialized };

fn read_view(draft: &mut Draft, row: &Row) -> Read {
    let oid = row.get(0);
    if draft.relation(oid).is_some() {
        let view = View { definition: text(row, 1)?, options: sorted(row, 2) };
        draft.add_relation(oid, Body::View(view));
    }
    Ok(())
}

fn read_materialized(draft: &mut Draft, row: &Row) -> Read {
    let oid = row.get(0);
    if draft.relation(oid).is_none() {
        return Ok(());
    }
    let mut options = sorted(row, 2);
    options.extend(sorted(row, 3).into_iter().map(|option| format!("toast.{option}")));
    let view = MaterializedView {
        definition: text(row, 1)?,
        options,
        access_method: row.get(4),
        is_populated: row.get(5),
        cluster_on: row.get(6),
    };
    draft.add_relation(oid, Body::MaterializedView(view));
    Ok(())
}
