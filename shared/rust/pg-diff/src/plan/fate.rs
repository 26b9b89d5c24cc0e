//! What becomes of each object: what differs itself, then what is in the way
//! of a change of something it depends on.
//!
//! Must never: drop and make again what can stay; spread further than the old
//! side's dependencies.

use std::collections::{BTreeMap, BTreeSet};

use super::graph::relation_of;
use crate::catalog::{Body, Catalog, ConstraintKind, Dependencies, Id, Kind};
use crate::ddl::ident;
use crate::diff::{Change, Difference, Property, Way, diff};
use crate::scan::mentions;

#[derive(Clone, Debug, PartialEq)]
pub enum Fate {
    Create,
    Drop,
    /// Changed in place.
    Alter(Vec<Difference>),
    /// Dropped and made again. The differences may be none: it is in the way.
    Recreate(Vec<Difference>),
    /// Renamed, made anew, its users moved, then dropped: types and tables.
    Aside(Vec<Difference>),
}

impl Fate {
    /// Its old form goes at some point.
    pub fn goes(&self) -> bool {
        matches!(self, Fate::Drop | Fate::Recreate(_) | Fate::Aside(_))
    }

    /// A new form comes at some point.
    pub fn comes(&self) -> bool {
        matches!(self, Fate::Create | Fate::Recreate(_) | Fate::Aside(_))
    }

    pub fn differences(&self) -> &[Difference] {
        match self {
            Fate::Alter(all) | Fate::Recreate(all) | Fate::Aside(all) => all,
            Fate::Create | Fate::Drop => &[],
        }
    }
}

pub struct Fates<'a> {
    pub old: &'a Catalog,
    pub new: &'a Catalog,
    pub old_graph: &'a Dependencies,
    pub map: BTreeMap<Id, Fate>,
    /// Columns whose type changes, by its own difference or because the type
    /// is made anew beside the old one.
    pub retyped: BTreeMap<Id, ()>,
    /// Those that hold text until the table whose rows they hold has changed.
    pub loosened: BTreeSet<Id>,
    /// Indexes that get another comment by a new type of a column of theirs.
    pub miscommented: BTreeSet<Id>,
    pub(super) todo: Vec<Id>,
}

/// Types that are made anew beside the old one.
fn is_type(kind: Kind) -> bool {
    matches!(kind, Kind::Enum | Kind::Domain | Kind::Composite | Kind::Range | Kind::Collation)
}

