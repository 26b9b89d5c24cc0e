//! A name that services use stays.
//!
//! Must never: speak of an index or a constraint.

use pg_diff::plan::HazardKind::BreaksClients;

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "rename-breaks-clients",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan renames no table and no column that services use",
    why: "From that moment services of the version before fail. Add the new one, let both \
              live, announce the old one with `@deprecated`.",
    bad: case!("rename-breaks-clients/the_old_name_fails_at_once", "bad"),
    good: case!("rename-breaks-clients/the_old_name_fails_at_once", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|it| !plan::is_new(script, &it.table)) {
        if plan::tells(script, alter.at, &[BreaksClients]) {
            continue;
        }
        for action in &alter.actions {
            if matches!(action.kind, ActionKind::RenameColumn | ActionKind::Rename) {
                let table = alter.table.shown();
                let message = format!("whoever uses the old name of {table} fails from then on");
                found.push(RULE.at(action.range.clone(), message));
            }
        }
    }
}
