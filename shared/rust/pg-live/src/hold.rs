//! A whole copy of a served database, which nobody enters any more until the
//! copy has taken its name.
//!
//! A copy wants nobody in its template, so no lock on tables can keep writers
//! out meanwhile. The lock of the database itself can: whoever enters takes it
//! shared for a moment, `RENAME` takes it alone and keeps it to the end of its
//! transaction. Copying needs it shared, so it changes hands twice:
//!
//! ```text
//! gate     RENAME in a transaction: those inside are ended, newcomers wait
//! copier   CREATE DATABASE ... TEMPLATE, waits in line for the gate
//! holder   RENAME in a transaction, waits in line for the copier
//!          whoever stands in line before the holder is ended
//! gate     ROLLBACK: copier goes, then the holder, then nobody
//! holder   renames the copy and commits, when the copy is what it shall be
//! ```
//!
//! The server wakes in the order of the line (source: `ProcLockWakeup`), and
//! who comes later stands behind the holder: nothing is written between the
//! copy and the swap. Everything hangs on open transactions: where we are
//! killed, the server rolls back and lets everybody in again.
//!
//! Must never: say that nobody can have written when somebody stood between.

use std::time::{Duration, Instant};

use futures_util::future::{Either, select, try_join3};

use crate::address::Address;
use crate::copy::Copying;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_ident};
use crate::swap::end_sessions;

const PURPOSE: &str = "hold";
/// Between two looks at the line.
const PAUSE: Duration = Duration::from_millis(5);
/// How long standing in line and clearing it may take.
const PATIENCE: Duration = Duration::from_secs(20);
const TRIES: usize = 3;

/// The original is held: nobody enters it while this lives.
pub struct Held {
    holder: Session,
    live: String,
    copy: String,
    /// How the copy was made.
    pub copying: Copying,
    /// When those inside were first told to go.
    pub since: Instant,
}

/// The names: what is served, its copy, and what the original is called once
/// the copy has its name.
#[derive(Clone, Copy, Debug)]
pub struct Names<'a> {
    pub live: &'a str,
    pub copy: &'a str,
    pub kept: &'a str,
}

impl Names<'_> {
    /// What sets the original aside; not committed before the end.
    #[must_use]
    pub fn aside(self) -> String {
        format!("ALTER DATABASE {} RENAME TO {}", quote_ident(self.live), quote_ident(self.kept))
    }

    /// What gives the copy its name.
    #[must_use]
    pub fn takes_over(self) -> String {
        format!("ALTER DATABASE {} RENAME TO {}", quote_ident(self.copy), quote_ident(self.live))
    }
}

