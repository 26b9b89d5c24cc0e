//! init.sql is one transaction.
//!
//! Must never: speak of a plan.

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "concurrently-in-declaration",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "init.sql creates and drops nothing CONCURRENTLY",
    why: "CONCURRENTLY cannot run inside a transaction, and init.sql is one: the file does \
              not run at all. On an empty table there is nobody to keep waiting.",
    bad: case!("concurrently-in-declaration/it_does_not_run_in_a_transaction", "bad"),
    good: case!("concurrently-in-declaration/it_does_not_run_in_a_transaction", "good"),
    fixes: true,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for index in outline.indexes.iter().filter(|index| index.is_concurrent) {
        let tokens = &script.parts.tokens;
        let word = tokens.iter().find(|token| token.start >= index.behind_index);
        let range = word.map_or(index.range.clone(), |word| word.start..word.end);
        let mut finding = RULE
            .at(range.clone(), "CONCURRENTLY does not run in a transaction, and init.sql is one");
        let with_blank = index.behind_index..range.end;
        finding.fix = Some(Fix::remove("remove CONCURRENTLY", with_blank));
        found.push(finding);
    }
    for drop in outline.drops.iter().filter(|drop| drop.is_concurrent) {
        let message = "CONCURRENTLY does not run in a transaction, and init.sql is one";
        found.push(RULE.at(drop.range.clone(), message));
    }
}
