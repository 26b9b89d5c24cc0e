//! A key on a table that works takes an index that is there.
//!
//! Must never: speak of an exclusion: PostgreSQL has no other way.

use pg_diff::plan::HazardKind::{BlocksWrites, LongLock};

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "unique-without-index",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan adds a UNIQUE or PRIMARY KEY constraint USING INDEX, built CONCURRENTLY \
              before",
    why: "The index is built under a lock that keeps readers and writers out until the \
              last row is read.",
    bad: case!("unique-without-index/readers_wait_until_the_index_is_built", "bad"),
    good: case!("unique-without-index/readers_wait_until_the_index_is_built", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|alter| alter.what == "table") {
        let is_told = plan::tells(script, alter.at, &[LongLock, BlocksWrites]);
        if is_told || plan::is_new(script, &alter.table) {
            continue;
        }
        for action in &alter.actions {
            if action.constraints().iter().any(|it| it.is_key() && !it.uses_index) {
                let table = alter.table.shown();
                let message = format!("nobody can read or write {table} until its index is built");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help =
                    Some("CREATE UNIQUE INDEX CONCURRENTLY, then ADD ... USING INDEX".to_owned());
                found.push(finding);
            }
        }
    }
}
