//! Where init.sql is read: on whichever server there is.
//!
//! The catalog is the same on every server, so the target's serves as well as
//! one that is made for this run and gone after it.
//!
//! Must never: change the target, or choose one.

use std::rc::Rc;

use anyhow::Result;

use crate::context::Ctx;
use crate::orm::ground::{Ground, served};
use crate::outcome::Fault;
use crate::target::{self, Target};
use crate::tools::postgres;

pub fn ground(ctx: &Ctx) -> Result<Ground<'_>> {
    let is_asked_for = ctx.globals.target.is_some() || ctx.globals.db_url.is_some();
    let why_not = match running(ctx) {
        Ok(Some((target, address))) => {
            return Ground::of_target(ctx, Rc::new(target), address);
        }
        Ok(None) => "no target was chosen yet".to_owned(),
        // Who names a server wants that one.
        Err(error) if is_asked_for => return Err(error),
        Err(error) => format!("{error:#}"),
    };
    if postgres::installations(ctx).is_empty() {
        let message = format!(
            "the pages are written from what init.sql declares, and no server is there to say it: \
             {why_not}, and no PostgreSQL server (14 to 18) is installed here"
        );
        return Err(Fault::unavailable(message).hint("cargo xtask up").into());
    }
    ctx.term.detail(&format!("{why_not}; a server is made for this run"));
    Ground::alone(ctx, served(ctx)?.as_ref())
}

/// The target that was chosen, where it answers.
fn running(ctx: &Ctx) -> Result<Option<(Target, pg_live::Address)>> {
    if ctx.globals.db_url.is_none() && target::chosen(ctx)?.is_none() {
        return Ok(None);
    }
    let target = Target::resolve(ctx)?;
    let address = target.require_answering(ctx)?;
    Ok(Some((target, address)))
}
