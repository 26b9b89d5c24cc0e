//! What counts in a comparison: not everything can be told of each side.
//!
//! Must never: be put before one side alone.

use pg_diff::Catalog;
use pg_diff::catalog::{Body, Kind};

use super::reading::Reading;
use super::workshop::Workshop;
use crate::tools::pg_dump::Roles;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lens {
    /// Owners and privileges: of one server, with one set of roles.
    pub roles: bool,
    /// All kinds of objects, not only tables and what they are made of.
    pub everything: bool,
}

/// What models describe.
const OF_MODELS: [Kind; 8] = [
    Kind::Enum,
    Kind::Table,
    Kind::Column,
    Kind::Default,
    Kind::Constraint,
    Kind::Index,
    Kind::Sequence,
    Kind::SequenceOwner,
];

impl Lens {
    /// What both sides can tell.
    pub fn between(workshop: &Workshop<'_>, from: &Reading, to: &Reading) -> Lens {
        Lens {
            roles: from.has_roles && to.has_roles && workshop.roles == Roles::Same,
            everything: !from.is_partial && !to.is_partial,
        }
    }

    /// Leaves of a catalog what counts.
    pub fn put_before(self, catalog: &mut Catalog) {
        if !self.everything {
            // The index of a materialized view is none of theirs.
            let of_table = |body: &Body| body.index().is_none_or(|it| it.table.kind == Kind::Table);
            catalog
                .objects
                .retain(|id, object| OF_MODELS.contains(&id.kind) && of_table(&object.body));
            let relations: Vec<_> = catalog.column_order.keys().cloned().collect();
            // Columns of views are left over when the views are gone.
            catalog
                .objects
                .retain(|id, _| id.kind != Kind::Column || relations.contains(&id.of(Kind::Table)));
            catalog.objects.values_mut().for_each(|object| {
                object.comment = None;
                forget_tuning(&mut object.body);
            });
        }
        if !self.roles {
            catalog.objects.retain(|id, _| id.kind != Kind::DefaultPrivilege);
            for object in catalog.objects.values_mut() {
                object.owner = None;
                object.grants = None;
            }
        }
        if !self.roles || !self.everything {
            let objects = &catalog.objects;
            let mut kept = pg_diff::catalog::Dependencies::default();
            for (from, to, link) in catalog.dependencies.iter() {
                if objects.contains_key(from) && objects.contains_key(to) {
                    kept.insert(from.clone(), to.clone(), link);
                }
            }
            catalog.dependencies = kept;
        }
    }
}

/// What nobody says in a model.
#[expect(clippy::wildcard_enum_match_arm, reason = "the rest has nothing to tune")]
fn forget_tuning(body: &mut Body) {
    match body {
        Body::Table(table) => {
            table.options.clear();
            table.cluster_on = None;
        }
        Body::Column(column) => {
            column.storage = None;
            column.compression = None;
            column.statistics = None;
            column.options.clear();
        }
        Body::Index(index) => index.statistics.clear(),
        _ => {}
    }
}
