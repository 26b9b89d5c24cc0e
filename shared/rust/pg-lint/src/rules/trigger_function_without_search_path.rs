//! A trigger function says where it looks.
//!
//! Must never: ask it of a function in C.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "trigger-function-without-search-path",
    severity: Severity::Warning,
    about: About::Declaration,
    summary: "a trigger function sets its search_path",
    why: "Triggers run while a dump is restored, and then the search_path is empty: a name \
              without its schema is not found, and the rows are not restored. psql prints an \
              error and exits 0.",
    bad: case!("trigger-function-without-search-path/a_restore_has_no_search_path", "bad"),
    good: case!("trigger-function-without-search-path/a_restore_has_no_search_path", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let bad = outline.routines.iter().filter(|it| {
        // The other rule tells of definers.
        it.returns_trigger && !it.sets_search_path && !it.is_definer && it.language != "c"
    });
    for routine in bad {
        let name = routine.name.shown();
        let message = format!("{name} finds no tables while a dump is restored");
        let mut finding = RULE.at(outline.head(routine.at), message);
        finding.help = Some("add SET search_path = pg_catalog, public".to_owned());
        found.push(finding);
    }
}
