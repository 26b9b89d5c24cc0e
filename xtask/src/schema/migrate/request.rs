//! What a migration is asked to do.
//!
//! Must never: be changed once somebody has agreed to it.

use std::path::PathBuf;
use std::rc::Rc;

use pg_diff::Catalog;
use pg_diff::plan::file::PlanFile;

use crate::schema::allow::Allowed;
use crate::schema::reading::{Place, Reading};
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
        !matches!(self.plan, Some(Written::Made(_) | Written::Towards(_)))
    }

    /// A copy could be made first, and none is asked for. `--keep-data` works
    /// on one.
    pub fn may_snapshot(&self) -> bool {
        self.is_forward() && !self.snapshot && self.command == "db-migrate"
    }
}

/// A plan that need not be made.
pub enum Written {
    File(PathBuf),
    Made(Box<PlanFile>),
    /// None is: towards a schema that was.
    Towards(Box<Past>),
}

/// A schema that was.
#[derive(Clone)]
pub struct Past {
    pub catalog: Catalog,
    pub fingerprint: String,
}

impl Past {
    pub fn reading(&self) -> Reading {
        Reading {
            shown: "the schema before".to_owned(),
            catalog: self.catalog.clone(),
            fingerprint: self.fingerprint.clone(),
            // Nobody has it any more: there is nothing to dump.
            place: Place::Shadow,
            init: None,
            seeds: None,
            has_roles: true,
            is_partial: false,
        }
    }
}
