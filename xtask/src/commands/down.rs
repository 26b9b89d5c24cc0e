//! `down`: the target's server stops; its data stays.
//!
//! Must never: remove a volume or a data directory.

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Fault};
use crate::steps::{Steps, told};
use crate::target::Target;
use crate::target::local::Slot;
use crate::tools::postgres;

pub const COMMAND: Command = Command {
    name: "down",
    summary: "Stop the target's server; the data stays",
    usage: "",
    flags: &[],
    examples: &["cargo xtask down"],
    run,
};

fn run(ctx: &Ctx, rest: Rest) -> Result<Answer> {
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
    if ctx.globals.dry_run {
        let would =
            format!("would stop the server of target `{}`\nnothing was changed", target.name());
        return Ok(Answer::done(would, json!({ "dry_run": true })));
    }
    let mut steps = Steps::begin(ctx, "down", target.name())?;
    let stopped = steps.step("down", |_| match &target {
        Target::Local(local) if local.serving_port(Slot::Live).is_none() => {
            Ok(told((), "was not running"))
        }
        Target::Local(local) => {
            let installation = postgres::require(ctx, local.major(Slot::Live))?;
            local.stop(ctx, &installation, Slot::Live)?;
            Ok(told((), "stopped"))
        }
        Target::Compose(compose) => {
            ctx.proc.read(&compose.cli(ctx)?.run(ctx, &["down"]))?;
            Ok(told((), format!("project {}", compose.project)))
        }
        Target::Url(_) => Ok(told((), "")),
    });
    let records = steps.withdraw();
    stopped?;
    Ok(Answer::done(
        "stopped; the data stays (`cargo xtask up` starts it again)",
        json!({ "steps": records }),
    ))
}
