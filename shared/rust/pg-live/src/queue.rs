//! How much work waits in the database, by the platform's own statement.
//!
//! Must never: know what the queue looks like. The configuration does.

use serde::Serialize;

use crate::error::{Error, Result};
use crate::session::Session;

#[derive(Clone, Debug, Serialize, PartialEq)]
pub struct Queue {
    pub waiting: i64,
    /// Given up after too many tries.
    pub set_aside: i64,
    pub oldest_seconds: Option<f64>,
}

/// More than this is waiting, or one row for longer: work does not keep up.
const LONG: i64 = 1000;
const LONG_WAIT_SECONDS: f64 = 600.0;

impl Queue {
    pub fn is_slow(&self) -> bool {
        self.waiting > LONG || self.oldest_seconds.is_some_and(|age| age > LONG_WAIT_SECONDS)
    }

    /// `12 waiting, the oldest for 3 s`
    pub fn story(&self) -> String {
        let age = self.oldest_seconds.map(|age| format!(", the oldest for {age:.0} s"));
        format!("{} waiting{}", self.waiting, age.unwrap_or_default())
    }
}

/// Runs a statement that answers with one row: waiting and set aside
/// (bigint), the age of the oldest waiting one in seconds (double precision).
pub async fn queue(session: &Session, sql: &str) -> Result<Queue> {
    let row = session.query_one(sql, &[]).await?;
    let read = || {
        Some(Queue {
            waiting: row.try_get(0).ok()?,
            set_aside: row.try_get(1).ok()?,
            oldest_seconds: row.try_get(2).ok()?,
        })
    };
    read().ok_or_else(|| {
        Error::shape("`queue` in Cargo.toml must answer bigint, bigint, double precision")
    })
}
