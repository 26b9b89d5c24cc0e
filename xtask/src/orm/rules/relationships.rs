//! What the ORM does when a row is deleted, against what the server does.
//!
//! Must never: judge a relationship by itself: without a foreign key in the
//! database there is nothing to hold it against.

use pg_diff::catalog::{Constraint, ConstraintKind};

use super::super::extraction::{Direction, Relationship};
use super::super::finding::{Finding, Rule};
use super::{Sides, constraints_of, id_of_key};

pub fn check(sides: Sides<'_>, found: &mut Vec<Finding>) {
    for it in &sides.said.relationships {
        if it.direction != Direction::OneToMany || it.has_secondary {
            continue;
        }
        let Some((id, key)) = foreign_key(sides, it) else { continue };
        let deletes = key.definition.contains(" ON DELETE CASCADE");
        let sets = key.definition.contains(" ON DELETE SET ");
        let (class, attribute, target) = (&it.class, &it.attribute, &it.target);
        let consequence = if it.passive_deletes && !deletes && !sets {
            format!(
                "deleting a {class} fails while it has {attribute}: nobody deletes or frees them"
            )
        } else if deletes && !it.cascade_delete && !it.passive_deletes {
            format!(
                "deleting a {class} through the ORM frees its {target} rows first, which the server would delete"
            )
        } else if sets && it.cascade_delete {
            format!(
                "deleting a {class} through the ORM deletes its {target} rows, which the server would keep"
            )
        } else {
            continue;
        };
        let passive = if it.passive_deletes { ", passive_deletes" } else { "" };
        let cascade = if it.cascade_delete { "cascade delete" } else { "no cascade" };
        found.push(
            Finding::warning(Rule::Relationship, &id)
                .at(it.place.as_ref())
                .values(format!("{class}.{attribute}: {cascade}{passive}"), &key.definition)
                .because(consequence),
        );
    }
}

/// The key of the database that a relationship follows.
fn foreign_key<'a>(
    sides: Sides<'a>,
    it: &Relationship,
) -> Option<(pg_diff::catalog::Id, &'a Constraint)> {
    let first = it.pairs.first()?;
    let child = id_of_key(sides.said, &first.remote_table)?;
    let parent = id_of_key(sides.said, &first.local_table)?;
    let mut columns: Vec<&str> = it.pairs.iter().map(|pair| pair.remote.as_str()).collect();
    columns.sort_unstable();
    constraints_of(sides.other, &child).into_iter().find(|(_, key)| {
        let mut own: Vec<&str> = key.columns.iter().map(String::as_str).collect();
        own.sort_unstable();
        key.kind == ConstraintKind::Foreign
            && key.references.as_ref() == Some(&parent)
            && own == columns
    })
}
