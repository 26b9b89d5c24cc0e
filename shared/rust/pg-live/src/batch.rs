//! The SQL of a backfill's batches.
//!
//! By key: rows that still match, behind the last key, in the key's order.
//! Without a key: rows that still match, in a range of pages of each table
//! that has rows. Rows that a client has locked are skipped and met again in
//! the next pass, so that nobody waits for more than one batch. A row that
//! still matches after it was set is counted: the pass would find it for ever.
//!
//! Must never: run a batch. It spells what is run.

use pg_diff::catalog::Id;
use pg_diff::ddl;
use pg_diff::plan::Backfill;

use crate::error::{Error, Result};
use crate::session::Session;

/// Where a batch begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Place {
    /// Behind this key; None: at the first.
    Key(Option<Vec<String>>),
    /// At this page of this table.
    Page { table: usize, page: u64 },
}

/// What a batch did; the one row that its SQL answers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Done {
    /// Rows that matched and nobody had locked.
    pub(crate) seen: i64,
    pub(crate) updated: i64,
    /// Of those updated: match still.
    pub(crate) stuck: i64,
    /// The last key seen.
    pub(crate) last: Option<Vec<String>>,
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

    pub(crate) fn table(&self) -> &Id {
        &self.backfill.table
    }

    pub(crate) fn start(&self) -> Place {
        if self.backfill.key.is_empty() {
            Place::Page { table: 0, page: 0 }
        } else {
            Place::Key(None)
        }
    }

    /// The first batch.
    pub(crate) fn first(&self, size: u32) -> String {
        self.sql(&self.start(), size).unwrap_or_else(|| "SELECT 0".to_owned())
    }

    /// The batch at `place` of `size` rows, or pages; None: behind the end.
    pub(crate) fn sql(&self, place: &Place, size: u32) -> Option<String> {
        match place {
            Place::Key(last) => Some(self.by_key(last.as_deref(), size)),
            Place::Page { table, page } => {
                let leaf = self.leaves.get(*table)?;
                Some(self.by_page(leaf, *page, size))
            }
        }
    }

    /// Where to go on after a batch; None: the pass is over.
    pub(crate) fn next(&self, place: &Place, size: u32, done: &Done) -> Option<Place> {
        match place {
            Place::Key(_) => done.last.clone().map(|last| Place::Key(Some(last))),
            Place::Page { table, page } => {
                let (next, leaf) = (page + u64::from(size), self.leaves.get(*table)?);
                if next < leaf.pages {
                    return Some(Place::Page { table: *table, page: next });
                }
                let is_there = table + 1 < self.leaves.len();
                is_there.then_some(Place::Page { table: table + 1, page: 0 })
            }
        }
    }

    /// How many rows are to be done.
    pub(crate) fn count(&self) -> String {
        let table = ddl::qualified(&self.backfill.table);
        format!("SELECT count(*) FROM {table} WHERE ({})", self.backfill.condition)
    }

    fn by_key(&self, last: Option<&[String]>, size: u32) -> String {
        let table = ddl::qualified(&self.backfill.table);
        let Backfill { set, condition, key, .. } = &self.backfill;
        let key: Vec<String> = key.iter().map(|name| ddl::ident(name)).collect();
        let names: Vec<String> = (0..key.len()).map(|at| format!("xtask_k{at}")).collect();
        let list = |parts: Vec<String>, by: &str| parts.join(by);
        let columns = list(key.iter().map(|it| format!("{table}.{it}")).collect(), ", ");
        let picked = list(
            key.iter().zip(&names).map(|(k, n)| format!("{table}.{k} AS {n}")).collect(),
            ", ",
        );
        let behind = last.map_or_else(String::new, |last| {
            let values = last.iter().zip(&self.types);
            let values = list(
                values.map(|(value, of)| format!("{}::{of}", ddl::literal(value))).collect(),
                ", ",
            );
            format!(" AND ({columns}) > ({values})")
        });
        let joined = list(
            key.iter().zip(&names).map(|(k, n)| format!("{table}.{k} = batch.{n}")).collect(),
            " AND ",
        );
        let texts = list(names.iter().map(|name| format!("{name}::text")).collect(), ", ");
        let from_end = list(names.iter().map(|name| format!("{name} DESC")).collect(), ", ");
        format!(
            include_str!("batch/keyed.sql"),
            picked = picked,
            table = table,
            condition = condition,
            behind = behind,
            columns = columns,
            size = size,
            set = set,
            joined = joined,
            texts = texts,
            from_end = from_end,
        )
    }

    fn by_page(&self, leaf: &Leaf, page: u64, size: u32) -> String {
        let Backfill { table, set, condition, .. } = &self.backfill;
        format!(
            include_str!("batch/paged.sql"),
            leaf = ddl::relation(&leaf.namespace, &leaf.name),
            // By the name that the expressions know.
            name = ddl::ident(&table.name),
            from = page,
            to = page + u64::from(size),
            condition = condition,
            set = set,
        )
    }
}

/// Reads the row that a batch answers.
pub(crate) fn done(row: &tokio_postgres::Row) -> Done {
    Done { seen: row.get(0), updated: row.get(1), stuck: row.get(2), last: row.get(3) }
}
