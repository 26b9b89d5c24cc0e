//! Comments, on whatever has one.
//!
//! Must never: put the comment of a part on the whole.

use pg_diff::catalog::Body;
use tokio_postgres::Row;

use super::draft::{Address, Draft};
use super::{Read, Section};

pub(super) const COMMENTS: Section = Section { sql: include_str!("comment.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let address = Address { class: row.get(0), oid: row.get(1), part: row.get(2) };
    if let Some(object) = draft.object(address) {
        object.comment = row.get(3);
    } else if let Some(object) = draft.holder(address)
        && let Body::Constraint(constraint) = &mut object.body
    {
        constraint.index_comment = row.get(3);
    }
    Ok(())
}
