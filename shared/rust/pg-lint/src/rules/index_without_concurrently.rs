//! An index on a table that works is built CONCURRENTLY.
//!
//! Must never: speak of a table that the plan makes itself.

use pg_diff::plan::HazardKind::{BlocksWrites, LongLock};

use crate::finding::{Finding, Fix, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "index-without-concurrently",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan builds an index on a table that is there CONCURRENTLY",
    why: "CREATE INDEX locks out every writer until the last row is read. CONCURRENTLY \
              takes longer and lets them write; it stands outside of any transaction.",
    bad: case!("index-without-concurrently/writers_wait_until_the_last_row_is_read", "bad"),
    good: case!("index-without-concurrently/writers_wait_until_the_last_row_is_read", "good"),
    fixes: true,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let transactions = plan::transactions(script);
    let slow = script.outline.indexes.iter().filter(|it| !it.is_concurrent && !it.is_only);
    for index in slow {
        let is_told = plan::tells(script, index.at, &[BlocksWrites, LongLock]);
        if is_told || plan::is_new(script, &index.table) {
            continue;
        }
        let message = format!("nobody can write to {} until this is built", index.table.shown());
        let mut finding = RULE.at(script.outline.head(index.at), message);
        let is_outside = transactions.get(index.at).is_none_or(Option::is_none);
        if is_outside {
            let at = index.behind_index;
            finding.fix = Some(Fix::insert("add CONCURRENTLY", at, " CONCURRENTLY"));
        } else {
            finding.help = Some("CREATE INDEX CONCURRENTLY, outside of the transaction".to_owned());
        }
        found.push(finding);
    }
}
