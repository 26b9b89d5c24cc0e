//! A moment is a timestamp with time zone.
//!
//! Must never: change a column: its values would have to be read anew.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "timestamp-without-time-zone",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a moment is timestamptz",
    why: "A timestamp without time zone is a wall clock that nobody named: the same row \
              means other moments for sessions in other time zones, and a day of two hours \
              each autumn.",
    bad: case!("timestamp-without-time-zone/a_wall_clock_needs_its_wall", "bad"),
    good: case!("timestamp-without-time-zone/a_wall_clock_needs_its_wall", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let Some(of) = column.type_.as_ref().filter(|it| it.word == "timestamp without time zone")
        else {
            continue;
        };
        let message =
            format!("{}.{} is a wall clock without a time zone", table.shown(), column.name.name);
        let mut finding = RULE.at(of.range.clone(), message);
        finding.help = Some("timestamptz".to_owned());
        found.push(finding);
    }
}
