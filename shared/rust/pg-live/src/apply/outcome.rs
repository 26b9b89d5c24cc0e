//! How a run ended.
//!
//! Must never: say that nothing changed when that is not known.

use std::fmt;

use super::event::Blocker;
use super::pressure::Pressure;
use crate::error::Error;

#[derive(Clone, Debug)]
pub enum Outcome {
    Applied { steps: usize, millis: u64 },
    Stopped(Box<Stopped>),
}

#[derive(Clone, Debug)]
pub struct Stopped {
    /// Steps that are done for good. The plan from what is there now to what
    /// is declared is the rest.
    pub done: usize,
    /// Index into `Plan::steps`: where it stopped.
    pub step: usize,
    pub why: Why,
    pub state: State,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum State {
    NothingChanged,
    /// Some steps are done, or a backfill is half-way.
    Partial,
    /// The server is gone, and with it the answer whether the last transaction
    /// became true.
    Unknown,
}

/// Why a run ended before its last step.
#[derive(Clone, Debug)]
pub enum Why {
    /// The schema is not the one the plan was made for.
    Moved,
    /// Another run is at work on this database.
    Busy(Vec<Blocker>),
    /// The server refuses the statement, and would again.
    Refused(Error),
    /// Others held what it needs until its time was over.
    Locked { blockers: Vec<Blocker>, error: Error },
    /// It was seen to read no rows, and ran for longer than that takes.
    TooLong { millis: u64 },
    /// The user said stop.
    Cancelled,
    /// The server is gone and does not come back. `is_known` when the last
    /// transaction certainly did not become true.
    Lost { error: Error, is_known: bool },
    /// Replicas or clients did not recover while a backfill made room for them.
    Pressed(Pressure),
    /// Rows match the condition of the backfill after it has set them, too:
    /// its expression gives what the condition looks for.
    Stuck { rows: u64 },
}

impl Why {
    /// What the server said, if it was the server.
    pub fn error(&self) -> Option<&Error> {
        match self {
            Why::Refused(error) | Why::Locked { error, .. } | Why::Lost { error, .. } => {
                Some(error)
            }
            Why::Moved
            | Why::Busy(_)
            | Why::TooLong { .. }
            | Why::Cancelled
            | Why::Pressed(_)
            | Why::Stuck { .. } => None,
        }
    }
}

impl fmt::Display for Why {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Why::Moved => f.write_str("the schema changed after the plan was made"),
            Why::Busy(_) => f.write_str("another run is changing this database"),
            Why::Refused(error) => error.fmt(f),
            Why::Locked { blockers, error } => {
                write!(f, "others kept it locked: {error}")?;
                blockers.iter().try_for_each(|it| write!(f, "; {}", it.story()))
            }
            Why::TooLong { millis } => {
                write!(f, "it ran for {millis} ms, and on the clone it read no rows")
            }
            Why::Cancelled => f.write_str("stopped on request"),
            Why::Lost { error, is_known: true } => write!(f, "the server is gone: {error}"),
            Why::Lost { error, is_known: false } => {
                write!(f, "the server is gone, and whether its last word was done: {error}")
            }
            Why::Pressed(pressure) => write!(f, "no room for a backfill: {pressure}"),
            Why::Stuck { rows } => {
                write!(f, "{rows} rows match the condition of the backfill after it set them")
            }
        }
    }
}

/// What ends a run.
#[derive(Debug)]
pub(super) struct Halt {
    pub(super) step: usize,
    pub(super) why: Why,
}
