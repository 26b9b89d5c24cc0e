//! Rows of users in tables of extensions, as the extensions say which those
//! are: what `pg_dump` dumps of an extension.
//!
//! In a new database the extension's script may have put rows there that the
//! users have changed or deleted since. So the rows that the condition tells
//! are taken away there, and those of the old one come in their place.
//!
//! Must never: touch a row that the condition leaves to the extension.

use crate::error::{ErrorKind, Result};
use crate::numbers::Counter;
use crate::session::Session;
use crate::stream::Stream;

/// One table of an extension; names are quoted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    pub extension: String,
    pub table: String,
    columns: String,
    /// `WHERE ...`, or nothing.
    condition: String,
    /// Oids of objects, which are others in another database.
    pub has_numbers: bool,
}

impl Table {
    /// As text: types of extensions have other numbers elsewhere.
    #[must_use]
    pub fn stream(&self) -> Stream {
        let Table { table, columns, condition, .. } = self;
        Stream {
            from: format!("SELECT {columns} FROM ONLY {table} {condition}"),
            into: format!("{table} ({columns})"),
            is_binary: false,
        }
    }

    #[must_use]
    pub fn clearing(&self) -> String {
        format!("DELETE FROM ONLY {} {}", self.table, self.condition)
    }

    /// Rows that the condition tells. None: the role may not see all of them.
    pub async fn has_rows(&self, session: &Session) -> Result<Option<bool>> {
        // A policy that hides rows is an error then.
        session.execute("SET row_security = off").await?;
        let sql = format!("SELECT EXISTS (SELECT FROM ONLY {} {})", self.table, self.condition);
        match session.query_one(&sql, &[]).await {
            Err(error) if error.kind == ErrorKind::Permission => Ok(None),
            found => Ok(Some(found?.get(0))),
        }
    }
}

pub async fn tables(session: &Session) -> Result<Vec<Table>> {
    let rows = session.query(include_str!("extension_rows/configured.sql"), &[]).await?;
    let table = |row: &tokio_postgres::Row| Table {
        extension: row.get(0),
        table: row.get(1),
        columns: row.get(2),
        condition: row.get(3),
        has_numbers: row.get(4),
    };
    Ok(rows.iter().map(table).collect())
}

/// A sequence of an extension.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Drawn {
    pub extension: String,
    pub counter: Counter,
    /// Somebody drew from it. None: the role may not see that.
    pub is_used: Option<bool>,
}

pub async fn sequences(session: &Session) -> Result<Vec<Drawn>> {
    let rows = session.query(include_str!("extension_rows/sequences.sql"), &[]).await?;
    let drawn = |row: &tokio_postgres::Row| {
        let name: String = row.get(1);
        let (increment, cycles) = (row.get(2), row.get(3));
        let old = vec![name.clone()];
        let counter = Counter { old, new: name, column: None, increment, cycles };
        Drawn { extension: row.get(0), counter, is_used: row.get(4) }
    };
    Ok(rows.iter().map(drawn).collect())
}
