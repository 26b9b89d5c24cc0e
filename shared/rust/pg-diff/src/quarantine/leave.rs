//! What is kept counts as wanted, as it is to lie there.
//!
//! Must never: change the current side, or want anything of what is kept that
//! could refuse or change what others write.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::find::{is_kept_column, kept};
use super::names::is_kept_name;
use super::{Mark, is_type};
use crate::catalog::{Body, Catalog, Column, ConstraintKind, Dependencies, Id, Kind};

/// Puts what is kept in `current` into `desired`; answers what that is.
pub fn leave_alone(current: &Catalog, desired: &mut Catalog) -> BTreeSet<Id> {
    let marks = kept(current);
    let strays: BTreeSet<Id> =
        kept(desired).into_keys().filter(|id| !marks.contains_key(id)).collect();
    if !strays.is_empty() {
        forget(desired, &strays);
    }
    if marks.is_empty() {
        return BTreeSet::new();
    }
    let mut taken = taken(current, desired, &marks);
    settle(current, desired, &mut taken);
    for id in &taken {
        let Some(object) = current.get(id) else { continue };
        let mut object = object.clone();
        let is_in_kept_table = marks.contains_key(&id.of(Kind::Table));
        if let Body::Column(column) = &mut object.body
            && !is_in_kept_table
        {
            detach(current, id, column);
        }
        desired.objects.insert(id.clone(), object);
        if let Some(order) = current.column_order.get(id) {
            desired.column_order.insert(id.clone(), order.clone());
        }
    }
    for table in taken.iter().filter(|id| id.kind == Kind::Column).map(|id| id.of(Kind::Table)) {
        if !taken.contains(&table) {
            merge_order(current, desired, &table, &taken);
        }
    }
    for id in &taken {
        let needed: Vec<_> =
            current.dependencies.needs(id).map(|(on, link)| (on.clone(), link)).collect();
        for (on, link) in needed {
            if !desired.contains(&on) {
                continue;
            }
            desired.dependencies.insert(id.clone(), on, link);
        }
    }
    taken
}

/// What would be wanted of each, were nothing of it to go.
fn taken(current: &Catalog, desired: &Catalog, marks: &BTreeMap<Id, Mark>) -> BTreeSet<Id> {
    let is_kept_table = |id: &Id| marks.contains_key(&id.of(Kind::Table));
    let mut taken = BTreeSet::new();
    for (id, object) in &current.objects {
        let is_taken = match &object.body {
            Body::Table(_) => marks.contains_key(id),
            Body::Column(it) => {
                if let Some(identity) = &it.identity
                    && is_kept_table(id)
                {
                    taken.insert(identity.sequence.clone());
                }
                let stays = desired.contains(&id.of(Kind::Table));
                is_kept_table(id) || stays && is_kept_column(current, marks, id)
            }
            Body::Default(_) => is_kept_table(id),
            Body::Constraint(it) => it.kind != ConstraintKind::Foreign && is_kept_table(id),
            Body::Index(it) => is_kept_table(&it.table),
            Body::Statistics(it) => is_kept_table(&it.table),
            Body::SequenceOwner(it) => {
                if is_kept_table(&it.column) {
                    taken.insert(id.of(Kind::Sequence));
                }
                is_kept_table(&it.column) || marks.contains_key(&id.of(Kind::Sequence))
            }
            Body::DomainConstraint(_) => marks.contains_key(&id.of(Kind::Domain)),
            Body::Enum(_)
            | Body::Domain(_)
            | Body::Composite(_)
            | Body::Range(_)
            | Body::Collation(_)
            | Body::Sequence(_) => marks.contains_key(id),
            Body::Namespace
            | Body::Extension(_)
            | Body::ForeignTable(_)
            | Body::View(_)
            | Body::MaterializedView(_)
            | Body::Routine(_)
            | Body::Aggregate(_)
            | Body::Trigger(_)
            | Body::EventTrigger(_)
            | Body::Rule(_)
            | Body::Policy(_)
            | Body::Publication(_)
            | Body::TextSearchConfiguration(_)
            | Body::Cast(_)
            | Body::DefaultPrivilege(_)
            | Body::Definition(_) => false,
        };
        if is_taken {
            taken.insert(id.clone());
        }
    }
    for id in marks.keys().filter(|id| id.kind == Kind::Table || is_type(id.kind)) {
        taken.insert(Id::global(Kind::Namespace, &id.namespace));
    }
    taken.retain(|id| current.contains(id));
    taken
}

