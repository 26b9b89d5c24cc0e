//! What is asked for by name: taken out of quarantine, or gone for good.
//!
//! Must never: leave half of something behind: a table goes with what is
//! below it, and with the types that nothing else is made of.

use std::collections::BTreeSet;

use super::back::{back, taken_name};
use super::find::{kept, name_again};
use super::leave::forget;
use super::step;
use crate::catalog::{Body, Catalog, Id, Kind};
use crate::ddl::ident;
use crate::plan::Action;
use crate::rename::Renamed;

/// Under the names they had.
///
/// # Errors
/// What would come back, and the name that somebody else has by now.
pub fn take_out(current: &Catalog, asked: &BTreeSet<Id>) -> Result<Vec<Renamed>, (Id, String)> {
    let marks = kept(current);
    let mut ids = with_those_below(current, asked);
    let types: Vec<Id> = marks
        .keys()
        .filter(|id| super::is_type(id.kind) && is_used(current, id, &ids))
        .cloned()
        .collect();
    ids.extend(types);
    let sequences = sequences_of(current, &ids);
    ids.extend(sequences);
    let mut made = BTreeSet::new();
    let mut moves = Vec::new();
    for id in ids {
        let Some(mark) = marks.get(&id) else { continue };
        let to = name_again(&id, mark);
        if current.contains(&to) {
            let name = to.own_name().to_owned();
            return Err((to, name));
        }
        if let Some(name) = taken_name(current, &to, &id) {
            return Err((to, name));
        }
        moves.extend(back(current, &mut made, to, (id, mark.clone())));
    }
    leave_no_namespace(current, &mut moves);
    Ok(moves)
}

/// What goes for good with `root`: what is below it, columns that are kept
/// inside, and the numbers of its columns.
pub fn goes_with(current: &Catalog, root: &Id) -> BTreeSet<Id> {
    let mut ids = with_those_below(current, &BTreeSet::from([root.clone()]));
    let is_inside = |id: &Id| id.kind == Kind::Column && ids.contains(&id.of(Kind::Table));
    let inside: Vec<Id> = kept(current).into_keys().filter(is_inside).collect();
    ids.extend(inside);
    let sequences = sequences_of(current, &ids);
    ids.extend(sequences);
    ids
}

/// The numbers of a column come and go with it.
fn sequences_of(current: &Catalog, ids: &BTreeSet<Id>) -> Vec<Id> {
    let is_theirs = |id: &Id| {
        let owner = current.body(&id.of(Kind::SequenceOwner)).and_then(Body::sequence_owner);
        owner.is_some_and(|it| ids.contains(&it.column))
    };
    let all = kept(current).into_keys().filter(|id| id.kind == Kind::Sequence);
    all.filter(is_theirs).collect()
}

/// The last that goes closes the door.
fn leave_no_namespace(current: &Catalog, moves: &mut [Renamed]) {
    let left: BTreeSet<Id> = moves.iter().map(|it| it.from.clone()).collect();
    let is_whole = |id: &Id| id.kind == Kind::Table || super::is_type(id.kind);
    let emptied: BTreeSet<_> =
        left.iter().filter(|id| is_whole(id)).map(|id| id.namespace.clone()).collect();
    let Some(last) = moves.last_mut() else { return };
    for name in emptied {
        let mut others = current.objects.keys().filter(|id| id.namespace == name && is_whole(id));
        if others.any(|id| !left.contains(id)) {
            continue;
        }
        let place = Id::global(Kind::Namespace, &name);
        let name = ident(&name);
        last.steps.push(step((Action::Drop, &place), format!("DROP SCHEMA {name}"), None));
        if let Some(passage) = &mut last.passage {
            let made = step((Action::Create, &place), format!("CREATE SCHEMA {name}"), None);
            passage.undo.insert(0, made);
        }
    }
}

/// The catalog that is left when these are gone, and the types that nothing
/// is made of then.
pub fn without(current: &Catalog, asked: &BTreeSet<Id>) -> Catalog {
    let mut ids = with_those_below(current, asked);
    ids.retain(|id| !super::is_type(id.kind));
    for id in kept(current).into_keys().filter(|id| super::is_type(id.kind)) {
        let is_going = |user: &Id| ids.contains(user) || ids.contains(&user.of(Kind::Table));
        if current.dependencies.needed_by(&id).all(|(user, _)| is_going(user)) {
            ids.insert(id);
        }
    }
    let mut left = current.clone();
    forget(&mut left, &ids);
    left
}

fn with_those_below(current: &Catalog, asked: &BTreeSet<Id>) -> BTreeSet<Id> {
    let marks = kept(current);
    let mut ids: BTreeSet<Id> =
        asked.iter().filter(|id| marks.contains_key(*id)).cloned().collect();
    loop {
        let is_below = |id: &Id| {
            current.body(id).is_some_and(|it| it.parents().any(|parent| ids.contains(parent)))
        };
        let more: Vec<Id> =
            marks.keys().filter(|id| !ids.contains(*id) && is_below(id)).cloned().collect();
        if more.is_empty() {
            return ids;
        }
        ids.extend(more);
    }
}

fn is_used(current: &Catalog, type_: &Id, ids: &BTreeSet<Id>) -> bool {
    let mut users = current.dependencies.needed_by(type_).map(|(user, _)| user);
    users.any(|user| ids.contains(user) || ids.contains(&user.of(Kind::Table)))
}
