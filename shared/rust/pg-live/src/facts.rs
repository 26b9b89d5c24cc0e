//! What is in a database, counted.
//!
//! Must never: run a query per table in turn. The counts are pipelined.

use futures_util::future::try_join_all;
use serde::Serialize;

use crate::error::Result;
use crate::session::{Session, quote_ident};

/// Above this a table's rows are the planner's estimate: an exact count of a
/// large table takes longer than a person waits for a prompt.
const EXACT_BELOW_BYTES: i64 = 256 * 1024 * 1024;

#[derive(Clone, Debug, Serialize)]
pub struct TableFacts {
    pub namespace: String,
    pub name: String,
    pub rows: i64,
    /// True when `rows` is the planner's estimate.
    pub estimated: bool,
    pub bytes: i64,
}

#[derive(Clone, Debug, Default, Serialize)]
pub struct Facts {
    pub tables: Vec<TableFacts>,
    /// Size of the whole database in bytes.
    pub bytes: i64,
    pub server_version: String,
}

impl Facts {
    pub fn rows(&self) -> i64 {
        self.tables.iter().map(|table| table.rows).sum()
    }

    pub fn is_estimated(&self) -> bool {
        self.tables.iter().any(|table| table.estimated)
    }
}

/// Counts tables and rows outside the system's namespaces and extensions; the
/// rows of large tables are estimates, and marked so.
pub async fn facts(session: &Session) -> Result<Facts> {
    facts_below(session, EXACT_BELOW_BYTES).await
}

/// Like [`facts`], with every row counted, however long that takes.
pub async fn exact_facts(session: &Session) -> Result<Facts> {
    facts_below(session, i64::MAX).await
}

async fn facts_below(session: &Session, exact_below: i64) -> Result<Facts> {
    let rows = session.query(include_str!("introspect/tables.sql"), &[]).await?;
    let counting = rows.into_iter().map(|row| async move {
        let (namespace, name): (String, String) = (row.get(0), row.get(1));
        let (estimate, bytes): (i64, i64) = (row.get(2), row.get(3));
        let estimated = bytes >= exact_below && estimate > 0;
        let rows = if estimated {
            estimate
        } else {
            let sql =
                format!("SELECT count(*) FROM {}.{}", quote_ident(&namespace), quote_ident(&name));
            session.query_one(&sql, &[]).await?.get(0)
        };
        Ok::<_, crate::Error>(TableFacts { namespace, name, rows, estimated, bytes })
    });
    let tables = try_join_all(counting).await?;
    let row = session.query_one(include_str!("introspect/server.sql"), &[]).await?;
    Ok(Facts { tables, bytes: row.get(0), server_version: row.get(1) })
}

/// Size of the whole database in bytes; nothing is counted.
pub async fn bytes(session: &Session) -> Result<i64> {
    Ok(session.query_one(include_str!("introspect/server.sql"), &[]).await?.get(0))
}

/// Large objects of this database, and roles that somebody made.
pub async fn beside_rows(session: &Session) -> Result<(i64, i64)> {
    let row = session.query_one(include_str!("introspect/cluster.sql"), &[]).await?;
    Ok((row.get(0), row.get(1)))
}

pub async fn is_superuser(session: &Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.current_setting('is_superuser') = 'on'";
    Ok(session.query_one(sql, &[]).await?.get(0))
}

/// Namespace and name of every table, view, materialized view and sequence.
pub async fn relations(session: &Session) -> Result<Vec<(String, String)>> {
    let rows = session.query(include_str!("introspect/relations.sql"), &[]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}
