//! Back to the cluster that a restore set aside, and letting such clusters go.
//!
//! Must never: remove a cluster whose loss was not agreed to by name.

use std::cell::Cell;

use anyhow::Result;
use serde_json::json;

use super::present::Present;
use super::require_local;
use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::local::require_marker;
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::target::local::{Local, Slot};
use crate::tools::postgres;
use crate::ways;

pub const COMMAND: &str = "cargo xtask restore --engine pgbackrest --undo";

/// The cluster that the last restore set aside serves again; the present one
/// is kept.
pub fn undo(ctx: &Ctx, target: &Target, services: Scope) -> Result<Answer> {
    let local = require_local(target)?;
    if ctx.globals.dry_run {
        let kept = local.name_to_give().or_else(|| local.kept_clusters().into_iter().next());
        let what = what(&kept.ok_or_else(none_kept)?);
        let text = format!("would {what}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(target, services);
    let name = match choose(ctx, &mut steps, target, local) {
        Ok(name) => name,
        Err(error) => {
            steps.withdraw();
            return Err(error);
        }
    };
    let name = name.as_str();
    let is_changing = Cell::new(false);
    match exchange(ctx, &mut steps, &mut around, (local, &is_changing), name) {
        Ok(now_kept) => {
            ways::begin_anew(ctx, target);
            let started = around.start(ctx, &mut steps);
            let records = steps.end();
            let text = format!(
                "`{name}` serves again\nthe cluster that was served is kept as `{now_kept}` (forward again: `{COMMAND}`)"
            );
            let data = json!({ "served": name, "kept": now_kept, "steps": records });
            around.conclude(ctx, started, Answer::done(text, data))
        }
        Err(error) => {
            let back = ctx.interrupt.shield(|| put_back(ctx, local, name, is_changing.get()));
            steps.withdraw();
            around.put_back(ctx);
            match back {
                Ok(()) => Err(error),
                Err(second) => Err(Fault::partial(format!(
                    "{error:#}; and putting the served cluster back failed: {second:#}"
                ))
                .hint("`cargo xtask up` tries again; `cargo xtask status` tells the state")
                .into()),
            }
        }
    }
}

fn what(name: &str) -> String {
    format!("serve the cluster `{name}` again; the present one is kept beside it")
}

fn none_kept() -> Fault {
    Fault::failed("no restore of a physical backup set a cluster aside")
        .hint("go back otherwise: `cargo xtask rollback --list`")
}

/// What a killed run left first gets its name: it may be the one.
fn choose(ctx: &Ctx, steps: &mut Steps<'_>, target: &Target, local: &Local) -> Result<String> {
    settle(ctx, steps, local)?;
    let name = local.kept_clusters().into_iter().next().ok_or_else(none_kept)?;
    let mark = Present::look(ctx, target, local)?.mark;
    consent::agree_to_change(ctx, &ctx.config.database(), mark.as_deref(), &what(&name))?;
    Ok(name)
}

fn settle(ctx: &Ctx, steps: &mut Steps<'_>, local: &Local) -> Result<()> {
    steps.step("settle", |_| {
        let settled = local.settle(ctx)?;
        Ok(told((), if settled { "what a stopped run left is in order" } else { "" }))
    })
}

fn exchange(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    around: &mut Around<'_>,
    (local, is_changing): (&Local, &Cell<bool>),
    name: &str,
) -> Result<String> {
    around.prepare(ctx, steps)?;
    around.stop(ctx, steps)?;
    let kept = steps.step("change places", |_| {
        is_changing.set(true);
        if local.serving_port(Slot::Live).is_some() {
            let installation = postgres::require(ctx, local.major(Slot::Live))?;
            local.stop(ctx, &installation, Slot::Live)?;
        }
        let kept = local.keep_old()?;
        local.rename(Slot::Live, Slot::Old)?;
        local.serve_kept(name)?;
        Ok(told(kept, "the served cluster is set aside"))
    })?;
    steps.step("serve", |_| {
        let installation = postgres::require(ctx, local.major(Slot::Live))?;
        let port = local.start(ctx, &installation, Slot::Live)?;
        require_marker(ctx, &local.address(ctx, port)?)?;
        Ok(told((), format!("127.0.0.1:{port}")))
    })?;
    if let Err(error) = local.name_kept() {
        ctx.term.warn(&format!("the cluster before is still in `data.old`: {error:#}"));
    }
    Ok(kept)
}

/// After a failure both are where they were. What did not begin to change
/// places serves as before.
fn put_back(ctx: &Ctx, local: &Local, name: &str, is_changing: bool) -> Result<()> {
    if !is_changing {
        return local.settle(ctx).map(|_| ());
    }
    let is_there = |slot| local.dir(slot).exists();
    if is_there(Slot::Live) && is_there(Slot::Old) {
        if local.serving_port(Slot::Live).is_some() {
            local.stop(ctx, &postgres::require(ctx, local.major(Slot::Live))?, Slot::Live)?;
        }
        local.set_aside_again(name)?;
    }
    local.settle(ctx)?;
    let installation = postgres::require(ctx, local.major(Slot::Live))?;
    local.start(ctx, &installation, Slot::Live).map(|_| ())
}

/// Removes every cluster that a restore set aside.
pub fn forget(ctx: &Ctx, target: &Target) -> Result<Answer> {
    let local = require_local(target)?;
    if ctx.globals.dry_run {
        let kept: Vec<String> =
            local.name_to_give().into_iter().chain(local.kept_folders()).collect();
        let text = match kept.is_empty() {
            true => "no cluster is set aside".to_owned(),
            false => format!("would remove for good: {}\nnothing was changed", kept.join(", ")),
        };
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": kept })));
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let done = remove_all(ctx, &mut steps, target, local);
    steps.withdraw();
    let removed = done?;
    let text = match removed.is_empty() {
        true => "no cluster is set aside".to_owned(),
        false => format!("removed: {}", removed.join(", ")),
    };
    Ok(Answer::done(text, json!({ "removed": removed })))
}

fn remove_all(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    target: &Target,
    local: &Local,
) -> Result<Vec<String>> {
    settle(ctx, steps, local)?;
    let kept = local.kept_folders();
    if kept.is_empty() {
        return Ok(kept);
    }
    // Nobody serves them: their marks cannot be asked for.
    let unknown = "a cluster that is set aside cannot be asked whether it is";
    let mark = target.configured_protection().unwrap_or_else(|| unknown.to_owned());
    let names = kept.join(", ");
    let story = format!("This removes clusters that restores set aside, for good: {names}.");
    let database = ctx.config.database();
    let loss = Loss { database: &database, story: &story, is_empty: false, protected: Some(&mark) };
    consent::agree_to_loss(ctx, &loss)?;
    steps.step("forget", |_| {
        for name in &kept {
            local.remove_kept(ctx, name)?;
        }
        Ok(told((), format!("{} removed", kept.len())))
    })?;
    Ok(kept)
}
