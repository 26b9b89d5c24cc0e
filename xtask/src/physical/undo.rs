//! Back to the cluster that a restore set aside, and letting such clusters go.
//!
//! Must never: remove a cluster whose loss was not agreed to by name.

use anyhow::Result;
use pg_live::{Address, Session, protection};
use serde_json::json;

use super::require_local;
use crate::consent::{self, Loss};
use crate::context::Ctx;
use crate::outcome::{Answer, Fault};
use crate::rebuild::local::require_marker;
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::local::{Local, Slot};
use crate::target::{ServerState, Target};
use crate::tools::postgres;
use crate::ways;

pub const COMMAND: &str = "cargo xtask restore --engine pgbackrest --undo";

/// The cluster that the last restore set aside serves again; the present one
/// is kept.
pub fn undo(ctx: &Ctx, target: &Target, services: Scope) -> Result<Answer> {
    let local = require_local(target)?;
    let kept = local.kept_clusters();
    let Some(name) = kept.first() else {
        return Err(Fault::failed("no restore of a physical backup set a cluster aside")
            .hint("go back otherwise: `cargo xtask rollback --list`")
            .into());
    };
    let what = format!("serve the cluster `{name}` again; the present one is kept beside it");
    if ctx.globals.dry_run {
        let text = format!("would {what}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": [what] })));
    }
    let mark = protected(ctx, target, local)?;
    consent::agree_to_change(ctx, &ctx.config.database(), mark.as_deref(), &what)?;
    let mut steps = Steps::begin(ctx, "restore --engine pgbackrest --undo", target.name())?;
    let mut around = Around::new(target, services);
    match exchange(ctx, &mut steps, &mut around, local, name) {
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
            let back = ctx.interrupt.shield(|| put_back(ctx, local, name));
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

fn exchange(
    ctx: &Ctx,
    steps: &mut Steps<'_>,
    around: &mut Around<'_>,
    local: &Local,
    name: &str,
) -> Result<String> {
    steps.step("settle", |_| {
        local.settle(ctx)?;
        Ok(told((), ""))
    })?;
    around.prepare(ctx, steps)?;
    around.stop(ctx, steps)?;
    let kept = steps.step("change places", |_| {
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

/// After a failure both are where they were.
fn put_back(ctx: &Ctx, local: &Local, name: &str) -> Result<()> {
    if local.exists(Slot::Live) && local.exists(Slot::Old) {
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
    let kept = local.kept_clusters();
    if kept.is_empty() {
        return Ok(Answer::done("no cluster is set aside", json!({ "removed": [] })));
    }
    let names = kept.join(", ");
    if ctx.globals.dry_run {
        let text = format!("would remove for good: {names}\nnothing was changed");
        return Ok(Answer::done(text, json!({ "dry_run": true, "would": kept })));
    }
    let mark = protected(ctx, target, local)?;
    let story = format!("This removes clusters that restores set aside, for good: {names}.");
    let database = ctx.config.database();
    let loss =
        Loss { database: &database, story: &story, is_empty: false, protected: mark.as_deref() };
    consent::agree_to_loss(ctx, &loss)?;
    let mut steps = Steps::begin(ctx, "restore --engine pgbackrest --forget", target.name())?;
    let done = steps.step("forget", |_| {
        for name in &kept {
            local.remove_kept(name)?;
        }
        Ok(told((), format!("{} removed", kept.len())))
    });
    steps.withdraw();
    done?;
    Ok(Answer::done(format!("removed: {names}"), json!({ "removed": kept })))
}

fn protected(ctx: &Ctx, target: &Target, local: &Local) -> Result<Option<String>> {
    let inside = match local.state(ctx)? {
        ServerState::Running(address) => mark(ctx, &address)?,
        ServerState::Stopped | ServerState::Absent => None,
    };
    Ok(target.configured_protection().or(inside))
}

fn mark(ctx: &Ctx, address: &Address) -> Result<Option<String>> {
    Ok(ctx.wait(async { protection(&Session::connect(address, "restore").await?).await })?)
}
