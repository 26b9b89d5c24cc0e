//! NOT NULL is set where a check has proved it.
//!
//! Must never: read the check: that there is one is enough.

use pg_diff::plan::HazardKind::LongLock;

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, Alter, Constraint};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "not-null-without-check",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan sets NOT NULL after a validated CHECK (column IS NOT NULL)",
    why: "SET NOT NULL reads every row under a lock that keeps everybody out; with a valid \
              check on the column it reads none.",
    bad: case!("not-null-without-check/every_row_is_read_under_the_lock", "bad"),
    good: case!("not-null-without-check/every_row_is_read_under_the_lock", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in &script.outline.alters {
        let is_told = plan::tells(script, alter.at, &[LongLock]);
        if is_told || plan::is_new(script, &alter.table) {
            continue;
        }
        for action in &alter.actions {
            if let ActionKind::SetNotNull { column } = &action.kind
                && !is_proved(script, alter, &column.name)
            {
                let (table, name) = (alter.table.shown(), &column.name);
                let message = format!("nobody can use {table} while {name} of every row is read");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help = Some(format!(
                    "first ADD CONSTRAINT ... CHECK ({name} IS NOT NULL) NOT VALID, then VALIDATE it"
                ));
                found.push(finding);
            }
        }
    }
}

/// A constraint of the table that says something about the column, or that was
/// added elsewhere, is validated before.
fn is_proved(script: &Script<'_>, alter: &Alter, column: &str) -> bool {
    let before = script.outline.alters.iter();
    let before = before.filter(|it| it.at < alter.at && it.table.is(&alter.table));
    before.flat_map(|it| &it.actions).any(|action| {
        let ActionKind::ValidateConstraint { name } = &action.kind else { return false };
        let is_it = |it: &&Constraint| it.name.as_ref().is_some_and(|it| it.name == name.name);
        let added = script.outline.constraints_of(&alter.table).find(is_it);
        added.is_none_or(|it| script.reader(it.range.clone()).mentions(column))
    })
}
