//! VALIDATE stands in another transaction than NOT VALID.
//!
//! Must never: speak across files.

use crate::finding::{Finding, Severity};
use crate::outline::{Action, ActionKind, Alter};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "validate-with-add",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan validates a constraint in another transaction than it adds it",
    why: "The lock of the ALTER that adds it is held to the end of the transaction: every \
              row is then read under it, and NOT VALID was for nothing.",
    bad: case!("validate-with-add/the_lock_is_held_through_the_scan", "bad"),
    good: case!("validate-with-add/the_lock_is_held_through_the_scan", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let transactions = plan::transactions(script);
    let of = |alter: &Alter| transactions.get(alter.at).copied().flatten();
    let alters = &script.outline.alters;
    for alter in alters {
        let Some(own) = of(alter) else { continue };
        for action in &alter.actions {
            let ActionKind::ValidateConstraint { .. } = action.kind else { continue };
            let is_locked = alters.iter().any(|other| {
                let adds = |it: &Action| {
                    matches!(&it.kind, ActionKind::AddConstraint(it) if it.is_not_valid)
                };
                other.at < alter.at
                    && other.table.is(&alter.table)
                    && of(other) == Some(own)
                    && other.actions.iter().any(adds)
            });
            if is_locked {
                let table = alter.table.shown();
                let message = format!("{table} is still locked by the ALTER that added it");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help = Some("COMMIT before it".to_owned());
                found.push(finding);
            }
        }
    }
}
