//! What goes was announced: `@deprecated`, and its time is over.
//!
//! Must never: count rows: it does not know the database.

use std::ops::Range;

use pg_diff::plan::HazardKind;

use crate::finding::{Finding, Severity};
use crate::outline::{ActionKind, DropKind};
use crate::plan;
use crate::rule::{About, Rule, case};
use crate::script::Before;
use crate::script::Script;

pub const RULE: Rule = Rule {
    id: "drop-without-deprecation",
    severity: Severity::Error,
    about: About::Any,
    summary: "a table or column goes only after `-- @deprecated since= remove-after=` said so, \
              and that day has come",
    why: "Services of the version before still read it while the new one is rolled out, \
              and what is gone does not come back. Announce it, wait until nobody uses it, \
              then take it away.",
    bad: case!("drop-without-deprecation/a_column_is_announced_before_it_goes", "bad"),
    good: case!("drop-without-deprecation/a_column_is_announced_before_it_goes", "good"),
    fixes: false,
    check: Some(check),
};

fn check(script: &Script<'_>, found: &mut Vec<Finding>) {
    match script.about {
        About::Declaration => declared(script, found),
        About::Plan | About::Any => planned(script, found),
    }
}

/// What the declaration before had and this one has not.
fn declared(script: &Script<'_>, found: &mut Vec<Finding>) {
    let Some(before) = &script.before else { return };
    for old in before.outline.tables.iter().filter(|it| !it.is_temporary && !it.is_made_of) {
        let name = &old.name;
        match script.outline.table(name) {
            None if is_renamed(script, &name.name) => {}
            None => {
                let range = 0..script.text.find('\n').unwrap_or(script.text.len());
                found.extend(undue(before, &name.name, None, &name.shown(), range));
            }
            Some(new) if new.has_more => {}
            Some(new) => {
                let gone = old.columns.iter().filter(|it| new.column(&it.name.name).is_none());
                for column in gone.filter(|it| !is_renamed(script, &it.name.name)) {
                    let shown = format!("{}.{}", name.shown(), column.name.name);
                    let range = script.outline.head(new.at);
                    let part = Some(column.name.name.as_str());
                    found.extend(undue(before, &name.name, part, &shown, range));
                }
            }
        }
    }
}

/// Some `@renamed from=` names it: nothing goes.
fn is_renamed(script: &Script<'_>, name: &str) -> bool {
    script.parts.comments.iter().any(|comment| {
        let said = comment.text(script.text);
        said.split_once("@renamed").is_some_and(|(_, rest)| {
            rest.split(|c: char| !c.is_alphanumeric() && c != '_').any(|word| word == name)
        })
    })
}

fn undue(
    before: &Before<'_>,
    table: &str,
    column: Option<&str>,
    shown: &str,
    range: Range<usize>,
) -> Option<Finding> {
    let message = match before.may_go(table, column) {
        Some(day) if day <= before.today => return None,
        Some(day) => format!("{shown} goes, and was announced to stay until {day}"),
        None => format!("{shown} goes, and nobody was told"),
    };
    let mut finding = RULE.at(range, message);
    finding.help = Some(
        "first `-- @deprecated since=... remove-after=...` at it; renamed: `-- @renamed from=...`"
            .to_owned(),
    );
    Some(finding)
}

/// What a plan drops without a word about it.
fn planned(script: &Script<'_>, found: &mut Vec<Finding>) {
    let outline = &script.outline;
    let tells =
        |at: usize| plan::tells(script, at, &[HazardKind::DataLoss, HazardKind::BreaksClients]);
    let tables = outline.drops.iter().filter(|it| it.kind == DropKind::Table && !tells(it.at));
    for drop in tables {
        for name in drop.names.iter().filter(|it| outline.table(it).is_none()) {
            let message = format!("{} goes with every row", name.shown());
            found.push(RULE.at(name.range.clone(), message));
        }
    }
    for alter in outline.alters.iter().filter(|it| !tells(it.at)) {
        for action in &alter.actions {
            if let ActionKind::DropColumn { name } = &action.kind {
                let message =
                    format!("{}.{} goes with every value", alter.table.shown(), name.name);
                found.push(RULE.at(action.range.clone(), message));
            }
        }
    }
}
