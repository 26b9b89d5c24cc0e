//! Seed rows are inserted once.
//!
//! Must never: choose what becomes of a row that is there.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "seed-without-on-conflict",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "an INSERT of init.sql says ON CONFLICT",
    why: "The second run of init.sql stops at the first row that is there already; without \
              a key it inserts every row again.",
    bad: case!("seed-without-on-conflict/a_second_run_inserts_no_row_twice", "bad"),
    good: case!("seed-without-on-conflict/a_second_run_inserts_no_row_twice", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for insert in outline.inserts.iter().filter(|it| !it.says_conflict && !it.asks_first) {
        let message = format!("a second run inserts these rows of {} again", insert.table.shown());
        let mut finding = RULE.at(outline.head(insert.at), message);
        finding.help = Some("add ON CONFLICT (key) DO NOTHING".to_owned());
        found.push(finding);
    }
}
