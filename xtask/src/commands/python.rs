//! `python`: the Python of the services, with the target's database in its
//! environment.
//!
//! Must never: put the password where other users of the machine can read it.

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::services;
use crate::target::Target;

pub const COMMAND: Command = Command {
    name: "python",
    summary: "Run Python where the services run: in the api's container, or in their environment",
    usage: "[-- PYTHON ARGUMENTS]",
    flags: &[],
    examples: &[
        "cargo xtask python -- scripts/seed_demo.py --size 50MB",
        "cargo xtask python -- -c 'from shared.python.models import Message; print(Message.__table__)'",
        "cargo xtask python",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    for (is_given, flag) in [(ctx.globals.json, "--json"), (ctx.globals.dry_run, "--dry-run")] {
        if is_given {
            let message = format!("what a program does is its own; `{flag}` cannot stand here");
            return Err(Fault::usage(message).into());
        }
    }
    let trailing = std::mem::take(&mut rest.trailing);
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    target.require_answering(ctx)?;
    services::prepare_python(ctx, &target)?;
    let status = ctx.proc.interactive(&services::python(ctx, &target, trailing)?)?;
    let exit = if status == 0 { Exit::Done } else { Exit::Failed };
    Ok(Answer { exit, text: String::new(), data: json!({ "status": status }) })
}
