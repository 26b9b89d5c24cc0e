//! A function that runs with its owner's rights says where it looks.
//!
//! Must never: accept a path that the caller sets.

use crate::finding::{Finding, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "definer-without-search-path",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a SECURITY DEFINER routine sets its search_path",
    why: "It runs with its owner's rights and looks for names where the caller says: a \
              table or operator of the caller's own in front of the real one runs with the \
              owner's rights.",
    bad: case!("definer-without-search-path/the_caller_must_not_choose_the_path", "bad"),
    good: case!("definer-without-search-path/the_caller_must_not_choose_the_path", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let bad = outline.routines.iter().filter(|it| it.is_definer && !it.sets_search_path);
    for routine in bad {
        let name = routine.name.shown();
        let message = format!("{name} runs with its owner's rights on the caller's search_path");
        let mut finding = RULE.at(outline.head(routine.at), message);
        finding.help = Some("add SET search_path = pg_catalog, public".to_owned());
        found.push(finding);
    }
}
