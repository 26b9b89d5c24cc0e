//! Rows and sizes of the live target's tables.
//!
//! Must never: get into a page that is compared: they differ from machine to
//! machine and from minute to minute.

use anyhow::Result;
use pg_live::Session;
use pg_live::facts::facts;

use super::model::{Reference, Stats, TableStats};
use super::source::shown;
use crate::context::Ctx;
use crate::target::Target;
use crate::verify::size;

/// Puts what is live beside what is declared.
pub fn add(ctx: &Ctx, reference: &mut Reference) -> Result<()> {
    let target = Target::resolve(ctx)?;
    let live = target.require_answering(ctx)?;
    let found = ctx.wait(async { facts(&Session::connect(&live, "docs").await?).await })?;
    for table in &found.tables {
        let name = shown(&table.namespace, &table.name);
        let relation = reference.relations.iter_mut().find(|it| it.name == name);
        if let Some(relation) = relation {
            relation.stats = Some(TableStats {
                rows: table.rows,
                is_estimated: table.estimated,
                bytes: table.bytes,
                size: size(table.bytes),
            });
        }
    }
    reference.stats = Some(Stats {
        database: live.database.clone(),
        rows: found.rows(),
        is_estimated: found.is_estimated(),
        size: size(found.bytes),
    });
    Ok(())
}
