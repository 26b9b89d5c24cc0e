//! Running a whole SQL file on a database, and saying where it stopped.
//!
//! Must never: split the file to run it. It goes to the server as one batch,
//! which is one transaction unless the file says otherwise; the statements
//! are counted only to find the one that failed.

use futures_util::{StreamExt, pin_mut};
use tokio_postgres::SimpleQueryMessage;

use crate::error::Error;
use crate::session::Session;

/// Where in the file the server stopped, and its words.
#[derive(Clone, Debug)]
pub struct LoadFailure {
    pub error: Error,
    /// Byte offset into the file: the server's position where it gave one,
    /// else the first byte of the failing statement. None when the failure
    /// is not a statement's (the connection broke).
    pub offset: Option<usize>,
    /// Statements that had finished before.
    pub finished: usize,
}

/// Runs `sql` with an ordinary session's `search_path`, as `psql -f` would.
pub async fn load(session: &Session, sql: &str) -> Result<(), LoadFailure> {
    let unplaced = |error: Error| LoadFailure { error, offset: None, finished: 0 };
    session.execute("SET search_path = DEFAULT").await.map_err(unplaced)?;
    let stream =
        session.client().simple_query_raw(sql).await.map_err(|error| unplaced(error.into()))?;
    pin_mut!(stream);
    let mut finished = 0;
    while let Some(message) = stream.next().await {
        match message {
            Ok(SimpleQueryMessage::CommandComplete(_)) => finished += 1,
            Ok(_) => {}
            Err(error) => {
                let error = Error::from(error);
                let offset = match (error.position, &error.sqlstate) {
                    (Some(characters), _) => Some(byte_offset(sql, characters)),
                    (None, Some(_)) => pg_diff::scan::starts(sql).get(finished).copied(),
                    (None, None) => None,
                };
                return Err(LoadFailure { error, offset, finished });
            }
        }
    }
    Ok(())
}

/// The protocol counts characters, Rust counts bytes.
fn byte_offset(sql: &str, characters: usize) -> usize {
    sql.char_indices().nth(characters).map_or(sql.len(), |(at, _)| at)
}
