//! Going back by a plan: as any plan is run, with what a rollback may take
//! for granted.
//!
//! Must never: allow a hazard that nobody named, but for clients of what goes
//! (they are stopped and get their own code back) and for values that were
//! counted.

use std::rc::Rc;

use anyhow::Result;
use pg_diff::plan::HazardKind;
use pg_diff::plan::file::PlanFile;

use super::loss::Loss;
use super::rollback::Options;
use crate::context::Ctx;
use crate::schema::migrate::{Request, Written};
use crate::schema::rules::Rules;
use crate::target::Target;

pub fn request(
    ctx: &Ctx,
    target: &Rc<Target>,
    inverse: &PlanFile,
    loss: &Loss,
    options: &Options,
) -> Result<Request> {
    let allowed = options.allowed.clone().and(HazardKind::BreaksClients);
    let loses_nothing = loss.is_nothing();
    let allowed = match loses_nothing || options.discard_newer {
        true => allowed.and(HazardKind::DataLoss),
        false => allowed,
    };
    Ok(Request {
        target: target.clone(),
        init: ctx.config.metadata.init.clone(),
        plan: Some(Written::Made(Box::new(inverse.clone()))),
        command: "rollback",
        snapshot: false,
        rules: Rules::configured(ctx)?,
        allowed,
        backup: !loses_nothing,
        resume: false,
        sql: options.sql,
    })
}
