//! What is declared again comes back, with its rows.
//!
//! Must never: take the place of something that is there.

use std::collections::{BTreeMap, BTreeSet};

use super::find::{kept, name_again};
use super::names::{names_in, names_with};
use super::{Mark, Passage, Way, comment, step};
use crate::catalog::{Catalog, Id, Kind};
use crate::ddl;
use crate::plan::Action;
use crate::rename::Renamed;

/// Moves what `desired` has and `current` keeps. Of several that were the
/// same, the one that was dropped last.
///
/// # Errors
/// What would come back, and the name that somebody else has by now.
pub fn take_back(current: &Catalog, desired: &Catalog) -> Result<Vec<Renamed>, (Id, String)> {
    let mut newest: BTreeMap<Id, (Id, Mark)> = BTreeMap::new();
    for (id, mark) in kept(current) {
        let to = name_again(&id, &mark);
        let is_wanted = desired.contains(&to) && !current.contains(&to);
        let is_generated =
            desired.body(&to).and_then(|it| it.column()).is_some_and(|it| it.generated.is_some());
        let is_newer = newest.get(&to).is_none_or(|(_, other)| other.dropped < mark.dropped);
        if is_wanted && !is_generated && is_newer {
            newest.insert(to, (id, mark));
        }
    }
    let mut made = BTreeSet::new();
    let mut moves = Vec::new();
    for (to, it) in newest {
        if let Some(name) = taken_name(current, &to, &it.0) {
            return Err((to, name));
        }
        let below = inherited(current, &to, &it.0);
        moves.extend(back(current, &mut made, to, it));
        moves.extend(below);
    }
    Ok(moves)
}

/// A name in `to`'s namespace that somebody has and that comes with `from`.
pub fn taken_name(current: &Catalog, to: &Id, from: &Id) -> Option<String> {
    if to.kind == Kind::Column {
        return None;
    }
    let own = match to.kind == Kind::Sequence {
        true => BTreeSet::from([to.name.to_string()]),
        false => names_with(current, from),
    };
    own.intersection(&names_in(current, &to.namespace)).next().cloned()
}

/// Tables below a column's have it from there: PostgreSQL renames theirs.
fn inherited(current: &Catalog, to: &Id, from: &Id) -> Vec<Renamed> {
    if to.kind != Kind::Column {
        return Vec::new();
    }
    let mut family = vec![from.of(Kind::Table)];
    let mut at = 0;
    while let Some(above) = family.get(at).cloned() {
        let is_below =
            |id: &&Id| current.body(id).is_some_and(|it| it.parents().any(|p| *p == above));
        let tables = current.objects.keys().filter(|id| id.kind == Kind::Table);
        let below: Vec<Id> = tables.filter(is_below).cloned().collect();
        family.extend(below);
        at += 1;
    }
    family.retain(|id| id.of(Kind::Table) != from.of(Kind::Table));
    let renamed = |table: Id| Renamed {
        from: table.with(Kind::Column, &from.part),
        to: table.with(Kind::Column, &to.part),
        part: None,
        steps: Vec::new(),
        passage: None,
    };
    family.into_iter().map(renamed).collect()
}

pub fn back(
    current: &Catalog,
    made: &mut BTreeSet<Id>,
    to: Id,
    (from, mark): (Id, Mark),
) -> Option<Renamed> {
    let object = current.get(&from)?;
    let old = from.of(Kind::Table);
    let has_rows = matches!(to.kind, Kind::Column | Kind::Table);
    let table = has_rows.then_some(&old);
    let new = to.of(Kind::Table);
    let at = table.map(|_| &new);
    let mut steps = Vec::new();
    let place = Id::global(Kind::Namespace, &to.namespace);
    let (there, again) = if matches!(to.kind, Kind::Column | Kind::Sequence) {
        let there = ddl::rename(&from, object, to.own_name())?;
        (there, ddl::rename(&to, object, from.own_name())?)
    } else {
        if !current.contains(&place) && made.insert(place.clone()) {
            let sql = format!("CREATE SCHEMA {}", ddl::ident(&to.namespace));
            steps.push(step((Action::Create, &place), sql, None));
        }
        let there = ddl::move_to(&from, object, &to.namespace)?;
        (there, ddl::move_to(&to, object, &from.namespace)?)
    };
    steps.push(step((Action::TakeBack, &from), there.text(), table));
    let old_comment = comment(&to, object, mark.comment.clone());
    steps.push(step((Action::TakeBack, &to), old_comment, at));
    let undo = vec![
        step((Action::Keep, &to), again.text(), at),
        step((Action::Keep, &from), comment(&from, object, object.comment.clone()), table),
    ];
    let passage = Passage { way: Way::Out, mark, undo };
    Some(Renamed { from, to, part: None, steps, passage: Some(passage) })
}
