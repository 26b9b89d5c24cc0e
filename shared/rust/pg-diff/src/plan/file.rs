//! A plan in a file: SQL that psql runs, and its twin in JSON that we read.
//!
//! ```text
//! plan.sql    for people and for psql: settings, groups, a head for each step
//! plan.json   for us: the same plan with its fingerprints, hazards, probes
//! ```
//!
//! The JSON decides. The SQL beside it must still say the same statements:
//! somebody who reviewed the one must not get the other. Comments and blanks
//! are free.
//!
//! Must never: read a file that says two things, or one that is newer than
//! this tool.

mod check;
mod psql;
mod write;

use std::fmt;

use serde::{Deserialize, Serialize};

use super::Plan;

/// The format that is written, and the newest that is read.
pub const FORMAT: u32 = 1;

/// The advisory lock of whoever changes a schema by a plan: `xtask` in ASCII,
/// and 2.
pub const RUN_LOCK: i64 = 0x0078_7461_736b_0002;

/// A plan with what it was made for.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PlanFile {
    /// [`FORMAT`], when it was written.
    pub format: u32,
    /// Who wrote it: `xtask 0.1.0`.
    pub tool: String,
    /// `server_version_num / 10000` of the server it was made for.
    pub major: u32,
    /// The schema it starts from, and the one it ends in.
    pub from: End,
    pub to: End,
    pub plan: Plan,
    /// Fingerprints after each step, where the proof took them; else empty.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub after: Vec<String>,
    /// The way back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reverse: Option<Plan>,
}

/// One end of the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// For people: `live`, `init`, a target's name.
    pub what: String,
    /// 64 hex digits.
    pub fingerprint: String,
}

/// Why a plan file is not read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum PlanFileError {
    /// Not the JSON of a plan.
    Json { line: usize, column: usize, why: String },
    /// A newer tool wrote it.
    Newer { format: u64 },
    /// It contradicts itself.
    Broken { why: String },
    /// A step, from 1, that is not one statement. `of_reverse`: of the way back.
    Step { step: usize, of_reverse: bool, why: &'static str },
    /// The SQL says something else than the JSON, from this place on.
    Differs { line: usize, column: usize },
}

impl fmt::Display for PlanFileError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PlanFileError::Json { why, .. } => {
                write!(f, "the JSON is not that of a plan: {why}")
            }
            PlanFileError::Newer { format } => {
                write!(f, "the plan has format {format}; this tool reads up to {FORMAT}")
            }
            PlanFileError::Broken { why } => write!(f, "the plan contradicts itself: {why}"),
            PlanFileError::Step { step, of_reverse, why } => {
                let way = if *of_reverse { " of the way back" } else { "" };
                write!(f, "step {step}{way} {why}")
            }
            PlanFileError::Differs { line, column } => {
                write!(f, "the SQL says something else than the JSON, from {line}:{column} on")
            }
        }
    }
}

impl std::error::Error for PlanFileError {}

impl PlanFile {
    /// What psql runs. Same plan, same bytes.
    pub fn sql(&self) -> String {
        write::sql(self)
    }

    /// What [`read`] takes.
    ///
    /// # Errors
    /// None in practice: no map of a plan has keys that are no strings.
    pub fn json(&self) -> Result<String, serde_json::Error> {
        Ok(serde_json::to_string_pretty(self)? + "\n")
    }
}

/// Reads the JSON of a plan, and holds it against the SQL beside it.
///
/// # Errors
/// When the file is no plan, is newer than this tool, contradicts itself,
/// holds a step that is not one statement, or when the SQL says otherwise.
pub fn read(json: &str, sql: &str) -> Result<PlanFile, PlanFileError> {
    let Format { format } = serde_json::from_str(json).map_err(broken_json)?;
    if format > u64::from(FORMAT) {
        return Err(PlanFileError::Newer { format });
    }
    let file: PlanFile = serde_json::from_str(json).map_err(broken_json)?;
    check::consistent(&file)?;
    check::says_the_same(&file.sql(), sql)?;
    Ok(file)
}

/// What every format has.
#[derive(Deserialize)]
struct Format {
    format: u64,
}

fn broken_json(error: serde_json::Error) -> PlanFileError {
    let (line, column) = (error.line(), error.column());
    PlanFileError::Json { line, column, why: error.to_string() }
}

#[cfg(test)]
mod tests;
