//! Going back by a plan: as any plan is run, with what a rollback may take
//! for granted.
//!
//! Must never: allow a hazard that nobody named, but for clients of what goes
//! (they are stopped and get their own code back) and for values that were
//! counted.

use std::rc::Rc;

use anyhow::Result;
use pg_diff::plan::HazardKind;

use super::find::{How, Way};
use super::rollback::Options;
use crate::context::Ctx;
use crate::schema::migrate::{Request, Written};
use crate::schema::rules::Rules;
use crate::target::Target;

pub fn request(
    ctx: &Ctx,
    target: &Rc<Target>,
    way: &Way,
    options: &Options,
) -> Result<Option<Request>> {
    let plan = match &way.how {
        How::Plan(inverse) => Written::Made(inverse.clone()),
        How::Anew { past, .. } => Written::Towards(past.clone()),
        How::Swap { .. } | How::Backup(_) | How::Cluster => return Ok(None),
    };
    let allowed = options.allowed.clone().and(HazardKind::BreaksClients);
    let loses_nothing = way.loss.is_nothing();
    let allowed = match loses_nothing || options.discard_newer {
        true => allowed.and(HazardKind::DataLoss),
        false => allowed,
    };
    Ok(Some(Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: Some(plan),
        command: "rollback",
        snapshot: false,
        rules: Rules::configured(ctx)?,
        allowed,
        backup: !loses_nothing,
        resume: false,
        sql: options.sql,
    }))
}
