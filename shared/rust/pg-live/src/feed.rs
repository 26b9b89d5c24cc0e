//! What is written to a database while its rows are copied, fed into the copy
//! by PostgreSQL's own logical replication.
//!
//! ```text
//! publication   in the live database: which tables, which columns
//! slot          in the live database: everything from here on is kept
//! fence         for a moment: the snapshot of the copy and the slot meet
//! subscription  in the new database, when the rows are there
//! ```
//!
//! A slot that nobody reads keeps the log for ever: whatever ends early must be
//! swept (`sweep`), by this run or the next.
//!
//! Must never: let a writer wait for the copy, or write the password of the
//! role into the log of the server.

pub mod between;
mod tending;
pub mod views;

use std::time::{Duration, Instant};

use crate::address::{Address, Tls};
use crate::behind::Behind;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_ident, quote_literal};

pub use tending::{Rival, Tending, rival, tend};

/// Publication and subscription.
pub const NAME: &str = "xtask_online";
const PURPOSE: &str = "feed";
const PAUSE: Duration = Duration::from_millis(20);
/// A subscription that fails tries again after five seconds.
const UNREAD: Duration = Duration::from_secs(60);

/// So many errors at one place of the log are a change that is not taken.
const FORGIVEN: i64 = 2;

/// One feed, of one database.
#[derive(Clone, Debug)]
pub struct Feed {
    live: Address,
    slot: String,
}

/// The server's `wal_level`.
pub async fn wal_level(session: &Session) -> Result<String> {
    Ok(session.query_one("SELECT pg_catalog.current_setting('wal_level')", &[]).await?.get(0))
}

/// A table that is published, by its quoted name, and which columns of it.
#[derive(Clone, Debug)]
pub struct Published {
    pub table: String,
    /// None: all there are.
    pub columns: Option<Vec<String>>,
}

impl Published {
    /// As in CREATE PUBLICATION.
    fn sql(&self) -> String {
        let Some(columns) = &self.columns else { return self.table.clone() };
        let columns: Vec<String> = columns.iter().map(|it| quote_ident(it)).collect();
        format!("{} ({})", self.table, columns.join(", "))
    }
}

