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
use crate::rebuild::{beside, swap};
use crate::stamp;
use crate::target::Target;
use crate::verify::maintenance;
use code::Code;
use record::{Baseline, FORMAT, Record, Records, Undoing, What};

pub use rollback::{Options, rollback};

/// What is known of the code beside a database that takes the name.
#[derive(Clone, Debug)]
pub enum Served {
    Known(Option<Code>),
    /// It is still to be put there, and told then.
    Later,
}

/// The database that takes the name.
pub struct Newcomer<'a> {
    /// What puts it there.
    pub command: &'a str,
    /// The code that belongs to it, and is there by now.
    pub code: Served,
    /// Counted before anybody waits.
    pub baseline: Baseline,
}

/// A name for what is about to be kept of `live`.
pub fn kept_name(ctx: &Ctx, target: &Target, live: &Address, word: &str) -> Result<String> {
    Ok(beside::beside_at(&live.database, word, &next_stamp(ctx, target, live)?))
}

/// When a change is made, behind every one that is known: of several ways back
/// the last change is taken, and it is told by this.
pub fn next_stamp(ctx: &Ctx, target: &Target, live: &Address) -> Result<String> {
    let kept = ctx.wait(async { beside::kept(&maintenance(live).await?, &live.database).await })?;
    let records = Records::of(ctx, target).all();
    let names = kept.iter().filter_map(|it| it.name.rsplit('_').next());
    let (stamp, is_behind) = stamp::after(names.chain(records.iter().map(|it| it.id.as_str())));
    if is_behind {
        ctx.term.warn(&format!(
            "the clock of this machine went back: a change of {} is known; this one is named after it",
            stamp::shown(&stamp)
        ));
    }
    Ok(stamp)
}

/// `new` takes the name of what is served, which is `kept`; and what a way
/// back needs to know of it is written down.
pub fn exchange(
    ctx: &Ctx,
    target: &Target,
    live: &Address,
    (new, kept): (&str, &str),
    newcomer: Newcomer<'_>,
) -> Result<()> {
    exchange_by(ctx, target, kept, newcomer, || swap::exchange(ctx, live, new, kept))
}

/// Like [`exchange`], for who swaps by himself.
pub fn exchange_by(
    ctx: &Ctx,
    target: &Target,
    kept: &str,
    newcomer: Newcomer<'_>,
    swap: impl FnOnce() -> Result<()>,
) -> Result<()> {
    let Newcomer { command, code, baseline } = newcomer;
    let records = Records::of(ctx, target);
    let served = records.served();
    let record = Record {
        format: FORMAT,
        // Now, and not before the name of what is kept.
        id: stamp::after(kept.rsplit('_').next().into_iter()).0,
        command: command.to_owned(),
        before: served.or_else(|| code::present(ctx, None)),
        what: What::Swap { kept: kept.to_owned(), baseline },
    };
    // Before the swap: a record of one that did not happen leads nowhere.
    let noted = records.write(&record);
    swap()?;
    let noted = noted.and_then(|()| match &code {
        Served::Known(code) => records.note_served(code.as_ref()),
        Served::Later => Ok(()),
    });
    if let Err(error) = noted {
        ctx.term.warn(&format!("what `rollback` needs to know is not written down: {error:#}"));
    }
    Ok(())
}

/// An undo that came to its last word and never told so; nothing was set aside
/// since, by whatever checkout.
pub fn undone_untold(ctx: &Ctx, target: &Target, live: &Address) -> Result<Option<Undoing>> {
    let Some(undoing) = Records::of(ctx, target).undoing() else { return Ok(None) };
    let found =
        ctx.wait(async { beside::kept(&maintenance(live).await?, &live.database).await })?;
    let newest = found.iter().max_by_key(|it| stamp::at_end(&it.name));
    Ok(newest.is_some_and(|it| it.name == undoing.kept).then_some(undoing))
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

/// The cluster is a new one: nothing that was noted leads back from it.
pub fn begin_anew(ctx: &Ctx, target: &Target) {
    let records = Records::of(ctx, target);
    records.forget_pending();
    records.forget_undoing();
    for record in records.all() {
        records.remove(&record.id);
    }
    note_served(ctx, target);
}

/// The database was just found to be what init.sql says.
pub fn note_served(ctx: &Ctx, target: &Target) {
    let records = Records::of(ctx, target);
    let present = code::present(ctx, records.served().as_ref());
    if let Err(error) = records.note_served(present.as_ref()) {
        ctx.term.warn(&format!("which code belongs to the database is not noted: {error:#}"));
    }
}
