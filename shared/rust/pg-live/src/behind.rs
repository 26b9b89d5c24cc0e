//! A database that is copied while nobody writes to it, and the swap at the
//! end of it.
//!
//! The fence (a SHARE lock on every table) lets readers go on. It cannot be
//! held to the very end: its own session is in the database that is to be
//! renamed. So it is given up last of all:
//!
//! ```text
//! gate     RENAME in a transaction: it has the lock of the database, newcomers wait
//! watch    ends everybody inside but the fence and the last look
//! look     what no fence holds is carried over: where sequences stand
//! fence    goes; nobody is inside, the RENAME comes through
//! gate     renames the copy and commits
//! ```
//!
//! Must never: give up the fence while somebody else is inside, or could come
//! in.

use std::time::{Duration, Instant};

use futures_util::future::{Either, select};

use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::hold::Names;
use crate::session::Session;
use crate::swap::end_sessions;

const PURPOSE: &str = "fence";
const PAUSE: Duration = Duration::from_millis(5);
const TRIES: usize = 3;
/// With who writes large objects.
const PATIENCE: Duration = Duration::from_secs(60);

/// Writers wait while this lives.
pub struct Behind {
    session: Session,
    pid: i32,
    /// Who reads with it sees every row that was ever acknowledged.
    pub snapshot: String,
    /// When the first writer may have begun to wait.
    pub since: Instant,
    holding: Vec<String>,
}

impl Behind {
    /// Locks every table, then looks. Waits at most ten seconds for writers
    /// that are under way, three times.
    pub async fn raise(live: &Address) -> Result<Behind> {
        let mut round = 1;
        loop {
            match Behind::attempt(live).await {
                Err(error) if round < TRIES && is_worth_another_try(&error) => round += 1,
                other => return other,
            }
        }
    }

    async fn attempt(live: &Address) -> Result<Behind> {
        let session = Session::connect(live, PURPOSE).await?;
        let (holding, tables) = holding(&session).await?;
        let since = Instant::now();
        // LOCK takes no snapshot: the first query does, behind all locks.
        session.execute("BEGIN ISOLATION LEVEL REPEATABLE READ").await?;
        if !tables.is_empty() {
            let names = tables.join(", ");
            session.execute(&format!("LOCK TABLE {names} IN SHARE MODE")).await?;
        }
        let sql = "SELECT pg_catalog.pg_export_snapshot(), pg_catalog.pg_backend_pid()";
        let row = session.query_one(sql, &[]).await?;
        let (snapshot, pid) = (row.get(0), row.get(1));
        let behind = Behind { session, pid, snapshot, since, holding };
        // A table that came between the list and the locks has none.
        behind.require_same(&behind.session).await?;
        Ok(behind)
    }

    /// From now on the bytes of large objects stay as they are too. The server
    /// reads them under the lock of a writer: those who read them wait as well,
    /// so this comes last. Who has written one and waits for the fence would
    /// never go: such a session is ended, as the swap would end it.
    pub async fn hold_large_objects(&self) -> Result<()> {
        let watch = Session::connect(self.session.address(), PURPOSE).await?;
        // Shorter than the server waits before it ends one of two itself.
        let lock = "SAVEPOINT holding; SET LOCAL lock_timeout = '300ms'; \
                    LOCK TABLE pg_catalog.pg_largeobject IN SHARE MODE";
        let deadline = Instant::now() + PATIENCE;
        loop {
            match self.session.execute(lock).await {
                Err(error) if is_worth_another_try(&error) && Instant::now() < deadline => {
                    let back = "ROLLBACK TO SAVEPOINT holding; RELEASE SAVEPOINT holding";
                    self.session.execute(back).await?;
                    watch.query(include_str!("behind/crosswise.sql"), &[&self.pid]).await?;
                }
                held => return held,
            }
        }
    }

    /// A fence on tables holds no new table; nor a new large object, where we
    /// may not lock their list.
    async fn require_same(&self, look: &Session) -> Result<()> {
        let now = holding(look).await?.0;
        match now.iter().find(|it| !self.holding.contains(it)) {
            None => Ok(()),
            Some(new) => Err(Error::new(
                ErrorKind::InUse,
                format!("{new} was made while the database was being copied"),
            )),
        }
    }

    /// The copy takes the name, and the original the one it is kept under.
    /// `last` carries over what no fence holds, when nobody else is inside; it
    /// may be called again, and has a second or two.
    pub async fn swap(
        self,
        server: &Address,
        names: Names<'_>,
        last: impl AsyncFn(&Session) -> Result<()>,
    ) -> Result<()> {
        let (gate, watch) = self.clear(server, names, last).await?;
        take_over(&gate, &watch, names).await
    }

