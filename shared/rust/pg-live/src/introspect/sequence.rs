//! Sequences, and which column each goes with.
//!
//! Must never: read where a sequence stands: that is data.

use pg_diff::catalog::{Body, Kind, Sequence, SequenceOwner};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held};
use super::{Read, Section};

pub(super) const SEQUENCES: Section =
    Section { sql: include_str!("sequence.sql"), since: 14, read };

/// A class of its own: no row of the server's is a sequence's owner.
pub(super) const OWNER: u32 = 0;

fn read(draft: &mut Draft, row: &Row) -> Read {
    let oid: u32 = row.get(0);
    let Some(id) = draft.relation(oid).cloned() else { return Ok(()) };
    let link: Option<&str> = row.get(9);
    let sequence = Sequence {
        type_name: row.get(1),
        start: row.get(2),
        increment: row.get(3),
        min: row.get(4),
        max: row.get(5),
        cache: row.get(6),
        cycles: row.get(7),
        is_unlogged: row.get(8),
        is_identity: link == Some("i"),
    };
    draft.add_relation(oid, Body::Sequence(sequence));
    let Some(link) = link else { return Ok(()) };
    let table: u32 = row.get(10);
    if link == "i" {
        draft.identities.insert((table, row.get(11)), id);
    } else if let Some(table) = draft.relation(table) {
        let column = table.with(Kind::Column, row.get(11));
        let body = Body::SequenceOwner(SequenceOwner { column });
        let address = Address { class: OWNER, oid, part: 0 };
        draft.add(address, id.of(Kind::SequenceOwner), Held::default(), body);
    }
    Ok(())
}
