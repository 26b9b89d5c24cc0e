//! Indexes of tables and materialized views.
//!
//! Must never: read the index of a constraint: the constraint stands for it.

use pg_diff::catalog::{Body, Index, Kind};
use tokio_postgres::Row;

use super::draft::{Address, Draft, Held, class, text};
use super::{Moved, Read, Section};

pub(super) const INDEXES: Section = Section { sql: include_str!("index.sql"), since: 14, read };

fn read(draft: &mut Draft, row: &Row) -> Read {
    let (oid, table): (u32, u32) = (row.get(0), row.get(1));
    let Some(table) = draft.relation(table).cloned() else { return Ok(()) };
    let definition = text(row, 3)?;
    // The head has another length where a name is not the snapshot's any more.
    if !definition.starts_with("USING ") {
        return Err(Moved);
    }
    let mut id = table.of(Kind::Index);
    id.name = row.get::<_, &str>(2).into();
    let numbers: Option<Vec<i16>> = row.get(8);
    let targets: Option<Vec<i32>> = row.get(9);
    let statistics = numbers.unwrap_or_default().into_iter().zip(targets.unwrap_or_default());
    let index = Index {
        table,
        definition,
        is_unique: row.get(4),
        is_valid: row.get(5),
        parent: None,
        is_partitioned: row.get(7),
        statistics: statistics.collect(),
    };
    let address = Address::of(class::RELATION, oid);
    let place = draft.add(address, id, Held::default(), Body::Index(index));
    if let Some(parent) = row.get(6) {
        draft.attached.push((place, Address::of(class::RELATION, parent)));
    }
    Ok(())
}
