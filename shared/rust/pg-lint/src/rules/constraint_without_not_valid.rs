//! A constraint on a table that works is added NOT VALID, and validated by
//! itself.
//!
//! Must never: speak of a column that is added with it.

use pg_diff::plan::HazardKind::{BlocksWrites, LongLock};

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, ConstraintKind};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "constraint-without-not-valid",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan adds a foreign key or check NOT VALID, and validates it in a transaction \
              of its own",
    why: "Without NOT VALID every row is read under the lock: a check locks out everybody, \
              a foreign key the writers of both tables. VALIDATE reads them while everybody \
              works.",
    bad: case!("constraint-without-not-valid/every_row_is_read_under_the_lock", "bad"),
    good: case!("constraint-without-not-valid/every_row_is_read_under_the_lock", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|alter| alter.what == "table") {
        let is_told = plan::tells(script, alter.at, &[LongLock, BlocksWrites]);
        if is_told || plan::is_new(script, &alter.table) {
            continue;
        }
        for action in &alter.actions {
            let ActionKind::AddConstraint(constraint) = &action.kind else { continue };
            let who = match &constraint.kind {
                ConstraintKind::Check | ConstraintKind::NotNull => "nobody can read or write",
                ConstraintKind::Foreign(_) => "nobody can write to either table",
                ConstraintKind::Primary | ConstraintKind::Unique | ConstraintKind::Exclude => {
                    continue;
                }
            };
            if !constraint.is_not_valid {
                let message = format!("{who} while every row of {} is read", alter.table.shown());
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help =
                    Some("add NOT VALID, then VALIDATE CONSTRAINT behind a COMMIT".to_owned());
                found.push(finding);
            }
        }
    }
}
