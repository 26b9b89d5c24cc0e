//! An annotation that has done its work goes.
//!
//! Must never: speak for a database that was not asked.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "annotation-done",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "an annotation that has done its work is taken away",
    why: "It is a no-op once applied, and the next reader believes that something is still \
              to be done. Other databases may still need it: take it away when all of them \
              have it.",
    bad: case!("annotation-done/the_database_has_it_already", "bad"),
    good: case!("annotation-done/the_database_has_it_already", "good"),
    fixes: true,
    check: None,
};
