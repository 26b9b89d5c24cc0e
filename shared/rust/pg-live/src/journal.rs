//! The journal of data migrations: what the scripts note in the database they
//! change, so that it travels with the data in a backup and goes with it.
//!
//! Must never: write. The scripts do (`shared/python/data_migration.py`).

use serde::Serialize;

use crate::error::Result;
use crate::session::Session;

/// The namespace the tools keep their notes in; no part of the schema.
pub const NAMESPACE: &str = "xtask";

#[derive(Clone, Debug, Serialize, PartialEq, Eq)]
pub struct DataMigration {
    pub name: String,
    /// `running`, `interrupted`, `failed` or `finished`. One that says
    /// `running` may have been killed: `is_alive` tells.
    pub outcome: String,
    pub rows_done: i64,
    pub script_sha256: String,
    /// UTC, to the second.
    pub started_at: String,
    pub finished_at: Option<String>,
    /// A session holds its lock right now.
    pub is_alive: bool,
}

/// Whether the tools ever noted something in this database.
pub async fn is_there(session: &Session) -> Result<bool> {
    let sql = "SELECT pg_catalog.to_regnamespace($1::text) IS NOT NULL";
    Ok(session.query_one(sql, &[&NAMESPACE]).await?.get(0))
}

/// Every data migration this database has seen, by name.
pub async fn data_migrations(session: &Session) -> Result<Vec<DataMigration>> {
    let sql = "SELECT pg_catalog.to_regclass('xtask.data_migrations') IS NOT NULL";
    if !session.query_one(sql, &[]).await?.get::<_, bool>(0) {
        return Ok(Vec::new());
    }
    let rows = session.query(include_str!("introspect/data_migrations.sql"), &[]).await?;
    let read = |row: &tokio_postgres::Row| DataMigration {
        name: row.get(0),
        outcome: row.get(1),
        rows_done: row.get(2),
        script_sha256: row.get(3),
        started_at: row.get(4),
        finished_at: row.get(5),
        is_alive: row.get(6),
    };
    Ok(rows.iter().map(read).collect())
}
