//! What every object has: owner, comment, grants; then its own kind.
//!
//! Must never: find a difference where both mean the same.

use super::{Differ, Difference, Property, Show, Way};
use super::{constraint, relation, routine, search, table, types};
use crate::catalog::{Body, Catalog, Grant, Grantee, Id, Kind, Object, built_in_grants};
use crate::ddl::redacted;

/// Everything in which `new` is not `old`.
pub fn compare(
    id: &Id,
    old: &Object,
    new: &Object,
    sides: (&Catalog, &Catalog),
) -> Vec<Difference> {
    let mut differ = Differ::new();
    // Who says no owner leaves it to whoever runs the plan.
    if new.owner.is_some() {
        differ.check(Property::Owner, Way::Alter, &old.owner, &new.owner);
    }
    differ.check(Property::Comment, Way::Alter, &old.comment, &new.comment);
    if old.grants != new.grants {
        let effective = |object: &Object, major: u32| {
            object.grants.clone().unwrap_or_else(|| built_in_grants(id.kind, major))
        };
        let (from, to) = (effective(old, sides.0.major), effective(new, sides.1.major));
        differ.check(Property::Grants, Way::Alter, &from, &to);
    }
    compare_bodies(&mut differ, id, (&old.body, &new.body), sides);
    differ.0
}

fn compare_bodies(
    differ: &mut Differ,
    id: &Id,
    bodies: (&Body, &Body),
    sides: (&Catalog, &Catalog),
) {
    match bodies {
        (Body::Namespace, Body::Namespace) => {}
        (Body::Extension(old), Body::Extension(new)) => search::extension(differ, old, new),
        (Body::Collation(old), Body::Collation(new)) => {
            differ.check(Property::Definition, Way::Aside, &old.definition, &new.definition);
        }
        (Body::Enum(old), Body::Enum(new)) => types::enumeration(differ, old, new),
        (Body::Domain(old), Body::Domain(new)) => types::domain(differ, old, new),
        (Body::DomainConstraint(old), Body::DomainConstraint(new)) => {
            types::domain_constraint(differ, old, new);
        }
        (Body::Composite(old), Body::Composite(new)) => types::composite(differ, old, new),
        (Body::Range(old), Body::Range(new)) => {
            differ.check(Property::Definition, Way::Aside, &old.definition, &new.definition);
        }
        (Body::Sequence(old), Body::Sequence(new)) => relation::sequence(differ, old, new),
        (Body::SequenceOwner(old), Body::SequenceOwner(new)) => {
            differ.check(Property::Column, Way::Alter, &old.column, &new.column);
        }
        (Body::Table(old), Body::Table(new)) => table::table(differ, old, new),
        (Body::ForeignTable(old), Body::ForeignTable(new)) => table::foreign(differ, old, new),
        (Body::Column(old), Body::Column(new)) => {
            let of_relation = if sides.1.contains(&id.of(Kind::View)) {
                table::view_column
            } else if sides.1.contains(&id.of(Kind::MaterializedView)) {
                table::materialized_view_column
            } else {
                table::column
            };
            of_relation(differ, old, new);
            // PostgreSQL renames no NOT NULL that a parent has as well.
            if table::inherits_not_null(sides.0, id) && table::inherits_not_null(sides.1, id) {
                differ.0.retain(|it| it.property != Property::NotNullName);
            }
        }
        (Body::Default(old), Body::Default(new)) => {
            differ.check(Property::Default, Way::Alter, &old.expression, &new.expression);
        }
        (Body::Constraint(old), Body::Constraint(new)) => {
            constraint::constraint(differ, old, new);
        }
        (Body::Index(old), Body::Index(new)) => constraint::index(differ, old, new),
        (Body::View(old), Body::View(new)) => {
            relation::view(differ, id, (old, new), sides);
        }
        (Body::MaterializedView(old), Body::MaterializedView(new)) => {
            relation::materialized_view(differ, old, new);
        }
        (Body::Routine(old), Body::Routine(new)) => routine::routine(differ, old, new),
        (Body::Aggregate(old), Body::Aggregate(new)) => {
            differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
        }
        (Body::Trigger(old), Body::Trigger(new)) => routine::trigger(differ, old, new),
        (Body::EventTrigger(old), Body::EventTrigger(new)) => {
            routine::event_trigger(differ, old, new);
        }
        (Body::Rule(old), Body::Rule(new)) => {
            differ.check(Property::Definition, Way::Replace, &old.definition, &new.definition);
            differ.check(Property::Fires, Way::Alter, &old.fires, &new.fires);
        }
        (Body::Policy(old), Body::Policy(new)) => routine::policy(differ, old, new),
        (Body::Statistics(old), Body::Statistics(new)) => {
            relation::statistics(differ, old, new);
        }
        (Body::Publication(old), Body::Publication(new)) => search::publication(differ, old, new),
        (Body::TextSearchConfiguration(old), Body::TextSearchConfiguration(new)) => {
            search::configuration(differ, old, new);
        }
        (Body::Cast(old), Body::Cast(new)) => {
            differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
        }
        (Body::DefaultPrivilege(old), Body::DefaultPrivilege(new)) => {
            differ.check(Property::Grants, Way::Alter, &old.grants, &new.grants);
        }
        (Body::Definition(old), Body::Definition(new)) => {
            differ.check(Property::Definition, Way::Recreate, &old.create, &new.create);
            for difference in &mut differ.0 {
                difference.from = redacted(id, &difference.from);
                difference.to = redacted(id, &difference.to);
            }
        }
        // An id has one kind, and a kind one body.
        (_, _) => differ.check(
            Property::Kind,
            Way::Recreate,
            &format!("{:?}", std::mem::discriminant(bodies.0)),
            &format!("{:?}", std::mem::discriminant(bodies.1)),
        ),
    }
}

impl Show for Grant {
    fn show(&self) -> String {
        let grantee = match &self.grantee {
            Grantee::Owner => "owner",
            Grantee::Public => "PUBLIC",
            Grantee::Role(name) => name,
        };
        let option = if self.grantable { " WITH GRANT OPTION" } else { "" };
        format!("{} to {grantee}{option}", self.privilege)
    }
}
