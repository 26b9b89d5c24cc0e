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
use crate::quarantine::Passage;

pub use asked::{Conflict, asked};
pub use follow::following;

/// One rename, and the name that was given.
#[derive(Clone, Debug, PartialEq)]
pub struct Renamed {
    pub from: Id,
    pub to: Id,
    /// Of a type: the label or field, before and after.
    pub part: Option<(String, String)>,
    /// None where it follows another by itself: an inherited column.
    pub steps: Vec<Step>,
    /// Of what goes into quarantine or comes back from it.
    pub passage: Option<Passage>,
}

/// What `id` was called before these renames.
pub fn old_name(renamed: &[Renamed], id: &Id) -> Id {
    renamed.iter().rev().fold(id.clone(), |id, it| {
        if it.to.kind == crate::catalog::Kind::Namespace && id.namespace == it.to.name {
            return Id { namespace: it.from.name.clone(), ..id };
        }
        if id == it.to {
            return it.from.clone();
        }
        let is_part_of_it = id.kind.is_part() && id.of(it.to.kind) == it.to;
        if is_part_of_it { it.from.with(id.kind, &id.part) } else { id }
    })
}

/// The steps that give the old names back, in their order. `desired` has what
/// was renamed under its new name.
pub fn undo(renamed: &[Renamed], desired: &crate::catalog::Catalog) -> Vec<Step> {
    renamed.iter().rev().flat_map(|it| asked::back(it, desired)).collect()
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
