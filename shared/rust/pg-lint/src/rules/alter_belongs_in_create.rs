//! What is so from the start stands in the CREATE.
//!
//! Must never: speak of what a CREATE TABLE cannot say.

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, Constraint, Table};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "alter-belongs-in-create",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "init.sql says what a table is in its CREATE TABLE, not in an ALTER TABLE behind \
              it",
    why: "An ALTER makes the file a history: the table has to be read in two places, and \
              the second run adds the column or the constraint again, and stops.",
    bad: case!("alter-belongs-in-create/the_table_is_read_in_one_place", "bad"),
    good: case!("alter-belongs-in-create/the_table_is_read_in_one_place", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for alter in outline.alters.iter().filter(|alter| alter.what == "table") {
        let Some(table) = outline.table(&alter.table).filter(|table| table.at < alter.at) else {
            continue;
        };
        for action in &alter.actions {
            let what = match &action.kind {
                ActionKind::AddColumn { .. } => "the column",
                ActionKind::AddConstraint(constraint) if !waits(script, table, constraint) => {
                    "the constraint"
                }
                ActionKind::SetNotNull { .. } => "NOT NULL",
                ActionKind::SetType { .. } => "the type",
                ActionKind::SetDefault => "the default",
                ActionKind::DropColumn { .. } => "that it is gone",
                ActionKind::RenameColumn | ActionKind::Rename => "the name",
                ActionKind::AddConstraint(_)
                | ActionKind::ValidateConstraint { .. }
                | ActionKind::DropConstraint
                | ActionKind::EnableRowSecurity
                | ActionKind::Detach
                | ActionKind::Other => continue,
            };
            let line = script.text.get(..outline.range(table.at).start).unwrap_or_default();
            let line = line.matches('\n').count() + 1;
            let name = table.name.shown();
            let message = format!("{what} belongs into the CREATE TABLE {name} of line {line}");
            found.push(RULE.at(action.range.clone(), message));
        }
    }
}

/// A key that refers to a table which is made later has to wait.
fn waits(script: &Script<'_>, table: &Table, constraint: &Constraint) -> bool {
    constraint.foreign().is_some_and(|key| {
        script.outline.table(&key.table).is_some_and(|parent| parent.at > table.at)
    })
}
