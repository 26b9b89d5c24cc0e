//! An ignore takes something out.
//!
//! Must never: speak where the rule was not run.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "ignore-unused",
    severity: Severity::Warning,
    about: About::Any,
    summary: "an ignore that takes nothing out goes",
    why: "The rule finds nothing any more: the comment says that something is wrong here, \
              and nothing is. The next real finding would go unseen.",
    bad: case!("ignore-unused/the_finding_is_gone", "bad"),
    good: case!("ignore-unused/the_finding_is_gone", "good"),
    fixes: true,
    check: None,
};