    /// The database stays where it is and takes no write any more: those inside
    /// are ended, whoever comes reads alone. `sql` runs in the same
    /// transaction. The name changes and changes back within it: that is what
    /// keeps everybody out.
    pub async fn close(
        self,
        server: &Address,
        (live, passing): (&str, &str),
        sql: &str,
        last: impl AsyncFn(&Session) -> Result<()>,
    ) -> Result<()> {
        let names = Names { live, copy: passing, kept: passing };
        let (gate, _watch) = self.clear(server, names, last).await?;
        gate.execute(&format!("{}; {sql}; COMMIT", names.takes_over())).await
    }

    /// Nobody is inside, the fence is gone, and a transaction that has renamed
    /// the original lets nobody in.
    async fn clear(
        self,
        server: &Address,
        names: Names<'_>,
        last: impl AsyncFn(&Session) -> Result<()>,
    ) -> Result<(Session, Session)> {
        let gate = Session::connect(server, PURPOSE).await?;
        let watch = Session::connect(server, PURPOSE).await?;
        let look = Session::connect(self.session.address(), PURPOSE).await?;
        let sql = "SELECT pg_catalog.pg_backend_pid()";
        let gate_pid: i32 = gate.query_one(sql, &[]).await?.get(0);
        let look_pid: i32 = look.query_one(sql, &[]).await?.get(0);
        let aside = format!("BEGIN; SET LOCAL lock_timeout = '10s'; {}", names.aside());
        let mut inside = Some((self, look));
        for round in 1..=TRIES {
            let clearing = async {
                let Some((behind, look)) = &inside else { return Ok(()) };
                while !has_gate(&watch, names.live, gate_pid).await? {
                    tokio::time::sleep(PAUSE).await;
                }
                let ours = [behind.pid, look_pid];
                while others(&watch, names.live, &ours).await? > 0 {
                    tokio::time::sleep(PAUSE).await;
                }
                // Whoever ended the fence let writers in.
                behind.session.query_one("SELECT true", &[]).await?;
                behind.require_same(look).await?;
                last(look).await
            };
            let (renaming, clearing) = (Box::pin(gate.execute(&aside)), Box::pin(clearing));
            let renaming = match select(renaming, clearing).await {
                // Somebody did not go in time; the fence stands.
                Either::Left((Err(error), _))
                    if error.kind == ErrorKind::InUse && round < TRIES =>
                {
                    gate.execute("ROLLBACK").await?;
                    continue;
                }
                Either::Left((Err(error), _)) | Either::Right((Err(error), _)) => {
                    return Err(error);
                }
                // Nobody can be inside while the fence is.
                Either::Left((Ok(()), _)) => {
                    return Err(Error::new(ErrorKind::InUse, "the fence was broken"));
                }
                Either::Right((Ok(()), renaming)) => renaming,
            };
            drop(inside.take());
            renaming.await?;
            break;
        }
        Ok((gate, watch))
    }
}

/// The copy gets the name, and all of it is committed.
async fn take_over(gate: &Session, watch: &Session, names: Names<'_>) -> Result<()> {
    let sql = format!("SAVEPOINT taking; {}", names.takes_over());
    for round in 1..=TRIES {
        let renaming = Box::pin(gate.execute(&sql));
        let ending = Box::pin(end_sessions(watch, [names.copy, names.copy]));
        let renamed = match select(renaming, ending).await {
            Either::Left((done, _)) => done,
            Either::Right((_, renaming)) => renaming.await,
        };
        match renamed {
            Ok(()) => break,
            Err(error) if error.kind == ErrorKind::InUse && round < TRIES => {
                gate.execute("ROLLBACK TO SAVEPOINT taking").await?;
            }
            Err(error) => return Err(error),
        }
    }
    gate.execute("COMMIT").await
}

/// Locks that were taken crosswise are a deadlock (40P01); a table may go
/// before it is locked (42P01).
fn is_worth_another_try(error: &Error) -> bool {
    let known = ["40P01", "42P01"];
    error.kind == ErrorKind::InUse
        || error.sqlstate.as_deref().is_some_and(|it| known.contains(&it))
}

/// Everything that rows can be written to, and of it what can be locked.
async fn holding(session: &Session) -> Result<(Vec<String>, Vec<String>)> {
    let rows = session.query(include_str!("behind/tables.sql"), &[]).await?;
    let all = rows.iter().map(|row| row.get(0)).collect();
    let tables = rows.iter().filter(|row| row.get(1)).map(|row| row.get(0)).collect();
    Ok((all, tables))
}

async fn has_gate(watch: &Session, live: &str, pid: i32) -> Result<bool> {
    Ok(watch.query_one(include_str!("behind/gate.sql"), &[&live, &pid]).await?.get(0))
}

async fn others(watch: &Session, live: &str, ours: &[i32]) -> Result<i64> {
    Ok(watch.query_one(include_str!("behind/others.sql"), &[&live, &ours]).await?.get(0))
}
