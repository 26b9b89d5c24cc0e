//! What can go wrong in a server that still answers: settings, ages, locks,
//! statistics, room for keys.
//!
//! One file per check in `introspect/vitals/`. Each answers with a row for
//! each finding: whether it is a failure (else a warning), what is wrong, and
//! the SQL that mends it, one statement a line: some refuse to run in a
//! transaction. No row is a pass.
//!
//! Must never: write, or let one check that fails end the others.

use futures_util::future::join_all;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// The longest any check may take, milliseconds.
const TIMEOUT_MS: u32 = 10_000;

#[derive(Clone, Copy, Debug)]
pub struct Vital {
    pub id: &'static str,
    /// What it looks at, as a noun.
    pub title: &'static str,
    /// What helps where no SQL does.
    pub words: &'static str,
    /// The first `server_version_num` that can be asked.
    since: i32,
    sql: &'static str,
}

macro_rules! vital {
    ($id:literal, $title:literal) => {
        vital!($id, $title, 0, "")
    };
    ($id:literal, $title:literal, $since:literal, $words:literal) => {
        Vital {
            id: $id,
            title: $title,
            words: $words,
            since: $since,
            sql: include_str!(concat!("introspect/vitals/", $id, ".sql")),
        }
    };
}

/// Of the server as a whole.
pub const SERVER: &[Vital] = &[
    vital!("version", "server version", 0, "move to a major from 14 to 18: docs of pg_upgrade"),
    vital!("durability", "durability settings"),
    vital!(
        "checksums",
        "data checksums",
        0,
        "stop the server and run pg_checksums --enable --pgdata its data folder"
    ),
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
    vital!("collation", "collation version", 150_000, ""),
    vital!("extensions", "extension versions"),
    vital!("room_for_keys", "room for keys"),
    vital!("reference_types", "types of references"),
    vital!("unlogged", "unlogged tables"),
    vital!("statistics", "planner statistics"),
    vital!("dead_rows", "dead rows"),
];

/// Of a server that somebody else runs.
pub const SHARED: &[Vital] = &[vital!(
    "superuser",
    "role",
    0,
    "connect as a role that owns this database and is no superuser"
)];

#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    pub is_failure: bool,
    pub message: String,
    /// SQL that mends it, where SQL can: one statement a line.
    pub fix: Option<String>,
}

/// Every check with its findings, or with why it could not be made.
pub async fn look(
    session: &Session,
    vitals: &[Vital],
) -> Result<Vec<(Vital, std::result::Result<Vec<Finding>, Error>)>> {
    hurry(session).await?;
    let version = session.server_version().await?;
    let looking =
        vitals.iter().map(|vital| async move { (*vital, ask(session, vital, version).await) });
    Ok(join_all(looking).await)
}

async fn ask(session: &Session, vital: &Vital, version: i32) -> Result<Vec<Finding>> {
    if version < vital.since {
        let since = format!("PostgreSQL {} and later know it", vital.since / 10_000);
        return Err(Error::new(ErrorKind::Statement, since));
    }
    let rows = session.query(vital.sql, &[]).await?;
    let read = |row: &tokio_postgres::Row| {
        let (is_failure, message, fix) = (row.try_get(0)?, row.try_get(1)?, row.try_get(2)?);
        Ok(Finding { is_failure, message, fix })
    };
    let read: std::result::Result<_, tokio_postgres::Error> = rows.iter().map(read).collect();
    read.map_err(|_| Error::shape("its answer is not a finding"))
}

/// No statement of this session runs longer than a check may take.
pub async fn hurry(session: &Session) -> Result<()> {
    session.execute(&format!("SET statement_timeout = {TIMEOUT_MS}")).await
}

/// Findings of a statement that answers with one text a row.
pub async fn assert(session: &Session, sql: &str) -> Result<Vec<String>> {
    let rows = session.query(sql, &[]).await?;
    let texts = rows.iter().map(|row| row.try_get::<_, String>(0));
    texts
        .collect::<std::result::Result<Vec<_>, _>>()
        .map_err(|_| Error::shape("an assertion of Cargo.toml must answer one text a row"))
}
