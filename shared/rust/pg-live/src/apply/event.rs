//! What a run tells while it goes on.
//!
//! Must never: hold a value of a row. Queries of others are shown without
//! their literals.

use serde::Serialize;

use super::pressure::Pressure;

/// `step` is an index into `Plan::steps`.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Told again when its transaction is tried again.
    StepStarted {
        step: usize,
    },
    /// Somebody is in the way of this step, or would be.
    Waiting {
        step: usize,
        blockers: Vec<Blocker>,
    },
    /// Nothing was changed by the try before; the next one comes then.
    Retrying {
        step: usize,
        attempt: u32,
        in_ms: u64,
        sqlstate: String,
    },
    /// Blocks, rows or waits of the server's own phases of a build.
    IndexProgress {
        step: usize,
        phase: String,
        done: u64,
        total: u64,
    },
    /// An index that a killed run left half-built is gone.
    LeftoverDropped {
        step: usize,
        index: String,
    },
    BackfillProgress {
        step: usize,
        done: u64,
        estimated: u64,
        eta_ms: Option<u64>,
        batch: u32,
    },
    /// The backfill lets others go first.
    Throttled {
        step: usize,
        why: Pressure,
    },
    /// The connection was lost; what the last transaction became is known.
    Reconnected {
        step: usize,
        committed: bool,
    },
    StepDone {
        step: usize,
        millis: u64,
    },
    /// From the first to the last of these steps nothing can be undone now.
    GroupCommitted {
        first: usize,
        last: usize,
        millis: u64,
    },
}

/// A session that holds what we need.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Blocker {
    /// 0 for a prepared transaction.
    pub pid: i32,
    pub application: String,
    pub user: String,
    /// `active`, `idle in transaction`, or what the server says.
    pub state: String,
    /// The beginning of its last statement, without literals.
    pub query: String,
    /// How old its transaction is.
    pub age_ms: u64,
}

impl Blocker {
    /// `pid 4711 psql (idle in transaction for 12 s): SELECT ...`
    pub fn story(&self) -> String {
        let who = match self.pid {
            0 => "a prepared transaction".to_owned(),
            pid => format!("pid {pid}"),
        };
        let name = if self.application.is_empty() { &self.user } else { &self.application };
        let query = if self.query.is_empty() { String::new() } else { format!(": {}", self.query) };
        format!("{who} {name} ({} for {} s){query}", self.state, self.age_ms / 1000)
    }
}
