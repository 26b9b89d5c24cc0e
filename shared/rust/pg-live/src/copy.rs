//! A whole copy of a database that is served: a point to go back to.
//!
//! `CREATE DATABASE ... TEMPLATE` wants nobody in the template. It locks the
//! database first, so that new sessions wait, and then waits up to five
//! seconds for those that are there (source: `CountOtherDBBackends`). A
//! second connection ends them meanwhile. Clients connect again and find the
//! database when the copy is made.
//!
//! Must never: leave half a copy: the server drops what it did not finish.

use crate::error::{ErrorKind, Result};
use crate::session::{Session, quote_ident};
use crate::swap::end_sessions;

/// Below this writing the pages through the log is faster than the two
/// checkpoints that copying files takes (measured: 1.4 against 2.3 s at 151
/// MB, 12.3 against 4.2 s at 1.33 GB).
const LOGGED_BELOW_BYTES: i64 = 500_000_000;

/// How the pages get into the copy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Copying {
    /// Through the log: no checkpoint, twice the writing.
    Logged,
    /// File by file, between two checkpoints.
    Files,
    /// The file system shares the files until one of them is written
    /// (PostgreSQL 18, on file systems that can).
    Shared,
    /// As the server does it: before PostgreSQL 15 there is no choice.
    Usual,
}

impl Copying {
    /// What fits the server and the size of the database, in bytes; the
    /// second is for where the first is not to be had.
    #[must_use]
    pub fn fitting(major: u32, bytes: i64) -> (Copying, Option<Copying>) {
        match major {
            ..15 => (Copying::Usual, None),
            _ if bytes < LOGGED_BELOW_BYTES => (Copying::Logged, None),
            15..18 => (Copying::Files, None),
            _ => (Copying::Shared, Some(Copying::Files)),
        }
    }

    /// For people.
    #[must_use]
    pub fn story(self) -> &'static str {
        match self {
            Copying::Logged => "copied through the log",
            Copying::Files => "copied file by file",
            Copying::Shared => "sharing its files",
            Copying::Usual => "copied",
        }
    }

    /// The statement that copies.
    #[must_use]
    pub fn sql(self, database: &str, copy: &str) -> String {
        let strategy = match self {
            Copying::Logged => " STRATEGY wal_log",
            Copying::Files | Copying::Shared => " STRATEGY file_copy",
            Copying::Usual => "",
        };
        let (database, copy) = (quote_ident(database), quote_ident(copy));
        format!("CREATE DATABASE {copy} TEMPLATE {database}{strategy}")
    }
}

/// Copies `database` to `copy`, ending whoever is in it. `session` is on
/// neither. Says how it was done.
pub async fn copy_served(
    session: &Session,
    (database, copy): (&str, &str),
    (first, second): (Copying, Option<Copying>),
) -> Result<Copying> {
    // What the copy would write at its beginning, while writers still go on.
    // A role that may not ask for it waits a little longer.
    let _ = session.execute("CHECKPOINT").await;
    match copy_so(session, (database, copy), first).await {
        Ok(()) => Ok(first),
        Err(error) => match second {
            Some(second) if error.kind != ErrorKind::InUse => {
                copy_so(session, (database, copy), second).await?;
                Ok(second)
            }
            _ => Err(error),
        },
    }
}

async fn copy_so(session: &Session, (database, copy): (&str, &str), how: Copying) -> Result<()> {
    if how == Copying::Shared {
        session.execute("SET file_copy_method = clone").await?;
    }
    let terminator = Session::connect(session.address(), "snapshot").await?;
    let sql = how.sql(database, copy);
    let copying = Box::pin(session.execute(&sql));
    let ending = Box::pin(end_sessions(&terminator, [database, database]));
    let made = match futures_util::future::select(copying, ending).await {
        futures_util::future::Either::Left((made, _)) => made,
        // The terminator failed; the copy may still come through.
        futures_util::future::Either::Right((error, copying)) => {
            copying.await.map_err(|why| if why.kind == ErrorKind::InUse { error } else { why })
        }
    };
    if how == Copying::Shared {
        session.execute("RESET file_copy_method").await?;
    }
    made
}

#[cfg(test)]
mod tests {
    //! The way of copying follows version and size.

    use super::*;

    #[test]
    fn the_way_of_copying_follows_version_and_size() {
        let big = LOGGED_BELOW_BYTES;
        assert_eq!(Copying::fitting(14, 1), (Copying::Usual, None));
        assert_eq!(Copying::fitting(15, 1), (Copying::Logged, None));
        assert_eq!(Copying::fitting(17, big), (Copying::Files, None));
        assert_eq!(Copying::fitting(18, 1), (Copying::Logged, None));
        assert_eq!(Copying::fitting(18, big), (Copying::Shared, Some(Copying::Files)));
    }

    #[test]
    fn the_statement_quotes_its_names() {
        let sql = Copying::Files.sql("a\"b", "c d");
        assert_eq!(sql, "CREATE DATABASE \"c d\" TEMPLATE \"a\"\"b\" STRATEGY file_copy");
    }
}
