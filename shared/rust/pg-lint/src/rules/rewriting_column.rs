//! A new column does not write the table anew.
//!
//! Must never: know a function of the project: only PostgreSQL's own that never
//! change are known.

use pg_diff::plan::HazardKind::TableRewrite;

use crate::finding::{Finding, Severity};
use crate::outline::ActionKind;
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "rewriting-column",
    severity: Severity::Error,
    about: About::Plan,
    summary: "a plan adds no column whose default is different for each row",
    why: "A default that is the same for all is kept beside the table. gen_random_uuid(), \
              an identity, serial or a stored expression writes every row and every index \
              anew, and keeps everybody out.",
    bad: case!("rewriting-column/the_whole_table_is_written_anew", "bad"),
    good: case!("rewriting-column/the_whole_table_is_written_anew", "good"),
    fixes: false,
    check: Some(check),
};

/// Functions that answer the same for every row of one statement.
const STEADY: [&str; 15] = [
    "now",
    "current_setting",
    "transaction_timestamp",
    "statement_timestamp",
    "current_schema",
    "to_tsvector",
    "lower",
    "upper",
    "coalesce",
    "cast",
    "array",
    "numeric",
    "varchar",
    "make_interval",
    "current_database",
];

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    for alter in script.outline.alters.iter().filter(|it| !plan::is_new(script, &it.table)) {
        if plan::tells(script, alter.at, &[TableRewrite]) {
            continue;
        }
        for action in &alter.actions {
            let ActionKind::AddColumn { column, .. } = &action.kind else { continue };
            let counts = column.type_.as_ref().is_some_and(|it| it.word.ends_with("serial"));
            let differs = column.default.as_deref().is_some_and(calls_something);
            if counts || column.is_identity || column.is_generated || differs {
                let table = alter.table.shown();
                let message = format!("every row of {table} is written anew, and everybody waits");
                let mut finding = RULE.at(action.range.clone(), message);
                finding.help = Some(
                    "add it without, set the default, fill it in batches: `cargo xtask db-migrate`"
                        .to_owned(),
                );
                found.push(finding);
            }
        }
    }
}

/// A call of a function that may answer otherwise for each row.
fn calls_something(default: &str) -> bool {
    let words: Vec<&str> = default.split(' ').collect();
    words.windows(2).any(|pair| {
        let is_name = pair[0].starts_with(|c: char| c.is_alphabetic() || c == '_');
        is_name && pair[1] == "(" && !STEADY.contains(&pair[0])
    })
}
