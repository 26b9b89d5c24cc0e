//! What can go wrong in a server that still answers: settings, ages, locks,
//! statistics, room for keys.
//!
//! One file per check in `introspect/vitals/`. Each answers with a row for
//! each finding: whether it is a failure (else a warning), what is wrong, and
//! the SQL that mends it. No row is a pass.
//!
//! Must never: write, or let one check that fails end the others.

use futures_util::future::join_all;

use crate::error::{Error, Result};
use crate::session::Session;

/// The longest any check may take, milliseconds.
const TIMEOUT_MS: u32 = 10_000;

#[derive(Clone, Copy, Debug)]
pub struct Vital {
    pub id: &'static str,
    /// What it looks at, as a noun.
    pub title: &'static str,
    sql: &'static str,
}

macro_rules! vital {
    ($id:literal, $title:literal) => {
        Vital {
            id: $id,
            title: $title,
            sql: include_str!(concat!("introspect/vitals/", $id, ".sql")),
        }
    };
}

/// Of the server as a whole.
pub const SERVER: &[Vital] = &[
    vital!("version", "server version"),
    vital!("durability", "durability settings"),
    vital!("checksums", "data checksums"),
    vital!("passwords", "password encryption"),
    vital!("connections", "connections in use"),
    vital!("autovacuum", "autovacuum"),
    vital!("slots", "replication slots"),
    vital!("locks", "waiting sessions"),
];

/// Of one database.
pub const DATABASE: &[Vital] = &[
    vital!("wraparound", "age of transaction ids"),
    vital!("transactions", "open transactions"),
    vital!("collation", "collation version"),
    vital!("extensions", "extension versions"),
    vital!("room_for_keys", "room for keys"),
    vital!("reference_types", "types of references"),
    vital!("unlogged", "unlogged tables"),
    vital!("statistics", "planner statistics"),
    vital!("dead_rows", "dead rows"),
];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_failure: bool,
    pub message: String,
    /// SQL that mends it, where SQL can.
    pub fix: Option<String>,
}

/// Every check with its findings, or with why it could not be made.
pub async fn look(
    session: &Session,
    vitals: &[Vital],
) -> Result<Vec<(Vital, std::result::Result<Vec<Finding>, Error>)>> {
    session.execute(&format!("SET statement_timeout = {TIMEOUT_MS}")).await?;
    let looking = vitals.iter().map(|vital| async move {
        let found = session.query(vital.sql, &[]).await;
        let read = |row: &tokio_postgres::Row| Finding {
            is_failure: row.get(0),
            message: row.get(1),
            fix: row.get(2),
        };
        (*vital, found.map(|rows| rows.iter().map(read).collect()))
    });
    Ok(join_all(looking).await)
}

/// Findings of a statement that answers with one text a row.
pub async fn assert(session: &Session, sql: &str) -> Result<Vec<String>> {
    let rows = session.query(sql, &[]).await?;
    let texts = rows.iter().map(|row| row.try_get::<_, String>(0));
    texts
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| Error::shape("an assertion of Cargo.toml must answer one text a row"))
}
