//! A text is text.
//!
//! Must never: speak of char(1): nothing is padded there.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "char-column",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a text is text or varchar, not char(n)",
    why: "char(n) is padded with blanks, which count in some comparisons and not in \
              others. It is neither smaller nor faster.",
    bad: case!("char-column/blanks_are_added_and_forgotten", "bad"),
    good: case!("char-column/blanks_are_added_and_forgotten", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let Some(of) = column
            .type_
            .as_ref()
            .filter(|it| it.word == "character" && !matches!(it.modifiers.as_str(), "" | "1"))
        else {
            continue;
        };
        let message = format!("{}.{} is padded with blanks", table.shown(), column.name.name);
        let mut finding = RULE.at(of.range.clone(), message);
        finding.help = Some("text with a CHECK, or varchar(n)".to_owned());
        found.push(finding);
    }
}
