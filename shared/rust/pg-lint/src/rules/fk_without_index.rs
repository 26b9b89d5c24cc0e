//! The columns of a foreign key lead an index.
//!
//! Must never: be content with an index whose first column is another one.

use crate::finding::{Finding, Severity};
use crate::outline::Index;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "fk-without-index",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "the columns of a foreign key are the first of some index",
    why: "Every delete or key change of the parent looks for its children. Without an \
              index that is a scan of the whole table for each row, under a lock.",
    bad: case!("fk-without-index/a_delete_finds_the_children", "bad"),
    good: case!("fk-without-index/a_delete_finds_the_children", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for (table, constraint) in outline.constraints() {
        let Some(key) = constraint.foreign() else { continue };
        // The columns of a partition or a copy are elsewhere.
        if outline.table(table).is_none_or(|it| it.is_made_of) {
            continue;
        }
        let wanted = &constraint.columns;
        let leads = |columns: &[String]| {
            columns.len() >= wanted.len()
                && columns.iter().take(wanted.len()).all(|column| wanted.contains(column))
        };
        let in_key = outline.constraints_of(table).any(|it| it.is_key() && leads(&it.columns));
        let in_index = outline.indexes_of(table).any(|index| {
            // An expression ends what is looked up by columns.
            let plain: Vec<String> =
                index.keys.iter().map_while(|key| key.column.clone()).collect();
            is_for_all(index, wanted) && leads(&plain)
        });
        if !in_key && !in_index {
            let columns = wanted.join(", ");
            let message = format!(
                "no index of {} begins with {columns}: a delete in {} scans it",
                table.shown(),
                key.table.shown()
            );
            let mut finding = RULE.at(constraint.range.clone(), message);
            finding.help = Some(format!(
                "CREATE INDEX IF NOT EXISTS idx_{}_{} ON {} ({columns});",
                table.name,
                wanted.join("_"),
                table.shown()
            ));
            found.push(finding);
        }
    }
}

/// A partial index serves where it leaves out only rows that refer to nothing.
fn is_for_all(index: &Index, wanted: &[String]) -> bool {
    let fits = index.method == "btree" || (index.method == "hash" && wanted.len() == 1);
    let leaves_out_null = |predicate: &String| {
        let bare = predicate.trim_matches(['(', ')', ' ']);
        wanted.iter().any(|column| bare == format!("{column} is not null"))
    };
    fits && index.predicate.as_ref().is_none_or(leaves_out_null)
}
