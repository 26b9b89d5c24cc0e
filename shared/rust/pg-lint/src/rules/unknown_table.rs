//! What an index, a key, a trigger or a policy is about is there before it.
//!
//! Must never: speak where the file has tables that it cannot see: DO blocks,
//! includes of psql.

use std::collections::HashMap;

use pg_diff::declared::nearest;
use pg_diff::scan::TokenKind;

use crate::finding::{Finding, Severity};
use crate::outline::{Name, ObjectKind};
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "unknown-table",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "the table that an index, foreign key, trigger, policy or INSERT names is created \
              before it",
    why: "The file stops here on an empty database. A misspelled name is told with the \
              nearest one that there is.",
    bad: case!("unknown-table/a_name_is_misspelled_or_too_early", "bad"),
    good: case!("unknown-table/a_name_is_misspelled_or_too_early", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let mut made_by_name: HashMap<&str, Vec<(usize, &Name)>> = HashMap::new();
    for (at, made) in makers(script) {
        made_by_name.entry(&made.name).or_default().push((at, made));
    }
    for (at, name, who) in uses(script) {
        let named = made_by_name.get(name.name.as_str()).map_or(&[][..], Vec::as_slice);
        let made = named.iter().find(|(_, made)| made.is(name)).map(|(made, _)| *made);
        let message = match made {
            Some(made) if made <= at => continue,
            Some(_) => format!("{who} is about {}, which is made only later", name.shown()),
            // Of another schema, or of an extension or a DO block.
            None if is_elsewhere(script, name) => continue,
            None => format!("{who} is about {}, which is not made here", name.shown()),
        };
        let mut finding = RULE.at(name.range.clone(), message);
        if made.is_none() {
            let names = makers(script).map(|(_, made)| made.name.as_str());
            let near = nearest(&name.name, names);
            finding.help = near.map(|near| format!("did you mean {near}?"));
        }
        found.push(finding);
    }
}

fn makers<'b>(script: &'b Script<'_>) -> impl Iterator<Item = (usize, &'b Name)> {
    let outline = &script.outline;
    let tables = outline.tables.iter().map(|it| (it.at, &it.name));
    let views = outline.views.iter().map(|it| (it.at, &it.name));
    let foreign = outline.objects.iter().filter(|it| it.kind == ObjectKind::ForeignTable);
    let foreign = foreign.filter_map(|it| Some((it.at, it.name.as_ref()?)));
    tables.chain(views).chain(foreign)
}

fn uses<'b>(script: &'b Script<'_>) -> Vec<(usize, &'b Name, &'static str)> {
    let outline = &script.outline;
    let mut all: Vec<(usize, &Name, &str)> = Vec::new();
    all.extend(outline.indexes.iter().map(|it| (it.at, &it.table, "the index")));
    all.extend(outline.triggers.iter().map(|it| (it.at, &it.table, "the trigger")));
    all.extend(outline.policies.iter().map(|it| (it.at, &it.table, "the policy")));
    all.extend(outline.inserts.iter().map(|it| (it.at, &it.table, "the INSERT")));
    for table in &outline.tables {
        let keys = table.constraints.iter().filter_map(|it| it.foreign());
        all.extend(keys.map(|key| (table.at, &key.table, "the foreign key")));
    }
    all
}

fn is_elsewhere(script: &Script<'_>, name: &Name) -> bool {
    let in_other = name.namespace.as_deref().is_some_and(|namespace| {
        let has = |it: &Name| it.namespace.as_deref() == Some(namespace);
        namespace != "public" && !makers(script).any(|(_, made)| has(made))
    });
    // A file without a single table describes something that is there.
    let has_tables = !script.outline.tables.is_empty();
    let in_text = || {
        let texts = script.parts.tokens.iter().filter(|token| token.kind == TokenKind::Text);
        texts.map(|token| token.text(script.text)).any(|text| text.contains(&name.name))
    };
    in_other || !has_tables || in_text()
}
