//! Enums, domains, composite types.
//!
//! Must never: call a change of a type an ALTER that PostgreSQL refuses.

use super::{Differ, Property, Show, Way};
use crate::catalog::{Attribute, Composite, Domain, DomainConstraint, Enum};

pub fn enumeration(differ: &mut Differ, old: &Enum, new: &Enum) {
    let way = if is_subsequence(&old.labels, &new.labels) { Way::Alter } else { Way::Aside };
    differ.check(Property::Labels, way, &old.labels, &new.labels);
}

/// Every element of `part` is in `whole`, in the same order.
fn is_subsequence(part: &[String], whole: &[String]) -> bool {
    let mut rest = whole.iter();
    part.iter().all(|label| rest.any(|it| it == label))
}

pub fn domain(differ: &mut Differ, old: &Domain, new: &Domain) {
    differ.check(Property::BaseType, Way::Aside, &old.base_type, &new.base_type);
    differ.check(Property::Collation, Way::Aside, &old.collation, &new.collation);
    differ.check(Property::Default, Way::Alter, &old.default, &new.default);
    differ.check(Property::NotNull, Way::Alter, &old.not_null, &new.not_null);
}

pub fn domain_constraint(differ: &mut Differ, old: &DomainConstraint, new: &DomainConstraint) {
    differ.check(Property::Definition, Way::Recreate, &old.definition, &new.definition);
    let way = if new.is_validated { Way::Alter } else { Way::Recreate };
    differ.check(Property::Validated, way, &old.is_validated, &new.is_validated);
}

/// ALTER TYPE appends, drops and retypes attributes; it cannot move one.
pub fn composite(differ: &mut Differ, old: &Composite, new: &Composite) {
    let names = |of: &Composite| -> Vec<String> {
        of.attributes.iter().map(|it| it.name.clone()).collect()
    };
    let (before, after) = (names(old), names(new));
    let mut reached: Vec<String> =
        before.iter().filter(|name| after.contains(name)).cloned().collect();
    reached.extend(after.iter().filter(|name| !before.contains(name)).cloned());
    let retyped = old.attributes.iter().any(|attribute| {
        let other = new.attributes.iter().find(|it| it.name == attribute.name);
        other.is_some_and(|it| {
            it.type_name != attribute.type_name || it.collation != attribute.collation
        })
    });
    let way = if reached == after && !retyped { Way::Alter } else { Way::Aside };
    differ.check(Property::Attributes, way, &old.attributes, &new.attributes);
}

impl Show for Attribute {
    fn show(&self) -> String {
        let collation = self.collation.as_ref().map(|it| format!(" COLLATE {it}"));
        format!("{} {}{}", self.name, self.type_name, collation.unwrap_or_default())
    }
}
