//! Tables, foreign tables and their columns.
//!
//! Must never: mind the order of columns.

use super::{Differ, Property, Show, Way};
use crate::catalog::{
    Body, Catalog, Column, ForeignTable, Generated, GeneratedKind, Id, Identity, Kind, NotNull,
    Partition, ReplicaIdentity, Table, TableKind,
};

pub fn table(differ: &mut Differ, old: &Table, new: &Table) {
    differ.check(Property::Kind, Way::Aside, &old.kind, &new.kind);
    differ.check(Property::PartitionKey, Way::Aside, &old.partition_key, &new.partition_key);
    differ.check(Property::Partition, Way::Alter, &old.partition, &new.partition);
    differ.check(Property::Inherits, Way::Alter, &old.inherits, &new.inherits);
    differ.check(Property::Unlogged, Way::Alter, &old.is_unlogged, &new.is_unlogged);
    differ.check(Property::Options, Way::Alter, &old.options, &new.options);
    differ.check(Property::AccessMethod, Way::Alter, &old.access_method, &new.access_method);
    differ.check(
        Property::ReplicaIdentity,
        Way::Alter,
        &old.replica_identity,
        &new.replica_identity,
    );
    differ.check(Property::RowSecurity, Way::Alter, &old.row_security, &new.row_security);
    differ.check(
        Property::ForceRowSecurity,
        Way::Alter,
        &old.force_row_security,
        &new.force_row_security,
    );
    differ.check(Property::ClusterOn, Way::Alter, &old.cluster_on, &new.cluster_on);
    differ.check(Property::OfType, Way::Alter, &old.of_type, &new.of_type);
}

/// A foreign table holds no rows: making it again costs nothing.
pub fn foreign(differ: &mut Differ, old: &ForeignTable, new: &ForeignTable) {
    differ.check(Property::Server, Way::Recreate, &old.server, &new.server);
    differ.check(Property::ForeignOptions, Way::Recreate, &old.options, &new.options);
    differ.check(Property::Partition, Way::Alter, &old.partition, &new.partition);
    differ.check(Property::Inherits, Way::Alter, &old.inherits, &new.inherits);
}

pub fn column(differ: &mut Differ, old: &Column, new: &Column) {
    differ.check(Property::Type, Way::Alter, &old.type_name, &new.type_name);
    differ.check(Property::Collation, Way::Alter, &old.collation, &new.collation);
    let named = |it: &Option<NotNull>| it.as_ref().and_then(|it| it.name.clone());
    let bare =
        |it: &Option<NotNull>| it.clone().map(|it| NotNull { name: None, is_local: true, ..it });
    differ.check(Property::NotNull, Way::Alter, &bare(&old.not_null), &bare(&new.not_null));
    if let (Some(before), Some(after)) = (&old.not_null, &new.not_null)
        && (before.is_local || after.is_local)
    {
        let (from, to) = (named(&old.not_null), named(&new.not_null));
        differ.check(Property::NotNullName, Way::Alter, &from, &to);
    }
    differ.check(Property::Identity, Way::Alter, &old.identity, &new.identity);
    differ.check(Property::Generated, generated_way(old, new), &old.generated, &new.generated);
    differ.check(Property::Storage, Way::Alter, &old.storage, &new.storage);
    differ.check(Property::Compression, Way::Alter, &old.compression, &new.compression);
    differ.check(Property::ForeignOptions, Way::Alter, &old.foreign_options, &new.foreign_options);
    of_any_relation(differ, old, new);
}

/// A parent's column of this name says NOT NULL for its children too.
pub fn inherits_not_null(catalog: &Catalog, column: &Id) -> bool {
    let tables = [column.of(Kind::Table), column.of(Kind::ForeignTable)];
    let parents = tables.iter().filter_map(|it| catalog.body(it)).flat_map(Body::parents);
    let mut above = parents.filter_map(|it| catalog.body(&it.with(Kind::Column, &column.part)));
    above.any(|it| {
        let not_null = it.column().and_then(|it| it.not_null.as_ref());
        not_null.is_some_and(|it| !it.no_inherit)
    })
}

/// A stored generated column becomes a plain one by DROP EXPRESSION; every
/// other way goes through a new column, which is computed again. A plain
/// column that becomes a generated one loses its values.
fn generated_way(old: &Column, new: &Column) -> Way {
    match (&old.generated, &new.generated) {
        (Some(Generated { kind: GeneratedKind::Stored, .. }), None) => Way::Alter,
        _ => Way::Recreate,
    }
}

pub fn view_column(differ: &mut Differ, old: &Column, new: &Column) {
    of_any_relation(differ, old, new);
}

pub fn materialized_view_column(differ: &mut Differ, old: &Column, new: &Column) {
    differ.check(Property::Storage, Way::Alter, &old.storage, &new.storage);
    differ.check(Property::Compression, Way::Alter, &old.compression, &new.compression);
    of_any_relation(differ, old, new);
}

fn of_any_relation(differ: &mut Differ, old: &Column, new: &Column) {
    differ.check(Property::Statistics, Way::Alter, &old.statistics, &new.statistics);
    differ.check(Property::Options, Way::Alter, &old.options, &new.options);
}

impl Show for TableKind {
    fn show(&self) -> String {
        match self {
            TableKind::Ordinary => "ordinary",
            TableKind::Partitioned => "partitioned",
        }
        .to_owned()
    }
}

impl Show for Partition {
    fn show(&self) -> String {
        format!("of {}.{} {}", self.parent.namespace, self.parent.name, self.bound)
    }
}

impl Show for ReplicaIdentity {
    fn show(&self) -> String {
        match self {
            ReplicaIdentity::Default => "default".to_owned(),
            ReplicaIdentity::Full => "full".to_owned(),
            ReplicaIdentity::Nothing => "nothing".to_owned(),
            ReplicaIdentity::Index(name) => format!("index {name}"),
        }
    }
}

impl Show for NotNull {
    fn show(&self) -> String {
        let valid = if self.is_validated { "" } else { " NOT VALID" };
        let inherit = if self.no_inherit { " NO INHERIT" } else { "" };
        format!("NOT NULL{inherit}{valid}")
    }
}

impl Show for Identity {
    fn show(&self) -> String {
        if self.always { "ALWAYS" } else { "BY DEFAULT" }.to_owned()
    }
}

impl Show for Generated {
    fn show(&self) -> String {
        let kind = match self.kind {
            GeneratedKind::Stored => "STORED",
            GeneratedKind::Virtual => "VIRTUAL",
        };
        format!("({}) {kind}", self.expression)
    }
}
