//! A constraint of init.sql holds.
//!
//! Must never: look at a plan: there it is the first of two steps.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "not-valid-in-declaration",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "init.sql has no constraint NOT VALID",
    why: "From empty there is nothing to pass over. NOT VALID says that rows may break it, \
              and a database whose rows keep it is then told to differ.",
    bad: case!("not-valid-in-declaration/from_empty_every_row_keeps_it", "bad"),
    good: case!("not-valid-in-declaration/from_empty_every_row_keeps_it", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, constraint) in script.outline.constraints().filter(|(_, it)| it.is_not_valid) {
        let message =
            format!("init.sql starts from empty: no row of {} can break it", table.shown());
        let mut finding = RULE.at(constraint.range.clone(), message);
        finding.help = Some("take NOT VALID away".to_owned());
        found.push(finding);
    }
}
