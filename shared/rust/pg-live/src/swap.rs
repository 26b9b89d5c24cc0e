//! Two databases change names in one transaction.
//!
//! `RENAME` takes the database's exclusive lock first and then waits up to
//! five seconds for its sessions to go (source: `CountOtherDBBackends`). A
//! second connection ends those sessions meanwhile; new ones wait at the
//! lock. A crash at any moment leaves both names as they were. A connection
//! that waited at the lock may be told once that the database was renamed
//! (3D000, 57P01 for those that were ended): clients connect again.
//!
//! The commit is a statement of its own: where we are killed while the renames
//! wait, the server goes on with what it was sent, and then finds nobody. Nor
//! does it wait for long: meanwhile nobody can enter either database.
//!
//! Must never: switch `ALLOW_CONNECTIONS` off: a crash then leaves a database
//! that nobody can enter.

use std::time::Duration;

use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_ident};

/// How often the sessions still in `live` are told to go.
const PAUSE: Duration = Duration::from_millis(20);
const TRIES: usize = 3;

/// `live` becomes `kept`, `new` becomes `live`. `session` is on neither.
pub async fn swap(session: &Session, live: &str, new: &str, kept: &str) -> Result<()> {
    let terminator = Session::connect(session.address(), "swap").await?;
    let (live_name, new_name, kept_name) = (quote_ident(live), quote_ident(new), quote_ident(kept));
    let renames = format!(
        "BEGIN; SET LOCAL lock_timeout = '10s'; SET LOCAL idle_in_transaction_session_timeout = '10s'; \
         ALTER DATABASE {live_name} RENAME TO {kept_name}; \
         ALTER DATABASE {new_name} RENAME TO {live_name}"
    );
    let mut last = Error::new(ErrorKind::InUse, "somebody keeps using the database");
    for _ in 0..TRIES {
        let renaming = session.execute(&renames);
        let ending = end_sessions(&terminator, [live, new]);
        match futures_util::future::select(Box::pin(renaming), Box::pin(ending)).await {
            futures_util::future::Either::Left((Ok(()), _)) => {
                return session.execute("COMMIT").await;
            }
            futures_util::future::Either::Left((Err(error), _)) => {
                session.execute("ROLLBACK").await?;
                if error.kind != ErrorKind::InUse {
                    return Err(error);
                }
                last = error;
            }
            futures_util::future::Either::Right((error, renaming)) => {
                // The terminator failed; the renames may still come through.
                if renaming.await.is_ok() {
                    return session.execute("COMMIT").await;
                }
                session.execute("ROLLBACK").await?;
                last = error;
            }
        }
    }
    Err(last)
}

/// Runs until it fails or is dropped.
pub(crate) async fn end_sessions(terminator: &Session, databases: [&str; 2]) -> Error {
    let sql = "SELECT pg_catalog.pg_terminate_backend(a.pid) FROM pg_catalog.pg_stat_activity a \
               WHERE a.datname = ANY ($1) AND a.pid <> pg_catalog.pg_backend_pid()";
    loop {
        if let Err(error) = terminator.query(sql, &[&&databases[..]]).await {
            return error;
        }
        tokio::time::sleep(PAUSE).await;
    }
}
