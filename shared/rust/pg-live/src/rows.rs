//! Whether tables hold rows: nobody waits for one that does not, and nothing
//! in it can be lost.
//!
//! Must never: call a table empty that it could not look into.

use std::collections::BTreeSet;

use futures_util::future::join_all;
use pg_diff::catalog::{Id, Kind};
use pg_diff::ddl;

use crate::error::{Error, ErrorKind, Result};
use crate::session::Session;

/// The tables among `tables` without a row, looked for in all of their
/// partitions. One that is not there, or may not be read, is not among them.
///
/// # Errors
/// The connection's end, and a table that stays locked.
pub async fn empty(live: &Session, tables: &BTreeSet<Id>) -> Result<BTreeSet<Id>> {
    // A policy that hides rows from us is an error then, and no answer.
    live.execute("SET row_security = off").await?;
    let looking = tables.iter().filter(|id| id.kind == Kind::Table).map(|id| async move {
        let sql = format!("SELECT EXISTS (SELECT FROM {})", ddl::qualified(id));
        let found = match live.query_one(&sql, &[]).await {
            Ok(row) => row.get(0),
            Err(error) if is_about_the_table(&error) => true,
            Err(error) => return Err(error),
        };
        Ok((!found).then(|| id.clone()))
    });
    let mut empty = BTreeSet::new();
    for looked in join_all(looking).await {
        empty.extend(looked?);
    }
    live.execute("RESET row_security").await?;
    Ok(empty)
}

fn is_about_the_table(error: &Error) -> bool {
    matches!(error.kind, ErrorKind::Statement | ErrorKind::Permission)
}
