//! Renames: those that `-- @renamed` asks for, and those that follow.
//!
//! PostgreSQL rewrites whatever names a renamed object by itself. So renames
//! are run first, on a clone, which is read again: the catalog that then is
//! compared spells every dependant as PostgreSQL does.
//!
//! What is only called otherwise and is the same in everything else (the
//! index of a renamed table, the sequence of a renamed column) is renamed
//! too, and not built again.
//!
//! Must never: guess that a table or a column was renamed. That is said, or
//! it is not.

mod asked;
mod follow;

use crate::catalog::Id;
use crate::plan::{Action, Hazard, HazardKind, Mode, Phase, Step, Work};

pub use asked::{Conflict, asked};
pub use follow::following;

/// One rename, and the name that was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Renamed {
    pub from: Id,
    pub to: Id,
    pub steps: Vec<Step>,
}

/// A step that renames; `breaks` where clients know the old name.
fn step(id: &Id, sql: String, table: Option<Id>, breaks: Option<&str>) -> Step {
    let hazard = breaks.map(|why| Hazard {
        kind: HazardKind::BreaksClients,
        about: id.clone(),
        why: why.to_owned(),
    });
    Step {
        object: id.clone(),
        action: Action::Rename,
        phase: Phase::Expand,
        mode: Mode::Together,
        work: Work::Statement(sql),
        hazards: hazard.into_iter().collect(),
        tables: table.into_iter().collect(),
    }
}

#[cfg(test)]
mod tests;
