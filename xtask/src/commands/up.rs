//! `up`: the target's server runs, its database answers and is complete.
//!
//! Must never: build over a database that is there.

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::rebuild::{self, Fate, Options};
use crate::steps::{Steps, told};
use crate::target::local::{Local, Slot};
use crate::target::{ServerState, Target, env_file};
use crate::tools::postgres;

pub const COMMAND: Command = Command {
    name: "up",
    summary: "Start the target's server; build the database when there is none",
    usage: "",
    flags: &[],
    examples: &["cargo xtask up", "cargo xtask up --target local"],
    run,
};

fn run(ctx: &Ctx, rest: Rest) -> Result<Answer> {
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    if let Target::Compose(_) = &target
        && let Some(ctx) = env_file::settle(ctx)?
    {
        let target = Target::named(&ctx, "compose")?;
        return start(&ctx, &target);
    }
    start(ctx, &target)
}

fn start(ctx: &Ctx, target: &Target) -> Result<Answer> {
    match (target, target.state(ctx)?) {
        (Target::Url(url), _) => Err(Fault::refused(format!(
            "target `{}` is started where it runs, not from here",
            url.name
        ))
        .into()),
        (Target::Local(local), ServerState::Absent) if !local.dir(Slot::Old).exists() => {
            rebuild::local::run(ctx, target, local, Options { fate: Fate::Dumped })
        }
        (Target::Compose(compose), ServerState::Absent) => {
            rebuild::compose::run(ctx, target, compose, Options { fate: Fate::Dumped })
        }
        (_, _) if ctx.globals.dry_run => {
            let would =
                "would start the server and wait until its database answers\nnothing was changed";
            Ok(Answer::done(would, json!({ "dry_run": true })))
        }
        (Target::Local(local), _) => start_local(ctx, target, local),
        (Target::Compose(compose), _) => {
            let mut steps = Steps::begin(ctx, "up", target.name())?;
            let started = steps.step("up", |_| {
                let container = rebuild::compose::up(ctx, compose)?;
                let address = compose.address(ctx, &container)?;
                rebuild::compose::wait_complete(ctx, &container, &address).map_err(|error| {
                    rebuild::compose::why_unreadable(ctx, compose, &container, error)
                })?;
                Ok(told((), container.name.clone()))
            });
            let records = if started.is_ok() { steps.end() } else { steps.withdraw() };
            started?;
            Ok(Answer::done(serving(ctx, target)?, json!({ "steps": records })))
        }
    }
}

fn start_local(ctx: &Ctx, target: &Target, local: &Local) -> Result<Answer> {
    let mut steps = Steps::begin(ctx, "up", target.name())?;
    let started = steps.step("up", |_| {
        local.ensure_home(ctx)?;
        local.settle(ctx)?;
        let installation = postgres::require(ctx, local.major(Slot::Live))?;
        let port = local.start(ctx, &installation, Slot::Live)?;
        rebuild::local::require_marker(ctx, &local.address(ctx, port)?)?;
        Ok(told((), format!("127.0.0.1:{port}, PostgreSQL {}", installation.major)))
    });
    let records = if started.is_ok() { steps.end() } else { steps.withdraw() };
    started?;
    Ok(Answer::done(serving(ctx, target)?, json!({ "steps": records })))
}

fn serving(ctx: &Ctx, target: &Target) -> Result<String> {
    let address = target.require_running(ctx)?;
    Ok(format!("{address} serves (psql: `cargo xtask psql`)"))
}
