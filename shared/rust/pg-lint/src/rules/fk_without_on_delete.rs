//! A foreign key says what a delete does.
//!
//! Must never: prefer one answer: each is fine, silence is not.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "fk-without-on-delete",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a foreign key says ON DELETE",
    why: "Without it a delete of the parent fails, often years later and in production, \
              and nobody knows whether that was meant. CASCADE: the row means nothing without \
              its parent. SET NULL: it is worth keeping. RESTRICT: the parent must stay.",
    bad: case!("fk-without-on-delete/a_delete_of_the_parent_is_decided", "bad"),
    good: case!("fk-without-on-delete/a_delete_of_the_parent_is_decided", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, constraint) in script.outline.constraints() {
        let Some(key) = constraint.foreign().filter(|key| !key.says_delete) else { continue };
        let (from, to) = (table.shown(), key.table.shown());
        let message = format!("{from} refers to {to}, and does not say what a delete there does");
        let mut finding = RULE.at(constraint.range.clone(), message);
        let help = "say ON DELETE CASCADE, SET NULL, RESTRICT, or NO ACTION if that is meant";
        finding.help = Some(help.to_owned());
        found.push(finding);
    }
}
