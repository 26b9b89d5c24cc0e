//! A rule: its words, an example of each side, and the function that looks.
//!
//! Must never: have a finding that its examples do not show.

use std::ops::Range;

use crate::finding::{Finding, Severity};
use crate::script::Script;

/// What kind of file is looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum About {
    /// init.sql: run from empty, and again.
    Declaration,
    /// A plan or a migration: run on a database that works.
    Plan,
    /// Either.
    Any,
}

pub struct Rule {
    /// As it is written in `-- lint: ignore` and asked for in `explain`.
    pub id: &'static str,
    pub severity: Severity,
    pub about: About,
    /// One sentence: what is to be.
    pub summary: &'static str,
    /// What happens otherwise.
    pub why: &'static str,
    /// A file with a finding, and one without.
    pub bad: &'static str,
    pub good: &'static str,
    /// Some findings can be mended by `--fix`.
    pub fixes: bool,
    /// None where the caller knows what the text does not say: a server's
    /// answer, the day.
    pub check: Option<fn(&Script<'_>, &mut Vec<Finding>)>,
}

impl Rule {
    pub fn is_for(&self, about: About) -> bool {
        self.about == About::Any || self.about == about
    }

    pub fn at(&self, range: Range<usize>, message: impl Into<String>) -> Finding {
        let (rule, severity, message) = (self.id, self.severity, message.into());
        Finding { rule, severity, range, message, help: None, fix: None }
    }
}

/// The bad and the good text of a case, for [`Rule::bad`] and [`Rule::good`].
macro_rules! case {
    ($path:literal, $side:literal) => {
        include_str!(concat!("../../tests/cases/", $path, "/", $side, ".sql"))
    };
}

pub(crate) use case;
