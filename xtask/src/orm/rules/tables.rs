//! Tables as wholes: there or not, durable or not, and what only one side
//! says of them.
//!
//! Must never: ask for a table that the models leave to others.

use pg_diff::catalog::{Id, Kind, Table, TableKind};

use super::super::extraction::ModelTable;
use super::super::finding::{Finding, Rule};
use super::{Both, Sides, columns_of, id_of};
use crate::commands::nearest;
use crate::verify::counted;

/// A mapped table that is not there.
pub fn missing(sides: Sides<'_>, table: &ModelTable, id: &Id, found: &mut Vec<Finding>) {
    let names = sides.other.objects.keys().filter(|it| {
        matches!(it.kind, Kind::Table | Kind::View | Kind::MaterializedView)
            && it.namespace == id.namespace
    });
    let near = nearest(&id.name, names.map(|it| &*it.name));
    let meant = near.map(|it| format!(" (did you mean `{it}`?)")).unwrap_or_default();
    found.push(
        Finding::error(Rule::TableMissing, id)
            .at(table.place.as_ref())
            .values(format!("table {}", table.key), "")
            .because(format!("every statement of the model fails: there is no such table{meant}")),
    );
}

/// Tables without a model. Partitions are their parents' business.
pub fn unmapped(sides: Sides<'_>, found: &mut Vec<Finding>) {
    let mapped: Vec<Id> = sides.said.tables.iter().map(id_of).collect();
    for (id, object) in &sides.other.objects {
        let is_own = id.kind == Kind::Table && object.body.partition().is_none();
        if is_own && !mapped.contains(id) {
            found.push(
                Finding::info(Rule::TableUnmapped, id)
                    .values("", counted(columns_of(sides.other, id).len(), "column"))
                    .because("no model reads or writes it"),
            );
        }
    }
}

pub fn check(both: &Both<'_>, found: &mut Vec<Finding>) {
    comments(both, found);
    order(both, found);
    let body = |catalog: &'_ pg_diff::Catalog| catalog.body(&both.id).cloned();
    let (model, database) = (body(&both.sides.made.catalog), body(both.sides.other));
    let (Some(model), Some(database)) =
        (model.as_ref().and_then(|it| it.table()), database.as_ref().and_then(|it| it.table()))
    else {
        return;
    };
    durability(both, model, database, found);
    let of = |it: &Table| it.partition_key.clone().unwrap_or_default();
    if model.kind != database.kind || of(model) != of(database) {
        // Most models leave it to the database how a table is cut.
        let is_said = model.kind == TableKind::Partitioned;
        let finding = if is_said { Finding::warning } else { Finding::info };
        found.push(
            finding(Rule::Table, &both.id)
                .at(both.place())
                .values(partitioned(model), partitioned(database))
                .because("rows go to other partitions than the model says, or to none"),
        );
    }
    if database.row_security != model.row_security {
        found.push(
            Finding::info(Rule::RowSecurity, &both.id)
                .at(both.place())
                .values("", "row security is on")
                .because("queries see only the rows that a policy lets through"),
        );
    }
    if model.options != database.options {
        found.push(
            Finding::info(Rule::Storage, &both.id)
                .at(both.place())
                .values(model.options.join(", "), database.options.join(", "))
                .because("only space and speed differ"),
        );
    }
}

fn durability(both: &Both<'_>, model: &Table, database: &Table, found: &mut Vec<Finding>) {
    if model.is_unlogged == database.is_unlogged {
        return;
    }
    let word = |it: &Table| if it.is_unlogged { "unlogged" } else { "logged" };
    found.push(
        Finding::warning(Rule::Table, &both.id)
            .at(both.place())
            .values(word(model), word(database))
            .because("after a crash of the server one side expects rows that are gone"),
    );
}

fn partitioned(table: &Table) -> String {
    match &table.partition_key {
        Some(key) => format!("partitioned by {key}"),
        None => "not partitioned".to_owned(),
    }
}

/// Columns that both have, in another order.
fn order(both: &Both<'_>, found: &mut Vec<Finding>) {
    let orders = [&both.sides.made.catalog, both.sides.other].map(|catalog| {
        let all = catalog.column_order.get(&both.id).cloned().unwrap_or_default();
        all.into_iter().map(|it| it.to_string()).collect::<Vec<String>>()
    });
    let [model, database] = &orders;
    let common = |of: &[String], other: &[String]| -> Vec<String> {
        of.iter().filter(|it| other.contains(it)).cloned().collect()
    };
    let (model, database) = (common(model, database), common(database, model));
    if model != database {
        found.push(
            Finding::info(Rule::ColumnOrder, &both.id)
                .at(both.place())
                .values(model.join(", "), database.join(", "))
                .because("only INSERT and COPY without a list of columns would notice"),
        );
    }
}

/// Each comment that the models have; what only the database says is one
/// finding a table.
fn comments(both: &Both<'_>, found: &mut Vec<Finding>) {
    let columns = both.columns().map(|it| it.id);
    let mut unsaid = 0;
    for id in std::iter::once(both.id.clone()).chain(columns) {
        let of = |catalog: &pg_diff::Catalog| {
            catalog.get(&id).and_then(|it| it.comment.clone()).unwrap_or_default()
        };
        let (model, database) = (of(&both.sides.made.catalog), of(both.sides.other));
        if model == database {
            continue;
        }
        if model.is_empty() {
            unsaid += 1;
            continue;
        }
        found.push(
            Finding::info(Rule::Comment, &id)
                .at(both.column_place(&id.part).or_else(|| both.place()))
                .values(model, database)
                .because("readers are told something else"),
        );
    }
    if unsaid > 0 {
        found.push(
            Finding::info(Rule::Comment, &both.id)
                .at(both.place())
                .values("", counted(unsaid, "comment"))
                .because("the models say nothing of it"),
        );
    }
}
