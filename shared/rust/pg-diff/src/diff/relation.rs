//! Sequences, views, materialized views, extended statistics.
//!
//! Must never: replace a view whose columns CREATE OR REPLACE would refuse.

use super::{Differ, Property, Show, Way};
use crate::catalog::{Catalog, Column, Id, MaterializedView, Sequence, Statistics, View};
use crate::scan::split_list;

pub fn sequence(differ: &mut Differ, old: &Sequence, new: &Sequence) {
    let counts = |it: &Sequence| Sequence { is_unlogged: false, is_identity: false, ..it.clone() };
    differ.check(Property::Sequence, Way::Alter, &counts(old), &counts(new));
    differ.check(Property::Unlogged, Way::Alter, &old.is_unlogged, &new.is_unlogged);
    differ.check(Property::Identity, Way::Aside, &old.is_identity, &new.is_identity);
}

/// CREATE OR REPLACE VIEW keeps the old columns as they are and may append.
/// Source: manual, CREATE VIEW.
pub fn view(differ: &mut Differ, id: &Id, (old, new): (&View, &View), sides: (&Catalog, &Catalog)) {
    let before: Vec<(Id, &Column)> = sides.0.columns(id).collect();
    let after: Vec<(Id, &Column)> = sides.1.columns(id).collect();
    let stays = before.len() <= after.len()
        && before.iter().zip(&after).all(|((name, old), (other, new))| {
            name.part == other.part
                && old.type_name == new.type_name
                && old.collation == new.collation
        });
    let way = if stays { Way::Replace } else { Way::Recreate };
    differ.check(Property::Definition, way, &old.definition, &new.definition);
    if old.definition == new.definition && !stays {
        // The query is spelled alike and means other columns.
        let shown = |columns: &[(Id, &Column)]| -> Vec<String> {
            columns.iter().map(|(id, it)| format!("{} {}", id.part, it.type_name)).collect()
        };
        differ.check(Property::Column, Way::Recreate, &shown(&before), &shown(&after));
    }
    differ.check(Property::Options, Way::Replace, &old.options, &new.options);
}

pub fn materialized_view(differ: &mut Differ, old: &MaterializedView, new: &MaterializedView) {
    differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
    differ.check(Property::Options, Way::Alter, &old.options, &new.options);
    differ.check(Property::AccessMethod, Way::Alter, &old.access_method, &new.access_method);
    differ.check(Property::ClusterOn, Way::Alter, &old.cluster_on, &new.cluster_on);
    // One that was filled meanwhile is not wrong.
    if new.is_populated {
        differ.check(Property::Populated, Way::Alter, &old.is_populated, &new.is_populated);
    }
}

/// The columns are a set: PostgreSQL lists them in the order of the table's.
pub fn statistics(differ: &mut Differ, old: &Statistics, new: &Statistics) {
    let (before, after) = (sorted_columns(old), sorted_columns(new));
    if before.is_none() || before != after {
        differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
    }
    differ.check(Property::Statistics, Way::Alter, &old.target, &new.target);
}

fn sorted_columns(statistics: &Statistics) -> Option<(&str, Vec<&str>, &str)> {
    let (head, rest) = statistics.definition.split_once(" ON ")?;
    let (list, table) = rest.rsplit_once(" FROM ")?;
    let mut columns = split_list(list);
    columns.sort_unstable();
    Some((head, columns, table))
}

impl Show for Sequence {
    fn show(&self) -> String {
        let cycle = if self.cycles { " CYCLE" } else { "" };
        format!(
            "{} START {} INCREMENT {} MINVALUE {} MAXVALUE {} CACHE {}{cycle}",
            self.type_name, self.start, self.increment, self.min, self.max, self.cache
        )
    }
}
