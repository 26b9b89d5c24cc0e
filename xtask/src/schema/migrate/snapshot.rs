//! The copy of the live database that a migration makes first when asked: a
//! way back that brings also dropped values back.
//!
//! Must never: begin to change anything before the copy is whole.

use anyhow::Result;
use pg_live::copy::{Copying, copy_served};
use pg_live::{Address, Session, facts};

use crate::context::Ctx;
use crate::target::Target;
use crate::verify::{self, size};
use crate::ways::record::{Baseline, Snapshot};
use crate::ways::{self, loss};

/// Ends the sessions of the live database for as long as copying takes.
pub fn take(ctx: &Ctx, target: &Target, live: &Address, major: u32) -> Result<(Snapshot, String)> {
    let database = ways::kept_name(ctx, target, live, "snapshot")?;
    // Before the copy: what is written between the two counts as newer, and
    // is in the copy all the same.
    let (moment, bytes) = ctx.wait(async {
        let session = Session::connect(live, "snapshot").await?;
        let moment = pg_live::written::moment(&session).await?;
        pg_live::Result::Ok((moment, facts::bytes(&session).await?))
    })?;
    let fitting = Copying::fitting(major, bytes);
    ctx.term.equivalent("sql>", &format!("{};", fitting.0.sql(&live.database, &database)));
    let how = ctx.wait(async {
        let session = verify::maintenance(live).await?;
        copy_served(&session, (&live.database, &database), fitting).await
    })?;
    let rows = loss::baseline(ctx, &live.with_database(&database))?.rows;
    let detail = format!("{database}, {}, {}", size(bytes), how.story());
    Ok((Snapshot { database, baseline: Baseline { moment, rows } }, detail))
}
