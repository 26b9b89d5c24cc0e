//! What was seen of a plan, step by step.
//!
//! Must never: hold an OID, or what is only about the clone.

use pg_diff::catalog::Id;
use serde::{Deserialize, Serialize};

use crate::lock::{Blocks, LockMode};

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Certificate {
    /// As many as the plan has, in its order.
    pub steps: Vec<StepCertificate>,
}

/// One statement. Relations are those that were there before the plan, by the
/// names they had then: what the plan makes, nobody waits for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct StepCertificate {
    /// Index into `Plan::steps`.
    pub step: usize,
    /// What it locks that its transaction had not locked as strongly before.
    pub locks: Vec<ObservedLock>,
    /// What earlier statements of its transaction locked, as strongly as then:
    /// it stays locked while this one runs.
    pub held: Vec<ObservedLock>,
    /// Tables and materialized views that got new files.
    pub rewrites: Vec<Id>,
    /// Tables that were read from their beginning to their end.
    pub scans: Vec<Id>,
    /// Indexes that were made or made anew.
    pub indexes_built: Vec<BuiltIndex>,
    /// How long it took on the clone, where no table has a row.
    pub millis: u64,
    /// False when the locks are those of the manual: the statement was over
    /// before it could be looked at from outside.
    pub observed: bool,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObservedLock {
    pub table: Id,
    /// The index of that table that is locked, and not all of it. Whoever
    /// reads or writes the table locks its indexes too.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub index: Option<Id>,
    pub mode: LockMode,
    pub blocks: Blocks,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct BuiltIndex {
    pub index: Id,
    pub table: Id,
}
