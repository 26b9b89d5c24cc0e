//! The families of findings, one file each, over the models and one database.
//!
//! Must never: match by the names of constraints and indexes alone: what is
//! defined alike is the same.

mod checks;
mod columns;
mod defaults;
mod enums;
mod foreign_keys;
mod generated;
mod indexes;
mod itself;
mod keys;
mod matching;
mod relationships;
mod sequences;
mod tables;
mod types;

use std::collections::BTreeMap;
use std::sync::Arc;

use pg_diff::Catalog;
use pg_diff::catalog::{Body, Column, Constraint, ConstraintKind, Id, Index, Kind};

use super::equality::Equal;
use super::extraction::{Extraction, ModelColumn, ModelPart, ModelTable, Place};
use super::finding::Finding;
use super::made::Made;

/// What is compared.
#[derive(Clone, Copy)]
pub struct Sides<'a> {
    pub said: &'a Extraction,
    pub made: &'a Made,
    /// init.sql's schema, or the live one.
    pub other: &'a Catalog,
    pub equal: &'a Equal,
}

/// What is wrong with the models by themselves. `made`: None where they could
/// not be imported.
pub fn of_models(said: &Extraction, made: Option<&Made>) -> Vec<Finding> {
    itself::check(said, made)
}

/// What the models and a database say differently.
pub fn between(sides: Sides<'_>) -> Vec<Finding> {
    let mut found = Vec::new();
    tables::unmapped(sides, &mut found);
    for table in &sides.said.tables {
        let id = id_of(table);
        if !sides.made.catalog.contains(&id) {
            // PostgreSQL refuses it: that is told once, and nothing else.
            continue;
        }
        let kinds = [Kind::Table, Kind::ForeignTable, Kind::View, Kind::MaterializedView];
        let Some(kind) = kinds.into_iter().find(|kind| sides.other.contains(&id.of(*kind))) else {
            tables::missing(sides, table, &id, &mut found);
            continue;
        };
        let both = Both { sides, table, id, kind };
        columns::check(&both, &mut found);
        types::check(&both, &mut found);
        if both.is_view() {
            continue;
        }
        tables::check(&both, &mut found);
        columns::nullable(&both, &mut found);
        defaults::check(&both, &mut found);
        generated::check(&both, &mut found);
        keys::check(&both, &mut found);
        foreign_keys::check(&both, &mut found);
        checks::check(&both, &mut found);
        indexes::check(&both, &mut found);
    }
    enums::check(sides, &mut found);
    sequences::check(sides, &mut found);
    relationships::check(sides, &mut found);
    found
}

/// A mapped table, and the relation of its name.
struct Both<'a> {
    sides: Sides<'a>,
    table: &'a ModelTable,
    /// As a table, whatever the relation is.
    id: Id,
    kind: Kind,
}

/// A column that both have.
struct BothColumns<'a> {
    said: &'a ModelColumn,
    id: Id,
    model: &'a Column,
    database: &'a Column,
}

impl<'a> Both<'a> {
    fn is_view(&self) -> bool {
        matches!(self.kind, Kind::View | Kind::MaterializedView)
    }

    /// What people call the table of the model.
    fn name(&self) -> &str {
        self.table.class.as_deref().unwrap_or(&self.table.name)
    }

    fn place(&self) -> Option<&'a Place> {
        self.table.place.as_ref()
    }

    fn columns(&self) -> impl Iterator<Item = BothColumns<'a>> {
        let models = columns_of(&self.sides.made.catalog, &self.id);
        let databases = columns_of(self.sides.other, &self.id);
        self.table.columns.iter().filter_map(move |said| {
            let model = *models.get(said.name.as_str())?;
            let database = *databases.get(said.name.as_str())?;
            Some(BothColumns { said, id: self.column(&said.name), model, database })
        })
    }

    fn column(&self, name: &str) -> Id {
        self.id.with(Kind::Column, name)
    }

    /// The default's expression of a column on either side.
    fn defaults(&self, column: &str) -> (Option<&'a str>, Option<&'a str>) {
        let id = self.id.with(Kind::Default, column);
        let of = |catalog: &'a Catalog| Some(catalog.body(&id)?.default()?.expression.as_str());
        (of(&self.sides.made.catalog), of(self.sides.other))
    }

    /// The constraints of one kind, of the models and of the database.
    fn constraints(&self, kind: ConstraintKind) -> [Vec<(Id, &'a Constraint)>; 2] {
        let of = |catalog: &'a Catalog| {
            let all = constraints_of(catalog, &self.id);
            all.into_iter().filter(|(_, it)| it.kind == kind).collect()
        };
        [of(&self.sides.made.catalog), of(self.sides.other)]
    }

    fn indexes(&self) -> [Vec<(Id, &'a Index)>; 2] {
        let id = &self.id;
        let of = |catalog: &'a Catalog| {
            let indexes = catalog.objects.iter().filter(|(it, _)| it.kind == Kind::Index);
            let own = indexes.filter_map(|(it, object)| Some((it.clone(), object.body.index()?)));
            own.filter(|(_, it)| it.table.namespace == id.namespace && it.table.name == id.name)
                .collect()
        };
        [of(&self.sides.made.catalog), of(self.sides.other)]
    }

    /// What the models say of a constraint or index that PostgreSQL made.
    fn part<'b>(
        &self,
        parts: &'b [ModelPart],
        name: &str,
        columns: &[String],
    ) -> Option<&'b ModelPart> {
        let named = parts.iter().find(|it| it.name.as_deref() == Some(name));
        named.or_else(|| {
            parts
                .iter()
                .find(|it| it.name.is_none() && !columns.is_empty() && it.columns == columns)
        })
    }

    /// Where a constraint or index is written; else the column, else the
    /// class.
    fn part_place(
        &self,
        parts: &'a [ModelPart],
        name: &str,
        columns: &[String],
    ) -> Option<&'a Place> {
        let own = self.part(parts, name, columns).and_then(|it| it.place.as_ref());
        own.or_else(|| self.column_place(columns.first()?)).or_else(|| self.place())
    }

    fn column_place(&self, name: &str) -> Option<&'a Place> {
        self.table.columns.iter().find(|it| it.name == name)?.place.as_ref()
    }
}

/// The table that a model describes.
pub fn id_of(table: &ModelTable) -> Id {
    Id::new(Kind::Table, table.schema.as_deref().unwrap_or("public"), &table.name)
}

/// The table behind SQLAlchemy's key of it.
fn id_of_key(said: &Extraction, key: &str) -> Option<Id> {
    said.table(key).map(id_of)
}

/// The columns of a relation by name.
fn columns_of<'a>(catalog: &'a Catalog, table: &Id) -> BTreeMap<Arc<str>, &'a Column> {
    parts_of(catalog, table, Kind::Column)
        .filter_map(|(id, body)| Some((id.part.clone(), body.column()?)))
        .collect()
}

pub fn constraints_of<'a>(catalog: &'a Catalog, table: &Id) -> Vec<(Id, &'a Constraint)> {
    parts_of(catalog, table, Kind::Constraint)
        .filter_map(|(id, body)| Some((id.clone(), body.constraint()?)))
        .collect()
}

fn parts_of<'a>(
    catalog: &'a Catalog,
    table: &Id,
    kind: Kind,
) -> impl Iterator<Item = (&'a Id, &'a Body)> {
    let first = table.with(kind, "");
    let (namespace, name) = (table.namespace.clone(), table.name.clone());
    catalog
        .objects
        .range(first..)
        .take_while(move |(id, _)| id.kind == kind && id.namespace == namespace && id.name == name)
        .map(|(id, object)| (id, &object.body))
}
