//! Renames that follow: the same index, key or sequence under another name.
//!
//! Must never: rename where two could be meant, or where more than the name
//! differs.

use std::collections::BTreeMap;

use super::{Renamed, step};
use crate::catalog::{Body, Catalog, Id, Kind};
use crate::ddl;

/// What is in `current`, wanted under another name, and else the same.
pub fn following(current: &Catalog, desired: &Catalog) -> Vec<Renamed> {
    let mut all = Vec::new();
    let old = nameless(current, desired);
    let new = nameless(desired, current);
    for (what, from) in old {
        let (Some([to]), [from]) = (new.get(&what).map(Vec::as_slice), from.as_slice()) else {
            continue;
        };
        all.extend(renamed(current, from, to));
    }
    in_turn(all)
}

/// A name is given up before it is taken. Those that wait for each other stay
/// as they are.
fn in_turn(mut waiting: Vec<Renamed>) -> Vec<Renamed> {
    let mut done = Vec::new();
    loop {
        let is_held = |it: &Renamed| {
            waiting.iter().any(|other| {
                other.from.namespace == it.to.namespace && other.from.own_name() == it.to.own_name()
            })
        };
        let (held, free): (Vec<Renamed>, Vec<Renamed>) = waiting.iter().cloned().partition(is_held);
        if free.is_empty() {
            return done;
        }
        done.extend(free);
        waiting = held;
    }
}

/// Objects of `side` that `other` does not have, by everything but the name.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest is named by people")]
fn nameless(side: &Catalog, other: &Catalog) -> BTreeMap<String, Vec<Id>> {
    let owners = owners(side);
    let mut found: BTreeMap<String, Vec<Id>> = BTreeMap::new();
    let absent = side.objects.iter().filter(|(id, _)| !other.contains(id));
    for (id, object) in absent {
        let what = match &object.body {
            // A part comes and goes with what it is part of.
            Body::Constraint(it) if it.is_local && it.parent.is_none() => {
                Some((id.of(Kind::Table), id.namespace.clone()))
            }
            Body::Index(it) if it.parent.is_none() && it.is_valid => {
                Some((it.table.clone(), id.namespace.clone()))
            }
            Body::Sequence(_) => {
                owners.get(id).map(|column| (column.clone(), id.namespace.clone()))
            }
            _ => None,
        };
        if let Some(place) = what {
            let key = format!("{:?} {place:?} {:?}", id.kind, object.body);
            found.entry(key).or_default().push(id.clone());
        }
    }
    found
}

/// The column of each sequence that goes with one.
#[expect(clippy::wildcard_enum_match_arm, reason = "nothing else goes with a sequence")]
fn owners(side: &Catalog) -> BTreeMap<Id, Id> {
    let mut owners = BTreeMap::new();
    for (id, object) in &side.objects {
        match &object.body {
            Body::SequenceOwner(it) => {
                owners.insert(id.of(Kind::Sequence), it.column.clone());
            }
            Body::Column(it) => {
                let identity = it.identity.as_ref();
                owners.extend(identity.map(|identity| (identity.sequence.clone(), id.clone())));
            }
            _ => {}
        }
    }
    owners
}

#[expect(clippy::wildcard_enum_match_arm, reason = "a sequence has no rows behind it")]
fn renamed(current: &Catalog, from: &Id, to: &Id) -> Option<Renamed> {
    let object = current.get(from)?;
    let table = match &object.body {
        Body::Index(it) => Some(it.table.clone()),
        Body::Constraint(_) => Some(from.of(Kind::Table)),
        _ => None,
    };
    let sql = ddl::rename(from, object, to.own_name())?.text();
    let steps = vec![step(from, sql, table, None)];
    Some(Renamed { from: from.clone(), to: to.clone(), part: None, steps, passage: None })
}
