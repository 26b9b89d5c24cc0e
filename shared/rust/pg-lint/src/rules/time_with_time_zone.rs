//! A time of day has no zone.
//!
//! Must never: speak of timestamptz.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "time-with-time-zone",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a time of day is time, without a zone",
    why: "A zone without a date says nothing: daylight saving decides the offset. \
              PostgreSQL has the type because the standard does.",
    bad: case!("time-with-time-zone/an_offset_needs_a_date", "bad"),
    good: case!("time-with-time-zone/an_offset_needs_a_date", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for (table, column) in script.outline.columns() {
        let Some(of) = column.type_.as_ref().filter(|it| it.word == "time with time zone") else {
            continue;
        };
        let message = format!("{}.{} has a zone and no date", table.shown(), column.name.name);
        let mut finding = RULE.at(of.range.clone(), message);
        finding.help = Some("time, or timestamptz for a moment".to_owned());
        found.push(finding);
    }
}
