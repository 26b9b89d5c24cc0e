//! What the planner knows of tables that a plan changed. A new type takes a
//! column's statistics away, a new expression has none, and no autovacuum
//! comes where no row was written: queries would be planned blindly.
//!
//! Must never: fail a migration that is done, or make anybody wait: ANALYZE
//! locks out neither readers nor writers.

use std::collections::BTreeSet;

use pg_diff::catalog::{Id, Kind};
use pg_diff::plan::HazardKind;
use pg_diff::{Change, Property, ddl};
use pg_live::{Address, Session};

use super::Course;
use crate::context::Ctx;
use crate::schema::outlook::Outlook;
use crate::verify::counted;

/// A step of its own, where there is something to gather.
pub fn gather(ctx: &Ctx, course: &mut Course<'_, '_>, address: &Address, found: &Outlook) {
    let tables = changed(found);
    if tables.is_empty() {
        return;
    }
    let gathered = course.step("analyze", || {
        let analyzed = ctx.wait(async {
            let session = Session::connect(address, "analyze").await?;
            // Another ANALYZE, or a VACUUM, is at it: then it need not be us.
            session.execute("SET lock_timeout = '3s'").await?;
            for table in &tables {
                session.execute(&format!("ANALYZE {}", ddl::qualified(table))).await?;
            }
            pg_live::Result::Ok(())
        });
        let detail = match analyzed {
            Ok(()) => counted(tables.len(), "table"),
            Err(error) => format!("left to autovacuum: {:#}", anyhow::Error::from(error)),
        };
        Ok(((), detail))
    });
    if let Err(error) = gathered {
        ctx.term.warn(&format!("the statistics are left to autovacuum: {error:#}"));
    }
}

/// Tables, as they are called now, that were there and have columns or
/// expressions without statistics.
fn changed(found: &Outlook) -> BTreeSet<Id> {
    let mut tables: BTreeSet<Id> =
        found.changes.iter().filter_map(|it| table_of(found, it)).collect();
    let rewritten = found.plan.hazards().into_iter();
    let rewritten = rewritten.filter(|it| it.kind == HazardKind::TableRewrite);
    tables.extend(rewritten.map(|it| it.about.of(Kind::Table)));
    let certificate = found.proof.iter().flat_map(|it| &it.certificate.steps);
    tables.extend(certificate.flat_map(|it| it.rewrites.iter().cloned()));
    let is_filled = |id: &Id| matches!(id.kind, Kind::Table | Kind::MaterializedView);
    tables.retain(|id| is_filled(id) && found.desired.contains(id));
    tables
}

fn table_of(found: &Outlook, change: &Change) -> Option<Id> {
    let id = change.object();
    let is_old = |id: Id| found.current.contains(&id).then_some(id);
    match change {
        Change::Alter { differences, .. } if id.kind == Kind::Column => {
            let blinds = |property| {
                matches!(property, Property::Type | Property::Collation | Property::Generated)
            };
            let is_blind = differences.iter().any(|it| blinds(it.property));
            is_blind.then(|| id.of(Kind::Table))
        }
        Change::Create { .. } if id.kind == Kind::Column => is_old(id.of(Kind::Table)),
        Change::Create { .. } | Change::Alter { .. } => {
            let index = found.desired.body(id)?.index()?;
            let computes = index.definition.matches('(').count() > 1;
            is_old(index.table.clone()).filter(|_| computes)
        }
        Change::Drop { .. } => None,
    }
}
