//! Rows are not changed while an ALTER holds the table.
//!
//! Must never: know how many rows: one may be meant.

use crate::finding::{Finding, Severity};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "rows-under-lock",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan changes no rows of a table in the transaction that alters it",
    why: "The ALTER keeps everybody out until the transaction ends: with the rows in it \
              that is minutes. COMMIT first, then change the rows in batches.",
    bad: case!("rows-under-lock/the_lock_is_held_through_the_update", "bad"),
    good: case!("rows-under-lock/the_lock_is_held_through_the_update", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let transactions = plan::transactions(script);
    let of = |at: usize| transactions.get(at).copied().flatten();
    for (at, statement) in script.outline.statements.iter().enumerate() {
        let mut reader = statement.reader;
        let changes = reader.accept("update") || reader.accept("delete from");
        let _ = reader.accept("only");
        let Some(table) = changes.then(|| reader.qualified()).flatten() else { continue };
        let is_held = script.outline.alters.iter().any(|alter| {
            alter.at < at && alter.table.is(&table) && of(at).is_some() && of(alter.at) == of(at)
        });
        if is_held && !plan::is_new(script, &table) {
            let table = table.shown();
            let message = format!("nobody can use {table} until all these rows are written");
            let mut finding = RULE.at(script.outline.head(at), message);
            finding.help = Some("COMMIT before it, then in batches".to_owned());
            found.push(finding);
        }
    }
}
