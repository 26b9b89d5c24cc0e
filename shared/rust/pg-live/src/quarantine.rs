//! What a database keeps that was dropped: the marks it carries, how much
//! lies there.
//!
//! Must never: read a row of a table, or believe a name without its mark.

use pg_diff::catalog::{Id, Kind};
use pg_diff::quarantine::{Mark, PREFIX};
use serde::Serialize;

use crate::error::Result;
use crate::session::Session;

/// One column, table or type in quarantine.
#[derive(Clone, Debug, Serialize)]
pub struct Kept {
    pub id: Id,
    pub mark: Mark,
    /// A column that a table has from its parent, whose mark this is.
    pub is_inherited: bool,
    /// Rows of the table, as the planner knows them; None: not analyzed yet.
    pub rows: Option<i64>,
    /// Of a table with its indexes; of the values of a column, about.
    pub bytes: Option<i64>,
}

pub async fn kept(session: &Session) -> Result<Vec<Kept>> {
    let rows = session.query(include_str!("introspect/kept.sql"), &[&PREFIX]).await?;
    let kept = rows.iter().filter_map(|row| {
        let (namespace, name, part): (String, String, String) =
            (row.get(0), row.get(1), row.get(2));
        let mark = Mark::read(row.get(3))?;
        let kind = if part.is_empty() { mark.was.kind } else { Kind::Column };
        Some(Kept {
            id: Id::part(kind, &namespace, &name, &part),
            mark,
            is_inherited: row.get(4),
            rows: row.get(5),
            bytes: row.get(6),
        })
    });
    Ok(kept.collect())
}