/// Streams of rows that would go on into the one set aside, or out of it, by
/// name.
pub async fn attached(session: &Session, live: &str) -> Result<Vec<String>> {
    let rows = session.query(include_str!("hold/attached.sql"), &[&live]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Copies, and holds the original. `server` is any other database there.
pub async fn copy_and_hold(
    server: &Address,
    names: Names<'_>,
    (first, second): (Copying, Option<Copying>),
) -> Result<Held> {
    // What the copy would write at its beginning, while writers still go on.
    // A role that may not ask for it waits a little longer.
    let _ = Session::connect(server, PURPOSE).await?.execute("CHECKPOINT").await;
    match attempt(server, names, first).await {
        Ok(held) => Ok(held),
        Err(error) => match second {
            Some(second) if error.kind == ErrorKind::Statement => {
                attempt(server, names, second).await
            }
            _ => Err(error),
        },
    }
}

async fn attempt(server: &Address, names: Names<'_>, copying: Copying) -> Result<Held> {
    let copier = Session::connect(server, PURPOSE).await?;
    if copying == Copying::Shared {
        copier.execute("SET file_copy_method = clone").await?;
    }
    let (gate, holder) = (patient(server).await?, patient(server).await?);
    let watch = Session::connect(server, PURPOSE).await?;
    let since = Instant::now();
    shut(&gate, &watch, names).await?;
    let (copier_pid, holder_pid) = (pid(&copier).await?, pid(&holder).await?);
    let create = copying.sql(names.live, names.copy);
    let aside = format!("BEGIN; {}", names.aside());
    let holding = async {
        stands_in_line(&watch, names.live, copier_pid).await?;
        holder.execute(&aside).await
    };
    let opening = async {
        stands_in_line(&watch, names.live, holder_pid).await?;
        clear_line(&watch, names.live).await?;
        gate.execute("ROLLBACK").await
    };
    try_join3(copier.execute(&create), holding, opening).await?;
    let (live, copy) = (names.live.to_owned(), names.copy.to_owned());
    Ok(Held { holder, live, copy, copying, since })
}

/// A session that keeps an open transaction for as long as it takes.
async fn patient(server: &Address) -> Result<Session> {
    let session = Session::connect(server, PURPOSE).await?;
    session.execute("SET lock_timeout = 0").await?;
    // PostgreSQL 17 has one more.
    let sql = "SELECT pg_catalog.set_config(name, '0', false) FROM pg_catalog.pg_settings \
               WHERE name = 'transaction_timeout'";
    session.query(sql, &[]).await?;
    Ok(session)
}

async fn pid(session: &Session) -> Result<i32> {
    Ok(session.query_one("SELECT pg_catalog.pg_backend_pid()", &[]).await?.get(0))
}

/// Ends those inside and lets nobody in.
async fn shut(gate: &Session, watch: &Session, names: Names<'_>) -> Result<()> {
    let sql = format!("BEGIN; {}", names.aside());
    for round in 1..=TRIES {
        match alone(gate, &sql, watch, [names.live, names.live]).await {
            Err(error) if error.kind == ErrorKind::InUse && round < TRIES => {
                gate.execute("ROLLBACK").await?;
            }
            other => return other,
        }
    }
    Ok(())
}

/// Runs a statement that wants nobody in these databases.
async fn alone(session: &Session, sql: &str, watch: &Session, empty: [&str; 2]) -> Result<()> {
    let running = Box::pin(session.execute(sql));
    match select(running, Box::pin(end_sessions(watch, empty))).await {
        Either::Left((done, _)) => done,
        // Nobody is ended any more; it may still come through.
        Either::Right((error, running)) => {
            running.await.map_err(|why| if why.kind == ErrorKind::InUse { error } else { why })
        }
    }
}

/// Those that wait at the lock of the database; true for who wants to enter.
async fn line(watch: &Session, live: &str) -> Result<Vec<(i32, bool)>> {
    let rows = watch.query(include_str!("hold/waiting.sql"), &[&live]).await?;
    Ok(rows.iter().map(|row| (row.get(0), row.get(1))).collect())
}

async fn stands_in_line(watch: &Session, live: &str, pid: i32) -> Result<()> {
    in_time(async {
        while !line(watch, live).await?.iter().any(|it| it.0 == pid) {
            tokio::time::sleep(PAUSE).await;
        }
        Ok(())
    })
    .await
}

/// Ends all who want to enter and may stand before the holder; later ones
/// stand behind it.
async fn clear_line(watch: &Session, live: &str) -> Result<()> {
    let entering = |it: Vec<(i32, bool)>| -> Vec<i32> {
        it.into_iter().filter(|it| it.1).map(|it| it.0).collect()
    };
    let mut before = entering(line(watch, live).await?);
    in_time(async {
        while !before.is_empty() {
            let sql = "SELECT pg_catalog.pg_terminate_backend(pid) FROM unnest($1::int[]) AS pid";
            watch.query(sql, &[&before]).await?;
            tokio::time::sleep(PAUSE).await;
            let still = entering(line(watch, live).await?);
            before.retain(|pid| still.contains(pid));
        }
        Ok(())
    })
    .await
}

async fn in_time(work: impl Future<Output = Result<()>>) -> Result<()> {
    match tokio::time::timeout(PATIENCE, work).await {
        Ok(done) => done,
        Err(_) => Err(Error::new(ErrorKind::InUse, "somebody keeps using the database")),
    }
}

impl Held {
    /// The copy takes the name. An error leaves both as they were, unless the
    /// connection broke at the last word: then only the server knows.
    pub async fn swap(self) -> Result<()> {
        let Held { holder, live, copy, .. } = &self;
        let watch = Session::connect(holder.address(), PURPOSE).await?;
        let (from, to) = (quote_ident(copy), quote_ident(live));
        let sql = format!(
            "SAVEPOINT taking; SET LOCAL lock_timeout = '10s'; ALTER DATABASE {from} RENAME TO {to}"
        );
        for round in 1..=TRIES {
            match alone(holder, &sql, &watch, [copy, copy]).await {
                Err(error) if error.kind == ErrorKind::InUse && round < TRIES => {
                    holder.execute("ROLLBACK TO SAVEPOINT taking").await?;
                }
                Ok(()) => break,
                Err(error) => return Err(error),
            }
        }
        holder.execute("COMMIT").await
    }
}
