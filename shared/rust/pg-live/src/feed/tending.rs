//! One run at a time works on the feeds of a database, at whichever end of
//! them it is.
//!
//! An advisory lock of the database's name, held in another database of its
//! server (locks are a database's own): nobody may be inside the one that is
//! cut over, and the one that is moved into is not there yet.
//!
//! Must never: be taken for held when the server has ended its session.

use std::time::{Duration, Instant};

use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_literal};

const PURPOSE: &str = "move";
const PAUSE: Duration = Duration::from_millis(50);
/// Sessions that have just ended may still be on their way out.
const PATIENCE: Duration = Duration::from_secs(2);

/// No other run touches the feeds of the database while this lives.
pub struct Tending {
    session: Session,
    what: String,
}

/// The run that has the lock.
#[derive(Clone, Debug)]
pub struct Rival {
    /// Of its session on the server.
    pub pid: i32,
    role: String,
    since: String,
    /// Only who may look into its session sees these.
    host: Option<String>,
    what: Option<String>,
}

impl Rival {
    pub fn story(&self) -> String {
        let what = self.what.as_deref().unwrap_or("another run");
        let host = self.host.as_ref().map_or_else(String::new, |it| format!(" from {it}"));
        format!(
            "{what}, since {}{host} as {} (process {} of the server)",
            self.since, self.role, self.pid
        )
    }
}

/// Takes the lock, or says who has it. `server` is a database beside the one of
/// this name, the same for every run; `what` is told to whom it keeps out.
pub async fn tend(
    server: &Address,
    database: &str,
    what: &str,
) -> Result<std::result::Result<Tending, Rival>> {
    let session = Session::connect(server, PURPOSE).await?;
    let what = quote_literal(&what.replace(char::is_control, " "));
    let sql = format!(
        "SELECT pg_catalog.pg_try_advisory_lock(pg_catalog.hashtextextended($1, 0)), {what}"
    );
    let deadline = Instant::now() + PATIENCE;
    loop {
        if session.query_one(&sql, &[&key(database)]).await?.get(0) {
            return Ok(Ok(Tending { session, what }));
        }
        match at_work(&session, database).await? {
            Some(rival) if Instant::now() > deadline => return Ok(Err(rival)),
            // One that has just ended is seen no more; this one stays.
            None if Instant::now() > deadline + PATIENCE => {
                let what = format!("somebody who cannot be seen has the lock of `{database}`");
                return Err(Error::new(ErrorKind::InUse, what));
            }
            Some(_) | None => tokio::time::sleep(PAUSE).await,
        }
    }
}

/// Who works on the feeds of this database, and does not end; `session` is
/// anywhere on its server.
pub async fn rival(session: &Session, database: &str) -> Result<Option<Rival>> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match at_work(session, database).await? {
            Some(_) if Instant::now() < deadline => tokio::time::sleep(PAUSE).await,
            found => return Ok(found),
        }
    }
}

/// Who has the lock at this moment.
pub(super) async fn at_work(session: &Session, database: &str) -> Result<Option<Rival>> {
    let rows = session.query(include_str!("tending.sql"), &[&key(database)]).await?;
    Ok(rows.first().map(|row| Rival {
        pid: row.get(0),
        role: row.get(1),
        since: row.get(2),
        host: row.get(3),
        what: row.get(4),
    }))
}

/// A hash of it is the lock: none of somebody else's is met by accident.
fn key(database: &str) -> String {
    format!("xtask feed {database}")
}

impl Tending {
    /// The lock goes with its session.
    pub async fn require_held(&self) -> Result<()> {
        let sql = format!("SELECT true, {}", self.what);
        self.session.query_one(&sql, &[]).await.map(|_| ())
    }
}
