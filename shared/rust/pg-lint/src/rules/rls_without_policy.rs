//! A table with row level security has a policy.
//!
//! Must never: ask who the policy lets in.

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "rls-without-policy",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a table with row level security enabled has a policy",
    why: "Without a policy nobody but the owner sees a row: no error, no rows.",
    bad: case!("rls-without-policy/nobody_sees_a_row", "bad"),
    good: case!("rls-without-policy/nobody_sees_a_row", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for alter in &outline.alters {
        for action in &alter.actions {
            let ActionKind::EnableRowSecurity = action.kind else { continue };
            if !outline.policies.iter().any(|policy| policy.table.is(&alter.table)) {
                let message = format!("{} has no policy: nobody sees a row", alter.table.shown());
                found.push(RULE.at(action.range.clone(), message));
            }
        }
    }
}
