//! Columns that only one side has, and NULL.
//!
//! Must never: call a column needless because no model names it.

use pg_diff::catalog::{Body, Column, ConstraintKind, Id, Kind};

use super::super::finding::{Finding, Rule};
use super::{Both, columns_of, constraints_of, parts_of};
use crate::commands::nearest;

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    let databases = columns_of(both.sides.other, &both.id);
    for said in &both.table.columns {
        if databases.contains_key(said.name.as_str()) {
            continue;
        }
        let unmapped = databases.keys().filter(|name| !is_mapped(both, name));
        let near = nearest(&said.name, unmapped.map(|it| &**it));
        let meant = near.map(|it| format!(" (did you mean `{it}`?)")).unwrap_or_default();
        let id = both.column(&said.name);
        let model = both.sides.made.catalog.body(&id).and_then(Body::column);
        found.push(
            Finding::error(Rule::ColumnMissing, &id)
                .at(said.place.as_ref().or_else(|| both.place()))
                .values(model.map_or("", |it| &it.type_name), "")
                .because(format!(
                    "every query of {} fails: there is no column `{}`{meant}",
                    both.name(),
                    said.name
                )),
        );
    }
    for (name, column) in &databases {
        if !is_mapped(both, name) {
            found.push(unmapped(both, &both.column(name), column));
        }
    }
}

fn is_mapped(both: &Both<'_>, name: &str) -> bool {
    both.table.columns.iter().any(|it| it.name == name)
}

fn unmapped(both: &Both<'_>, id: &Id, column: &Column) -> Finding {
    let has_value = column.identity.is_some()
        || column.generated.is_some()
        || both.sides.other.contains(&id.with(Kind::Default, &id.part));
    let is_required = column.not_null.is_some() && !has_value && !both.is_view();
    let null = if is_required { " NOT NULL" } else { "" };
    let said = format!("{}{null}", column.type_name);
    if !is_required {
        return Finding::info(Rule::ColumnUnmapped, id)
            .at(both.place())
            .values("", said)
            .because("the model neither reads nor writes it");
    }
    let name = both.name();
    match fills(both) {
        None => Finding::error(Rule::ColumnRequired, id)
            .at(both.place())
            .values("", said)
            .because(format!("every insert of {name} fails: it gives the column no value")),
        Some(trigger) => Finding::warning(Rule::ColumnRequired, id)
            .at(both.place())
            .values("", said)
            .because(format!("inserts of {name} fail unless trigger {trigger} fills the column")),
    }
}

/// A trigger that may put a value into a new row.
fn fills(both: &Both<'_>) -> Option<String> {
    let triggers = parts_of(both.sides.other, &both.id, Kind::Trigger);
    let mut before = triggers.filter_map(|(id, body)| Some((id, body.trigger()?)));
    let found = before.find(|(_, it)| {
        let head = it.definition.split(" ON ").next().unwrap_or_default();
        head.contains(" BEFORE ") && head.contains("INSERT")
    });
    found.map(|(id, _)| id.part.to_string())
}

pub fn nullable(both: &Both<'_>, found: &mut Vec<Finding>) {
    for it in both.columns() {
        let (model, database) = (it.model.not_null.is_some(), it.database.not_null.is_some());
        if model == database {
            continue;
        }
        let word = |not_null: bool| if not_null { "NOT NULL" } else { "NULL" };
        let sends = it.said.python_default.is_some() || it.said.server_default || it.said.fetched;
        let (class, attribute) = (both.name(), &it.said.attribute);
        let finding = if model {
            Finding::warning(Rule::Nullable, &it.id).because(format!(
                "{class}.{attribute} is None for rows that others wrote, where the model promises a value"
            ))
        } else if sends || is_key(both, &it.id.part) {
            Finding::warning(Rule::Nullable, &it.id)
                .because(format!("an insert with {attribute}=None fails"))
        } else {
            Finding::error(Rule::Nullable, &it.id).because(format!(
                "an insert of {class} without {attribute} fails: the ORM sends NULL"
            ))
        };
        found.push(finding.at(it.said.place.as_ref()).values(word(model), word(database)));
    }
}

/// Columns of a primary key are NOT NULL with it, which is told there.
fn is_key(both: &Both<'_>, column: &str) -> bool {
    constraints_of(both.sides.other, &both.id).iter().any(|(_, it)| {
        it.kind == ConstraintKind::Primary && it.columns.iter().any(|name| name == column)
    })
}
