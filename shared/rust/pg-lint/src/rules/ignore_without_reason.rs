//! Whoever ignores a rule says why.
//!
//! Must never: judge the reason.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "ignore-without-reason",
    severity: Severity::Error,
    about: About::Any,
    summary: "`-- lint: ignore rule reason` has a reason",
    why: "The next reader has to know whether it still holds.",
    bad: case!("ignore-without-reason/nobody_says_why", "bad"),
    good: case!("ignore-without-reason/nobody_says_why", "good"),
    fixes: false,
    check: None,
};
