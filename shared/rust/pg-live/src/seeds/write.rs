//! Putting seed rows where they are missing.
//!
//! A row goes in as its JSON, which PostgreSQL turns back into a row of the
//! table. What the server fills by itself (identity, time of insertion) it
//! fills here too.
//!
//! Must never: insert a row that is there, or stop half-way: all of it is one
//! transaction.

use serde_json::Value;

use super::SeedTable;
use crate::error::{Error, Result};
use crate::session::{Session, quote_ident, quote_literal};

/// A row whose referenced row is not there yet (23503): that one may be a seed
/// row too.
const FOREIGN_KEY: &str = "23503";

impl SeedTable {
    /// Does nothing where a key of the row is taken.
    pub(super) fn insert(&self, content: &Value) -> String {
        let mut columns = self.columns.clone();
        // A key that is named is meant, also where the server could fill it.
        for column in self.rule.iter().flat_map(|rule| &rule.key) {
            if !columns.contains(column) {
                columns.push(column.clone());
            }
        }
        let list = list(&columns);
        format!(
            "INSERT INTO {} ({list}) SELECT {list} FROM {} ON CONFLICT DO NOTHING",
            self.place(),
            self.row(content)
        )
    }

    /// Sets what a rule names, of `differing`; None where it names none of it.
    pub(super) fn update(&self, content: &Value, differing: &[String]) -> Option<String> {
        let rule = self.rule.as_ref()?;
        let columns: Vec<String> =
            differing.iter().filter(|column| rule.update.contains(column)).cloned().collect();
        if columns.is_empty() {
            return None;
        }
        let row = self.row(content);
        let key = list(&rule.key);
        Some(format!(
            "UPDATE {} SET ({list}) = (SELECT {list} FROM {row}) WHERE ({key}) = (SELECT {key} FROM {row})",
            self.place(),
            list = list(&columns),
        ))
    }

    fn place(&self) -> String {
        format!("{}.{}", quote_ident(&self.namespace), quote_ident(&self.name))
    }

    fn row(&self, content: &Value) -> String {
        let json = quote_literal(&content.to_string());
        format!("pg_catalog.jsonb_populate_record(NULL::{}, {json})", self.place())
    }
}

fn list(columns: &[String]) -> String {
    columns.iter().map(|it| quote_ident(it)).collect::<Vec<_>>().join(", ")
}

/// Runs statements of a report, those that refer to others after them.
/// Answers how many rows they wrote.
pub async fn write(live: &Session, statements: &[String]) -> Result<u64> {
    // What triggers do is written for an ordinary session.
    live.execute("BEGIN; SET LOCAL search_path = DEFAULT").await?;
    let written = in_turn(live, statements).await;
    let end = if written.is_ok() { "COMMIT" } else { "ROLLBACK" };
    live.execute(end).await?;
    written
}

async fn in_turn(live: &Session, statements: &[String]) -> Result<u64> {
    let mut written = 0;
    let mut left: Vec<&String> = statements.iter().collect();
    loop {
        let mut later: Vec<(&String, Error)> = Vec::new();
        let count = left.len();
        for sql in left {
            live.execute("SAVEPOINT xtask_row").await?;
            match live.client().execute(sql.as_str(), &[]).await.map_err(Error::from) {
                Ok(rows) => {
                    written += rows;
                    live.execute("RELEASE SAVEPOINT xtask_row").await?;
                }
                Err(error) if error.sqlstate.as_deref() == Some(FOREIGN_KEY) => {
                    live.execute("ROLLBACK TO SAVEPOINT xtask_row").await?;
                    later.push((sql, error));
                }
                Err(error) => return Err(error),
            }
        }
        match later.first() {
            None => return Ok(written),
            Some((_, error)) if later.len() == count => return Err(error.clone()),
            Some(_) => left = later.into_iter().map(|(sql, _)| sql).collect(),
        }
    }
}
