//! Parts that cannot stay where the whole does not.
//!
//! Must never: make again what can stay.

use super::fate::{Fate, Fates};
use crate::catalog::{Catalog, Id, Kind};
use crate::diff::Property;

impl Fates<'_> {
    /// The index of a partition cannot leave its parent's: it is made again,
    /// unless its table leaves the parent table.
    pub(super) fn rebuild_detached_indexes(&mut self) {
        let left: Vec<Id> = self
            .map
            .iter()
            .filter(|(id, fate)| {
                let parent = |side: &Catalog| side.body(id).and_then(|it| it.parent()).cloned();
                let table = match self.old.body(id).and_then(|it| it.index()) {
                    Some(index) => index.table.clone(),
                    None => id.of(Kind::Table),
                };
                let partition = |side: &Catalog| {
                    side.body(&table).and_then(|it| it.partition()).map(|it| it.parent.clone())
                };
                matches!(fate, Fate::Alter(_))
                    && parent(self.old).is_some()
                    && parent(self.old) != parent(self.new)
                    && partition(self.old) == partition(self.new)
                    && !self.is_foreign_key(id)
            })
            .map(|(id, _)| id.clone())
            .collect();
        for id in left {
            self.recreate(&id);
        }
        // Nor can it go while its parent's stays.
        let torn: Vec<Id> = self
            .map
            .iter()
            .filter(|(id, fate)| fate.goes() && !self.is_foreign_key(id))
            .filter(|(id, _)| {
                let table = match self.old.body(id).and_then(|it| it.index()) {
                    Some(index) => index.table.clone(),
                    None => id.of(Kind::Table),
                };
                let leaves = self.map.get(&table).is_some_and(|fate| {
                    fate.goes()
                        || fate.differences().iter().any(|it| it.property == Property::Partition)
                });
                !leaves
            })
            .filter_map(|(id, _)| self.old.body(id)?.parent().cloned())
            .collect();
        for parent in torn {
            self.recreate(&parent);
        }
    }

    /// The columns of a relation go with it, also when a relation of another
    /// kind has columns of the same names.
    pub(super) fn take_columns_along(&mut self) {
        let gone: Vec<Id> = self
            .map
            .iter()
            .filter(|(id, fate)| {
                matches!(fate, Fate::Drop | Fate::Recreate(_))
                    && matches!(
                        id.kind,
                        Kind::Table | Kind::ForeignTable | Kind::View | Kind::MaterializedView
                    )
            })
            .map(|(id, _)| id.clone())
            .collect();
        for relation in gone {
            self.recreate_columns(&relation);
        }
    }

    pub(super) fn recreate_columns(&mut self, relation: &Id) {
        let columns: Vec<Id> = self.old.columns(relation).map(|(id, _)| id).collect();
        for column in columns {
            if self.new.contains(&column) && !self.map.get(&column).is_some_and(Fate::goes) {
                let differences = self.map.get(&column).map(|it| it.differences().to_vec());
                let fate = Fate::Recreate(differences.unwrap_or_default());
                self.map.insert(column.clone(), fate);
                self.todo.push(column);
            }
        }
    }
}
