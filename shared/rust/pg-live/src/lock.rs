//! Locks on relations: their modes, and whom each keeps waiting.
//!
//! Source: the manual, "Explicit Locking", table of conflicting lock modes.
//!
//! Must never: ask a server. This is what the words of `pg_locks` mean.

use std::fmt;

use serde::{Deserialize, Serialize};

/// From the weakest to the strongest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LockMode {
    AccessShare,
    RowShare,
    RowExclusive,
    ShareUpdateExclusive,
    Share,
    ShareRowExclusive,
    Exclusive,
    AccessExclusive,
}

/// Who waits while somebody holds a lock, from the fewest to the most.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Blocks {
    /// Only other changes of the schema and maintenance.
    Ddl,
    /// Whoever inserts, updates or deletes too.
    Writes,
    /// Everybody.
    Reads,
}

impl LockMode {
    pub const ALL: [LockMode; 8] = [
        LockMode::AccessShare,
        LockMode::RowShare,
        LockMode::RowExclusive,
        LockMode::ShareUpdateExclusive,
        LockMode::Share,
        LockMode::ShareRowExclusive,
        LockMode::Exclusive,
        LockMode::AccessExclusive,
    ];

    /// What `LOCK TABLE` calls it: `ACCESS EXCLUSIVE`.
    pub fn word(self) -> &'static str {
        match self {
            LockMode::AccessShare => "ACCESS SHARE",
            LockMode::RowShare => "ROW SHARE",
            LockMode::RowExclusive => "ROW EXCLUSIVE",
            LockMode::ShareUpdateExclusive => "SHARE UPDATE EXCLUSIVE",
            LockMode::Share => "SHARE",
            LockMode::ShareRowExclusive => "SHARE ROW EXCLUSIVE",
            LockMode::Exclusive => "EXCLUSIVE",
            LockMode::AccessExclusive => "ACCESS EXCLUSIVE",
        }
    }

    /// Reads the column `mode` of `pg_locks`: `AccessExclusiveLock`.
    pub fn from_server(mode: &str) -> Option<LockMode> {
        let plain = mode.strip_suffix("Lock")?;
        LockMode::ALL.into_iter().find(|it| {
            let word = it.word();
            word.chars()
                .filter(|c| *c != ' ')
                .map(|c| c.to_ascii_lowercase())
                .eq(plain.chars().map(|c| c.to_ascii_lowercase()))
        })
    }

    pub fn blocks(self) -> Blocks {
        match self {
            LockMode::AccessShare
            | LockMode::RowShare
            | LockMode::RowExclusive
            | LockMode::ShareUpdateExclusive => Blocks::Ddl,
            LockMode::Share | LockMode::ShareRowExclusive | LockMode::Exclusive => Blocks::Writes,
            LockMode::AccessExclusive => Blocks::Reads,
        }
    }

    /// True when one session cannot hold this while another holds `other`.
    pub fn conflicts(self, other: LockMode) -> bool {
        let (weak, strong) = if self <= other { (self, other) } else { (other, self) };
        match weak {
            LockMode::AccessShare => strong == LockMode::AccessExclusive,
            LockMode::RowShare => strong >= LockMode::Exclusive,
            LockMode::RowExclusive => strong >= LockMode::Share,
            LockMode::ShareUpdateExclusive => true,
            // The one strong mode that goes with itself.
            LockMode::Share => strong != LockMode::Share,
            LockMode::ShareRowExclusive | LockMode::Exclusive | LockMode::AccessExclusive => true,
        }
    }
}

impl fmt::Display for LockMode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.word())
    }
}

#[cfg(test)]
mod tests {
    //! The table of the manual, cell by cell.

    use super::*;

    #[test]
    fn modes_are_read_as_the_server_writes_them() {
        for (text, mode) in [
            ("AccessShareLock", LockMode::AccessShare),
            ("ShareUpdateExclusiveLock", LockMode::ShareUpdateExclusive),
            ("ExclusiveLock", LockMode::Exclusive),
            ("AccessExclusiveLock", LockMode::AccessExclusive),
        ] {
            assert_eq!(LockMode::from_server(text), Some(mode));
        }
        assert_eq!(LockMode::from_server("SIReadLock"), None);
    }

    #[test]
    fn modes_conflict_as_the_manual_says() {
        // One row per mode in the order of the enum; X conflicts.
        let table = [
            ".......X", "......XX", "....XXXX", "...XXXXX", "..XX.XXX", "..XXXXXX", ".XXXXXXX",
            "XXXXXXXX",
        ];
        for (row, mode) in table.iter().zip(LockMode::ALL) {
            for (cell, other) in row.chars().zip(LockMode::ALL) {
                assert_eq!(mode.conflicts(other), cell == 'X', "{mode} with {other}");
            }
        }
    }
}
