//! What a migration is asked to do.
//!
//! Must never: be changed once somebody has agreed to it.

use std::path::PathBuf;
use std::rc::Rc;

use pg_diff::plan::file::PlanFile;

use crate::schema::allow::Allowed;
use crate::schema::rules::Rules;
use crate::target::Target;

/// What was asked for.
pub struct Request {
    pub target: Rc<Target>,
    pub init: PathBuf,
    /// A plan that was made before.
    pub plan: Option<Written>,
    /// What is run, for records and locks.
    pub command: &'static str,
    /// A copy is made first.
    pub snapshot: bool,
    pub rules: Rules,
    pub allowed: Allowed,
    pub backup: bool,
    pub resume: bool,
    pub sql: bool,
}

impl Request {
    /// Towards what a file declares, not back.
    pub fn is_forward(&self) -> bool {
        !matches!(self.plan, Some(Written::Made(_)))
    }
}

/// A plan that need not be made.
pub enum Written {
    File(PathBuf),
    Made(Box<PlanFile>),
}
