//! What was written to a database since a moment of its cluster, table by
//! table.
//!
//! Every row knows the transaction that wrote it, and transactions are
//! numbered in the order they begin. A moment is the number that the next one
//! gets: a row with that number or a later one was written since. Rows that
//! are gone leave nothing to ask: who wants to know of them counts before.
//!
//! Must never: read the rows themselves, or answer across the wrap-around of
//! the numbers.

use std::cell::RefCell;
use std::cmp::Reverse;

use futures_util::future::try_join_all;
use tokio_postgres::Row;

use crate::address::Address;
use crate::error::{Error, ErrorKind, Result};
use crate::session::{Session, quote_ident};
use crate::stream::each;

/// That count at once: whoever asks waits.
const SESSIONS: usize = 2;

/// Rows know the lower 32 bits; half of these is what can be told apart.
const REACH: i64 = 1 << 31;

/// The rows of one table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TableWrites {
    pub namespace: String,
    pub name: String,
    /// All there are now.
    pub rows: i64,
    /// Inserted or changed since each of the moments.
    pub written: Vec<i64>,
}

/// The number that the next transaction of the cluster gets.
pub async fn moment(session: &Session) -> Result<i64> {
    let sql = "SELECT pg_catalog.pg_snapshot_xmax(pg_catalog.pg_current_snapshot())::text::bigint";
    Ok(session.query_one(sql, &[]).await?.get(0))
}

/// What the cluster had committed at some time.
#[derive(Clone, Debug)]
pub struct Horizon(String);

pub async fn horizon(session: &Session) -> Result<Horizon> {
    let sql = "SELECT pg_catalog.pg_current_snapshot()::text";
    Ok(Horizon(session.query_one(sql, &[]).await?.get(0)))
}

/// True when no transaction that wrote has ended since, in any database of the
/// cluster: what was counted then is so still.
pub async fn is_still(session: &Session, then: &Horizon) -> Result<bool> {
    // Also those that were at work then stand in it, until they end.
    Ok(horizon(session).await?.0 == then.0)
}

/// Reads every table once, whatever the number of moments.
///
/// # Errors
/// When a moment is of another cluster or too long ago to be told from now.
pub async fn since(address: &Address, moments: &[i64]) -> Result<Vec<TableWrites>> {
    let sessions = (0..SESSIONS).map(|_| Session::connect(address, "rollback"));
    let sessions = try_join_all(sessions).await?;
    let now = self::moment(&sessions[0]).await?;
    if !moments.iter().all(|moment| (now - REACH..=now).contains(moment)) {
        return Err(Error::new(ErrorKind::Statement, "the moment is not one of this cluster"));
    }
    let counts: Vec<String> = moments
        .iter()
        .map(|moment| {
            let bits = moment.rem_euclid(1 << 32);
            format!(
                "count(*) FILTER (WHERE pg_catalog.age(t.xmin) \
                 <= pg_catalog.age('{bits}'::pg_catalog.xid))"
            )
        })
        .collect();
    let counts = counts.join(", ");
    let mut names = sessions[0].query(include_str!("introspect/tables.sql"), &[]).await?;
    // The longest first: nobody waits for it at the end.
    names.sort_by_key(|row| Reverse(row.get::<_, Option<i64>>(3)));
    let found = RefCell::new(Vec::with_capacity(names.len()));
    each(&sessions, names, async |session: &Session, row: Row| {
        let (namespace, name): (String, String) = (row.get(0), row.get(1));
        let sql = format!(
            "SELECT count(*), ARRAY[{counts}]::bigint[] FROM ONLY {}.{} AS t",
            quote_ident(&namespace),
            quote_ident(&name)
        );
        let row = session.query_one(&sql, &[]).await?;
        let (rows, written) = (row.get(0), row.get(1));
        found.borrow_mut().push(TableWrites { namespace, name, rows, written });
        Ok(())
    })
    .await?;
    Ok(found.into_inner())
}

/// How many values a column holds that are not NULL; without a column, how
/// many rows a table has.
pub async fn values(
    session: &Session,
    (namespace, table): (&str, &str),
    column: Option<&str>,
) -> Result<i64> {
    let what = column.map_or_else(|| "*".to_owned(), quote_ident);
    let sql =
        format!("SELECT count({what}) FROM {}.{}", quote_ident(namespace), quote_ident(table));
    Ok(session.query_one(&sql, &[]).await?.get(0))
}
