//! init.sql declares; it changes no rows.
//!
//! Must never: speak of seed rows: INSERT ... ON CONFLICT is theirs.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "changes-rows",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "init.sql has no UPDATE, DELETE, TRUNCATE, MERGE or COPY",
    why: "It runs on scratch databases, where there are no rows, and never on the live \
              one: whoever reads it believes it was done.",
    bad: case!("changes-rows/the_live_rows_never_see_it", "bad"),
    good: case!("changes-rows/the_live_rows_never_see_it", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    for (at, statement) in outline.statements.iter().enumerate() {
        let words = ["update", "delete", "truncate", "merge", "copy"];
        let Some(word) = words.iter().find(|word| statement.reader.sees(word)) else { continue };
        let word = word.to_uppercase();
        let message =
            format!("{word} changes no row of the live database: init.sql is not run there");
        let mut finding = RULE.at(outline.head(at), message);
        finding.help = Some(
            "a data migration: scripts/migrate_NAME.py; or -- @backfill at the column".to_owned(),
        );
        found.push(finding);
    }
}
