//! One step of a plan, and what is asked of the rows before it.
//!
//! Must never: hold more than one statement.

use serde::{Deserialize, Serialize};

use super::Hazard;
use crate::catalog::Id;
use crate::ddl::redacted;

/// What a step does to its object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Action {
    Rename,
    Create,
    Alter,
    Validate,
    Backfill,
    Drop,
    /// Into quarantine.
    Keep,
    /// Out of it.
    TakeBack,
}

impl Action {
    /// In small letters: `create`.
    pub fn word(self) -> &'static str {
        match self {
            Action::Rename => "rename",
            Action::Create => "create",
            Action::Alter => "alter",
            Action::Validate => "validate",
            Action::Backfill => "backfill",
            Action::Drop => "drop",
            Action::Keep => "keep",
            Action::TakeBack => "take back",
        }
    }
}

/// How a step is run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// In one transaction with its neighbours of this mode.
    Together,
    /// In a transaction of its own: a scan must not be done under locks that
    /// an earlier statement took; a new enum value must be committed first.
    Alone,
    /// Outside of any transaction: CONCURRENTLY.
    Outside,
}

/// Where in the life of a change a step belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// Adds; what runs on the old schema runs on.
    Expand,
    /// Moves data.
    Migrate,
    /// Takes away; what runs on the old schema may fail.
    Contract,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Work {
    /// One statement, without its semicolon.
    Statement(String),
    Backfill(Backfill),
}

/// `UPDATE table SET column = expression WHERE condition`, in batches.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Backfill {
    pub table: Id,
    /// `"content" = lower("title")`
    pub set: String,
    /// True for rows still to be done: a second run finds nothing to do.
    pub condition: String,
    /// Columns of a unique key that is never null, unquoted; empty: by ctid.
    pub key: Vec<String>,
    /// Rows per transaction.
    pub batch: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Step {
    pub object: Id,
    pub action: Action,
    pub phase: Phase,
    pub mode: Mode,
    pub work: Work,
    pub hazards: Vec<Hazard>,
    /// Tables that hold rows already and are locked, read or written.
    pub tables: Vec<Id>,
}

impl Step {
    /// The statement, or the one that a batch of a backfill runs.
    pub fn sql(&self) -> String {
        match &self.work {
            Work::Statement(sql) => sql.clone(),
            Work::Backfill(backfill) => backfill.sql(),
        }
    }

    /// [`Step::sql`] for people and programs to read: without passwords.
    pub fn shown(&self) -> String {
        redacted(&self.object, &self.sql())
    }
}

impl Backfill {
    /// All batches at once, for people to read.
    pub fn sql(&self) -> String {
        let table = crate::ddl::qualified(&self.table);
        format!("UPDATE {table} SET {} WHERE {}", self.set, self.condition)
    }
}

/// A read-only question to the real rows: could this step fail on them?
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Probe {
    pub about: Id,
    /// The table it reads.
    pub table: Id,
    /// Answers rows that are in the way, as one `text` column that shows their
    /// key. Run with a LIMIT, and counted by `SELECT count(*) FROM (...)`. One
    /// that fails (a cast) is an answer too.
    pub sql: String,
    /// What they break, one sentence without a full stop: `would break NOT
    /// NULL of public.messages.content`.
    pub breaks: String,
    /// The annotation that would help: `-- @backfill <expression>`.
    pub hint: Option<String>,
}
