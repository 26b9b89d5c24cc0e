//! How the archive of the write-ahead log keeps up.
//!
//! Must never: take an archive that was fine once for one that is fine.

use serde::Serialize;

use crate::error::Result;
use crate::session::Session;

/// More segments than this wait: the archive does not keep up.
const MANY: i64 = 10;
/// The oldest waits longer than this.
const LONG_SECONDS: f64 = 300.0;

#[derive(Clone, Debug, Serialize)]
pub struct Archiver {
    pub is_on: bool,
    pub last_archived: Option<String>,
    /// Seconds since 1970.
    pub last_archived_at: Option<f64>,
    pub failed_count: i64,
    pub last_failed: Option<String>,
    pub last_failed_at: Option<f64>,
    /// Segments that are complete and not archived yet.
    pub waiting: i64,
    pub oldest_waits_seconds: Option<f64>,
    /// Bytes of all segments of the server.
    pub wal_bytes: i64,
}

impl Archiver {
    /// The last try failed.
    pub fn is_failing(&self) -> bool {
        match (self.last_failed_at, self.last_archived_at) {
            (Some(failed), Some(archived)) => failed > archived,
            (Some(_), None) => true,
            (None, _) => false,
        }
    }

    pub fn is_behind(&self) -> bool {
        self.waiting > MANY || self.oldest_waits_seconds.is_some_and(|age| age > LONG_SECONDS)
    }
}

/// Asks for what a superuser or a monitor may read.
pub async fn archiver(session: &Session) -> Result<Archiver> {
    let row = session.query_one(include_str!("introspect/archiver.sql"), &[]).await?;
    Ok(Archiver {
        is_on: row.get(0),
        last_archived: row.get(1),
        last_archived_at: row.get(2),
        failed_count: row.get(3),
        last_failed: row.get(4),
        last_failed_at: row.get(5),
        waiting: row.get(6),
        oldest_waits_seconds: row.get(7),
        wal_bytes: row.get(8),
    })
}

/// Ends the segment behind all that was committed so far. Gives its name, and
/// the server's clock in seconds since 1970.
pub async fn end_segment(session: &Session) -> Result<(String, f64)> {
    session.query_one(include_str!("introspect/archive_mark.sql"), &[]).await?;
    let row = session.query_one(include_str!("introspect/archive_switch.sql"), &[]).await?;
    Ok((row.get(0), row.get(1)))
}

pub async fn is_in_recovery(session: &Session) -> Result<bool> {
    Ok(session.query_one("SELECT pg_catalog.pg_is_in_recovery()", &[]).await?.get(0))
}

/// The timeline that the server writes.
pub async fn timeline(session: &Session) -> Result<u32> {
    let row = session.query_one(include_str!("introspect/timeline.sql"), &[]).await?;
    Ok(u32::from_str_radix(row.get(0), 16).unwrap_or(1))
}

/// What a recovery was told: the next one is told anew.
pub async fn forget_recovery(session: &Session) -> Result<()> {
    for name in SETTINGS {
        session.execute(&format!("ALTER SYSTEM RESET {name}")).await?;
    }
    Ok(())
}

const SETTINGS: [&str; 6] = [
    "restore_command",
    "recovery_target",
    "recovery_target_time",
    "recovery_target_timeline",
    "recovery_target_action",
    "recovery_target_inclusive",
];
