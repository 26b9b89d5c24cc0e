//! Dropped columns and tables that are kept for a time: how long, what lies
//! there, back, and gone for good.
//!
//! Must never: let rows go before their time, or without being asked.

mod change;
mod list;

use anyhow::Result;
use jiff::{SignedDuration, Timestamp};
use pg_diff::quarantine::Keep;

pub use change::{Options, purge, restore};
pub use list::{Lying, list, lying};

use crate::context::Ctx;
use crate::outcome::Fault;
use crate::span;

pub const FLAG: (&str, &str) = (
    "--keep-dropped TIME",
    "keep what would be dropped, with its rows, so long (14d, 36h): see `quarantine`; `no`: drop it now",
);

/// What a run is to keep, by its flag or by the configuration.
pub fn asked(ctx: &Ctx, typed: Option<String>, by: &str) -> Result<Option<Keep>> {
    let configured = ctx.config.metadata.keep_dropped.clone();
    let Some(time) = typed.or(configured).filter(|it| it != "no") else { return Ok(None) };
    let hours = span::hours("the time to keep what is dropped", &time)?;
    if hours == 0 {
        return Err(Fault::usage("nothing is kept for no time: `--keep-dropped no`").into());
    }
    let now = Timestamp::now();
    let until = now.checked_add(SignedDuration::from_hours(hours))?;
    let spelled = |it: Timestamp| it.strftime("%Y-%m-%dT%H:%M:%SZ").to_string();
    Ok(Some(Keep { dropped: spelled(now), until: spelled(until), by: by.to_owned() }))
}
