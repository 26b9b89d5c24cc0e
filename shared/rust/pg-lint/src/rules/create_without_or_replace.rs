//! Functions, views and triggers are made OR REPLACE: init.sql runs a second
//! time.
//!
//! Must never: ask it of a constraint trigger: PostgreSQL has no such form.

use crate::finding::{Finding, Fix, Severity};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "create-without-or-replace",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a function, procedure, view or trigger is created OR REPLACE",
    why: "Without OR REPLACE the second run of init.sql stops here. PostgreSQL 14 and \
              newer know the form for triggers too.",
    bad: case!("create-without-or-replace/a_second_run_replaces_the_function", "bad"),
    good: case!("create-without-or-replace/a_second_run_replaces_the_function", "good"),
    fixes: true,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let routines = outline.routines.iter().filter(|it| !it.replaces);
    let routines = routines.map(|it| (it.at, it.verb_end, "routine", &it.name));
    let views = outline.views.iter().filter(|it| !it.replaces && !it.is_materialized);
    let views = views.map(|it| (it.at, it.verb_end, "view", &it.name));
    let triggers = outline.triggers.iter().filter(|it| !it.replaces && !it.is_constraint);
    let triggers = triggers.map(|it| (it.at, it.verb_end, "trigger", &it.name));
    for (at, verb_end, word, name) in routines.chain(views).chain(triggers) {
        let is_dropped =
            outline.drops.iter().any(|it| it.at < at && it.names.iter().any(|one| one.is(name)));
        if is_dropped {
            continue;
        }
        let message = format!("a second run stops here: the {word} is there already");
        let mut finding = RULE.at(outline.head(at), message);
        finding.fix = Some(Fix::insert("add OR REPLACE", verb_end, " OR REPLACE"));
        found.push(finding);
    }
}
