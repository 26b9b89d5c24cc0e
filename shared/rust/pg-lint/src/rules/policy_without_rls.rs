//! A policy stands on a table with row level security.
//!
//! Must never: enable it: that changes who sees what.

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "policy-without-rls",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a table with a policy has row level security enabled",
    why: "A policy does nothing until row level security is enabled: everybody sees every \
              row, and the file reads as if they did not.",
    bad: case!("policy-without-rls/a_policy_that_does_nothing", "bad"),
    good: case!("policy-without-rls/a_policy_that_does_nothing", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for policy in &outline.policies {
        let enabled = outline.alters.iter().filter(|it| it.table.is(&policy.table)).any(|it| {
            it.actions.iter().any(|action| matches!(action.kind, ActionKind::EnableRowSecurity))
        });
        if !enabled {
            let table = policy.table.shown();
            let message = format!("row level security of {table} is off: this does nothing");
            let mut finding = RULE.at(outline.head(policy.at), message);
            finding.help = Some(format!("ALTER TABLE {table} ENABLE ROW LEVEL SECURITY;"));
            found.push(finding);
        }
    }
}
