//! A table has a primary key.
//!
//! Must never: ask it of a partition, which has its parent's.

use crate::finding::{Finding, Severity};
use crate::outline::{Constraint, ConstraintKind};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "table-without-primary-key",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a table has a primary key",
    why: "Without one a row cannot be named: the same row twice cannot be told apart, \
              logical replication refuses updates, and a batch has nothing to walk along.",
    bad: case!("table-without-primary-key/a_row_that_cannot_be_named", "bad"),
    good: case!("table-without-primary-key/a_row_that_cannot_be_named", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for table in &outline.tables {
        let has_own = !table.is_made_of && !table.has_more && !table.is_temporary;
        let is_key = |it: &Constraint| matches!(it.kind, ConstraintKind::Primary);
        if has_own && !outline.constraints_of(&table.name).any(is_key) {
            let message = format!("{} has no primary key", table.name.shown());
            found.push(RULE.at(outline.head(table.at), message));
        }
    }
}
