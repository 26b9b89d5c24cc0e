//! Ways back: what changes leave behind so that they can be undone, and going
//! back by it.
//!
//! A swap leaves the database that was served; a migration leaves the plan
//! that undoes it, and a copy where one was asked for; a backup is always
//! one. Each way takes something with it: that is counted before it is gone.
//!
//! Must never: go a way whose loss was not told, or leave the database between
//! two states.

pub mod code;
mod find;
mod finish;
pub mod loss;
mod plans;
pub mod record;
mod reverse;
mod rollback;
mod tell;

use anyhow::Result;
use pg_live::Address;

use crate::context::Ctx;
use crate::rebuild::swap;
use crate::run_state::stamp;
use crate::target::Target;
use code::Code;
use record::{FORMAT, Record, Records, What};

pub use rollback::{Options, rollback};

/// `new` takes the name of what is served, which is `kept`; and what a way
/// back needs to know of it is written down. `after` is the code that belongs
/// to the new one.
pub fn exchange(
    ctx: &Ctx,
    target: &Target,
    live: &Address,
    (new, kept): (&str, &str),
    (command, after): (&str, Option<Code>),
) -> Result<()> {
    let records = Records::of(ctx, target);
    let served = records.served();
    let record = Record {
        format: FORMAT,
        id: stamp(),
        command: command.to_owned(),
        before: served.or_else(|| code::present(ctx, None)),
        what: What::Swap {
            kept: kept.to_owned(),
            baseline: loss::baseline(ctx, &live.with_database(new))?,
        },
    };
    // Before the swap: a record of one that did not happen leads nowhere.
    let noted = records.write(&record);
    swap::exchange(ctx, live, new, kept)?;
    if let Err(error) = noted.and_then(|()| records.note_served(after.as_ref())) {
        ctx.term.warn(&format!("what `rollback` needs to know is not written down: {error:#}"));
    }
    Ok(())
}

/// The code that belongs to a database that a swap kept.
pub fn code_of(ctx: &Ctx, target: &Target, name: &str) -> Option<Code> {
    let records = Records::of(ctx, target).all();
    let is_it = |record: &&Record| match &record.what {
        What::Swap { kept, .. } => kept == name,
        What::Migration { snapshot, .. } => snapshot.as_ref().is_some_and(|it| it.database == name),
    };
    records.iter().find(is_it).and_then(|record| record.before.clone())
}

/// The database was just found to be what init.sql says.
pub fn note_served(ctx: &Ctx, target: &Target) {
    let records = Records::of(ctx, target);
    let present = code::present(ctx, records.served().as_ref());
    if let Err(error) = records.note_served(present.as_ref()) {
        ctx.term.warn(&format!("which code belongs to the database is not noted: {error:#}"));
    }
}
