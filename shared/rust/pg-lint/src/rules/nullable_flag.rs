//! A flag is true or false.
//!
//! Must never: speak of a boolean without a default: unknown may be meant.

use crate::finding::{Finding, Severity};
use crate::outline::Type;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "nullable-flag",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a boolean with a default is NOT NULL",
    why: "A default says that it is always known. Where NULL is let in all the same, WHERE \
              flag and WHERE NOT flag together miss those rows.",
    bad: case!("nullable-flag/null_is_neither_true_nor_false", "bad"),
    good: case!("nullable-flag/null_is_neither_true_nor_false", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let is_flag = |it: &&Type| it.word == "boolean" && !it.is_array;
        let Some(of) = column.type_.as_ref().filter(is_flag) else { continue };
        let has_value = column.default.as_deref().is_some_and(|default| default != "null");
        if has_value && !column.not_null {
            let message = format!("{}.{} may be NULL", table.shown(), column.name.name);
            let mut finding = RULE.at(of.range.clone(), message);
            finding.help = Some("add NOT NULL".to_owned());
            found.push(finding);
        }
    }
}
