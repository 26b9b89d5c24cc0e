//! A plan drops no database and no schema.
//!
//! Must never: soften: there is no head that allows it.

use pg_diff::plan::HazardKind::DataLoss;

use crate::finding::{Finding, Severity};
use crate::outline::{DropKind, Name};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "drop-database",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan drops no database and no schema",
    why: "Everything in it goes.",
    bad: case!("drop-database/everything_in_it_goes", "bad"),
    good: case!("drop-database/everything_in_it_goes", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for drop in &script.outline.drops {
        let is_told = plan::tells(script, drop.at, &[DataLoss]);
        let names: Vec<String> = drop.names.iter().map(Name::shown).collect();
        let what = match drop.kind {
            DropKind::Database => "database",
            DropKind::Namespace if !is_told => "schema",
            DropKind::Namespace | DropKind::Table | DropKind::Index | DropKind::Other => continue,
        };
        let message = format!("everything in {what} {} goes", names.join(", "));
        found.push(RULE.at(drop.range.clone(), message));
    }
}
