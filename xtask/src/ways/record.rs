//! What a way back needs to know, written when the change was made.
//!
//! ```text
//! .xtask/ways/<target>/<database>/
//!   20261122T092258.123Z.json   one change: a migration, a swap
//!   20261122T092258.123Z.before the schema before it, while it is not at its end
//!   served.json                 the code that belongs to the state that is served
//!   pending.json                a rollback that is under way
//!   undoing.json                an undo that is under way
//! ```
//!
//! Must never: be believed against the database: a record tells what to look
//! for there.

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;

use anyhow::Result;
use pg_diff::Catalog;
use pg_diff::plan::file::PlanFile;
use serde::{Deserialize, Serialize};

use super::code::{Change, Code};
use crate::backup::store::file_name;
use crate::context::Ctx;
use crate::private_file::{ensure_private_dir, write_private};
use crate::target::Target;

pub const FORMAT: u32 = 1;
/// So many changes of one database are remembered.
const KEEP: usize = 20;
const SERVED: &str = "served";
const PENDING: &str = "pending";
const UNDOING: &str = "undoing";

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Record {
    pub format: u32,
    /// `20261122T092258.123Z`: when it began, and its name.
    pub id: String,
    /// What made the change: `db-migrate`.
    pub command: String,
    /// The code that belongs to the state before.
    pub before: Option<Code>,
    pub what: What,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum What {
    /// A plan was run.
    Migration {
        /// Both ways, with the fingerprints of both ends.
        plan: Box<PlanFile>,
        /// Written to its end, and compared.
        is_done: bool,
        /// A copy that was made before.
        snapshot: Option<Snapshot>,
    },
    /// Another database took the name.
    Swap {
        /// The name that the one before has now.
        kept: String,
        /// Of the one that took the name, when it did.
        baseline: Baseline,
    },
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Snapshot {
    pub database: String,
    pub baseline: Baseline,
}

/// What later writes are told from.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Baseline {
    /// See `pg_live::written`.
    pub moment: i64,
    /// Rows of each table that was counted.
    pub rows: BTreeMap<String, i64>,
}

/// A rollback that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pending {
    pub id: String,
    /// The way that is gone.
    pub story: String,
    /// What tells that the database has gone it.
    pub done_when: DoneWhen,
    pub change: Change,
    /// The code of the state gone back to.
    pub code: Option<Code>,
}

/// A `db-rebuild --undo` that has begun.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Undoing {
    /// The name that what it undoes gets.
    pub kept: String,
    /// The code that belongs to what it serves again.
    pub code: Option<Code>,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DoneWhen {
    /// There is a database of this name: the one that was left.
    Kept(String),
    /// The schema has become `to`.
    Schema { from: String, to: String },
}

#[derive(Clone, Debug)]
pub struct Records {
    dir: PathBuf,
}

impl Records {
    pub fn of(ctx: &Ctx, target: &Target) -> Records {
        let place = match target {
            // Two servers may well be called by no name.
            Target::Url(url) => format!("{}:{}", url.address.host, url.address.port),
            Target::Local(_) | Target::Compose(_) => target.name().to_owned(),
        };
        let ways = ctx.config.state_dir().join("ways");
        Records { dir: ways.join(file_name(&place)).join(file_name(&target.database(ctx))) }
    }

    /// Newest first. One that cannot be read leads nowhere.
    pub fn all(&self) -> Vec<Record> {
        let entries = fs::read_dir(&self.dir).into_iter().flatten().flatten();
        let mut found: Vec<Record> = entries
            .filter(|entry| entry.path().extension().is_some_and(|it| it == "json"))
            .filter_map(|entry| serde_json::from_slice(&fs::read(entry.path()).ok()?).ok())
            .filter(|record: &Record| record.format <= FORMAT)
            .collect();
        found.sort_by(|a, b| b.id.cmp(&a.id));
        found
    }

    pub fn write(&self, record: &Record) -> Result<()> {
        self.put(&record.id, record)?;
        for old in self.all().iter().skip(KEEP) {
            self.remove(&old.id);
        }
        Ok(())
    }

    pub fn remove(&self, id: &str) {
        // What stays leads to nothing that is there.
        let _ = fs::remove_file(self.path(id));
        self.forget_schema(id);
    }

    /// The schema before a migration: where its plan stops midway, or went on
    /// from there, no plan that was made before leads back.
    pub fn schema(&self, id: &str) -> Option<Catalog> {
        serde_json::from_slice(&fs::read(self.schema_path(id)).ok()?).ok()
    }

    pub fn note_schema(&self, id: &str, catalog: &Catalog) -> Result<()> {
        ensure_private_dir(&self.dir)?;
        write_private(&self.schema_path(id), &serde_json::to_vec(catalog)?)
    }

    pub fn forget_schema(&self, id: &str) {
        let _ = fs::remove_file(self.schema_path(id));
    }

    fn schema_path(&self, id: &str) -> PathBuf {
        self.dir.join(format!("{id}.before"))
    }

    /// The code that belongs to what is served.
    pub fn served(&self) -> Option<Code> {
        self.get(SERVED)
    }

    pub fn note_served(&self, code: Option<&Code>) -> Result<()> {
        match code {
            Some(code) => self.put(SERVED, code),
            None => {
                self.remove(SERVED);
                Ok(())
            }
        }
    }

    pub fn pending(&self) -> Option<Pending> {
        self.get(PENDING)
    }

    pub fn note_pending(&self, pending: &Pending) -> Result<()> {
        self.put(PENDING, pending)
    }

    pub fn forget_pending(&self) {
        self.remove(PENDING);
    }

    /// Written before an undo changes names, and there until it was told as
    /// done: where nobody was left to tell, the next one knows by it.
    pub fn note_undoing(&self, undoing: &Undoing) -> Result<()> {
        self.put(UNDOING, undoing)
    }

    pub fn undoing(&self) -> Option<Undoing> {
        self.get(UNDOING)
    }

    pub fn forget_undoing(&self) {
        self.remove(UNDOING);
    }

    fn path(&self, name: &str) -> PathBuf {
        // `with_extension` would take a stamp's fraction away.
        self.dir.join(format!("{name}.json"))
    }

    fn get<T: for<'de> Deserialize<'de>>(&self, name: &str) -> Option<T> {
        serde_json::from_slice(&fs::read(self.path(name)).ok()?).ok()
    }

    fn put(&self, name: &str, value: &impl Serialize) -> Result<()> {
        ensure_private_dir(&self.dir)?;
        write_private(&self.path(name), serde_json::to_string(value)?.as_bytes())
    }
}
