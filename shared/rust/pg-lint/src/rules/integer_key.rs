//! A key that counts up is a bigint.
//!
//! Must never: speak of a key that somebody else counts.

use crate::finding::{Finding, Severity};
use crate::outline::ConstraintKind;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "integer-key",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a key that counts up is bigint",
    why: "2147483647 rows, deleted ones and failed inserts included, and every INSERT \
              fails; to widen it then rewrites the table and everything that refers to it.",
    bad: case!("integer-key/two_thousand_million_come_sooner_than_expected", "bad"),
    good: case!("integer-key/two_thousand_million_come_sooner_than_expected", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for table in &script.outline.tables {
        for constraint in script.outline.constraints_of(&table.name) {
            let ConstraintKind::Primary = constraint.kind else { continue };
            let [name] = constraint.columns.as_slice() else { continue };
            let Some(column) = table.column(name) else { continue };
            let Some(of) = &column.type_ else { continue };
            let is_small =
                ["integer", "smallint", "serial", "smallserial"].contains(&of.word.as_str());
            let counts = column.is_identity || of.word.ends_with("serial");
            if is_small && counts {
                let message = format!("{}.{name} ends at {}", table.name.shown(), last(&of.word));
                let mut finding = RULE.at(of.range.clone(), message);
                finding.help = Some("bigint".to_owned());
                found.push(finding);
            }
        }
    }
}

fn last(word: &str) -> &'static str {
    if word.starts_with("small") { "32767" } else { "2147483647" }
}
