//! A document is jsonb.
//!
//! Must never: speak of jsonb.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "json-column",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a document is jsonb, not json",
    why: "json has no equality: SELECT DISTINCT, GROUP BY and UNION fail on it. It keeps \
              blanks and doubled keys, and no index looks into it.",
    bad: case!("json-column/it_has_no_equality", "bad"),
    good: case!("json-column/it_has_no_equality", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let Some(of) = column.type_.as_ref().filter(|it| it.word == "json") else { continue };
        let message = format!(
            "{}.{} has no equality: DISTINCT and GROUP BY fail",
            table.shown(),
            column.name.name
        );
        let mut finding = RULE.at(of.range.clone(), message);
        finding.help = Some("jsonb".to_owned());
        found.push(finding);
    }
}
