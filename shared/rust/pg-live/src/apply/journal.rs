//! What a run writes down, so that a person can read later how it went.
//!
//! Resuming needs none of it: the plan from what is there to what is declared
//! is always the rest.
//!
//! Must never: be read to decide anything.

use serde::{Deserialize, Serialize};

/// Where entries go; one that cannot write must not stop the run.
pub trait Journal {
    fn note(&mut self, entry: Entry);
}

/// For whoever keeps none.
impl Journal for () {
    fn note(&mut self, _entry: Entry) {}
}

impl Journal for Vec<Entry> {
    fn note(&mut self, entry: Entry) {
        self.push(entry);
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "entry")]
pub enum Entry {
    Began {
        steps: usize,
        pid: i32,
    },
    /// Before its first statement.
    GroupBegan {
        first: usize,
        last: usize,
    },
    /// Before its statements are sent, with COMMIT behind them: whether it
    /// became true can be asked by this number.
    Committing {
        first: usize,
        last: usize,
        xid: String,
    },
    Committed {
        first: usize,
        last: usize,
    },
    Retried {
        step: usize,
        sqlstate: String,
    },
    LeftoverDropped {
        step: usize,
        index: String,
    },
    Reconnected {
        pid: i32,
        committed: bool,
    },
    Stopped {
        step: usize,
        why: String,
    },
    Ended {
        millis: u64,
    },
}
