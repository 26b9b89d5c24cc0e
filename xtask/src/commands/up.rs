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
use crate::services::{self, Around, SCOPE_FLAG, Scope, Service, State};
use crate::steps::{Steps, told};
use crate::target::local::Slot;
use crate::target::{ServerState, Target, env_file};
use crate::tools::postgres;

pub const COMMAND: Command = Command {
    name: "up",
    summary: "Start the target's server and the services; build the database when there is none",
    usage: "[--services all|db]",
    flags: &[SCOPE_FLAG],
    examples: &["cargo xtask up", "cargo xtask up --target local --services db"],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    let services = Scope::of(ctx, rest.value("--services")?)?;
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    if let Target::Compose(_) = &target
        && let Some(ctx) = env_file::settle(ctx)?
    {
        let target = Target::named(&ctx, "compose")?;
        return start(&ctx, &target, services);
    }
    start(ctx, &target, services)
}

/// What `cargo xtask up` does, for others.
pub fn bring_up(ctx: &Ctx) -> Result<()> {
    let target = Target::resolve(ctx)?;
    start(ctx, &target, Scope::of(ctx, None)?).map(|_| ())
}

fn start(ctx: &Ctx, target: &Target, services: Scope) -> Result<Answer> {
    let options = Options { fate: Fate::Dumped, services };
    match (target, target.state(ctx)?) {
        (Target::Url(url), _) => Err(Fault::refused(format!(
            "target `{}` is started where it runs, not from here",
            url.name
        ))
        .into()),
        (Target::Local(local), ServerState::Absent) if !local.dir(Slot::Old).exists() => {
            rebuild::local::run(ctx, target, local, options)
        }
        (Target::Compose(compose), ServerState::Absent) => {
            rebuild::compose::run(ctx, target, compose, options)
        }
        (_, _) if ctx.globals.dry_run => {
            let would = "would start the server and wait until its database answers, then the services\nnothing was changed";
            Ok(Answer::done(would, json!({ "dry_run": true })))
        }
        (Target::Local(_) | Target::Compose(_), _) => {
            let mut steps = Steps::begin(ctx, target.name())?;
            let around = Around::new(target, services);
            let started = start_server(ctx, target, &mut steps)
                .and_then(|()| around.prepare(ctx, &mut steps))
                .and_then(|()| around.start(ctx, &mut steps));
            let records = if started.is_ok() { steps.end() } else { steps.withdraw() };
            started?;
            Ok(Answer::done(serving(ctx, target)?, json!({ "steps": records })))
        }
    }
}

fn start_server(ctx: &Ctx, target: &Target, steps: &mut Steps<'_>) -> Result<()> {
    steps.step("up", |_| {
        let detail = match target {
            Target::Local(local) => {
                local.ensure_home(ctx)?;
                local.settle(ctx)?;
                let installation = postgres::require(ctx, local.major(Slot::Live))?;
                let port = local.start(ctx, &installation, Slot::Live)?;
                rebuild::local::require_marker(ctx, &local.address(ctx, port)?)?;
                format!("127.0.0.1:{port}, PostgreSQL {}", installation.major)
            }
            Target::Compose(compose) => {
                let container = rebuild::compose::up(ctx, compose)?;
                let address = compose.address(ctx, &container)?;
                rebuild::compose::wait_complete(ctx, &container, &address).map_err(|error| {
                    rebuild::compose::why_unreadable(ctx, compose, &container, error)
                })?;
                container.name
            }
            Target::Url(url) => url.name.clone(),
        };
        Ok(told((), detail))
    })
}

fn serving(ctx: &Ctx, target: &Target) -> Result<String> {
    let address = target.require_running(ctx)?;
    let mut text = format!("{address} serves (psql: `cargo xtask psql`)");
    for it in services::conditions(ctx, target)? {
        if let (Service::Api, State::Healthy, Some(port)) = (it.service, it.state, it.port) {
            text.push_str(&format!("\nthe api: http://localhost:{port}/api/messages?limit=5"));
        }
    }
    Ok(text)
}
