//! What a change would drop, moved out of the way instead.
//!
//! A table goes to a namespace of ours, under its own name and with its
//! indexes and sequences; one that nobody was given anything on, so whoever
//! could read the table can read it no longer. A column gets a name of ours.
//! Types that go and are needed for either go with the tables. All of it is
//! written in the catalog only.
//!
//! Must never: move what loses nothing when it goes.

use std::collections::{BTreeMap, BTreeSet};

use super::find::kept;
use super::names::{kept_name, names_in, names_with};
use super::{Keep, Keeping, Mark, Passage, Way, comment, hazard, is_type, step};
use crate::catalog::{Catalog, Constraint, ConstraintKind, Id, Kind, Object};
use crate::ddl::{self, Inline};
use crate::plan::Action;
use crate::rename::Renamed;

/// Everything that `desired` has no longer and that holds something; of the
/// tables `empty` nothing is kept. What is in quarantine is on both sides by
/// then: see [`super::leave_alone`].
pub fn keep(
    current: &Catalog,
    desired: &Catalog,
    keep: &Keep,
    empty: &dyn Fn(&Id) -> bool,
) -> Keeping {
    let ours = kept(current).into_keys().map(|id| id.namespace.to_string()).collect();
    let (namespaces, made) = (BTreeMap::new(), BTreeSet::new());
    let mut room = Room { current, desired, keep, namespaces, ours, made };
    let mut keeping = Keeping::default();
    let tables = room.tables(empty, &mut keeping.left);
    let columns = room.columns(empty, &mut keeping.left);
    for id in room.types(&tables, &columns) {
        keeping.moves.extend(room.move_whole(&id, &tables));
    }
    for id in &tables {
        keeping.moves.extend(room.move_whole(id, &tables));
    }
    for id in &columns {
        keeping.moves.extend(room.rename(id));
        for sequence in room.sequences_of(id) {
            keeping.moves.extend(room.rename(&sequence));
        }
    }
    keeping
}

struct Room<'a> {
    current: &'a Catalog,
    desired: &'a Catalog,
    keep: &'a Keep,
    /// Names that are taken in each namespace of ours.
    namespaces: BTreeMap<String, BTreeSet<String>>,
    /// Namespaces that hold something kept, and that are made on the way.
    ours: BTreeSet<String>,
    made: BTreeSet<String>,
}