/// Which of these tables cannot be fed, and why.
pub async fn unfit(session: &Session, tables: &[Published]) -> Result<Vec<(String, String)>> {
    let names: Vec<&str> = tables.iter().map(|it| it.table.as_str()).collect();
    let list = |it: &Published| it.columns.as_ref().map(|all| serde_json::json!(all).to_string());
    let columns: Vec<Option<String>> = tables.iter().map(list).collect();
    let sql = include_str!("feed/without_identity.sql");
    let rows = session.query(sql, &[&names, &columns]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

/// The slot of a database: slots are the whole server's.
async fn slot(session: &Session) -> Result<String> {
    let sql = "SELECT oid::text FROM pg_catalog.pg_database WHERE datname = current_database()";
    let oid: String = session.query_one(sql, &[]).await?.get(0);
    Ok(format!("{NAME}_{oid}"))
}

/// Drops what an earlier run left in the live database: publication and slot.
/// Answers whether there was something.
pub async fn sweep(live: &Address) -> Result<bool> {
    let session = Session::connect(live, PURPOSE).await?;
    let slot = slot(&session).await?;
    let has = "SELECT true FROM pg_catalog.pg_publication WHERE pubname = $1 \
               UNION ALL SELECT true FROM pg_catalog.pg_replication_slots WHERE slot_name = $2";
    if session.query(has, &[&NAME, &slot]).await?.is_empty() {
        return Ok(false);
    }
    session.execute(&format!("DROP PUBLICATION IF EXISTS {}", quote_ident(NAME))).await?;
    drop_slot(&session, &slot).await?;
    Ok(true)
}

/// Also one that is being read: its reader is ended.
async fn drop_slot(session: &Session, slot: &str) -> Result<()> {
    let end = "SELECT pg_catalog.pg_terminate_backend(active_pid, 5000) \
               FROM pg_catalog.pg_replication_slots WHERE slot_name = $1 AND active";
    session.query(end, &[&slot]).await?;
    let drop = "SELECT pg_catalog.pg_drop_replication_slot(slot_name) \
                FROM pg_catalog.pg_replication_slots WHERE slot_name = $1";
    session.query(drop, &[&slot]).await?;
    Ok(())
}

/// A feed that nobody tends any more.
#[derive(Clone, Debug)]
pub struct Abandoned {
    /// What it keeps of the server's log.
    pub bytes: i64,
    /// The other server's database it was for.
    pub to: Option<String>,
}

pub async fn abandoned(session: &Session) -> Result<Option<Abandoned>> {
    let standby = "SELECT pg_catalog.pg_is_in_recovery()";
    if session.query_one(standby, &[]).await?.get(0) {
        return Ok(None);
    }
    if tending::at_work(session, &session.address().database).await?.is_some() {
        return Ok(None);
    }
    let rows =
        session.query(include_str!("feed/abandoned.sql"), &[&slot(session).await?, &NAME]).await?;
    Ok(rows.first().map(|row| Abandoned { bytes: row.get(0), to: row.get(1) }))
}

/// Those of these databases that a feed goes into. One that was dropped
/// halfway by a server that died cannot be asked itself.
pub async fn subscribed(session: &Session, databases: &[&str]) -> Result<Vec<String>> {
    let sql = "SELECT d.datname::text FROM pg_catalog.pg_subscription s \
               JOIN pg_catalog.pg_database d ON d.oid = s.subdbid \
               WHERE d.datname = ANY ($1) AND s.subname = $2";
    let rows = session.query(sql, &[&databases, &NAME]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Drops the subscription of a database, and says nothing to the other side.
pub async fn unsubscribe(new: &Address) -> Result<()> {
    let session = Session::connect(new, PURPOSE).await?;
    if subscribed(&session, &[&new.database]).await?.is_empty() {
        return Ok(());
    }
    let name = quote_ident(NAME);
    for sql in ["DISABLE", "SET (slot_name = NONE)"] {
        session.execute(&format!("ALTER SUBSCRIPTION {name} {sql}")).await?;
    }
    session.execute(&format!("DROP SUBSCRIPTION {name}")).await
}

impl Feed {
    /// From now on the server keeps what is written to `tables`.
    pub async fn open(live: &Address, tables: &[Published]) -> Result<Feed> {
        let session = Session::connect(live, PURPOSE).await?;
        let slot = slot(&session).await?;
        let tables: Vec<String> = tables.iter().map(Published::sql).collect();
        let publication = format!(
            "CREATE PUBLICATION {} FOR TABLE {} WITH (publish_via_partition_root = true)",
            quote_ident(NAME),
            tables.join(", ")
        );
        session.execute(&publication).await?;
        // Waits for transactions that are under way.
        let sql = "SELECT pg_catalog.pg_create_logical_replication_slot($1, 'pgoutput')";
        session.query(sql, &[&slot]).await?;
        Ok(Feed { live: live.clone(), slot })
    }

    /// Behind the fence: what was written before it is in the snapshot, and is
    /// not fed again.
    pub async fn begin_at(&self, _behind: &Behind) -> Result<()> {
        let session = Session::connect(&self.live, PURPOSE).await?;
        let place = flushed(&session).await?;
        let sql = "SELECT pg_catalog.pg_replication_slot_advance($1, $2::text::pg_catalog.pg_lsn)";
        session.query(sql, &[&self.slot, &place]).await?;
        Ok(())
    }

    /// The new database, with the rows and the keys there, takes the rest.
    pub async fn subscribe(&self, new: &Address) -> Result<()> {
        let session = Session::connect(new, PURPOSE).await?;
        // As the server reaches itself, not as we do.
        let port: String =
            session.query_one("SELECT pg_catalog.current_setting('port')", &[]).await?.get(0);
        let own = Address {
            host: "127.0.0.1".to_owned(),
            port: port.parse().unwrap_or(self.live.port),
            tls: Tls::Prefer,
            ..self.live.clone()
        };
        let with = format!("create_slot = false, slot_name = {}", quote_literal(&self.slot));
        create_subscription(&session, &own, (NAME, &with)).await
    }

    /// Waits until everything that is written by now is in the new database.
    pub async fn wait_for(&self, new: &Address, patience: Duration) -> Result<()> {
        self.wait_telling(new, patience, |_| ()).await
    }

    /// Like [`Feed::wait_for`]; tells how many bytes of the log are left.
    pub async fn wait_telling(
        &self,
        new: &Address,
        patience: Duration,
        tell: impl Fn(i64),
    ) -> Result<()> {
        let session = Session::connect(&self.live, PURPOSE).await?;
        let watch = Session::connect(new, PURPOSE).await?;
        let place = flushed(&session).await?;
        let deadline = Instant::now() + patience;
        let mut read = Instant::now();
        let (mut reached, mut forgiven) = (None, 0);
        loop {
            let rows = session.query(include_str!("feed/state.sql"), &[&self.slot, &place]).await?;
            let Some(row) = rows.first() else {
                return Err(Error::new(ErrorKind::Statement, "the replication slot is gone"));
            };
            if row.get::<_, Option<bool>>(0) == Some(true) {
                return Ok(());
            }
            if row.get(1) {
                read = Instant::now();
            }
            if read.elapsed() > UNREAD {
                let why = "nobody reads the replication slot: the log of the server that \
                           subscribes says why";
                return Err(Error::new(ErrorKind::Deadline, why));
            }
            tell(row.get::<_, Option<i64>>(2).unwrap_or(0));
            let errors: i64 =
                watch.query_one(include_str!("feed/errors.sql"), &[&NAME]).await?.get(0);
            let place: Option<String> = row.get(3);
            if place != reached {
                (reached, forgiven) = (place, errors);
            }
            // A connection that breaks counts as well, and is made again.
            if errors > forgiven + FORGIVEN {
                let why = "the new database does not take a change that was written meanwhile; \
                           the server's log says which";
                return Err(Error::new(ErrorKind::Statement, why));
            }
            if Instant::now() > deadline {
                let why = "what is written meanwhile does not come to an end";
                return Err(Error::new(ErrorKind::Deadline, why));
            }
            tokio::time::sleep(PAUSE).await;
        }
    }

    /// Both ends are gone afterwards.
    pub async fn close(self, new: &Address) -> Result<()> {
        unsubscribe(new).await?;
        sweep(&self.live).await.map(|_| ())
    }
}

/// A subscription by the address at which its server reaches the other one.
async fn create_subscription(
    session: &Session,
    reach: &Address,
    (publication, with): (&str, &str),
) -> Result<()> {
    session.query(include_str!("feed/unlogged.sql"), &[]).await?;
    let sql = format!(
        "CREATE SUBSCRIPTION {} CONNECTION {} PUBLICATION {} WITH \
         ({with}, copy_data = false, binary = false)",
        quote_ident(NAME),
        quote_literal(&conninfo(reach)),
        quote_ident(publication)
    );
    // What the server says to it could have the statement in it.
    session.execute(&sql).await.map_err(|error| Error { detail: None, context: None, ..error })
}

/// What libpq reads of an address, the password included.
fn conninfo(reach: &Address) -> String {
    let word = |text: &str| format!("'{}'", text.replace('\\', "\\\\").replace('\'', "\\'"));
    let (mode, certificate) = reach.sslmode();
    let mut text = format!(
        "host={} port={} dbname={} user={} sslmode={mode}",
        word(&reach.host),
        reach.port,
        word(&reach.database),
        word(&reach.user)
    );
    if let Some(certificate) = certificate {
        text.push_str(&format!(" sslrootcert={}", word(&certificate)));
    }
    if let Some(password) = &reach.password {
        text.push_str(&format!(" password={}", word(password)));
    }
    text
}

/// A place in the log that is on disk, behind everything committed before.
async fn flushed(session: &Session) -> Result<String> {
    // The commit of a message waits for the disk, whatever others do.
    session.execute("SET synchronous_commit = on").await?;
    session.query("SELECT pg_catalog.pg_logical_emit_message(true, 'xtask', '')", &[]).await?;
    let sql = "SELECT pg_catalog.pg_current_wal_flush_lsn()::text";
    Ok(session.query_one(sql, &[]).await?.get(0))
}
