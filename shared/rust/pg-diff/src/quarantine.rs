//! What was dropped and is kept for a time: a column under another name in
//! its table, a table in a namespace of its own.
//!
//! A comment carries what it was and until when (see [`Mark`]), so that the
//! database itself knows, and whatever copies the database copies that too.
//! Both are needed, a name of ours and the mark: what has only one of them is
//! somebody else's.
//!
//! What is kept is no difference to anybody ([`leave_alone`]). It keeps its
//! values and hinders nobody: a column has no NOT NULL, default, identity,
//! key or CHECK any more, a table no foreign key, trigger, policy or rule.
//! Declared again, it comes back with its rows ([`take_back`]) and the plan
//! gives it all of that again.
//!
//! Must never: let go of rows. That is a purge, and no plan holds one.

mod back;
mod find;
mod keep;
mod leave;
mod mark;
mod names;
mod out;

use crate::catalog::{Id, Kind, Object};
use crate::ddl;
use crate::plan::{Action, Hazard, HazardKind, Mode, Phase, Step, Work};

pub use back::take_back;
pub use find::kept;
pub use keep::keep;
pub use leave::leave_alone;
pub use mark::Mark;
pub use names::{PREFIX, is_kept_name};
pub use out::{goes_with, take_out, without};

/// How long, and what is written down about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Both in UTC, `2026-12-14T09:30:00Z`.
    pub dropped: String,
    pub until: String,
    /// What declared it no longer.
    pub by: String,
}

/// What is kept, and what had to be left to go.
#[derive(Clone, Debug, Default)]
pub struct Keeping {
    pub moves: Vec<crate::rename::Renamed>,
    /// With the reason, without a full stop.
    pub left: Vec<(Id, String)>,
}

/// Into quarantine or out of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Passage {
    pub way: Way,
    pub mark: Mark,
    /// The way back, in its order.
    pub undo: Vec<Step>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    In,
    Out,
}

/// What tables and columns can be made of, and may be kept with them.
fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Collation)
}

fn step((action, about): (Action, &Id), sql: String, table: Option<&Id>) -> Step {
    let phase = match action {
        Action::Keep => Phase::Contract,
        Action::TakeBack
        | Action::Rename
        | Action::Create
        | Action::Alter
        | Action::Validate
        | Action::Backfill
        | Action::Drop => Phase::Expand,
    };
    Step {
        object: about.clone(),
        action,
        phase,
        mode: Mode::Together,
        work: Work::Statement(sql),
        hazards: Vec::new(),
        tables: table.into_iter().cloned().collect(),
    }
}

fn hazard(about: &Id, why: String) -> Hazard {
    Hazard { kind: HazardKind::Kept, about: about.clone(), why }
}

/// The comment of something that is called `id` by then.
fn comment(id: &Id, object: &Object, text: Option<String>) -> String {
    let object = Object { comment: text, ..object.clone() };
    ddl::comment(id, &object).text()
}

#[cfg(test)]
mod tests;