impl<'a> Fates<'a> {
    pub fn decide(old: &'a Catalog, new: &'a Catalog, old_graph: &'a Dependencies) -> Fates<'a> {
        let map = diff(old, new).into_iter().map(|change| (change.object().clone(), fate(change)));
        let map = map.collect();
        let mut fates = Fates {
            old,
            new,
            old_graph,
            map,
            retyped: BTreeMap::new(),
            loosened: BTreeSet::new(),
            miscommented: BTreeSet::new(),
            todo: Vec::new(),
        };
        fates.replace_types_of_other_kind();
        fates.take_columns_along();
        fates.rebuild_detached_indexes();
        fates.move_local_constraints();
        fates.replace_domains_in_containers();
        fates.spread();
        fates.loosen_holders();
        fates.name_indexes_again();
        fates.aim_statistics_again();
        fates.comment_indexes_again();
        fates
    }

    pub fn get(&self, id: &Id) -> Option<&Fate> {
        self.map.get(id)
    }

    /// An object that only differs in place is made again instead. False when
    /// it is already, or cannot be without losing something.
    pub fn recreate(&mut self, id: &Id) -> bool {
        let differences = match self.map.get(id) {
            Some(Fate::Create | Fate::Drop | Fate::Recreate(_) | Fate::Aside(_)) => return false,
            Some(Fate::Alter(differences)) => differences.clone(),
            None => Vec::new(),
        };
        if id.kind == Kind::SequenceOwner && self.new.contains(id) {
            // Let go before the column goes, and said again of the new one.
            return self.map.insert(id.clone(), Fate::Recreate(differences)).is_none();
        }
        if !self.can_be_recreated(id) {
            return false;
        }
        self.map.insert(id.clone(), Fate::Recreate(differences));
        self.todo.push(id.clone());
        self.recreate_columns(id);
        true
    }

    /// Renamed and made anew beside, unless it goes or comes anyway.
    pub(super) fn set_aside(&mut self, id: &Id) {
        let differences = match self.map.get(id) {
            Some(Fate::Create | Fate::Drop | Fate::Recreate(_) | Fate::Aside(_)) => return,
            Some(Fate::Alter(differences)) => differences.clone(),
            None => Vec::new(),
        };
        self.map.insert(id.clone(), Fate::Aside(differences));
        self.todo.push(id.clone());
    }

    /// [`Fates::recreate`], with everything that stands on it.
    pub fn recreate_and_spread(&mut self, id: &Id) -> bool {
        let done = self.recreate(id);
        self.work_off();
        done
    }

    pub(super) fn retype_and_spread(&mut self, column: &Id) {
        self.retype(column);
        self.work_off();
    }

    fn can_be_recreated(&self, id: &Id) -> bool {
        if !self.old.contains(id) || !self.new.contains(id) {
            return false;
        }
        match id.kind {
            Kind::Namespace
            | Kind::Extension
            | Kind::Table
            | Kind::Enum
            | Kind::Domain
            | Kind::Composite
            | Kind::Range
            | Kind::Collation
            | Kind::Sequence
            | Kind::SequenceOwner
            | Kind::DefaultPrivilege => false,
            Kind::Column => self.is_generated(id),
            Kind::Language
            | Kind::ForeignDataWrapper
            | Kind::Server
            | Kind::UserMapping
            | Kind::DomainConstraint
            | Kind::Cast
            | Kind::Operator
            | Kind::OperatorFamily
            | Kind::OperatorClass
            | Kind::TextSearchParser
            | Kind::TextSearchTemplate
            | Kind::TextSearchDictionary
            | Kind::TextSearchConfiguration
            | Kind::Routine
            | Kind::Aggregate
            | Kind::ForeignTable
            | Kind::Default
            | Kind::Constraint
            | Kind::Index
            | Kind::View
            | Kind::MaterializedView
            | Kind::Rule
            | Kind::Trigger
            | Kind::Policy
            | Kind::Statistics
            | Kind::Publication
            | Kind::EventTrigger => true,
        }
    }

    fn is_generated(&self, id: &Id) -> bool {
        let generated = |side: &Catalog| matches!(side.get(id).map(|it| &it.body), Some(Body::Column(it)) if it.generated.is_some());
        generated(self.old) && generated(self.new)
    }

    /// A type of one kind that goes and one of another kind and the same name
    /// that comes: columns move from one to the other.
    fn replace_types_of_other_kind(&mut self) {
        let gone: Vec<Id> = self
            .map
            .iter()
            .filter(|(id, fate)| is_type(id.kind) && **fate == Fate::Drop)
            .map(|(id, _)| id.clone())
            .collect();
        for id in gone {
            let kinds = [Kind::Enum, Kind::Domain, Kind::Composite, Kind::Range];
            let other = kinds.into_iter().map(|kind| id.of(kind)).any(|it| self.new.contains(&it));
            if other && id.kind != Kind::Collation {
                self.map.insert(id, Fate::Aside(Vec::new()));
            }
        }
    }

    fn spread(&mut self) {
        self.todo = self.map.keys().cloned().collect();
        self.work_off();
    }

    fn work_off(&mut self) {
        while let Some(id) = self.todo.pop() {
            let dependants: Vec<Id> =
                self.old_graph.needed_by(&id).map(|(id, _)| id.clone()).collect();
            match self.map.get(&id).cloned() {
                Some(Fate::Recreate(differences)) => {
                    let tables: Vec<&Id> =
                        dependants.iter().filter(|it| self.has_key_that_needs(it, &id)).collect();
                    for table in &tables {
                        self.set_aside(table);
                    }
                    if !tables.is_empty() && id.kind == Kind::Routine {
                        // Rows move from a table that calls the old one.
                        self.map.insert(id.clone(), Fate::Aside(differences));
                    }
                    for dependant in dependants {
                        self.recreate(&dependant);
                    }
                }
                Some(Fate::Aside(_)) => {
                    for dependant in dependants {
                        self.move_off(&id, dependant);
                    }
                }
                Some(Fate::Drop) => {
                    for dependant in dependants {
                        self.survive(&id, dependant);
                    }
                }
                Some(Fate::Alter(differences)) if id.kind == Kind::Column => {
                    let changes_type = differences
                        .iter()
                        .any(|it| matches!(it.property, Property::Type | Property::Collation));
                    if changes_type {
                        self.retype(&id);
                    }
                }
                Some(Fate::Alter(_) | Fate::Create) | None => {}
            }
        }
    }

    /// `dependant` uses a type or table that is made anew beside the old one.
    fn move_off(&mut self, aside: &Id, dependant: Id) {
        if !self.new.contains(&dependant) {
            return;
        }
        // The index of a key takes the collation of its column.
        let is_key = self.old.body(&dependant).is_some_and(|it| it.constraint().is_some())
            && !self.is_foreign_key(&dependant);
        if aside.kind == Kind::Collation && is_key {
            return;
        }
        if is_type(dependant.kind) {
            self.set_aside(&dependant);
        } else if dependant.kind == Kind::Column && is_type(aside.kind) {
            self.map.entry(dependant.clone()).or_insert_with(|| Fate::Alter(Vec::new()));
            self.retype(&dependant);
        } else if dependant.kind == Kind::Column {
            // Part of a table that is made anew.
            let differences = self.map.get(&dependant).map(|it| it.differences().to_vec());
            let differences = differences.unwrap_or_default();
            if self.map.get(&dependant).is_none_or(|it| !matches!(it, Fate::Create | Fate::Drop)) {
                self.map.insert(dependant.clone(), Fate::Recreate(differences));
                self.todo.push(dependant);
            }
        } else if dependant.kind == Kind::Table {
            // A partition: its rows are reached through the table it is of.
            self.set_aside(&dependant);
        } else if dependant.kind == Kind::SequenceOwner {
            self.map.entry(dependant).or_insert_with(|| Fate::Alter(Vec::new()));
        } else if dependant.kind == Kind::Sequence {
            // An identity's goes with its column; another is kept.
            let identity = matches!(
                self.old.get(&dependant).map(|it| &it.body),
                Some(Body::Sequence(it)) if it.is_identity
            );
            if identity && !self.map.contains_key(&dependant) {
                self.set_aside(&dependant);
            }
        } else {
            self.recreate(&dependant);
        }
    }

    /// `dependant` is there on both sides, and what it depended on goes. When
    /// no difference of its own takes it off that, it has to be made again.
    fn survive(&mut self, gone: &Id, dependant: Id) {
        if !self.new.contains(&dependant) || !self.old.contains(&dependant) {
            return;
        }
        let lets_go = self.map.get(&dependant).is_some_and(|fate| {
            fate.goes()
                || fate.differences().iter().any(|it| {
                    !matches!(
                        it.property,
                        Property::Owner | Property::Comment | Property::Grants | Property::Options
                    )
                })
        });
        if !lets_go && gone.kind != Kind::Namespace && gone.kind != Kind::Extension {
            self.recreate(&dependant);
        }
    }

    /// What PostgreSQL refuses to keep while a column's type changes. Indexes
    /// and checks it rebuilds by itself, unless they differ too.
    /// Source: `RememberAllDependentForRebuilding` of tablecmds.c.
    #[expect(clippy::wildcard_enum_match_arm, reason = "the server keeps or rebuilds the rest")]
    fn retype(&mut self, column: &Id) {
        if self.retyped.insert(column.clone(), ()).is_some() {
            return;
        }
        let table = column.of(Kind::Table);
        let key = self.old.body(&table).and_then(|it| it.table()?.partition_key.clone());
        if key.is_some_and(|key| mentions(&key, &ident(&column.part)))
            && self.map.get(&table).is_none_or(|it| matches!(it, Fate::Alter(_)))
        {
            // PostgreSQL does not change the type of a partition key.
            self.set_aside(&table);
            return;
        }
        let dependants: Vec<Id> =
            self.old_graph.needed_by(column).map(|(id, _)| id.clone()).collect();
        for dependant in dependants {
            let in_the_way = match dependant.kind {
                Kind::Default
                | Kind::View
                | Kind::MaterializedView
                | Kind::Rule
                | Kind::Policy
                | Kind::Trigger
                | Kind::Column
                | Kind::Publication
                | Kind::Routine => true,
                Kind::Constraint => self.is_foreign_key(&dependant),
                _ => false,
            };
            if in_the_way {
                self.recreate(&dependant);
            }
        }
    }

    pub(super) fn is_foreign_key(&self, id: &Id) -> bool {
        matches!(
            self.old.get(id).map(|it| &it.body),
            Some(Body::Constraint(it)) if it.kind == ConstraintKind::Foreign
        )
    }

    /// The relation that `id` is a part of, when that comes too.
    pub fn coming_relation(&self, id: &Id) -> Option<Id> {
        relation_of(self.new, id).filter(|it| self.map.get(it).is_some_and(Fate::comes))
    }
}

fn fate(change: Change) -> Fate {
    match change {
        Change::Create { .. } => Fate::Create,
        Change::Drop { .. } => Fate::Drop,
        Change::Alter { differences, .. } => match differences.iter().map(|it| it.way).max() {
            Some(Way::Aside) => Fate::Aside(differences),
            Some(Way::Recreate) => Fate::Recreate(differences),
            Some(Way::Alter | Way::Replace) | None => Fate::Alter(differences),
        },
    }
}
