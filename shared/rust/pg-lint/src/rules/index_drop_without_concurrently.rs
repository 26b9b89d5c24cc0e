//! An index is dropped CONCURRENTLY.
//!
//! Must never: speak of an index of a table that the plan drops too.

use pg_diff::plan::HazardKind::LongLock;

use crate::finding::{Finding, Fix, Severity};
use crate::outline::DropKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "index-drop-without-concurrently",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan drops an index CONCURRENTLY",
    why: "DROP INDEX locks out readers and writers of its table, and waits for everybody \
              before it, with everybody behind it in the queue.",
    bad: case!("index-drop-without-concurrently/readers_wait_behind_it", "bad"),
    good: case!("index-drop-without-concurrently/readers_wait_behind_it", "good"),
    fixes: true,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let transactions = plan::transactions(script);
    for drop in script.outline.drops.iter().filter(|it| it.kind == DropKind::Index) {
        let is_told = plan::tells(script, drop.at, &[LongLock]);
        if drop.is_concurrent || is_told {
            continue;
        }
        let message = "readers and writers of its table wait until everybody before it is done";
        let mut finding = RULE.at(drop.range.clone(), message);
        if transactions.get(drop.at).is_none_or(Option::is_none) && drop.names.len() == 1 {
            let at = drop.behind_kind;
            finding.fix = Some(Fix::insert("add CONCURRENTLY", at, " CONCURRENTLY"));
        }
        found.push(finding);
    }
}
