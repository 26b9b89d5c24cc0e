//! An index is rebuilt CONCURRENTLY.
//!
//! Must never: speak of system catalogs: they have no other way.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "reindex-without-concurrently",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan rebuilds indexes CONCURRENTLY",
    why: "REINDEX locks out writers of the table, and readers that would use the index, \
              until it is done.",
    bad: case!("reindex-without-concurrently/writers_wait_until_it_is_rebuilt", "bad"),
    good: case!("reindex-without-concurrently/writers_wait_until_it_is_rebuilt", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let mut reader = statement.reader;
        if !reader.accept("reindex") || reader.has("system") {
            continue;
        }
        let options = reader.list().map(|list| list.spelled()).unwrap_or_default();
        if !options.contains("concurrently") && !reader.has("concurrently") {
            let message = "writers wait until it is rebuilt";
            let mut finding = RULE.at(script.outline.head(at), message);
            finding.help = Some("REINDEX ... CONCURRENTLY".to_owned());
            found.push(finding);
        }
    }
}
