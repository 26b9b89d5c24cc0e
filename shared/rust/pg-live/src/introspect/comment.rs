//! Comments, on whatever has one.
//!
//! Must never: put the comment of a part on the whole.

use pg_diff::catalog::Body;
use tokio_postgres::Row;

use super::draft::{Address, Draft};
use super::{Read, Section};

pub(super) const COMMENTS: Section = Section { sql: include_str!("comment.sql"), since: 14, read };

/// `pg_class` itself: a constraint found under it is found by its index.
const PG_CLASS: u32 = 1259;

#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has one comment only")]
fn read(draft: &mut Draft, row: &Row) -> Read {
    let address = Address { class: row.get(0), oid: row.get(1), part: row.get(2) };
    if let Some(object) = draft.object(address) {
        match &mut object.body {
            Body::Constraint(constraint) if address.class == PG_CLASS => {
                constraint.index_comment = row.get(3);
            }
            _ => object.comment = row.get(3),
        }
    }
    Ok(())
}
