//! Names of what is kept.
//!
//! Must never: give a name that somebody has, or one that PostgreSQL cuts.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Constraint, ConstraintKind, Id, Kind};

/// What all of them begin with.
pub const PREFIX: &str = "xtask_kept_";

/// `NAMEDATALEN` - 1 of a server as it is shipped.
const LONGEST: usize = 63;

/// True for what only the mark still has to confirm.
pub fn is_kept_name(name: &str) -> bool {
    name.starts_with(PREFIX)
}

/// `xtask_kept_notes`, `xtask_kept_notes_2`: the first that nobody has.
pub fn kept_name(name: &str, mut is_taken: impl FnMut(&str) -> bool) -> String {
    let mut number = 1_usize;
    loop {
        let end = if number == 1 { String::new() } else { format!("_{number}") };
        let room = LONGEST - PREFIX.len() - end.len();
        let cut = (0..=room.min(name.len())).rev().find(|at| name.is_char_boundary(*at));
        let stem = name.get(..cut.unwrap_or(0)).unwrap_or_default();
        let made = format!("{PREFIX}{stem}{end}");
        if !is_taken(&made) {
            return made;
        }
        number += 1;
    }
}

/// What moves into a namespace with a table or type: relations and types
/// have their names in common there.
pub fn names_with(catalog: &Catalog, id: &Id) -> BTreeSet<String> {
    let mut names = BTreeSet::from([id.name.to_string()]);
    for (other, object) in &catalog.objects {
        let is_own = match object.body.index() {
            Some(index) => index.table == *id,
            None => {
                let indexed = |it: &Constraint| {
                    !matches!(it.kind, ConstraintKind::Check | ConstraintKind::Foreign)
                };
                other.of(Kind::Table) == *id && object.body.constraint().is_some_and(indexed)
            }
        };
        if is_own {
            names.insert(other.own_name().to_owned());
        }
        let owner = object.body.sequence_owner();
        if owner.is_some_and(|it| it.column.of(Kind::Table) == *id) {
            names.insert(other.name.to_string());
        }
        let identity = object.body.column().and_then(|it| it.identity.as_ref());
        if let Some(identity) = identity.filter(|_| other.of(Kind::Table) == *id) {
            names.insert(identity.sequence.name.to_string());
        }
    }
    names
}

/// Relations, types, and the indexes of constraints.
pub fn names_in(catalog: &Catalog, namespace: &str) -> BTreeSet<String> {
    let own = |id: &Id| !id.kind.is_part() || id.kind == Kind::Constraint;
    let all = catalog.objects.keys().filter(|id| &*id.namespace == namespace && own(id));
    all.map(|id| id.own_name().to_owned()).collect()
}

#[cfg(test)]
mod tests {
    //! Long, foreign and taken names.

    use super::*;

    #[test]
    fn a_name_fits_and_is_nobody_elses() {
        assert_eq!(kept_name("notes", |_| false), "xtask_kept_notes");
        assert_eq!(kept_name("notes", |it| it == "xtask_kept_notes"), "xtask_kept_notes_2");
        let long = "é".repeat(31);
        let made = kept_name(&long, |it| !it.ends_with("_2"));
        assert!(made.len() <= LONGEST && made.starts_with("xtask_kept_éé"), "{made}");
        assert!(made.ends_with("é_2"), "{made}");
    }
}
