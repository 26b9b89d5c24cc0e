//! A thing is made once.
//!
//! Must never: compare the two: the second one never counts.

use std::collections::BTreeMap;

use crate::finding::{Finding, Severity};
use crate::outline::Name;
use crate::rule::{About, Rule, case};
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "created-twice",
    severity: Severity::Error,
    about: About::Declaration,
    summary: "a table, index, type or view is created once",
    why: "IF NOT EXISTS passes over the second one without a word: whoever changes it \
              changes nothing.",
    bad: case!("created-twice/the_second_one_is_passed_over", "bad"),
    good: case!("created-twice/the_second_one_is_passed_over", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let tables = outline.tables.iter().filter(|it| !it.is_temporary);
    let tables = tables.map(|it| (it.at, it.name.clone()));
    let views = outline.views.iter().map(|it| (it.at, it.name.clone()));
    // An index is where its table is.
    let indexes = outline.indexes.iter().filter_map(|it| {
        let name = it.name.clone()?;
        Some((it.at, Name { namespace: it.table.namespace.clone(), ..name }))
    });
    // These share their names.
    let mut all: Vec<(usize, Name)> = tables.chain(views).chain(indexes).collect();
    all.sort_by_key(|(at, _)| *at);
    let mut first: BTreeMap<(String, String), usize> = BTreeMap::new();
    for (at, name) in all {
        let namespace = name.namespace.clone().unwrap_or_else(|| "public".to_owned());
        let shown = name.shown();
        match first.get(&(namespace.clone(), name.name.clone())) {
            None => {
                first.insert((namespace, name.name), at);
            }
            Some(before) if changes_path(script, *before, at) => {}
            Some(before) => {
                let before = script.text.get(..outline.range(*before).start).unwrap_or_default();
                let line = before.matches('\n').count() + 1;
                let message =
                    format!("{shown} is made in line {line} already: this one is passed over");
                found.push(RULE.at(outline.head(at), message));
            }
        }
    }
}

/// The same name may be another thing behind a change of the search_path.
fn changes_path(script: &Script<'_>, from: usize, to: usize) -> bool {
    let between = script.outline.statements.iter().skip(from).take(to - from);
    between.map(|it| it.reader.spelled()).any(|said| {
        (said.starts_with("set ") || said.contains("set_config")) && said.contains("search_path")
    })
}
