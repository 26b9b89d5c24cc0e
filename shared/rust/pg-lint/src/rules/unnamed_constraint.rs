//! A constraint has a name that somebody gave it.
//!
//! Must never: ask a name of NOT NULL: before PostgreSQL 18 it has none.

use crate::finding::{Finding, Severity};
use crate::outline::ConstraintKind;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "unnamed-constraint",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a key, foreign key, check or exclusion has a name that somebody gave it",
    why: "PostgreSQL makes up a name from the table and its columns, and a number where it \
              is taken: the number depends on the order. Whoever must name the constraint, an \
              error handler or the next ALTER, has to guess; and a name that is different here \
              and there is a difference that nobody meant.",
    bad: case!("unnamed-constraint/a_name_is_given_and_not_made_up", "bad"),
    good: case!("unnamed-constraint/a_name_is_given_and_not_made_up", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, constraint) in script.outline.constraints() {
        let (prefix, word) = match &constraint.kind {
            ConstraintKind::Primary => ("pk", "primary key"),
            ConstraintKind::Unique => ("uq", "unique constraint"),
            ConstraintKind::Check => ("ck", "check"),
            ConstraintKind::Exclude => ("ex", "exclusion"),
            ConstraintKind::Foreign(_) => ("fk", "foreign key"),
            ConstraintKind::NotNull => continue,
        };
        if constraint.name.is_some() {
            continue;
        }
        let is_primary = matches!(constraint.kind, ConstraintKind::Primary);
        let columns = constraint.columns.iter().filter(|_| !is_primary);
        let columns: String = columns.map(|it| format!("_{it}")).collect();
        let message = format!("the {word} of {} has no name", table.shown());
        let mut finding = RULE.at(constraint.range.clone(), message);
        // Not a fix: on a database that is there it would be a change.
        finding.help = Some(format!("CONSTRAINT {prefix}_{}{columns} ...", table.name));
        found.push(finding);
    }
}