impl Room<'_> {
    fn goes(&self, id: &Id) -> bool {
        self.current.contains(id) && !self.desired.contains(id)
    }

    fn parents(&self, table: &Id) -> Vec<Id> {
        self.current.body(table).map(|it| it.parents().cloned().collect()).unwrap_or_default()
    }

    fn is_below(&self, table: &Id, above: &dyn Fn(&Id) -> bool) -> bool {
        self.parents(table).iter().any(|it| above(it) || self.is_below(it, above))
    }

    /// Tables that go and hold rows, with what is below them.
    fn tables(&self, empty: &dyn Fn(&Id) -> bool, left: &mut Vec<(Id, String)>) -> Vec<Id> {
        let all: Vec<&Id> = self
            .current
            .objects
            .keys()
            .filter(|id| id.kind == Kind::Table && self.goes(id))
            .collect();
        let holds: BTreeSet<&Id> = all.iter().copied().filter(|id| !empty(id)).collect();
        let mut kept = Vec::new();
        for id in all {
            if !holds.contains(id) && !self.is_below(id, &|it| holds.contains(it)) {
                continue;
            }
            let columns = self.current.columns(id).map(|(column, _)| column);
            match columns.into_iter().find_map(|column| self.lost_extension(&column)) {
                Some(why) => left.push((id.clone(), why)),
                None => kept.push(id.clone()),
            }
        }
        kept
    }

    /// Columns that go while their table stays, and hold what nothing else
    /// tells.
    fn columns(&self, empty: &dyn Fn(&Id) -> bool, left: &mut Vec<(Id, String)>) -> Vec<Id> {
        let mut kept = Vec::new();
        for (id, object) in &self.current.objects {
            let Some(column) = object.body.column() else { continue };
            let table = id.of(Kind::Table);
            let stays = self.current.contains(&table) && self.desired.contains(&table);
            // A generated one is made again from the others.
            if !self.goes(id) || !stays || empty(&table) || column.generated.is_some() {
                continue;
            }
            let same = |it: &Id| it.with(Kind::Column, &id.part);
            let from_above = |it: &Id| self.current.contains(&same(it));
            if self.is_below(&table, &from_above) {
                // It goes with its parent's, which is renamed for all.
                if !self.is_below(&table, &|it| self.goes(&same(it)) && self.desired.contains(it)) {
                    left.push((id.clone(), "it is its parent's".to_owned()));
                }
                continue;
            }
            let mut tables = self.current.objects.keys().filter(|it| it.kind == Kind::Table);
            let stays_below = tables.any(|it| {
                self.desired.contains(&same(it)) && self.is_below(it, &|it| *it == table)
            });
            if stays_below {
                left.push((id.clone(), "a table below goes on with it".to_owned()));
            } else if let Some(why) = self.lost_extension(id) {
                left.push((id.clone(), why));
            } else {
                kept.push(id.clone());
            }
        }
        kept
    }

    /// An extension that goes takes its types along.
    fn lost_extension(&self, column: &Id) -> Option<String> {
        let mut needs = self.current.dependencies.needs(column).map(|(on, _)| on);
        let gone = needs.find(|on| on.kind == Kind::Extension && self.goes(on))?;
        Some(format!("its type goes with {gone}"))
    }

    /// Types that go and that something kept is made of.
    fn types(&self, tables: &[Id], columns: &[Id]) -> Vec<Id> {
        let mut todo: Vec<Id> = columns.to_vec();
        for table in tables {
            todo.push(table.clone());
            todo.extend(self.current.columns(table).map(|(id, _)| id));
        }
        let mut found = BTreeSet::new();
        while let Some(id) = todo.pop() {
            for (on, _) in self.current.dependencies.needs(&id).filter(|(on, _)| is_type(on.kind)) {
                if self.goes(on) && found.insert(on.clone()) {
                    todo.push(on.clone());
                }
            }
        }
        found.into_iter().collect()
    }

    /// A namespace of ours in which nobody has one of these names.
    fn namespace(&mut self, of: &str, names: &BTreeSet<String>) -> String {
        let Room { current, namespaces, ours, .. } = self;
        let made = kept_name(of, |it| {
            // One that is there and that we did not fill is somebody's.
            let is_there = current.contains(&Id::global(Kind::Namespace, it));
            if is_there && !ours.contains(it) {
                return true;
            }
            let taken = namespaces.entry(it.to_owned()).or_insert_with(|| names_in(current, it));
            taken.intersection(names).next().is_some()
        });
        namespaces.entry(made.clone()).or_default().extend(names.iter().cloned());
        made
    }

    /// A table or a type.
    fn move_whole(&mut self, id: &Id, kept: &[Id]) -> Option<Renamed> {
        let object = self.current.get(id)?;
        let namespace = self.namespace(&id.namespace, &names_with(self.current, id));
        let to = Id::new(id.kind, &namespace, &id.name);
        let table = (id.kind == Kind::Table).then_some(id);
        let about = (Action::Keep, id);
        let (mut steps, mut undo) = (Vec::new(), Vec::new());
        let place = Id::global(Kind::Namespace, &namespace);
        let is_new = !self.current.contains(&place) && self.made.insert(namespace.clone());
        if is_new {
            let sql = format!("CREATE SCHEMA {}", ddl::ident(&namespace));
            steps.push(step((Action::Create, &place), sql, None));
        }
        let back = (Action::TakeBack, &to);
        let move_back = ddl::move_to(&to, object, &id.namespace)?.text();
        undo.push(step(back, move_back, table.map(|_| &to)));
        undo.push(step(back, comment(id, object, object.comment.clone()), table));
        if let Some(partition) = object.body.partition().filter(|it| !kept.contains(&it.parent)) {
            steps.push(step(about, ddl::detach(id, partition).text(), table));
            undo.push(step(back, ddl::attach(id, partition).text(), table));
        }
        for parent in object.body.inherits().iter().filter(|it| !kept.contains(it)) {
            steps.push(step(about, ddl::no_inherit(id, parent).text(), table));
            undo.push(step(back, ddl::inherit(id, parent).text(), table));
        }
        for (owner, column) in self.shared_sequences(id) {
            let object = self.current.get(&owner)?;
            steps.push(step(about, ddl::drop_statement(&owner, object).text(), table));
            undo.push(step(back, ddl::set_owner_column(&owner, &column).text(), table));
        }
        if is_new {
            let sql = format!("DROP SCHEMA {}", ddl::ident(&namespace));
            undo.push(step((Action::Drop, &place), sql, None));
        }
        let mut moved = step(about, ddl::move_to(id, object, &namespace)?.text(), table);
        if table.is_some() {
            moved.hazards.push(self.kept_until(id, &to));
        }
        steps.push(moved);
        let mark =
            Mark::new(id.clone(), self.keep).telling(self.definition(id), object.comment.clone());
        let at = table.map(|_| &to);
        steps.push(step((Action::Keep, &to), comment(&to, object, Some(mark.text())), at));
        let passage = Passage { way: Way::In, mark, undo };
        Some(Renamed { from: id.clone(), to, part: None, steps, passage: Some(passage) })
    }

    /// Sequences of a table that stay: it must not take them along.
    fn shared_sequences(&self, table: &Id) -> Vec<(Id, Id)> {
        let all = self.current.objects.iter();
        let owners =
            all.filter_map(|(id, it)| Some((id.clone(), it.body.sequence_owner()?.column.clone())));
        owners
            .filter(|(id, column)| {
                column.of(Kind::Table) == *table && self.desired.contains(&id.of(Kind::Sequence))
            })
            .collect()
    }

    /// Those that go with a column, where they stand: it still owns them.
    fn sequences_of(&self, column: &Id) -> Vec<Id> {
        let owns =
            |object: &Object| object.body.sequence_owner().is_some_and(|it| it.column == *column);
        let owners = self.current.objects.iter().filter(|(_, object)| owns(object));
        owners.map(|(id, _)| id.of(Kind::Sequence)).filter(|id| self.goes(id)).collect()
    }

    /// A column, or a sequence of one.
    fn rename(&self, id: &Id) -> Option<Renamed> {
        let object = self.current.get(id)?;
        let to = self.kept_id(id);
        let table = Some(id.of(Kind::Table)).filter(|_| id.kind == Kind::Column);
        let table = table.as_ref();
        let mark =
            Mark::new(id.clone(), self.keep).telling(self.definition(id), object.comment.clone());
        let mut renamed =
            step((Action::Keep, id), ddl::rename(id, object, to.own_name())?.text(), table);
        if id.kind == Kind::Column {
            renamed.hazards.push(self.kept_until(id, &to));
        }
        let marked = comment(&to, object, Some(mark.text()));
        let steps = vec![renamed, step((Action::Keep, &to), marked, table)];
        let back = (Action::TakeBack, &to);
        let undo = vec![
            step(back, ddl::rename(&to, object, id.own_name())?.text(), table),
            step(back, comment(id, object, object.comment.clone()), table),
        ];
        let passage = Passage { way: Way::In, mark, undo };
        Some(Renamed { from: id.clone(), to, part: None, steps, passage: Some(passage) })
    }

    fn kept_id(&self, id: &Id) -> Id {
        if id.kind != Kind::Column {
            let taken = names_in(self.current, &id.namespace);
            let also = names_in(self.desired, &id.namespace);
            let name = kept_name(&id.name, |it| taken.contains(it) || also.contains(it));
            return Id::new(id.kind, &id.namespace, &name);
        }
        let table = id.of(Kind::Table);
        let family: Vec<Id> = {
            let tables = self.current.objects.keys().filter(|it| it.kind == Kind::Table);
            let below = tables.filter(|it| self.is_below(it, &|above| *above == table));
            std::iter::once(&table).chain(below).cloned().collect()
        };
        let is_taken = |name: &str| {
            let mut columns = family.iter().map(|it| it.with(Kind::Column, name));
            columns.any(|it| self.current.contains(&it) || self.desired.contains(&it))
        };
        table.with(Kind::Column, &kept_name(&id.part, is_taken))
    }

    fn kept_until(&self, id: &Id, to: &Id) -> crate::plan::Hazard {
        let until = &self.keep.until;
        hazard(id, format!("it is kept until {until} as {to}: nothing is lost before"))
    }

    /// What init.sql would have to say again, for people.
    fn definition(&self, id: &Id) -> Vec<String> {
        let current = self.current;
        let mut inline = Inline::default();
        for (default, object) in &current.objects {
            if let Some(it) = object.body.default()
                && default.of(Kind::Table) == id.of(Kind::Table)
            {
                inline.defaults.insert(default.clone(), it.expression.clone());
            }
        }
        let mut all: Vec<String> =
            ddl::create(current, id, &inline).iter().map(ddl::Statement::text).collect();
        for (other, object) in &current.objects {
            if self.goes_with(id, other, object) {
                all.extend(ddl::create(current, other, &inline).iter().map(ddl::Statement::text));
            }
        }
        all
    }

    /// What quarantine takes off.
    fn goes_with(&self, id: &Id, other: &Id, object: &Object) -> bool {
        let is_of_table = other.of(Kind::Table) == id.of(Kind::Table);
        if id.kind == Kind::Table {
            let foreign = |it: &Constraint| it.kind == ConstraintKind::Foreign;
            return is_of_table
                && (matches!(other.kind, Kind::Trigger | Kind::Policy | Kind::Rule)
                    || object.body.constraint().is_some_and(foreign));
        }
        let hangs = |it: &Id| {
            let mut needs = self.current.dependencies.needs(it).map(|(on, _)| on);
            needs.any(|on| on == id)
        };
        id.kind == Kind::Column
            && matches!(other.kind, Kind::Constraint | Kind::Index)
            && hangs(other)
    }
}
