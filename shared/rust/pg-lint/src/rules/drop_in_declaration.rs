//! init.sql drops nothing that holds rows.
//!
//! Must never: speak of what is made anew right behind it.

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, DropKind, Name};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "drop-in-declaration",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "init.sql drops no table, column, schema or database",
    why: "On a database that is there the second run takes the rows away; on an empty one \
              it does nothing. What is not in init.sql any more `db-migrate` drops, after \
              asking.",
    bad: case!("drop-in-declaration/a_second_run_takes_the_rows_away", "bad"),
    good: case!("drop-in-declaration/a_second_run_takes_the_rows_away", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for drop in &script.outline.drops {
        if matches!(drop.kind, DropKind::Table | DropKind::Database | DropKind::Namespace) {
            let names: Vec<String> = drop.names.iter().map(Name::shown).collect();
            let message = format!("a second run drops {} with every row", names.join(", "));
            let mut finding = RULE.at(drop.range.clone(), message);
            finding.help = Some(
                "take it away: `cargo xtask db-migrate` drops what is not declared".to_owned(),
            );
            found.push(finding);
        }
    }
    for alter in &script.outline.alters {
        for action in &alter.actions {
            if let ActionKind::DropColumn { name } = &action.kind {
                let (table, column) = (alter.table.shown(), &name.name);
                let message = format!("a second run looks for {table}.{column} to drop");
                found.push(RULE.at(action.range.clone(), message));
            }
        }
    }
}
