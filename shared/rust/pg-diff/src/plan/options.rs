//! What a plan takes beside its two catalogs.
//!
//! Must never: hold anything that is found in a catalog.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::Id;
use crate::rename::Renamed;

#[derive(Clone, Debug)]
pub struct Options {
    /// Without blocking readers and writers of tables that hold rows, where
    /// PostgreSQL knows a way.
    pub online: bool,
    /// Tables of the current side that hold no row: nobody waits for them.
    pub empty: BTreeSet<Id>,
    /// `-- @using`: by column, an expression over the old columns.
    pub using: BTreeMap<Id, String>,
    /// `-- @backfill`: by column.
    pub backfills: BTreeMap<Id, Fill>,
    /// Renames that are done in the current side and not yet where the rows
    /// are asked.
    pub renamed: Vec<Renamed>,
}

impl Default for Options {
    fn default() -> Options {
        Options {
            online: true,
            empty: BTreeSet::new(),
            using: BTreeMap::new(),
            backfills: BTreeMap::new(),
            renamed: Vec::new(),
        }
    }
}

/// How rows that are there get a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fill {
    /// SQL, over the columns of the row.
    pub expression: String,
    /// Rows per transaction.
    pub batch: u32,
}
