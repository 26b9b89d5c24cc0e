//! What runs: functions, procedures, aggregates, event triggers.
//!
//! Must never: read a body. PostgreSQL knows what it depends on.

use serde::{Deserialize, Serialize};

use super::relation::Fires;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RoutineKind {
    /// Window functions too.
    Function,
    Procedure,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Routine {
    pub kind: RoutineKind,
    /// `pg_get_functiondef`, which begins with CREATE OR REPLACE.
    pub definition: String,
    /// What CREATE OR REPLACE cannot change: the result, and names and modes
    /// of arguments (`pg_get_function_arguments` without defaults).
    pub signature: String,
    /// The defaults of arguments: REPLACE may add but not take away.
    pub argument_defaults: i16,
    pub is_window: bool,
    /// `BEGIN ATOMIC`: the body depends on what it names.
    pub has_atomic_body: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Aggregate {
    /// `CREATE AGGREGATE namespace.name(arguments) (...)`, one line.
    pub definition: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct EventTrigger {
    pub event: String,
    pub tags: Vec<String>,
    /// Qualified and quoted, without parentheses.
    pub function: String,
    pub fires: Fires,
}
