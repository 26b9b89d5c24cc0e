//! `down`: the services and the target's server stop; the data stays.
//!
//! Must never: remove a volume or a data directory.

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::services::{Around, Scope};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::target::local::Slot;
use crate::tools::postgres;

pub const COMMAND: Command = Command {
    name: "down",
    summary: "Stop the services and the target's server; the data stays",
    usage: "[--services-only]",
    flags: &[("--services-only", "stop the services and leave the database running")],
    examples: &["cargo xtask down", "cargo xtask down --services-only"],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let services_only = rest.flag("--services-only");
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    if let Target::Url(url) = &target {
        return Err(Fault::refused(format!(
            "target `{}` is stopped where it runs, not from here",
            url.name
        ))
        .into());
    }
    if let Target::Compose(compose) = &target {
        // Another checkout's stack under our name is refused here.
        compose.container(ctx)?;
    }
    let what = if services_only { "the services" } else { "the services and the server" };
    if ctx.globals.dry_run {
        let would = format!("would stop {what} of target `{}`\nnothing was changed", target.name());
        return Ok(Answer::done(would, json!({ "dry_run": true })));
    }
    let mut steps = Steps::begin(ctx, target.name())?;
    let mut around = Around::new(&target, Scope::Db);
    let stopped = around.stop(ctx, &mut steps).and_then(|()| match services_only {
        true => Ok(()),
        false => steps.step("down", |_| Ok(told((), stop_server(ctx, &target)?))),
    });
    let records = steps.withdraw();
    stopped?;
    let text = match services_only {
        true => {
            "the services are stopped; the database serves (`cargo xtask up` starts them again)"
        }
        false => "stopped; the data stays (`cargo xtask up` starts it again)",
    };
    Ok(Answer::done(text, json!({ "steps": records })))
}

fn stop_server(ctx: &Ctx, target: &Target) -> Result<String> {
    Ok(match target {
        Target::Local(local) if local.serving_port(Slot::Live).is_none() => {
            "was not running".to_owned()
        }
        Target::Local(local) => {
            let installation = postgres::require(ctx, local.major(Slot::Live))?;
            local.stop(ctx, &installation, Slot::Live)?;
            "stopped".to_owned()
        }
        Target::Compose(compose) => {
            ctx.proc.read(&compose.cli(ctx)?.run(ctx, &["down"]))?;
            format!("project {}", compose.project)
        }
        Target::Url(url) => url.name.clone(),
    })
}