/// What calls for something that goes, goes too: the rows do not need it.
fn settle(current: &Catalog, desired: &Catalog, taken: &mut BTreeSet<Id>) {
    let can_go = |kind: Kind| {
        matches!(
            kind,
            Kind::Default
                | Kind::Constraint
                | Kind::DomainConstraint
                | Kind::Index
                | Kind::Statistics
        )
    };
    loop {
        let starved: Vec<Id> = taken
            .iter()
            .filter(|id| can_go(id.kind))
            .filter(|id| {
                let mut needs = current.dependencies.needs(id).map(|(on, _)| on);
                needs.any(|on| !taken.contains(on) && !desired.contains(on))
            })
            .cloned()
            .collect();
        if starved.is_empty() {
            return;
        }
        for id in starved {
            taken.remove(&id);
        }
    }
}

/// Values, and nothing that could refuse a row or make a value.
fn detach(current: &Catalog, id: &Id, column: &mut Column) {
    column.not_null = None;
    column.identity = None;
    column.generated = None;
    // A domain may refuse NULL.
    let mut domains: Vec<&Id> = current.dependencies.needs(id).map(|(on, _)| on).collect();
    while let Some(domain) = domains
        .iter()
        .copied()
        .find(|on| on.kind == Kind::Domain && column.type_name == crate::ddl::qualified(on))
    {
        let Some(body) = current.body(domain).and_then(Body::domain) else { return };
        column.type_name.clone_from(&body.base_type);
        domains = current.dependencies.needs(domain).map(|(on, _)| on).collect();
    }
}

/// A kept column stands where it stands now.
fn merge_order(current: &Catalog, desired: &mut Catalog, table: &Id, taken: &BTreeSet<Id>) {
    let Some(now) = current.column_order.get(table) else { return };
    let Some(order) = desired.column_order.get_mut(table) else { return };
    let is_taken = |name: &Arc<str>| taken.contains(&table.with(Kind::Column, name));
    order.retain(|name| !is_taken(name));
    let mut before: Option<&Arc<str>> = None;
    for name in now {
        if is_taken(name) {
            let place = match before {
                None => 0,
                Some(it) => {
                    order.iter().position(|name| name == it).map_or(order.len(), |at| at + 1)
                }
            };
            order.insert(place, name.clone());
        }
        before = Some(name);
    }
}

/// Takes them away with what hangs on them: what only the other side keeps is
/// nothing to be made anew.
pub fn forget(desired: &mut Catalog, strays: &BTreeSet<Id>) {
    let is_of_table = |id: &Id| strays.contains(&id.of(Kind::Table));
    let mut gone: BTreeSet<Id> = strays.clone();
    for (id, object) in &desired.objects {
        let body = &object.body;
        let owner = body.sequence_owner().map(|it| &it.column);
        if owner.is_some_and(|it| is_of_table(it) || strays.contains(it)) {
            gone.extend([id.clone(), id.of(Kind::Sequence)]);
        }
        let table = body.index().map(|it| &it.table);
        let table = table.or_else(|| body.statistics().map(|it| &it.table));
        if table.is_some_and(is_of_table) || id.kind.is_part() && is_of_table(id) {
            gone.insert(id.clone());
            let identity = body.column().and_then(|it| it.identity.as_ref());
            gone.extend(identity.map(|it| it.sequence.clone()));
        }
    }
    let inherited: Vec<Id> = {
        let mut marks = kept(desired);
        marks.retain(|id, _| strays.contains(id));
        let columns = desired.objects.keys().filter(|id| id.kind == Kind::Column);
        columns.filter(|id| is_kept_column(desired, &marks, id)).cloned().collect()
    };
    gone.extend(inherited);
    for id in &gone {
        desired.objects.remove(id);
        desired.column_order.remove(id);
        if let Some(order) = desired.column_order.get_mut(&id.of(Kind::Table))
            && id.kind == Kind::Column
        {
            order.retain(|name| *name != id.part);
        }
    }
    for stray in strays.iter().filter(|id| is_kept_name(&id.namespace)) {
        let is_used = desired.objects.keys().any(|id| id.namespace == stray.namespace);
        if !is_used {
            desired.objects.remove(&Id::global(Kind::Namespace, &stray.namespace));
        }
    }
    let mut left = Dependencies::default();
    for (from, to, link) in desired.dependencies.iter() {
        if desired.contains(from) && desired.contains(to) {
            left.insert(from.clone(), to.clone(), link);
        }
    }
    desired.dependencies = left;
}
