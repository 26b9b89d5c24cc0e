//! What was announced to go goes when its day has come.
//!
//! Must never: take it away: that is `db-migrate`.

use crate::finding::Severity;
use crate::rule::{About, Rule, case};

pub const RULE: Rule = Rule {
    id: "removal-due",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "what is `@deprecated` goes when its `remove-after` has come",
    why: "It was announced to go, everybody had their time, and it is still read, written, \
              backed up and migrated.",
    bad: case!("removal-due/its_day_has_come", "bad"),
    good: case!("removal-due/its_day_has_come", "good"),
    fixes: false,
    check: None,
};
