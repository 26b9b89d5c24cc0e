//! Parts that cannot stay where the whole does not.
//!
//! Must never: make again what can stay.

use super::fate::{Fate, Fates};
use super::graph::relation_of;
use super::online::names_index;
use crate::catalog::{Body, Catalog, Id, Kind};
use crate::ddl::qualified;
use crate::diff::{Difference, Property, Way};

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

    /// A table whose partition key calls what is made again.
    pub(super) fn has_key_that_needs(&self, table: &Id, on: &Id) -> bool {
        let has_key = |side: &Catalog| {
            side.body(table).and_then(|it| it.table()).is_some_and(|it| it.partition_key.is_some())
        };
        on.kind != Kind::Namespace && has_key(self.old) && has_key(self.new)
    }

    /// A check that a table has itself and one that it inherits are the same
    /// to PostgreSQL, but for who it belongs to. Adding it again makes it the
    /// table's own as well; that can only be taken back by dropping it.
    pub(super) fn move_local_constraints(&mut self) {
        let is_moved = |(id, fate): &(&Id, &Fate)| {
            let table = id.of(Kind::Table);
            let joins = || {
                self.map.get(&table).is_some_and(|it| {
                    it.differences().iter().any(|it| it.property == Property::Inherits)
                })
            };
            match fate {
                Fate::Alter(all) => all.iter().any(|it| it.property == Property::Local),
                Fate::Create => id.kind == Kind::Constraint && joins(),
                Fate::Drop | Fate::Recreate(_) | Fate::Aside(_) => false,
            }
        };
        let mut moved: Vec<Id> =
            self.map.iter().filter(is_moved).map(|(id, _)| id.clone()).collect();
        moved.extend(self.inherited_from_others());
        for id in moved {
            let Some(constraint) = self.new.body(&id).and_then(|it| it.constraint()) else {
                continue;
            };
            let staying = self.staying_above(&id);
            let is_partition =
                self.new.body(&id.of(Kind::Table)).is_some_and(|it| it.partition().is_some());
            if constraint.is_local && staying.is_empty() {
                self.recreate(&id);
            } else if !constraint.is_local && !is_partition {
                self.recreate(&id);
                staying.iter().for_each(|it| self.recreate_with_parents(it));
            }
        }
    }

    /// The parts that a part is inherited from, where this plan makes none of
    /// them: of the parents, or of what is above those that come.
    fn staying_above(&self, id: &Id) -> Vec<Id> {
        let mut found = Vec::new();
        for parent in parents(self.new, id) {
            let is_made = self.map.get(&parent).is_some_and(|it| it.goes() || it.comes());
            if is_made {
                found.extend(self.staying_above(&parent));
            } else if self.old.contains(&parent) {
                found.push(parent);
            }
        }
        found
    }

    /// A check and, where it is inherited, those it comes from.
    fn recreate_with_parents(&mut self, id: &Id) {
        self.recreate(id);
        let is_inherited =
            self.new.body(id).and_then(|it| it.constraint()).is_some_and(|it| !it.is_local);
        if is_inherited {
            parents(self.new, id).iter().for_each(|it| self.recreate_with_parents(it));
        }
    }

    /// Checks that a table has from a parent it leaves, and will have from
    /// another: in between they are its own.
    fn inherited_from_others(&self) -> Vec<Id> {
        let inherits = |id: &Id, side: &Catalog| {
            side.body(&id.of(Kind::Table)).map(|it| it.inherits().to_vec()).unwrap_or_default()
        };
        let checks = self.new.objects.iter().filter(|(id, object)| {
            let is_others = object.body.constraint().is_some_and(|it| !it.is_local);
            let stays = matches!(self.map.get(id), None | Some(Fate::Alter(_) | Fate::Recreate(_)));
            is_others && self.old.contains(id) && stays
        });
        let checks = checks.filter(|(id, _)| {
            let (old, new) = (inherits(id, self.old), inherits(id, self.new));
            let had = parents(self.old, id);
            let has = |parent: &Id| had.contains(&parent.with(id.kind, &id.part));
            old.iter().any(|it| !new.contains(it) && has(it))
                && !old.iter().any(|it| new.contains(it) && has(it))
        });
        checks.map(|(id, _)| id.clone()).collect()
    }

    /// A check cannot be added to a domain that arrays or composite types are
    /// made of. Source: `get_rels_with_domain` of typecmds.c.
    pub(super) fn replace_domains_in_containers(&mut self) {
        let mut stricter: Vec<Id> = Vec::new();
        for (id, fate) in &self.map {
            let has =
                |property: Property| fate.differences().iter().any(|it| it.property == property);
            let is_stricter = match self.new.body(id) {
                Some(body) if id.kind == Kind::DomainConstraint => {
                    let is_valid = body.domain_constraint().is_some_and(|it| it.is_validated);
                    is_valid && (fate.comes() || has(Property::Validated))
                }
                Some(body) => has(Property::NotNull) && body.domain().is_some_and(|it| it.not_null),
                None => false,
            };
            let domain = id.of(Kind::Domain);
            if is_stricter && self.is_contained(&domain) {
                stricter.push(domain);
            }
        }
        for domain in stricter {
            self.set_aside(&domain);
        }
    }

    /// Columns hold values of the domain inside of other values.
    fn is_contained(&self, domain: &Id) -> bool {
        let name = qualified(domain);
        let array = format!("{name}[");
        self.old.objects.values().any(|object| {
            let body = &object.body;
            let in_array = body.column().is_some_and(|it| it.type_name.starts_with(&array));
            let in_row = body.composite().is_some_and(|it| {
                let mut types = it.attributes.iter().map(|it| &it.type_name);
                types.any(|it| *it == name || it.starts_with(&array))
            });
            in_array || in_row
        })
    }

    /// A new type of a column makes extended statistics anew, without their
    /// target. Source: `RememberStatisticsForRebuilding` of tablecmds.c.
    pub(super) fn aim_statistics_again(&mut self) {
        let mut aimed = Vec::new();
        for column in self.retyped.keys() {
            for (id, _) in self.old_graph.needed_by(column) {
                let target = match self.new.body(id) {
                    Some(Body::Statistics(it)) => it.target,
                    _ => None,
                };
                if let Some(target) = target {
                    aimed.push((id.clone(), target));
                }
            }
        }
        for (id, target) in aimed {
            let difference = Difference {
                property: Property::Statistics,
                from: String::new(),
                to: target.to_string(),
                way: Way::Alter,
            };
            let is_told = |it: &Difference| it.property == Property::Statistics;
            match self.map.entry(id).or_insert_with(|| Fate::Alter(Vec::new())) {
                Fate::Alter(all) if !all.iter().any(is_told) => all.push(difference),
                // It is made again with its target.
                Fate::Alter(_) | Fate::Create | Fate::Drop | Fate::Recreate(_) | Fate::Aside(_) => {
                }
            }
        }
    }

    /// A new type of a column makes the indexes of partitions anew with the
    /// comment of the index above them. Source: `ATPostAlterTypeParse` of
    /// tablecmds.c, which asks for the comment of the parent's.
    pub(super) fn comment_indexes_again(&mut self) {
        let comment = |id: &Id| {
            let object = self.old.get(id)?;
            let of_index = object.body.constraint().and_then(|it| it.index_comment.clone());
            if object.body.constraint().is_some() { of_index } else { object.comment.clone() }
        };
        let mut found = Vec::new();
        for column in self.retyped.keys() {
            for (id, _) in self.old_graph.needed_by(column) {
                let parent = self.old.body(id).and_then(|it| it.parent());
                let differs = parent.is_some_and(|parent| comment(parent) != comment(id));
                let stays = matches!(self.map.get(id), None | Some(Fate::Alter(_)));
                if differs && stays && self.new.contains(id) {
                    found.push(id.clone());
                }
            }
        }
        for id in found {
            self.map.entry(id.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
            self.miscommented.insert(id);
        }
    }

    /// Replica identity and CLUSTER ON go with the index they name: they are
    /// said again when it is made again.
    pub(super) fn name_indexes_again(&mut self) {
        let made = self.map.iter().filter(|(_, fate)| fate.comes()).filter_map(|(id, _)| {
            let table = match self.new.body(id)?.index() {
                Some(index) => index.table.clone(),
                None => relation_of(self.new, id)?,
            };
            (names_index(self.new, &table).as_ref() == Some(id)).then_some(table)
        });
        let tables: Vec<Id> = made.collect();
        for table in tables {
            self.map.entry(table).or_insert_with(|| Fate::Alter(Vec::new()));
        }
    }
}

/// Parents of a relation's part: the same part of each parent table.
pub fn parents(catalog: &Catalog, id: &Id) -> Vec<Id> {
    let Some(body) = relation_of(catalog, id).and_then(|it| catalog.body(&it)) else {
        return Vec::new();
    };
    body.parents()
        .map(|parent| parent.with(id.kind, &id.part))
        .filter(|it| catalog.contains(it))
        .collect()
}
