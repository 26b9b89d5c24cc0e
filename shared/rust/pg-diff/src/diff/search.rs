//! Extensions, publications, text search configurations.
//!
//! Must never: downgrade an extension silently.

use super::{Differ, Property, Show, Way};
use crate::catalog::{Extension, Publication, PublishedTable, TextSearchConfiguration};

pub fn extension(differ: &mut Differ, old: &Extension, new: &Extension) {
    let way = if old.is_relocatable { Way::Alter } else { Way::Recreate };
    differ.check(Property::Namespace, way, &old.namespace, &new.namespace);
    differ.check(Property::Version, Way::Alter, &old.version, &new.version);
}

pub fn publication(differ: &mut Differ, old: &Publication, new: &Publication) {
    differ.check(Property::Kind, Way::Recreate, &old.all_tables, &new.all_tables);
    differ.check(Property::Options, Way::Alter, &old.options, &new.options);
    differ.check(Property::Tables, Way::Alter, &old.tables, &new.tables);
    differ.check(Property::Namespace, Way::Alter, &old.namespaces, &new.namespaces);
}

pub fn configuration(
    differ: &mut Differ,
    old: &TextSearchConfiguration,
    new: &TextSearchConfiguration,
) {
    differ.check(Property::Definition, Way::Recreate, &old.parser, &new.parser);
    differ.check(Property::Mappings, Way::Alter, &old.mappings, &new.mappings);
}

impl Show for PublishedTable {
    fn show(&self) -> String {
        let columns = match self.columns.as_slice() {
            [] => String::new(),
            some => format!(" ({})", some.join(", ")),
        };
        let filter = self.filter.as_ref().map(|it| format!(" WHERE {it}")).unwrap_or_default();
        format!("{}{columns}{filter}", self.table)
    }
}

impl Show for (String, Vec<String>) {
    fn show(&self) -> String {
        format!("{} with {}", self.0, self.1.join(", "))
    }
}
