//! `psql`: the server's own psql, on the target's database.
//!
//! Must never: put the password where other users of the machine can read it.

use anyhow::Result;
use serde_json::json;

use crate::commands::Command;
use crate::context::Ctx;
use crate::flags::Rest;
use crate::outcome::{Answer, Exit, Fault};
use crate::target::{Target, compose};
use crate::term::Term;

pub const COMMAND: Command = Command {
    name: "psql",
    summary: "Open psql on the target's database",
    usage: "[-- PSQL ARGUMENTS]",
    flags: &[],
    examples: &[
        "cargo xtask psql",
        "cargo xtask psql -- -c '\\d messages'",
        "cargo xtask psql -- -f report.sql",
    ],
    run,
};

fn run(ctx: &Ctx, mut rest: Rest) -> Result<Answer> {
    if ctx.globals.json {
        return Err(Fault::usage("psql prints its own answer; `--json` cannot stand here").into());
    }
    if ctx.globals.dry_run {
        return Err(Fault::usage(
            "what psql would do is not known beforehand; `--dry-run` cannot stand here",
        )
        .into());
    }
    let trailing = std::mem::take(&mut rest.trailing);
    rest.no_words(COMMAND.name)?;
    let target = Target::resolve(ctx)?;
    let address = target.require_running(ctx)?;
    let run = match &target {
        Target::Compose(it) => {
            let container = it.require_container(ctx)?;
            let mode = if Term::is_all_terminal() {
                compose::Stdin::Terminal
            } else {
                compose::Stdin::Pipe
            };
            compose::exec(&container.id, mode, "psql", &address)
        }
        Target::Local(_) | Target::Url(_) => {
            target.program(ctx, "psql", &address)?.dir(std::env::current_dir()?)
        }
    };
    let status = ctx.proc.interactive(&run.args(trailing))?;
    // psql: 1 fatal of its own, 2 connection lost, 3 script error.
    let exit = match status {
        0 => Exit::Done,
        2 => Exit::Unavailable,
        _ => Exit::Failed,
    };
    Ok(Answer { exit, text: String::new(), data: json!({ "status": status }) })
}
