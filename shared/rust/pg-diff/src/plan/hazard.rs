//! What could hurt: a closed list.
//!
//! Must never: decide whether somebody allows it.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalog::Id;

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum HazardKind {
    /// Rows or values go and nothing brings them back.
    DataLoss,
    /// A lock that blocks readers and writers is held while a table is read
    /// or written.
    LongLock,
    /// A table is written anew, with its indexes.
    TableRewrite,
    /// An index is built: disk, I/O and time, without blocking writers.
    IndexBuild,
    /// Writers wait while a table is read.
    BlocksWrites,
    /// The reverse plan cannot bring everything back.
    NotReversible,
    /// Something still uses what goes: models, services, or its time is not over.
    ContractTooEarly,
    /// Somebody may do more than before.
    PrivilegeWidening,
    /// Something that no model knows depends on what changes.
    UnmanagedDependants,
    /// Clients that use the old name or shape fail from then on.
    BreaksClients,
    /// It goes into quarantine: nothing is lost before a date.
    Kept,
}

impl HazardKind {
    pub const ALL: [HazardKind; 11] = [
        HazardKind::DataLoss,
        HazardKind::LongLock,
        HazardKind::TableRewrite,
        HazardKind::IndexBuild,
        HazardKind::BlocksWrites,
        HazardKind::NotReversible,
        HazardKind::ContractTooEarly,
        HazardKind::PrivilegeWidening,
        HazardKind::UnmanagedDependants,
        HazardKind::BreaksClients,
        HazardKind::Kept,
    ];

    /// What `--allow` calls it: `data-loss`.
    pub fn word(self) -> &'static str {
        match self {
            HazardKind::DataLoss => "data-loss",
            HazardKind::LongLock => "long-lock",
            HazardKind::TableRewrite => "table-rewrite",
            HazardKind::IndexBuild => "index-build",
            HazardKind::BlocksWrites => "blocks-writes",
            HazardKind::NotReversible => "not-reversible",
            HazardKind::ContractTooEarly => "contract-too-early",
            HazardKind::PrivilegeWidening => "privilege-widening",
            HazardKind::UnmanagedDependants => "unmanaged-dependants",
            HazardKind::BreaksClients => "breaks-clients",
            HazardKind::Kept => "kept",
        }
    }

    pub fn from_word(word: &str) -> Option<HazardKind> {
        HazardKind::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// True for what only tells: nothing is lost and nobody waits.
    pub fn is_harmless(self) -> bool {
        matches!(self, HazardKind::IndexBuild | HazardKind::Kept)
    }
}

impl fmt::Display for HazardKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

/// One thing that could hurt.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Hazard {
    pub kind: HazardKind,
    pub about: Id,
    /// One sentence, without a full stop: what happens to whom.
    pub why: String,
}
