//! The columns of a relation, with the keys they are in.
//!
//! Must never: say of a column what only several together are.

use pg_diff::Catalog;
use pg_diff::catalog::{self, ConstraintKind, Id, Kind};

use super::model::Column;
use super::source::shown;

pub fn columns(catalog: &Catalog, relation: &Id) -> Vec<Column> {
    let keys: Vec<&catalog::Constraint> = catalog
        .objects
        .iter()
        .filter(|(id, _)| {
            id.kind == Kind::Constraint
                && id.namespace == relation.namespace
                && id.name == relation.name
        })
        .filter_map(|(_, object)| object.body.constraint())
        .collect();
    let names = catalog.column_order.get(relation);
    let ordered: Vec<Id> = match names {
        Some(names) => names.iter().map(|it| relation.with(Kind::Column, it)).collect(),
        // Of views only what is said of a column is an object.
        None => catalog
            .objects
            .keys()
            .filter(|id| {
                id.kind == Kind::Column
                    && id.namespace == relation.namespace
                    && id.name == relation.name
            })
            .cloned()
            .collect(),
    };
    ordered.iter().filter_map(|id| column(catalog, id, &keys)).collect()
}

fn column(catalog: &Catalog, id: &Id, keys: &[&catalog::Constraint]) -> Option<Column> {
    let object = catalog.get(id)?;
    let column = object.body.column()?;
    let name = id.part.to_string();
    let is_in = |kind: ConstraintKind| keys.iter().filter(move |it| it.kind == kind).copied();
    let has = |it: &catalog::Constraint| it.columns.contains(&name);
    let refers_to = is_in(ConstraintKind::Foreign)
        .find(|it| has(it))
        .and_then(|it| it.references.as_ref())
        .map(|it| shown(&it.namespace, &it.name));
    let default = catalog.body(&id.with(Kind::Default, &id.part)).and_then(|it| it.default());
    let value = if let Some(generated) = &column.generated {
        Some(format!("generated: {}", generated.expression))
    } else if column.identity.is_some() {
        Some("identity".to_owned())
    } else {
        default.map(|it| it.expression.clone())
    };
    Some(Column {
        type_name: column.type_name.clone(),
        is_null: column.not_null.is_none(),
        value,
        is_primary: is_in(ConstraintKind::Primary).any(has),
        is_unique: is_in(ConstraintKind::Unique).any(|it| it.columns == [name.clone()]),
        refers_to,
        comment: object.comment.clone(),
        name,
    })
}
