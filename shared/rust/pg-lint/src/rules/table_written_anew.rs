//! A plan writes no table anew.
//!
//! Must never: speak of VACUUM without FULL.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "table-written-anew",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan runs no VACUUM FULL and no CLUSTER",
    why: "Both write the whole table and its indexes anew, and nobody can read it until \
              they are done.",
    bad: case!("table-written-anew/nobody_can_read_it", "bad"),
    good: case!("table-written-anew/nobody_can_read_it", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let mut reader = statement.reader;
        let is_full = reader.accept("vacuum") && {
            let options = reader.list().map(|list| list.spelled()).unwrap_or_default();
            reader.sees("full") || options.split(' ').any(|word| word == "full")
        };
        if is_full || reader.sees("cluster") {
            let message = "nobody can read the table until all of it is written anew";
            let mut finding = RULE.at(script.outline.head(at), message);
            finding.help = Some("pg_repack, or VACUUM without FULL".to_owned());
            found.push(finding);
        }
    }
}
