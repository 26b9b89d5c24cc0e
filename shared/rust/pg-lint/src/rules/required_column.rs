//! A new column that must have a value has a default.
//!
//! Must never: speak of an empty table that it cannot know.

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "required-column",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan adds a NOT NULL column with a DEFAULT",
    why: "Rows that are there have no value: PostgreSQL refuses it. Where it works, the \
              services of the version before insert rows without it, and fail.",
    bad: case!("required-column/rows_that_are_there_have_no_value", "bad"),
    good: case!("required-column/rows_that_are_there_have_no_value", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|it| !plan::is_new(script, &it.table)) {
        for action in &alter.actions {
            let ActionKind::AddColumn { column, .. } = &action.kind else { continue };
            let counts = column.type_.as_ref().is_some_and(|it| it.word.ends_with("serial"));
            let has_value =
                column.default.is_some() || column.is_identity || column.is_generated || counts;
            if column.not_null && !has_value && !plan::tells(script, alter.at, &[]) {
                let (table, name) = (alter.table.shown(), &column.name.name);
                let message = format!("rows of {table} have no {name}: PostgreSQL refuses it");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help = Some("give it a DEFAULT".to_owned());
                found.push(finding);
            }
        }
    }
}
