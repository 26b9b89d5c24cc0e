//! The SQL of a backfill's batches.
//!
//! By key: the key is walked in its order, many keys at a time, and of the
//! rows in that stretch those that still match are set, at most so many. A
//! statement never reads on and on for the last matching row of a big table
//! while it holds the ones it found. Without a key: a range of pages of each
//! table that has rows. Rows that a client has locked are skipped and met
//! again in the next pass, so that nobody waits for more than one batch. A row
//! that still matches after it was set is counted: the next pass would find it
//! again, and so would every other.
//!
//! Must never: run a batch. It spells what is run.

use pg_diff::ddl;
use pg_diff::plan::Backfill;

use crate::error::{Error, Result};
use crate::session::Session;

/// A key, each column as text.
pub(crate) type Key = Vec<String>;

/// What a batch did; the one row that its SQL answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// Rows that matched and nobody had locked.
    pub(crate) seen: i64,
    pub(crate) updated: i64,
    /// Of those updated: match still.
    pub(crate) stuck: i64,
    /// The last key seen.
    pub(crate) last: Option<Key>,
}

/// A backfill with what its SQL needs to know of the server.
#[derive(Clone, Debug)]
pub(crate) struct Batches {
    backfill: Backfill,
    /// Types of the key's columns, as SQL.
    types: Vec<String>,
    /// Tables that hold the rows, when there is no key.
    leaves: Vec<Leaf>,
}

#[derive(Clone, Debug)]
struct Leaf {
    namespace: String,
    name: String,
    pages: u64,
}

impl Batches {
    /// Asks for the types of the key, or for the tables that have the rows.
    pub(crate) async fn read(session: &Session, backfill: &Backfill) -> Result<Batches> {
        let mut batches =
            Batches { backfill: backfill.clone(), types: Vec::new(), leaves: Vec::new() };
        let table = ddl::qualified(&backfill.table);
        if backfill.key.is_empty() {
            let rows = session.query(include_str!("batch/leaves.sql"), &[&table]).await?;
            batches.leaves = rows
                .iter()
                .map(|row| Leaf {
                    namespace: row.get(0),
                    name: row.get(1),
                    pages: row.get::<_, i64>(2) as u64,
                })
                .collect();
        } else {
            let rows =
                session.query(include_str!("batch/key.sql"), &[&table, &backfill.key]).await?;
            batches.types = rows.iter().map(|row| row.get(0)).collect();
            if batches.types.len() != backfill.key.len() {
                return Err(Error::shape("a column of the backfill's key is not there"));
            }
        }
        Ok(batches)
    }

    pub(crate) fn has_key(&self) -> bool {
        !self.backfill.key.is_empty()
    }

    /// Pages of each table that has rows.
    pub(crate) fn pages(&self) -> Vec<u64> {
        self.leaves.iter().map(|leaf| leaf.pages).collect()
    }

    /// The first batch.
    pub(crate) fn first(&self, size: u32) -> String {
        if self.has_key() {
            return self.by_key(None, None, size);
        }
        self.by_page(0, 0, size).unwrap_or_else(|| "SELECT 0".to_owned())
    }

    /// How many rows are to be done.
    pub(crate) fn count(&self) -> String {
        let table = ddl::qualified(&self.backfill.table);
        format!("SELECT count(*) FROM {table} WHERE ({})", self.backfill.condition)
    }

    /// Answers the key `keys` rows behind `last`, or NULL near the end.
    pub(crate) fn walk(&self, last: Option<&Key>, keys: u64) -> String {
        let table = ddl::qualified(&self.backfill.table);
        let columns = self.columns(&table);
        let texts = join(columns.iter().map(|it| format!("{it}::text")), ", ");
        let behind = last.map_or_else(String::new, |last| {
            format!(" WHERE ({}) > ({})", columns.join(", "), self.values(last))
        });
        let (columns, offset) = (columns.join(", "), keys.saturating_sub(1));
        format!(
            "SELECT (SELECT ARRAY[{texts}] FROM {table}{behind} ORDER BY {columns} \
             OFFSET {offset} LIMIT 1)"
        )
    }

    /// At most `size` rows that match, behind `last` and up to `upper`.
    pub(crate) fn by_key(&self, last: Option<&Key>, upper: Option<&Key>, size: u32) -> String {
        let table = ddl::qualified(&self.backfill.table);
        let Backfill { set, condition, .. } = &self.backfill;
        let columns = self.columns(&table);
        let names: Vec<String> = (0..columns.len()).map(|at| format!("xtask_k{at}")).collect();
        let pairs = || columns.iter().zip(&names);
        let list = columns.join(", ");
        let bound = |key: Option<&Key>, sign: &str| {
            key.map_or_else(String::new, |key| {
                format!(" AND ({list}) {sign} ({})", self.values(key))
            })
        };
        format!(
            include_str!("batch/keyed.sql"),
            picked = join(pairs().map(|(column, name)| format!("{column} AS {name}")), ", "),
            table = table,
            condition = condition,
            stretch = bound(last, ">") + &bound(upper, "<="),
            columns = list,
            size = size,
            set = set,
            joined =
                join(pairs().map(|(column, name)| format!("{column} = batch.{name}")), " AND "),
            texts = join(names.iter().map(|name| format!("{name}::text")), ", "),
            from_end = join(names.iter().map(|name| format!("{name} DESC")), ", "),
        )
    }

    /// Rows that match in `size` pages of a table; None: there is no such one.
    pub(crate) fn by_page(&self, leaf: usize, page: u64, size: u32) -> Option<String> {
        let leaf = self.leaves.get(leaf)?;
        let Backfill { table, set, condition, .. } = &self.backfill;
        Some(format!(
            include_str!("batch/paged.sql"),
            leaf = ddl::relation(&leaf.namespace, &leaf.name),
            // By the name that the expressions know.
            name = ddl::ident(&table.name),
            from = page,
            to = page + u64::from(size),
            condition = condition,
            set = set,
        ))
    }

    /// Whether a row is to be done yet.
    pub(crate) fn is_left(&self) -> String {
        let table = ddl::qualified(&self.backfill.table);
        format!("SELECT EXISTS (SELECT FROM {table} WHERE ({}))", self.backfill.condition)
    }

    /// What the last ANALYZE counted, for when counting takes too long.
    pub(crate) fn guess(&self) -> String {
        let table = ddl::literal(&ddl::qualified(&self.backfill.table));
        format!(include_str!("batch/guess.sql"), table = table)
    }

    /// The key's columns, each with its table's name.
    fn columns(&self, table: &str) -> Vec<String> {
        self.backfill.key.iter().map(|name| format!("{table}.{}", ddl::ident(name))).collect()
    }

    fn values(&self, key: &Key) -> String {
        let values = key.iter().zip(&self.types);
        join(values.map(|(value, of)| format!("{}::{of}", ddl::literal(value))), ", ")
    }
}

fn join(parts: impl Iterator<Item = String>, by: &str) -> String {
    parts.collect::<Vec<String>>().join(by)
}

/// Reads the row that a batch answers.
pub(crate) fn done(row: &tokio_postgres::Row) -> Done {
    Done { seen: row.get(0), updated: row.get(1), stuck: row.get(2), last: row.get(3) }
}
