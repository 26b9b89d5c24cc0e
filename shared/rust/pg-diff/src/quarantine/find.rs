//! What of a catalog lies in quarantine.
//!
//! Must never: go by the name or by the mark alone.

use std::collections::BTreeMap;

use super::names::is_kept_name;
use super::{Mark, is_type};
use crate::catalog::{Catalog, Id, Kind};

/// Each object that is kept, with what it was. A column that a table has from
/// its parent is not here: the parent's is.
pub fn kept(catalog: &Catalog) -> BTreeMap<Id, Mark> {
    let named = catalog.objects.iter().filter(|(id, _)| has_kept_name(id));
    named.filter_map(|(id, it)| Some((id.clone(), Mark::read(it.comment.as_deref()?)?))).collect()
}

fn has_kept_name(id: &Id) -> bool {
    if matches!(id.kind, Kind::Column | Kind::Sequence) {
        return is_kept_name(id.own_name());
    }
    (id.kind == Kind::Table || is_type(id.kind)) && is_kept_name(&id.namespace)
}

/// What it is called when it comes back. The table of a column may have got
/// another name meanwhile.
pub fn name_again(id: &Id, mark: &Mark) -> Id {
    let was = mark.was.own_name();
    if id.kind == Kind::Column {
        id.with(Kind::Column, was)
    } else if id.kind == Kind::Sequence {
        Id::new(Kind::Sequence, &id.namespace, was)
    } else {
        mark.was.clone()
    }
}

/// True for a kept column, and for what a table has of it from its parent.
pub fn is_kept_column(catalog: &Catalog, kept: &BTreeMap<Id, Mark>, column: &Id) -> bool {
    if kept.contains_key(column) {
        return true;
    }
    let Some(table) = catalog.body(&column.of(Kind::Table)) else { return false };
    let mut parents = table.parents().map(|parent| parent.with(Kind::Column, &column.part));
    is_kept_name(&column.part)
        && parents.any(|it| catalog.contains(&it) && is_kept_column(catalog, kept, &it))
}
