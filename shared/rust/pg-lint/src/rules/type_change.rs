//! A column of a table that works keeps its type.
//!
//! Must never: know which change is free: that is what the proof of `db-diff`
//! is for.

use pg_diff::plan::HazardKind::{BreaksClients, LongLock, TableRewrite};

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "type-change",
    severity: Severity::Warning,
    about: About::Plan,
    summary: "a plan that changes the type of a column was proved",
    why: "Most changes of type write the table and its indexes anew while everybody waits, \
              and services of the version before get another type. Which ones are free \
              PostgreSQL decides: `db-diff` tries it on a clone.",
    bad: case!("type-change/the_table_may_be_written_anew", "bad"),
    good: case!("type-change/the_table_may_be_written_anew", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|it| !plan::is_new(script, &it.table)) {
        if plan::tells(script, alter.at, &[TableRewrite, LongLock, BreaksClients]) {
            continue;
        }
        for action in &alter.actions {
            if let ActionKind::SetType { column } = &action.kind {
                let (table, name) = (alter.table.shown(), &column.name);
                let message =
                    format!("{table} may be written anew while everybody waits for {name}");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help = Some("`cargo xtask db-diff` tries it on a clone".to_owned());
                found.push(finding);
            }
        }
    }
}
