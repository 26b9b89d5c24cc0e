//! A feed from one server into another: what both ends must be for it, and the
//! marks that tell how far a move is.
//!
//! ```text
//! xtask.incoming   on the destination: it is being filled, by this move
//! xtask.moved      on the source: this move is done, writes go elsewhere
//! xtask.reopened   on the source: that was given up, and the destination may be served
//! ```
//!
//! Both stand in the first line of the comment of their databases: whoever can
//! connect can read it, their owners can write it (a setting of a name that no
//! server knows is for superusers), and it is there or not as the transaction
//! that writes it is. The source's is the one that decides.
//!
//! Must never: take a database for unfinished that a source has given way to.

use std::time::{Duration, Instant};

use super::{Feed, NAME, PAUSE, create_subscription};
use crate::address::Address;
use crate::database;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_ident, quote_literal};

const INCOMING: &str = "xtask.incoming";
const MOVED: &str = "xtask.moved";
const REOPENED: &str = "xtask.reopened";
const PURPOSE: &str = "move";
const PATIENCE: Duration = Duration::from_secs(5);

/// Why this database cannot be followed, by its server and our role; all of it.
pub async fn source_faults(session: &Session) -> Result<Vec<String>> {
    let rows = session.query(include_str!("between/source.sql"), &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Why nothing can be moved to this server; `extensions` is what it must have.
pub async fn destination_faults(session: &Session, extensions: &[String]) -> Result<Vec<String>> {
    let rows = session.query(include_str!("between/destination.sql"), &[&extensions]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// True when both sessions are on one server, not on one and its copy.
pub async fn is_same_server(one: &Session, other: &Session) -> Result<bool> {
    let sql = "SELECT system_identifier::text || ' ' || pg_catalog.pg_postmaster_start_time()::text \
               FROM pg_catalog.pg_control_system()";
    let (one, other) = (one.query_one(sql, &[]).await?, other.query_one(sql, &[]).await?);
    Ok(one.get::<_, String>(0) == other.get::<_, String>(0))
}

/// What somebody keeps in a database, at most three of it by name.
pub async fn objects(session: &Session) -> Result<Vec<String>> {
    let rows = session.query(include_str!("between/objects.sql"), &[]).await?;
    Ok(rows.iter().map(|row| row.get(0)).collect())
}

/// Drops a database that has nothing in it, and nobody.
pub async fn drop_empty(server: &Session, address: &Address) -> Result<()> {
    if database::locale(server, &address.database).await?.is_none() {
        return Ok(());
    }
    if incoming(server, &address.database).await?.is_some() {
        let what = format!("`{address}` is being filled by another move");
        return Err(Error::new(ErrorKind::InUse, what));
    }
    // Somebody may have come since it was looked at.
    let found = objects(&Session::connect(address, PURPOSE).await?).await?;
    if !found.is_empty() {
        let what = format!("`{address}` is not empty any more: it has {}", found.join(", "));
        return Err(Error::new(ErrorKind::InUse, what));
    }
    drop_soon(server, &address.database).await
}

/// Drops a database that a stopped run of ours made and did not fill. False:
/// something is in it, or somebody, and it stays.
pub async fn drop_unfilled(server: &Session, address: &Address) -> Result<bool> {
    // What was dropped halfway lets nobody in, and is nobody's any more.
    if !database::is_invalid(server, &address.database).await?
        && !objects(&Session::connect(address, PURPOSE).await?).await?.is_empty()
    {
        return Ok(false);
    }
    match drop_soon(server, &address.database).await {
        Err(error) if database::is_in_use(&error) => Ok(false),
        dropped => dropped.map(|()| true),
    }
}

/// Our own last look may still be on its way out.
async fn drop_soon(server: &Session, name: &str) -> Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        match database::drop_unused(server, name).await {
            Err(error) if database::is_in_use(&error) && Instant::now() < deadline => {
                tokio::time::sleep(PAUSE).await;
            }
            dropped => return dropped,
        }
    }
}

/// The server of `session` connects to `reach` as a subscriber does; nothing
/// is left of it. A role that may make nothing in this database can only try in
/// its own: [`Feed::subscribe_at`] does.
pub async fn require_reach(session: &Session, reach: &Address) -> Result<()> {
    let may = "SELECT pg_catalog.has_database_privilege(pg_catalog.current_database(), 'CREATE')";
    let may: bool = session.query_one(may, &[]).await?.get(0);
    if !may {
        return Ok(());
    }
    session.execute("BEGIN").await?;
    let with = "enabled = false, create_slot = false, slot_name = NONE";
    // No publication of this name is there: a stopped run may have left its own, whose
    // tables are not here.
    let made = create_subscription(session, reach, ("xtask_reach", with)).await;
    session.execute("ROLLBACK").await?;
    made
}

/// Which database on which server, whatever it is called.
pub async fn identity(session: &Session) -> Result<String> {
    let sql = "SELECT s.system_identifier || '/' || d.oid \
               FROM pg_catalog.pg_control_system() s, pg_catalog.pg_database d \
               WHERE d.datname = current_database()";
    Ok(session.query_one(sql, &[]).await?.get(0))
}

/// The mark of a database that is being filled.
pub async fn incoming(server: &Session, database: &str) -> Result<Option<String>> {
    mark(server, database, INCOMING).await
}

/// The mark of a database whose rows went elsewhere.
pub async fn moved(server: &Session, database: &str) -> Result<Option<String>> {
    mark(server, database, MOVED).await
}

/// The mark of a database whose move was given up when it was done.
pub async fn reopened(server: &Session, database: &str) -> Result<Option<String>> {
    mark(server, database, REOPENED).await
}

/// Read past the database: it need not be entered.
async fn mark(server: &Session, database: &str, name: &str) -> Result<Option<String>> {
    let Some(comment) = comment(server, database).await? else { return Ok(None) };
    let first = comment.lines().next().unwrap_or_default();
    Ok(first.strip_prefix(name).and_then(|it| it.strip_prefix('=')).map(str::to_owned))
}

async fn comment(server: &Session, database: &str) -> Result<Option<String>> {
    let sql = "SELECT pg_catalog.shobj_description(d.oid, 'pg_database') \
               FROM pg_catalog.pg_database d WHERE d.datname = $1";
    Ok(server.query(sql, &[&database]).await?.first().and_then(|row| row.get(0)))
}

/// What somebody said of a database, without a line of ours.
pub async fn own_comment(server: &Session, database: &str) -> Result<Option<String>> {
    let Some(comment) = comment(server, database).await? else { return Ok(None) };
    let is_mark = |line: &str| {
        [INCOMING, MOVED, REOPENED].iter().any(|it| line.starts_with(&format!("{it}=")))
    };
    let own = match comment.split_once('\n') {
        Some((first, rest)) if is_mark(first) => rest.to_owned(),
        None if is_mark(&comment) => return Ok(None),
        Some(_) | None => comment,
    };
    Ok(Some(own))
}

fn comment_sql(database: &str, mark: Option<(&str, &str)>, own: Option<&str>) -> String {
    let first = mark.map(|(name, mark)| format!("{name}={mark}"));
    let all: Vec<&str> = first.as_deref().into_iter().chain(own).collect();
    let text = match all.as_slice() {
        [] => "NULL".to_owned(),
        lines => quote_literal(&lines.join("\n")),
    };
    format!("COMMENT ON DATABASE {} IS {text}", quote_ident(database))
}

/// Marks a database that is being filled, beside what is to be said of it.
pub async fn set_incoming(
    server: &Session,
    database: &str,
    mark: &str,
    own: Option<&str>,
) -> Result<()> {
    server.execute(&comment_sql(database, Some((INCOMING, mark)), own)).await
}

/// It is whole.
pub async fn clear_incoming(server: &Session, database: &str) -> Result<()> {
    let own = own_comment(server, database).await?;
    server.execute(&comment_sql(database, None, own.as_deref())).await
}

/// What makes a database one that was moved: it is read from then on.
#[must_use]
pub fn close_sql(database: &str, mark: &str, own: Option<&str>) -> String {
    let name = quote_ident(database);
    format!(
        "ALTER DATABASE {name} SET default_transaction_read_only = on; {}",
        comment_sql(database, Some((MOVED, mark)), own)
    )
}

/// And what takes that back.
#[must_use]
pub fn open_sql(database: &str, mark: &str, own: Option<&str>) -> String {
    let name = quote_ident(database);
    format!(
        "ALTER DATABASE {name} RESET default_transaction_read_only; {}",
        comment_sql(database, Some((REOPENED, mark)), own)
    )
}

impl Feed {
    /// Written down where a later run and people find it.
    pub async fn note_destination(&self, new: &Address) -> Result<()> {
        let session = Session::connect(&self.live, PURPOSE).await?;
        let (name, to) = (quote_ident(NAME), quote_literal(&new.to_string()));
        session.execute(&format!("COMMENT ON PUBLICATION {name} IS {to}")).await
    }

    /// The new database knows where to read, and does not yet. Its server has
    /// been at the publication of this feed then, and at no other: it has seen
    /// as many tables there.
    pub async fn subscribe_at(&self, new: &Address, reach: &Address, tables: usize) -> Result<()> {
        let session = Session::connect(new, PURPOSE).await?;
        let with = format!(
            "enabled = false, create_slot = false, slot_name = {}",
            quote_literal(&self.slot)
        );
        create_subscription(&session, reach, (NAME, &with)).await?;
        let sql = "SELECT count(*) FROM pg_catalog.pg_subscription_rel r \
                   JOIN pg_catalog.pg_subscription s ON s.oid = r.srsubid WHERE s.subname = $1";
        let seen: i64 = session.query_one(sql, &[&NAME]).await?.get(0);
        if usize::try_from(seen) == Ok(tables) {
            return Ok(());
        }
        let what = format!("{reach} leads the destination to another server than the source");
        Err(Error::new(ErrorKind::Statement, what))
    }

    /// It reads from now on.
    pub async fn enable(&self, new: &Address) -> Result<()> {
        let session = Session::connect(new, PURPOSE).await?;
        session.execute(&format!("ALTER SUBSCRIPTION {} ENABLE", quote_ident(NAME))).await
    }
}
