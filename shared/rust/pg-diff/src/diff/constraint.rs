//! Constraints and indexes.
//!
//! Must never: take an invalid index for one that is there.

use super::{Differ, Property, Show, Way};
use crate::catalog::{Constraint, ConstraintKind, Index};

pub fn constraint(differ: &mut Differ, old: &Constraint, new: &Constraint) {
    differ.check(Property::Kind, Way::Recreate, &old.kind, &new.kind);
    let deferral = |it: &Constraint| {
        let timing = if it.is_deferred { " INITIALLY DEFERRED" } else { "" };
        if it.is_deferrable { format!("DEFERRABLE{timing}") } else { String::new() }
    };
    let (before, after) = (deferral(old), deferral(new));
    // The only change that ALTER CONSTRAINT knows, and of foreign keys only.
    let without = |it: &Constraint| {
        let text = it.definition.replacen(" INITIALLY DEFERRED", "", 1);
        text.strip_suffix(" DEFERRABLE").unwrap_or(&text).to_owned()
    };
    let only_deferral =
        old.kind == ConstraintKind::Foreign && before != after && without(old) == without(new);
    if only_deferral {
        differ.check(Property::Deferrable, Way::Alter, &before, &after);
    } else {
        differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
    }
    let way = if new.is_validated { Way::Alter } else { Way::Recreate };
    differ.check(Property::Validated, way, &old.is_validated, &new.is_validated);
    differ.check(Property::Parent, Way::Alter, &old.parent, &new.parent);
    if old.kind == ConstraintKind::Check {
        differ.check(Property::Local, Way::Alter, &old.is_local, &new.is_local);
    }
    differ.check(Property::IndexComment, Way::Alter, &old.index_comment, &new.index_comment);
}

pub fn index(differ: &mut Differ, old: &Index, new: &Index) {
    differ.check(Property::Namespace, Way::Recreate, &old.table, &new.table);
    let whole = |it: &Index| {
        let unique = if it.is_unique { "UNIQUE " } else { "" };
        format!("{unique}{}", it.definition)
    };
    differ.check(Property::Definition, Way::Recreate, &whole(old), &whole(new));
    differ.check(Property::Validated, Way::Recreate, &old.is_valid, &new.is_valid);
    differ.check(Property::Parent, Way::Alter, &old.parent, &new.parent);
    differ.check(Property::Statistics, Way::Alter, &old.statistics, &new.statistics);
}

impl Show for ConstraintKind {
    fn show(&self) -> String {
        match self {
            ConstraintKind::Primary => "PRIMARY KEY",
            ConstraintKind::Unique => "UNIQUE",
            ConstraintKind::Exclude => "EXCLUDE",
            ConstraintKind::Check => "CHECK",
            ConstraintKind::Foreign => "FOREIGN KEY",
        }
        .to_owned()
    }
}

impl Show for (i16, i32) {
    fn show(&self) -> String {
        format!("column {} {}", self.0, self.1)
    }
}
