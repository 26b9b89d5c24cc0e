//! An ignored rule is there.
//!
//! Must never: ignore anything for a name it does not know.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "ignore-unknown",
    severity: Severity::Error,
    about: About::Any,
    summary: "`-- lint: ignore rule reason` names a rule that there is",
    why: "A misspelled rule is not ignored, or a rule is that nobody meant.",
    bad: case!("ignore-unknown/the_nearest_rule_is_told", "bad"),
    good: case!("ignore-unknown/the_nearest_rule_is_told", "good"),
    fixes: false,
    check: None,
};
