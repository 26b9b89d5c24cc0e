//! A partition is detached CONCURRENTLY.
//!
//! Must never: speak of a table that the plan makes itself.

use pg_diff::plan::HazardKind::LongLock;

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "detach-without-concurrently",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan detaches a partition CONCURRENTLY",
    why: "DETACH locks out readers and writers of the whole partitioned table; \
              CONCURRENTLY does not. It stands outside of any transaction, and there must be \
              no default partition.",
    bad: case!("detach-without-concurrently/the_whole_table_waits", "bad"),
    good: case!("detach-without-concurrently/the_whole_table_waits", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|it| !plan::is_new(script, &it.table)) {
        if plan::tells(script, alter.at, &[LongLock]) {
            continue;
        }
        for action in alter.actions.iter().filter(|it| matches!(it.kind, ActionKind::Detach)) {
            let message = format!("readers and writers of {} wait", alter.table.shown());
            let mut finding = RULE.at(action.range.clone(), message);
            finding.help = Some("DETACH PARTITION ... CONCURRENTLY".to_owned());
            found.push(finding);
        }
    }
}
