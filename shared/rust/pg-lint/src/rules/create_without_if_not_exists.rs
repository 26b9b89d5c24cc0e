//! What is made is made IF NOT EXISTS: init.sql runs a second time.
//!
//! Must never: look at what has no such form: `create-without-guard` does.

use crate::finding::{Finding, Fix, Severity};
use crate::outline::{Guard, ObjectKind};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "create-without-if-not-exists",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a table, index, sequence, schema, extension or materialized view is created IF \
              NOT EXISTS",
    why: "init.sql runs again on a database that has it all: a container that starts anew, \
              a person who is not sure. Without IF NOT EXISTS the second run stops at this \
              statement, and everything behind it is not looked at.",
    bad: case!("create-without-if-not-exists/a_second_run_finds_the_table_there", "bad"),
    good: case!("create-without-if-not-exists/a_second_run_finds_the_table_there", "good"),
    fixes: true,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let tables = outline.tables.iter().filter(|table| !table.is_temporary);
    let tables = tables.map(|it| (it.at, "table", it.guard));
    let indexes = outline.indexes.iter().map(|it| (it.at, "index", it.guard));
    let views = outline.views.iter().filter(|it| it.is_materialized);
    let views = views.map(|it| (it.at, "materialized view", it.guard));
    let objects = outline.objects.iter().filter_map(|it| {
        let word = match it.kind {
            ObjectKind::Namespace => "schema",
            ObjectKind::Extension => "extension",
            ObjectKind::Sequence => "sequence",
            ObjectKind::Statistics => "statistics",
            ObjectKind::ForeignTable => "foreign table",
            ObjectKind::Server => "server",
            ObjectKind::Type
            | ObjectKind::Domain
            | ObjectKind::Publication
            | ObjectKind::EventTrigger
            | ObjectKind::Rule
            | ObjectKind::Other => return None,
        };
        // What has no name cannot be there already.
        it.name.as_ref()?;
        Some((it.at, word, it.guard))
    });
    for (at, word, guard) in tables.chain(indexes).chain(views).chain(objects) {
        let Guard::Missing { at: behind } = guard else { continue };
        let message = format!("a second run stops here: the {word} is there already");
        let mut finding = RULE.at(outline.head(at), message);
        let names_itself = outline.indexes.iter().any(|it| it.at == at && it.name.is_none());
        if names_itself {
            finding.help = Some("give the index a name: a second run makes another one".to_owned());
        } else {
            finding.fix = Some(Fix::insert("add IF NOT EXISTS", behind, " IF NOT EXISTS"));
        }
        found.push(finding);
    }
}
