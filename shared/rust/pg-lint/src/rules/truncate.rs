//! A plan keeps the rows.
//!
//! Must never: speak of a table that the plan makes itself.

use pg_diff::plan::HazardKind::DataLoss;

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "truncate",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan truncates no table",
    why: "Every row goes, and with CASCADE every row of every table that refers to it; \
              readers wait.",
    bad: case!("truncate/every_row_goes", "bad"),
    good: case!("truncate/every_row_goes", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let reader = statement.reader;
        if !reader.sees("truncate") || plan::tells(script, at, &[DataLoss]) {
            continue;
        }
        let message = match reader.has("cascade") {
            true => "every row goes, and every row of every table that refers to it",
            false => "every row goes",
        };
        found.push(RULE.at(script.outline.head(at), message));
    }
}
