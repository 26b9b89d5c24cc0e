//! How big the live tables are that a plan touches.
//!
//! Must never: read rows. The catalog and the files' lengths say enough.

use std::collections::{BTreeMap, BTreeSet};

use pg_diff::catalog::Id;
use pg_diff::ddl;
use serde::{Deserialize, Serialize};

use super::Certificate;
use crate::error::Result;
use crate::session::Session;

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Size {
    /// An estimate.
    pub rows: u64,
    /// Of the table's own file, without indexes.
    pub bytes: u64,
    /// Of what is stored beside it because it is long.
    pub toast_bytes: u64,
    /// False when nobody ever counted: `rows` is then a guess from `bytes`.
    pub is_analyzed: bool,
}

impl Size {
    pub fn is_empty(self) -> bool {
        self.bytes == 0 && self.toast_bytes == 0
    }
}

/// By table, by the name it has before the plan.
pub type Sizes = BTreeMap<Id, Size>;

/// The sizes, on the live database, of every table a certificate names.
pub async fn sizes(live: &Session, certificate: &Certificate) -> Result<Sizes> {
    let mut tables: BTreeSet<&Id> = BTreeSet::new();
    for step in &certificate.steps {
        tables.extend(step.locks.iter().chain(&step.held).map(|lock| &lock.table));
        tables.extend(step.rewrites.iter().chain(&step.scans));
        tables.extend(step.indexes_built.iter().map(|it| &it.table));
    }
    let tables: Vec<&Id> = tables.into_iter().collect();
    let names: Vec<String> = tables.iter().map(|id| ddl::qualified(id)).collect();
    let rows = live.query(include_str!("sizes.sql"), &[&names]).await?;
    let number = |row: &tokio_postgres::Row, at: usize| row.get::<_, i64>(at).max(0) as u64;
    let read = |row: &tokio_postgres::Row| {
        let place = usize::try_from(row.get::<_, i64>(0) - 1).ok()?;
        let size = Size {
            rows: number(row, 3),
            bytes: number(row, 1),
            toast_bytes: number(row, 2),
            is_analyzed: row.get(4),
        };
        Some(((*tables.get(place)?).clone(), size))
    };
    Ok(rows.iter().filter_map(read).collect())
}
